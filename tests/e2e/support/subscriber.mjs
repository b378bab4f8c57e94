// A subscriber on a bare socket, for thousands at once: it reads as it likes, is cut off in the
// middle of an event, and comes back with the last id it has seen, as EventSource does.

import net from "node:net";
import { parseEvents, positionOf } from "./events.mjs";

// Takes the body of a response apart as it comes.
export class EventParser {
    #bytes = ""; // not yet taken out of its framing
    #text = ""; // of an event that is not whole
    hasEnded = false; // by the last of the chunks; the connection may go on

    constructor({ isChunked }) {
        this.isChunked = isChunked;
    }

    // The events whose last byte is among `bytes`.
    take(bytes) {
        this.#text += this.isChunked ? this.#unchunk(bytes) : bytes;
        const events = parseEvents(this.#text);
        if (events.length > 0) this.#text = this.#text.slice(this.#text.lastIndexOf("\n\n") + 2);
        return events;
    }

    #unchunk(bytes) {
        this.#bytes += bytes;
        let text = "";
        let at = 0;
        for (;;) {
            const line = this.#bytes.indexOf("\r\n", at);
            if (line < 0) break;
            const begin = line + 2;
            const end = begin + parseInt(this.#bytes.slice(at, line), 16);
            if (this.#bytes.length < end + 2) break;
            if (!this.#bytes.startsWith("\r\n", end)) throw new Error("a chunk that does not end");
            if (end === begin) this.hasEnded = true;
            text += this.#bytes.slice(begin, end);
            at = end + 2;
        }
        this.#bytes = this.#bytes.slice(at);
        return text;
    }
}

// Bytes are taken out of it before the next read, whichever subscriber's they are.
const buffer = Buffer.allocUnsafeSlow(64 * 1024);

export class Subscriber {
    hasBeenDropped = false; // the server ended a connection; it does not come back by itself
    isAnswered = false;
    #socket = null;
    #parser = null;
    #head = "";
    #cut = null; // { afterBytes, how, done }: what will become of the next read

    // `since`: what it asks for where it has no id, as { text, after }; none: the newest.
    constructor(port, path, ledger, { isChunked, since }) {
        Object.assign(this, { port, path, ledger, isChunked, since });
    }

    connect() {
        this.isAnswered = false;
        this.#head = "";
        this.#parser = new EventParser({ isChunked: this.isChunked });
        const { lastId } = this.ledger;
        const query = this.since ? `&since=${this.since.text}` : "";
        this.ledger.asks({ after: lastId ? positionOf(lastId) : (this.since?.after ?? null) });
        const socket = net.connect({
            port: this.port,
            host: "127.0.0.1",
            onread: { buffer, callback: (bytes) => this.#read(socket, bytes) },
        });
        this.#socket = socket;
        socket.on("error", () => {});
        socket.on("close", () => {
            if (socket === this.#socket) this.hasBeenDropped = true; // not by us
        });
        socket.write(
            `GET ${this.path}${query} HTTP/${this.isChunked ? "1.1" : "1.0"}\r\nHost: x\r\n` +
            `Accept: text/event-stream\r\n${lastId ? `Last-Event-ID: ${lastId}\r\n` : ""}\r\n`);
    }

    #read(socket, count) {
        if (socket !== this.#socket) return;
        const taken = Math.min(count, this.#cut?.afterBytes ?? count);
        try {
            this.#take(buffer.latin1Slice(0, taken));
        } catch (error) {
            this.ledger.faults.push(`what came cannot be read: ${error.message}`);
            this.close();
        }
        this.breakNow();
    }

    #take(bytes) {
        let body = bytes;
        if (!this.isAnswered) {
            this.#head += bytes;
            const end = this.#head.indexOf("\r\n\r\n");
            if (end < 0) return;
            const isStream = /^HTTP\/1\.[01] 200 .*\r\ncontent-type: text\/event-stream\r\n/is;
            if (!isStream.test(this.#head)) throw new Error(`not a stream: ${this.#head}`);
            body = this.#head.slice(end + 4);
            this.isAnswered = true;
            this.ledger.isAnswered();
        }
        for (const event of this.#parser.take(body)) this.ledger.take(event);
    }

    // The connection breaks in the next read, after so many bytes of it; resolves when it has.
    // `how`: destroy, or resetAndDestroy.
    async cut(afterBytes, how) {
        return new Promise((done) => { this.#cut = { afterBytes, how, done }; });
    }

    // Whatever is to be cut does not wait for another read.
    breakNow() {
        if (!this.#cut) return;
        const { how, done } = this.#cut;
        this.#cut = null;
        this.#leave(how);
        done();
    }

    #leave(how) {
        const socket = this.#socket;
        this.#socket = null;
        socket?.[how]();
    }

    close() {
        this.#leave("destroy");
    }

    pause() {
        this.#socket?.pause();
    }

    resume() {
        this.#socket?.resume();
    }
}
