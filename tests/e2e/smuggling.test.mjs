// Requests of which two readers may see different ends: what one takes for a body is another
// request to the other. Whatever is not plain is refused, and nothing behind it is ever answered.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { figuresOf } from "./support/figures.mjs";
import { connect, parseResponses, request } from "./support/http.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;

const get = (headers = "", target = "/healthz") => `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
const post = (headers, body = "") => `POST /healthz HTTP/1.1\r\nHost: x\r\n${headers}\r\n${body}`;
const length = (value, body = "hello") => post(`Content-Length:${value}\r\n`, body);
const coding = (value, body = "0\r\n\r\n") => post(`Transfer-Encoding:${value}\r\n`, body);
const chunks = (body) => coding(" chunked", body);
const chunked = "Transfer-Encoding: chunked\r\n";
// What somebody would like to have answered who is not meant to ask.
const smuggled = get("", "/crypto-price");

const refused = {
    "two ways to say how long it is": {
        "a length, and chunks": post(`Content-Length: 5\r\n${chunked}`, "0\r\n\r\n"),
        "chunks, and a length": post(`${chunked}Content-Length: 5\r\n`, "0\r\n\r\n"),
        "two lengths": post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"),
        "the same length twice": post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"),
        "two lengths in one": length(" 5, 6"),
        "the same length twice in one": length(" 5, 5"),
        "two codings": post(`${chunked}Transfer-Encoding: identity\r\n`, "0\r\n\r\n"),
        "two codings, the other way round": post(`Transfer-Encoding: identity\r\n${chunked}`, "0\r\n\r\n"),
        "chunks twice": coding(" chunked, chunked"),
        "chunks twice, in two lines": post(chunked + chunked, "0\r\n\r\n"),
    },
    "codings there are none of": {
        "identity": coding(" identity", ""),
        "not quite chunked": coding(" xchunked"),
        "chunked, but not last": coding(" chunked, gzip"),
        "chunked, but not first": coding(" gzip, chunked"),
        "chunked, and nothing before it": coding(" ,chunked"),
        "chunked, with a parameter": coding(" chunked;q=1"),
        "in quotes": coding(' "chunked"'),
        "empty": coding("", ""),
        "behind a vertical tab": coding("\u000bchunked"),
        "in HTTP/1.0": `POST /healthz HTTP/1.0\r\nConnection: keep-alive\r\n${chunked}\r\n0\r\n\r\n`,
    },
    "lengths that are no number": {
        "signed": length(" +5"),
        "negative": length(" -1"),
        "negative zero": length(" -0"),
        "in hexadecimal": length(" 0x5"),
        "with something behind": length(" 5a"),
        "two numbers": length(" 5 5"),
        "a decimal": length(" 5.0"),
        "empty": length(""),
        "with a parameter": length(" 5;"),
        "with a NUL": length(" 5\u0000"),
        "2^64": length(" 18446744073709551616"),
        "2^64 and 5": length(" 18446744073709551621"),
    },
    "chunks that are none": {
        "negative": chunks("-5\r\nhello\r\n0\r\n\r\n"),
        "signed": chunks("+5\r\nhello\r\n0\r\n\r\n"),
        "0x": chunks("0x5\r\nhello\r\n0\r\n\r\n"),
        "a blank behind": chunks("5 \r\nhello\r\n0\r\n\r\n"),
        "a blank before": chunks(" 5\r\nhello\r\n0\r\n\r\n"),
        "no digit": chunks("G\r\nhello\r\n0\r\n\r\n"),
        "nothing": chunks("\r\nhello\r\n0\r\n\r\n"),
        "2^64 and 5": chunks("10000000000000005\r\nhello\r\n0\r\n\r\n"),
        "2^64 - 1": chunks("FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"),
        "more than 2^64": chunks("FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"),
        "a bare LF behind the size": chunks("5\nhello\r\n0\r\n\r\n"),
        "a bare LF behind an extension": chunks("5;a\nX\r\nhello\r\n0\r\n\r\n"),
        "a bare LF behind no extension": chunks("5;\nhello\r\n0\r\n\r\n"),
        "a bare CR in an extension": chunks("5;a\rX\r\nhello\r\n0\r\n\r\n"),
        "a NUL in an extension": chunks("5;a\u0000X\r\nhello\r\n0\r\n\r\n"),
        "longer than its size": chunks("5\r\nhelloXX0\r\n\r\n"),
        "a bare LF behind it": chunks("5\r\nhello\n0\r\n\r\n"),
        "a bare LF at the end": chunks("0\n\n"),
        "a bare LF as the end": chunks("5\r\nhello\r\n0\r\n\n"),
        "a trailer that is no field": chunks("0\r\nX y\r\n\r\n"),
    },
    "lines that end elsewhere": {
        "bare LF": "GET /healthz HTTP/1.1\nHost: x\n\n",
        "one bare LF": "GET /healthz HTTP/1.1\r\nHost: x\nX: y\r\n\r\n",
        "a bare LF as the end": "GET /healthz HTTP/1.1\r\nHost: x\r\n\n",
        "a bare LF behind the request line": "GET /healthz HTTP/1.1\nHost: x\r\n\r\n",
        "a bare CR": "GET /healthz HTTP/1.1\r\nHost: x\rX: y\r\n\r\n",
        "CR CR LF": "GET /healthz HTTP/1.1\r\nHost: x\r\r\n\r\n",
        "a folded field": get("X: a\r\n b\r\n"),
        "a folded field, with a tab": get("X: a\r\n\tb\r\n"),
        "a folded coding": coding("\r\n chunked"),
        "a folded length": length("\r\n 5"),
        "a fold before the first field": "GET /healthz HTTP/1.1\r\n X: y\r\nHost: x\r\n\r\n",
    },
    "fields that are none": {
        "a blank before the colon": get("X : y\r\n"),
        "a blank before the colon of a coding": post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
        "a blank before the colon of a length": post("Content-Length : 5\r\n", "hello"),
        "a tab before the colon": post("Content-Length\t: 5\r\n", "hello"),
        "no colon": get("X\r\n"),
        "no name": get(": y\r\n"),
        "a NUL in a value": get("X: a\u0000b\r\n"),
        "a NUL in a name": get("X\u0000: a\r\n"),
        "a bell": get("X: a\u0007b\r\n"),
        "a letter beyond ASCII in a name": get("X\u00e9: a\r\n"),
    },
    "hosts": {
        "none": "GET /healthz HTTP/1.1\r\n\r\n",
        "two": get("Host: y\r\n"),
        "the same twice": get("Host: x\r\n"),
    },
    "hosts that are none": {
        "with a blank": "GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n",
        "with a path": "GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "with a user": "GET /healthz HTTP/1.1\r\nHost: a@b\r\n\r\n",
        "two in one": "GET /healthz HTTP/1.1\r\nHost: a, b\r\n\r\n",
    },
    "first lines": {
        "two blanks": "GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "tabs": "GET\t/healthz\tHTTP/1.1\r\nHost: x\r\n\r\n",
        "a blank at the end": "GET /healthz HTTP/1.1 \r\nHost: x\r\n\r\n",
        "a NUL": "G\u0000ET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "another protocol": "GET /healthz http/1.1\r\nHost: x\r\n\r\n",
        "HTTP/0.9": "GET /healthz\r\n\r\n",
        "HTTP/1.2": "GET /healthz HTTP/1.2\r\nHost: x\r\n\r\n",
        "HTTP/1.01": "GET /healthz HTTP/1.01\r\nHost: x\r\n\r\n",
        "HTTP/2, as a client that knows we speak it": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "TLS": `\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003${"\u0000".repeat(500)}`,
        "what a proxy may say first": "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n",
        "SSH": "SSH-2.0-OpenSSH_9.2\r\n",
    },
};

// What may look odd and has one meaning: it is answered, and so is what comes behind it.
const understood = {
    "chunks": [405, chunks("5\r\nhello\r\n0\r\n\r\n")],
    "chunks with extensions": [405, chunks("5;a=b\r\nhello\r\n0\r\n\r\n")],
    "chunks with a trailer": [405, chunks("5\r\nhello\r\n0\r\nX: y\r\n\r\n")],
    "chunks with a trailer that would be a length": [405, chunks("0\r\nContent-Length: 50\r\n\r\n")],
    "chunks in capitals": [405, post("TRANSFER-ENCODING: CHUNKED\r\n", "5\r\nhello\r\n0\r\n\r\n")],
    "a length with zeros before": [405, length(" 005")],
    "a body that is a request": [200, get(`Content-Length: ${smuggled.length}\r\n`) + smuggled],
    "chunks that are a request": [200,
        get(chunked) + `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`],
    "a value beyond ASCII": [200, get("X: \u00e9\r\n")],
    "the whole address": [200, get("", "http://x/healthz")],
    "an offer to speak HTTP/2": [200,
        get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n")],
    "an offer to speak WebSocket": [200, get(
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n" +
        "Sec-WebSocket-Version: 13\r\n")],
};

async function startWithPrice(t) {
    const server = await startServer(t, { LOG_LEVEL: "warn" });
    server.publish(69420.25);
    await until("the price", async () => (await request(`${server.url}/readyz`)).status === 200);
    return server;
}

const sumsOf = (figures) =>
    ["bad_request_line", "bad_header", "bad_length", "bad_body", "body_too_large"].reduce(
        (sum, reason) => sum + figures.sum("tickertape_refused_total", { reason }), 0);

describe("smuggling", { timeout: 120_000 }, () => {
    for (const [what, cases] of Object.entries(refused))
        test(`${what} are refused, and nothing behind them is answered`, { timeout }, async (t) => {
            const server = await startWithPrice(t);
            const before = await figuresOf(server);
            const faults = [];
            await Promise.all(Object.entries(cases).map(async ([name, bytes]) => {
                const client = connect(t, server.port);
                client.say(bytes + smuggled);
                await client.closes({ timeout: 5_000 }).catch(() => {});
                const answers = parseResponses(client.heard);
                const statuses = answers.map(({ status }) => status);
                if (!client.isClosed) faults.push(`${name}: it may go on; it got ${statuses}`);
                else if (statuses.length !== 1 || ![400, 413, 501, 505].includes(statuses[0]))
                    faults.push(`${name}: ${statuses}`);
                else if (answers[0].headers.connection !== "close")
                    faults.push(`${name}: it is not told that the connection ends`);
            }));
            assert.deepEqual(faults, []);
            const grown = sumsOf(await figuresOf(server)) - sumsOf(before);
            assert.equal(grown, Object.keys(cases).length, "each is counted, with its reason");
        });

    test("what has one meaning is understood, and so is what comes behind it", { timeout }, async (t) => {
        const server = await startWithPrice(t);
        await Promise.all(Object.entries(understood).map(async ([name, [status, bytes]]) => {
            const client = connect(t, server.port);
            client.say(bytes + smuggled);
            await client.hears(`${name}: two answers`, (text) => parseResponses(text).length === 2);
            const [first, second] = parseResponses(client.heard);
            assert.equal(first.status, status, name);
            assert.equal(second.status, 200, name);
            assert.equal(JSON.parse(second.text).price, 69420.25, name);
        }));
    });

    test("nobody is reached through it", { timeout }, async (t) => {
        const server = await startWithPrice(t);
        for (const target of ["http://example.com/healthz", "https://example.com/healthz",
            `http://127.0.0.1:${server.port}/healthz`]) {
            const client = connect(t, server.port);
            client.say(get("Connection: close\r\n", target));
            await client.closes();
            // RFC 9112, section 3.2.2: an absolute address is taken for ours, whatever its host is.
            const [answer] = parseResponses(client.heard);
            assert.ok([200, 400, 421].includes(answer.status), `${target}: ${answer.status}`);
            if (answer.status === 200) assert.equal(answer.text.trim(), '{"status":"ok"}');
        }
        const client = connect(t, server.port);
        client.say("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n");
        await client.hears("a refusal", /^HTTP\/1\.1 (400|404|405) /);
    });

    test("what comes behind the request of a stream is not answered", { timeout }, async (t) => {
        const server = await startWithPrice(t);
        const client = connect(t, server.port);
        client.say(get("", "/prices/stream") + smuggled);
        await client.hears("the price", /"price":69420\.25/);
        server.publish(69421);
        await client.hears("the next price", /"price":69421/);
        assert.equal(client.heard.match(/HTTP\/1\.1 /g).length, 1);
    });
});
