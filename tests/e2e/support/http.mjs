// Single requests, and bytes on a bare socket.

import http from "node:http";
import net from "node:net";
import { until } from "./wait.mjs";

// One request over a connection of its own, or over `agent`; `from`: an address of ours.
export function request(
    url, { method = "GET", headers = {}, body, agent = false, timeout = 10_000, from } = {}) {
    return new Promise((resolve, reject) => {
        const options = { method, headers, agent, timeout, localAddress: from };
        const sent = http.request(url, options, (response) => {
            const parts = [];
            response.on("data", (part) => parts.push(part));
            response.on("error", reject);
            response.on("end", () => {
                const text = Buffer.concat(parts).toString();
                resolve({ status: response.statusCode, headers: response.headers, text });
            });
        });
        sent.on("timeout", () => sent.destroy(new Error(`no answer within ${timeout} ms`)));
        sent.on("error", reject);
        sent.end(body);
    });
}

export async function json(url, options) {
    const answer = await request(url, options);
    return { ...answer, body: JSON.parse(answer.text) };
}

// A socket that says exactly what it is told, and keeps what it hears.
export class RawClient {
    heard = "";
    isClosed = false;

    constructor(port, from) {
        this.socket = net.connect({ port, host: "127.0.0.1", localAddress: from });
        this.socket.setEncoding("latin1");
        this.socket.on("data", (text) => { this.heard += text; });
        this.socket.on("error", () => {});
        this.socket.on("close", () => { this.isClosed = true; });
    }

    say(bytes) {
        this.socket.write(bytes, "latin1");
        return this;
    }

    async hears(what, condition, options) {
        const test = condition instanceof RegExp ? (text) => text.match(condition) : condition;
        return until(
            () => `${what}; heard so far:\n${this.heard.slice(0, 2000)}`,
            () => test(this.heard), options);
    }

    async closes(options) {
        return until(
            () => `the connection is closed; heard so far:\n${this.heard.slice(0, 2000)}`,
            () => this.isClosed, options);
    }

    close() {
        this.socket.destroy();
    }
}

// `from`: one of our addresses, where it matters which.
export function connect(t, port, from) {
    const client = new RawClient(port, from);
    t.after(() => client.close());
    return client;
}

// The responses in a row of bytes, as { status, headers, text }; all of them have a length. `methods`
// are those of the requests, as an answer to HEAD has no body whatever its length says.
export function parseResponses(bytes, methods = []) {
    const responses = [];
    let rest = bytes;
    while (rest.length > 0) {
        const end = rest.indexOf("\r\n\r\n");
        if (end < 0) break;
        const [first, ...lines] = rest.slice(0, end).split("\r\n");
        const headers = Object.fromEntries(lines.map((line) => {
            const colon = line.indexOf(":");
            return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
        }));
        const hasBody = methods[responses.length] !== "HEAD";
        const length = hasBody ? Number(headers["content-length"] ?? 0) : 0;
        if (rest.length < end + 4 + length) break;
        const text = rest.slice(end + 4, end + 4 + length);
        responses.push({ status: Number(first.split(" ")[1]), first, headers, text });
        rest = rest.slice(end + 4 + length);
    }
    return responses;
}

// The bytes of a chunked body without its framing; `isWhole` once the last chunk has come.
export function dechunk(bytes) {
    let text = "";
    let rest = bytes;
    for (;;) {
        const size = /^([0-9a-fA-F]+)\r\n/.exec(rest);
        if (!size) return { text, isWhole: false };
        const length = parseInt(size[1], 16);
        if (length === 0) return { text, isWhole: rest === `${size[0]}\r\n` };
        const begin = size[0].length;
        if (rest.length < begin + length + 2) return { text, isWhole: false };
        text += rest.slice(begin, begin + length);
        rest = rest.slice(begin + length + 2);
    }
}
