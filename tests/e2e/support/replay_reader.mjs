// Clients that ask for a day, thousands at once. What comes is compared with what is owed byte by
// byte, so that reading costs little more than receiving.

import net from "node:net";
import { positionOf } from "./events.mjs";

// Bytes are compared before the next read, whichever client's they are.
const buffer = Buffer.allocUnsafeSlow(64 * 1024);
const blank = Buffer.from("\n\n");
const waitMostMs = 30_000;
const endOfHead = Buffer.from("\r\n\r\n");

export class ReplayReader {
    gaps = 0; // after each of which it asked again
    refusals = 0; // `busy`, or a connection that was closed
    faults = [];
    isComplete = false;
    bytes = 0; // that were received, the heads aside
    #at = 0; // of what is owed: all before it has come
    #head = null; // until it is complete
    #other = null; // the beginning of an event that is not owed
    #socket = null;

    // `owed`: the bytes of all events.
    constructor(port, symbol, since, owed) {
        Object.assign(this, { port, symbol, since, owed });
    }

    connect() {
        this.#head = Buffer.alloc(0);
        this.#other = null;
        const id = this.#lastId();
        const socket = net.connect({
            port: this.port, host: "127.0.0.1",
            onread: { buffer, callback: (count) => this.#read(socket, count) },
        });
        this.#socket = socket;
        socket.on("error", () => {});
        socket.on("close", () => { if (socket === this.#socket) this.#comeBack("refusals"); });
        socket.write(
            `GET /prices/stream?symbols=${this.symbol}&since=${this.since} HTTP/1.0\r\nHost: x\r\n` +
            `Accept: text/event-stream\r\n${id ? `Last-Event-ID: ${id}\r\n` : ""}\r\n`);
    }

    close() {
        const socket = this.#socket;
        this.#socket = null;
        socket?.destroy();
    }

    // It waits longer each time, as clients do that find a server full.
    #comeBack(counted) {
        this[counted] += 1;
        this.close();
        const most = Math.min(1_000 * 2 ** (this.gaps + this.refusals), waitMostMs);
        this.timer = setTimeout(() => this.connect(), most * (0.5 + 0.5 * Math.random()));
    }

    #fail(what) {
        this.faults.push(`${this.symbol} after ${this.#lastId()}: ${what}`);
        this.close();
    }

    // The id of the last event that has come whole.
    #lastId() {
        const text = this.owed.latin1Slice(Math.max(0, this.#at - 300), this.#at);
        return /id: (\S+)\n[^\n]*\n\n$/.exec(text)?.[1];
    }

    #read(socket, count) {
        if (socket !== this.#socket) return;
        let bytes = buffer.subarray(0, count);
        if (this.#head) {
            this.#head = Buffer.concat([this.#head, bytes]);
            const end = this.#head.indexOf(endOfHead);
            if (end < 0) return;
            const head = this.#head.latin1Slice(0, end);
            bytes = this.#head.subarray(end + 4);
            this.#head = null;
            if (!/^HTTP\/1\.[01] 200 /.test(head)) {
                this.#fail(head.split("\r\n")[0]);
                return;
            }
        }
        this.bytes += bytes.length;
        while (bytes.length > 0 && this.#socket && !this.isComplete)
            bytes = this.#other ? this.#takeOther(bytes) : this.#compare(bytes);
    }

    // Returns what is left to be looked at.
    #compare(bytes) {
        const wanted = this.owed.subarray(this.#at, this.#at + bytes.length);
        const given = bytes.subarray(0, wanted.length);
        if (given.equals(wanted)) {
            this.#at += given.length;
            if (this.#at === this.owed.length) {
                this.isComplete = true;
                this.close();
            }
            return bytes.subarray(given.length);
        }
        let same = 0;
        while (given[same] === wanted[same]) same += 1;
        const end = this.#at + same;
        this.#at = this.#beginOfEvent(end);
        this.#other = Buffer.from(this.owed.subarray(this.#at, end));
        return bytes.subarray(same);
    }

    // Of the event that byte `at` of what is owed is in.
    #beginOfEvent(at) {
        const end = at < 2 ? -1 : this.owed.lastIndexOf(blank, at - 2);
        return end < 0 ? 0 : end + 2;
    }

    #takeOther(bytes) {
        const before = this.#other.length;
        const all = Buffer.concat([this.#other, bytes]);
        const end = all.indexOf(blank);
        if (end < 0) {
            this.#other = all;
            return Buffer.alloc(0);
        }
        this.#other = null;
        this.#note(all.latin1Slice(0, end));
        return bytes.subarray(end + 2 - before);
    }

    // An event that is not the next of what is owed.
    #note(text) {
        if (/^(:|retry: \d+$)/.test(text)) return;
        if (/^event: busy$/m.test(text)) {
            this.#comeBack("refusals");
            return;
        }
        const gap = /^event: gap\ndata: (.*)$/m.exec(text);
        if (!gap) {
            this.#fail(`an event that is not owed: ${text}`);
            return;
        }
        const { from, to } = JSON.parse(gap[1]);
        const last = this.#lastId();
        if (positionOf(from) >= positionOf(to) || (last && positionOf(from) < positionOf(last)))
            this.#fail(`no gap: ${text}`);
        else
            this.#comeBack("gaps");
    }
}

// Starts them evenly over `withinMs`, and resolves when all are complete or one has a fault.
export async function readAll(t, readers, { withinMs, timeout }) {
    const began = performance.now();
    const stop = () => readers.forEach((reader) => {
        clearTimeout(reader.timer);
        reader.close();
    });
    t.after(stop);
    let next = 0;
    for (;;) {
        const elapsed = performance.now() - began;
        const due = withinMs > 0 ? Math.min(1, elapsed / withinMs) : 1;
        while (next < readers.length * due) readers[next++].connect();
        if (next === readers.length && readers.every(({ isComplete }) => isComplete)) break;
        if (readers.some(({ faults }) => faults.length > 0) || elapsed > timeout) break;
        await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    const sum = (pick) => readers.reduce((total, reader) => total + pick(reader), 0);
    stop();
    return {
        seconds: (performance.now() - began) / 1_000,
        complete: sum(({ isComplete }) => Number(isComplete)),
        gaps: sum(({ gaps }) => gaps),
        refusals: sum(({ refusals }) => refusals),
        bytes: sum(({ bytes }) => bytes),
        faults: readers.flatMap(({ faults }) => faults),
    };
}
