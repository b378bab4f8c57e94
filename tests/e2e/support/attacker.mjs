// Somebody who means harm, in a process of its own so that it does not slow the process that measures:
//     node attacker.mjs KIND PORT '{"connections":100,…}'
// It attacks until its standard input ends, and then says what it did, as one line of JSON.
//
// As a module, Attack starts that process.

import net from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { start } from "./process.mjs";

const get = (target, headers = "") => `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;

const counts = { connected: 0, refused: 0, closed: 0, bytesOut: 0, bytesIn: 0, answers: {} };
let isOver = false;
let visits = 0;

// One connection, from one of the addresses `from`: `run` says what it does. Resolves when it is
// closed, with whether there was one.
async function visit({ port, host = "127.0.0.1", from }, run, { reads = true } = {}) {
    const socket = net.connect({ port, host, localAddress: from?.[visits++ % from.length] });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    let wasAnswered = false;
    socket.on("error", () => {});
    if (reads)
        socket.on("data", (bytes) => {
            counts.bytesIn += bytes.length;
            if (wasAnswered) return;
            wasAnswered = true;
            const status = /^HTTP\/1\.1 (\d+)/.exec(bytes.latin1Slice(0, 12))?.[1] ?? "other";
            counts.answers[status] = (counts.answers[status] ?? 0) + 1;
        });
    else
        socket.pause();
    const isThere = await new Promise((resolve) => {
        socket.once("connect", () => resolve(true));
        socket.once("close", () => resolve(false));
    });
    if (isThere) {
        counts.connected += 1;
        socket.write = ((write) => (bytes, ...rest) => {
            counts.bytesOut += bytes.length;
            return write.call(socket, bytes, ...rest);
        })(socket.write);
        await run(socket, closed);
        counts.closed += 1;
    } else {
        counts.refused += 1;
    }
    socket.destroy();
    await closed;
    return isThere;
}

// Says `first`, and then one more piece every `everyMs`, for as long as the server listens.
const drip = (first, piece, everyMs) => async (socket, closed) => {
    socket.write(first);
    const timer = setInterval(() => socket.write(piece), everyMs);
    await closed;
    clearInterval(timer);
};

// Writes as much as the other side takes, and never less.
const pour = (first, piece) => async (socket, closed) => {
    socket.write(first);
    const more = () => {
        if (isOver) return;
        while (!socket.destroyed && socket.write(piece)) if (socket.writableLength > 0) break;
    };
    socket.on("drain", more);
    more();
    await closed;
};

const leaveAlone = (bytes) => async (socket, closed) => {
    if (bytes) socket.write(bytes);
    await closed;
};

const resets = ["", "GET /healthz HT", get("/healthz"), get("/healthz").repeat(20), get("/prices/stream")];
let resetsMade = 0;

const kinds = {
    silent: () => [leaveAlone("")],
    // Slow readers of what they asked for: a stream, or answers that fill every buffer.
    stalled: ({ target = "/prices/stream?since=0", headers }) =>
        [leaveAlone(get(target, headers)), { reads: false }],
    slow_read: ({ target = "/static/page.js" }) =>
        [leaveAlone(get(target).repeat(2_000)), { reads: false }],
    slow_headers: ({ everyMs = 200 }) =>
        [drip("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ", "x", everyMs)],
    slow_body: ({ everyMs = 200 }) =>
        [drip("POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n", "x", everyMs)],
    slow_chunks: ({ everyMs = 200 }) =>
        [drip(
            "POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
            "1\r\nx\r\n", everyMs)],
    large_heads: () => [pour("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Large: ", "x".repeat(1 << 20))],
    large_bodies: () =>
        [pour(
            `POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: ${1 << 30}\r\n\r\n`,
            "x".repeat(1 << 20))],
    flood: ({ target = "/healthz" }) => [pour("", get(target).repeat(100))],
    // Asks and asks, and never takes an answer.
    pipelined: ({ target = "/api/prices" }) => [pour("", get(target).repeat(1_000)), { reads: false }],
    hello: ({ target = "/healthz" }) => [async (socket, closed) => {
        socket.write(get(target, "Connection: close\r\n"));
        await closed;
    }],
    // Asks for much, and is gone before it is all there.
    ask_and_leave: ({ target }) => [async (socket) => {
        socket.write(get(target));
        await pause(30);
        socket.resetAndDestroy();
    }],
    endless_body: () => [pour(get("/prices/stream"), "x".repeat(1 << 16))],
    garbage: () => [async (socket, closed) => {
        const bytes = Buffer.from(Array.from({ length: 3_000 }, () => Math.floor(Math.random() * 256)));
        socket.write(bytes);
        await closed;
    }],
    resets: () => [async (socket) => {
        const bytes = resets[resetsMade++ % resets.length];
        if (bytes) await new Promise((resolve) => socket.write(bytes, resolve));
        if (resetsMade % 3 === 0) await pause(5);
        socket.resetAndDestroy();
    }],
};

async function attack(kind, options) {
    const [run, how] = kinds[kind](options);
    const { connections = 100, pauseMs = 20, once = false, batch = 500 } = options;
    const one = async () => {
        do {
            const wasThere = await visit(options, run, how);
            // A server that refuses is asked again in a moment, as bad as anybody may be.
            if (!isOver) await pause(wasThere ? pauseMs : 100);
        } while (!isOver && !once);
    };
    for (let i = 0; i < connections && !isOver; i += 1) {
        one();
        if (i % batch === batch - 1) await pause(20);
    }
}

export class Attack {
    constructor(t, kind, port, options = {}, under = []) {
        const [command, ...args] = [
            ...under, process.execPath, fileURLToPath(import.meta.url), kind, String(port),
            JSON.stringify(options)];
        this.child = start(t, command, args);
    }

    // Ends it, and returns what it did.
    async stop() {
        this.child.process.stdin.end();
        const { code } = await this.child.exited(30_000);
        if (code !== 0) throw new Error(`the attacker failed:\n${this.child.stderr}`);
        return JSON.parse(this.child.stdout);
    }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const [, , kind, port, options] = process.argv;
    process.stdin.resume().on("end", () => {
        isOver = true;
        process.stdout.write(`${JSON.stringify(counts)}\n`, () => process.exit(0));
    });
    attack(kind, { port: Number(port), ...JSON.parse(options) });
}
