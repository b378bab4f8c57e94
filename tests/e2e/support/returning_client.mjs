// A client on a bare socket that behaves as a browser's EventSource does, for thousands at once: it
// comes back with the last id after the pause that it was told, and is dead for ever after any
// answer that is not 200.

import net from "node:net";
import { EventParser } from "./subscriber.mjs";

const buffer = Buffer.allocUnsafeSlow(64 * 1024); // emptied before the next read

export class ReturningClient {
    isDead = false; // EventSource gives up
    connections = 0;
    moved = 0;
    busy = 0;
    openedAt = []; // of each connection
    #retryMs = 200;
    #socket = null;
    #parser = null;
    #head = "";
    #isAnswered = false;
    #isOver = false;
    #timer = null;

    // `where`: gives the port for the next connection.
    constructor(where, path, account) {
        Object.assign(this, { where, path, account });
    }

    connect() {
        this.#head = "";
        this.#isAnswered = false;
        this.connections += 1;
        this.openedAt.push(performance.now());
        const { lastId } = this.account;
        if (lastId) this.account.resumed += 1;
        this.port = this.where();
        const socket = net.connect({
            port: this.port, host: "127.0.0.1",
            onread: { buffer, callback: (count) => { this.#read(socket, count); return true; } },
        });
        this.#socket = socket;
        socket.on("error", () => {});
        socket.on("close", () => { if (socket === this.#socket) this.#comeBack(); });
        socket.write(`GET ${this.path} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n` +
            `${lastId ? `Last-Event-ID: ${lastId}\r\n` : ""}\r\n`);
    }

    close() {
        this.#isOver = true;
        clearTimeout(this.#timer);
        this.#socket?.destroy();
    }

    // The connection breaks, as connections do.
    breakOff() {
        this.#socket?.destroy();
    }

    #comeBack() {
        if (this.#isOver || this.isDead) return;
        this.#timer = setTimeout(() => this.connect(), this.#retryMs);
    }

    #read(socket, count) {
        if (socket !== this.#socket || this.isDead) return;
        try {
            this.#take(buffer.latin1Slice(0, count));
        } catch (error) {
            this.account.faults.push(error.message);
            this.isDead = true;
            socket.destroy();
        }
    }

    #take(bytes) {
        let body = bytes;
        if (!this.#isAnswered) {
            this.#head += bytes;
            const end = this.#head.indexOf("\r\n\r\n");
            if (end < 0) return;
            if (!/^HTTP\/1\.[01] 200 .*\r\ncontent-type: text\/event-stream/is.test(this.#head))
                throw new Error(`dead for ever: ${this.#head.slice(0, 120)}`);
            const isChunked = /\r\ntransfer-encoding: chunked/i.test(this.#head.slice(0, end));
            this.#parser = new EventParser({ isChunked });
            body = this.#head.slice(end + 4);
            this.#isAnswered = true;
        }
        for (const event of this.#parser.take(body)) {
            if (event.retry !== undefined) this.#retryMs = Number(event.retry);
            if (event.event === "moving") this.moved += 1;
            if (event.event === "busy") this.busy += 1;
            this.account.take(event);
        }
        // A balancer may keep the connection, for another request.
        if (this.#parser.hasEnded) this.#socket.destroy();
    }
}
