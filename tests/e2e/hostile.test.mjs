// What strangers send. Each answer has the status of the contract and a body that helps; none says
// what is inside; and afterwards the server is as healthy, and holds as little, as before.

import assert from "node:assert/strict";
import { Agent } from "node:http";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isTick, parseEvents, readEvents } from "./support/events.mjs";
import { connect, dechunk, json, parseResponses, request } from "./support/http.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;
const streamPath = "/prices/stream";
const routes = [
    "/", "/static/page.js", "/api/prices", "/api/prices/btc-usd", "/api/prices/btc-usd/history",
    "/crypto-price", "/healthz", "/readyz", "/metrics",
];
const get = (target, headers = "") => `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;

// A server with one price, and a check that it is as well as it was when it started.
async function setUp(t, settings = {}) {
    const server = await startServer(t, { HEARTBEAT: "200ms", ...settings });
    server.publish(69420.25);
    await until("the price", async () => (await request(`${server.url}/readyz`)).status === 200);
    const filesBefore = server.openSockets();
    const isWell = async () => {
        const answer = await json(`${server.url}/healthz`);
        assert.equal(answer.status, 200);
        assert.deepEqual(answer.body, { status: "ok" });
        const stream = readEvents(t, `${server.url}${streamPath}`);
        await stream.sees("the price", (_, { prices }) => prices.includes(69420.25));
        stream.close();
        await until(
            () => `open files are back to ${filesBefore}; there are ${server.openSockets()}`,
            () => server.openSockets() <= filesBefore, { timeout: 15_000 });
        assert.equal(server.child.exit, null);
        assert.doesNotMatch(server.child.stderr, /ERROR/);
    };
    return { server, isWell };
}

function checkProblem(answer, status, what) {
    assert.equal(answer.status, status, `${what}: ${answer.text.slice(0, 300)}`);
    assert.equal(answer.headers["content-type"], "application/problem+json", what);
    assert.ok(answer.headers["x-request-id"], what);
    const body = JSON.parse(answer.text);
    for (const member of ["type", "title", "detail"])
        assert.ok(typeof body[member] === "string" && body[member].length > 0, `${what}: ${member}`);
    assert.equal(body.status, status, what);
    assert.doesNotMatch(answer.text, /\/(home|root|usr|work|tmp|build)\b|boost|std::|\.cpp/, what);
    return body;
}

function checkBadParameter(answer, parameter, what) {
    const body = checkProblem(answer, 400, what);
    assert.equal(body.parameter, parameter, what);
    assert.ok(typeof body.accepted === "string" && body.accepted.length > 0, what);
}

const badTimes = [
    "", "yesterday", "-1", "NaN", "nan", "inf", "1e400", "1e9", "99999999999", "0x10", "%20", "+1", "1,5",
    "1.", ".5", "17125254761234567", "2024-02-30T00:00:00Z", "2024-02-30", "2024-4-07", "1712525476%00",
    "%ff", "1712525476;drop", "9".repeat(2_000),
];
const badIds = [
    "abc", "-1", "1712525476123", "1712525476123-", "-0", "1-2-3", "0x1-0", "1e3-0",
    "99999999999999999999-0", "1712525476123-99999999999", "1712525476123 -0", "NaN-0",
];

describe("hostile parameters", { timeout: 300_000 }, () => {
    test("a bad time names itself and what is accepted", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const value of badTimes)
            for (const [path, parameter] of [
                [streamPath, "since"],
                ["/api/prices/btc-usd/history", "since"],
                ["/api/prices/btc-usd/history", "until"],
            ]) {
                const target = `${path}?${parameter}=${value}`;
                checkBadParameter(
                    await request(server.url + target), parameter, target.slice(0, 80));
            }
        await isWell();
    });

    test("an id of another server gets a gap and all that is held, and goes on", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const id of badIds) {
            const inQuery = `${server.url}${streamPath}?last_event_id=${encodeURIComponent(id)}`;
            for (const stream of [
                readEvents(t, server.url + streamPath, { "last-event-id": id }),
                readEvents(t, inQuery),
            ]) {
                await stream.sees("the price that is held", (_, { prices }) => prices.includes(69420.25));
                const [gap] = stream.events.filter(({ event }) => event === "gap");
                assert.equal(gap?.data.reason, "restarted", id);
                stream.close();
            }
        }
        await isWell();
    });

    test("an id from the future is no reason to wait for it", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        const stream = readEvents(t, server.url + streamPath, { "last-event-id": "9999999999999-0" });
        await stream.sees("the price that is held", (_, { prices }) => prices.includes(69420.25));
        stream.close();
        await isWell();
    });

    test("unknown and empty symbols", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const name of ["NOBODY-USD", "btc", "BTC-USD%00", "%3Cscript%3E", "..", "BTC_USD"]) {
            checkProblem(await request(`${server.url}${streamPath}?symbols=${name}`), 404, name);
            checkProblem(
                await request(`${server.url}${streamPath}?symbols=BTC-USD,${name}`), 404, name);
        }
        for (const name of ["nobody-usd", "%3Cscript%3E", "btc-usd%00", "btc-usd%2f..", "*"]) {
            checkProblem(await request(`${server.url}/api/prices/${name}`), 404, name);
            checkProblem(await request(`${server.url}/api/prices/${name}/history`), 404, name);
        }
        for (const symbols of ["", ",", "BTC-USD,", ",BTC-USD", "BTC-USD,,BTC-USD"])
            checkBadParameter(
                await request(`${server.url}${streamPath}?symbols=${symbols}`), "symbols", symbols);
        await isWell();
    });

    test("the same symbol ten times is one symbol", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        const symbols = Array(10).fill("btc-usd").join(",");
        const stream = readEvents(t, `${server.url}${streamPath}?symbols=${symbols}`);
        await stream.sees("the price and a heartbeat", (events) =>
            events.some((e) => e.event === "heartbeat"));
        assert.deepEqual(stream.prices, [69420.25]);
        stream.close();
        await isWell();
    });

    test("ten thousand symbols", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        const symbols = Array.from({ length: 10_000 }, (_, i) => `C${i}-USD`).join(",");
        const answer = await request(`${server.url}${streamPath}?symbols=${symbols}`);
        assert.ok([404, 414, 431].includes(answer.status), `${answer.status}`);
        checkProblem(answer, answer.status, "10,000 symbols");
        assert.ok(answer.text.length < 2_000, "the answer does not repeat the question");
        await isWell();
    });

    test("a history's limit", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const limit of ["", "0", "-1", "1.5", "ten", "1e3", "99999999999999999999", "0x10"])
            checkBadParameter(
                await request(`${server.url}/api/prices/btc-usd/history?limit=${limit}`), "limit", limit);
        const now = Math.floor(Date.now() / 1000);
        checkBadParameter(
            await request(`${server.url}/api/prices/btc-usd/history?since=${now}&until=${now - 5}`),
            "until", "until before since");
        await isWell();
    });

    test("what goes wrong is quoted without becoming anything else", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        const nasty = encodeURIComponent('"}\r\nX-Evil: 1\r\n<script>\u2028\u0000');
        const answer = await request(`${server.url}${streamPath}?since=${nasty}`);
        checkBadParameter(answer, "since", "nasty");
        assert.equal(answer.headers["x-evil"], undefined);
        const id = await request(`${server.url}/healthz`, { headers: { "x-request-id": "<b>{}" } });
        assert.doesNotMatch(id.headers["x-request-id"], /[<>{}]/);
        await isWell();
    });
});

describe("hostile requests", { timeout: 300_000 }, () => {
    // Says something and reads until the server closes the connection.
    async function answersTo(t, server, bytes) {
        const client = connect(t, server.port);
        client.say(bytes);
        await client.closes({ timeout: 15_000 });
        return parseResponses(client.heard);
    }

    test("a head that is too large gets 431", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const bytes of [
            get("/healthz", `X-Large: ${"x".repeat(9_000)}\r\n`),
            get("/healthz", `X-Many: 1\r\n`.repeat(2_000)),
            get(`/${"x".repeat(9_000)}`),
            get("/healthz", `X-Endless: ${"x".repeat(1_000_000)}`),
        ]) {
            const [answer] = await answersTo(t, server, bytes);
            assert.ok(answer, "there is an answer");
            checkProblem(answer, 431, bytes.slice(0, 60));
            assert.equal(answer.headers.connection, "close");
        }
        await isWell();
    });

    test("a body that is too large gets 413", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const bytes of [
            `POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n${"x".repeat(65_537)}`,
            "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n",
            `GET ${streamPath} HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n${"x".repeat(70_000)}`,
            `POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n` +
                `10001\r\n${"x".repeat(65_537)}\r\n0\r\n\r\n`,
        ]) {
            const [answer] = await answersTo(t, server, bytes);
            assert.ok(answer, "there is an answer");
            checkProblem(answer, 413, bytes.slice(0, 60));
        }
        await isWell();
    });

    test("a body that fits is read and forgotten", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        const client = connect(t, server.port);
        client.say(`GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello${get("/healthz")}`);
        await client.hears("two answers", (text) => parseResponses(text).length === 2);
        assert.deepEqual(parseResponses(client.heard).map(({ status }) => status), [200, 200]);
        client.close();
        await isWell();
    });

    test("what is no request gets 400 and is hung up on", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const bytes of [
            "\r\n\r\n\r\nhello\r\n\r\n",
            "GET\r\n\r\n",
            "GET /healthz\r\n\r\n",
            "GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost x\r\n\r\n",
            "GET /healthz HTTP/1.1\r\n: x\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nBad Name: x\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 6\r\n\r\n",
            "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "GET /heal thz HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /healthz\u0000 HTTP/1.1\r\nHost: x\r\n\r\n",
            "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003 a TLS client\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\u0000".repeat(100),
            "{\"json\":true}\n\n",
        ]) {
            const what = JSON.stringify(bytes.slice(0, 60));
            const [answer] = await answersTo(t, server, bytes);
            assert.ok(answer, `${what} is answered`);
            checkProblem(answer, 400, what);
            assert.equal(answer.headers.connection, "close", what);
        }
        await isWell();
    });

    test("targets that are no path get 400, or 404", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const target of [
            "*", "healthz", "ftp://example.com/healthz", "//healthz", "/%", "/%zz", "/healthz%",
            "/healthz?x=%", "/healthz%00", "/\\healthz", "/healthz/", "/HEALTHZ", "/prices//stream",
        ]) {
            const client = connect(t, server.port);
            client.say(get(target, "Connection: close\r\n"));
            await client.closes();
            const [answer] = parseResponses(client.heard);
            assert.ok([400, 404].includes(answer?.status), `${target}: ${answer?.status}`);
            checkProblem(answer, answer.status, target);
        }
        await isWell();
    });

    test("half a request gets 408 after HEADER_TIMEOUT", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t, { HEADER_TIMEOUT: "500ms" });
        for (const bytes of [
            "G",
            "GET /healthz HT",
            "GET /healthz HTTP/1.1\r\nHost: x\r\n",
            "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf",
        ]) {
            const began = Date.now();
            const [answer] = await answersTo(t, server, bytes);
            const took = Date.now() - began;
            assert.ok(took >= 400 && took < 5_000, `${took} ms`);
            assert.ok(answer, `${JSON.stringify(bytes)} is answered`);
            checkProblem(answer, 408, JSON.stringify(bytes));
        }
        await isWell();
    });

    test("a request that trickles in is no quicker than its bytes", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t, { HEADER_TIMEOUT: "500ms" });
        const client = connect(t, server.port);
        client.say("GET /healthz HTTP/1.1\r\nX: ");
        const drip = setInterval(() => client.say("x"), 50);
        t.after(() => clearInterval(drip));
        await client.closes();
        clearInterval(drip);
        checkProblem(parseResponses(client.heard)[0], 408, "a trickle");
        await isWell();
    });

    test("a connection that says nothing is closed", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t, { HEADER_TIMEOUT: "300ms", IDLE_TIMEOUT: "500ms" });
        await connect(t, server.port).closes();
        const second = connect(t, server.port);
        second.say(get("/healthz"));
        await second.hears("the answer", /"ok"/);
        await second.closes();
        await isWell();
    });

    test("clients that leave in the middle leave nothing behind", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const bytes of ["", "GET /healthz HT", get("/healthz"), get("/metrics").repeat(20),
            get(streamPath)])
            for (let i = 0; i < 20; i += 1) {
                const client = connect(t, server.port);
                await new Promise((resolve) => client.socket.once("connect", resolve));
                client.say(bytes);
                if (i % 2) client.socket.resetAndDestroy();
                else client.close();
            }
        await isWell();
    });
});

describe("paths under /static/", { timeout: 120_000 }, () => {
    const escapes = [
        "../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "%2e%2e%2fsecret.txt",
        "..%252fsecret.txt", "....//secret.txt", "..\\secret.txt", "..%5csecret.txt",
        "%2e%2e%5csecret.txt", "..%c0%afsecret.txt", "..%00/secret.txt", "sub/../../secret.txt",
        "./../secret.txt", "%2e/%2e%2e/secret.txt", "/secret.txt", "%2fetc/passwd", "/etc/passwd",
        "../../../../../../../../etc/passwd", "..;/secret.txt", "../page/../secret.txt",
        "link.txt", "links/secret.txt", ".hidden", "%2ehidden", "index.html%00.txt", "index.html/",
        "index.html%2f", "file:///etc/passwd", "", ".", "..", "sub", "sub/",
    ];

    test("nothing outside of the directory is ever shown", { timeout }, async (t) => {
        const root = await scratch(t);
        const { mkdir, symlink } = await import("node:fs/promises");
        const secret = "the secret of this test";
        await writeFile(join(root, "secret.txt"), secret);
        await mkdir(join(root, "page", "sub"), { recursive: true });
        await writeFile(join(root, "page", "index.html"), "<!doctype html><title>page</title>");
        await writeFile(join(root, "page", "sub", "file.txt"), "a file");
        await writeFile(join(root, "page", ".hidden"), secret);
        await symlink(join(root, "secret.txt"), join(root, "page", "link.txt"));
        await symlink(root, join(root, "page", "links"));
        const { server, isWell } = await setUp(t, { STATIC_DIR: join(root, "page") });
        assert.equal((await request(`${server.url}/static/sub/file.txt`)).text, "a file");
        for (const path of escapes) {
            const client = connect(t, server.port);
            client.say(get(`/static/${path}`, "Connection: close\r\n"));
            await client.closes();
            const [answer] = parseResponses(client.heard);
            assert.ok([400, 404].includes(answer?.status), `${path}: ${answer?.status}`);
            assert.ok(!client.heard.includes(secret) && !client.heard.includes("root:"), path);
            checkProblem(answer, answer.status, path);
        }
        await isWell();
    });

    test("nor where the page is compiled in", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const path of escapes) {
            const client = connect(t, server.port);
            client.say(get(`/static/${path}`, "Connection: close\r\n"));
            await client.closes();
            const [answer] = parseResponses(client.heard);
            assert.ok([400, 404].includes(answer?.status), `${path}: ${answer?.status}`);
        }
        await isWell();
    });

    test("a copy that is current is not sent again", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const path of ["/", "/static/page.js", "/static/base.css", "/static/icon.svg"]) {
            const first = await request(server.url + path);
            assert.equal(first.status, 200);
            const { etag } = first.headers;
            assert.match(etag, /^"[^"]+"$/);
            for (const tags of [etag, `"other", ${etag}`, `W/${etag}`, "*"]) {
                const again = await request(server.url + path, { headers: { "if-none-match": tags } });
                assert.equal(again.status, 304, `${path} ${tags}`);
                assert.equal(again.text, "");
                assert.equal(again.headers.etag, etag);
            }
            for (const tags of ['"other"', "", '"', etag.slice(1, -1)]) {
                const again = await request(server.url + path, { headers: { "if-none-match": tags } });
                assert.equal(again.status, 200, `${path} ${tags}`);
                assert.equal(again.text, first.text);
            }
        }
        await isWell();
    });
});

describe("methods", { timeout: 120_000 }, () => {
    test("a wrong method gets 405 and the ones there are", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const path of [...routes, streamPath])
            for (const method of ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"]) {
                const answer = await request(server.url + path, { method });
                checkProblem(answer, 405, `${method} ${path}`);
                assert.equal(answer.headers.allow, "GET, HEAD, OPTIONS");
            }
        await isWell();
    });

    test("a method nobody has heard of is no reason to hang up", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        const client = connect(t, server.port);
        client.say(`BREW /healthz HTTP/1.1\r\nHost: x\r\n\r\n${get("/healthz")}`);
        await client.hears("two answers", (text) => parseResponses(text).length === 2);
        const [first, second] = parseResponses(client.heard);
        checkProblem(first, 405, "BREW");
        assert.equal(second.status, 200);
        client.close();
        await isWell();
    });

    test("HEAD has the headers of GET and no body", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const path of [...routes, "/nowhere", "/api/prices/nobody-usd"]) {
            const full = await request(server.url + path);
            const head = await request(server.url + path, { method: "HEAD" });
            assert.equal(head.status, full.status, path);
            assert.equal(head.text, "", path);
            assert.equal(head.headers["content-type"], full.headers["content-type"], path);
            if (path !== "/metrics")
                assert.equal(head.headers["content-length"], full.headers["content-length"], path);
        }
        const client = connect(t, server.port);
        client.say(`HEAD ${streamPath} HTTP/1.1\r\nHost: x\r\n\r\n${get("/healthz")}`);
        await client.hears("the answer after it", /"ok"/);
        const end = client.heard.indexOf("\r\n\r\n");
        assert.match(client.heard.slice(0, end), /^HTTP\/1\.1 200 OK\r\n[^]*text\/event-stream/);
        assert.ok(client.heard.slice(end + 4).startsWith("HTTP/1.1 200 OK\r\n"), "no body in between");
        client.close();
        await isWell();
    });

    test("OPTIONS and other origins", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const path of [...routes, streamPath]) {
            const answer = await request(server.url + path, {
                method: "OPTIONS",
                headers: {
                    origin: "https://example.com",
                    "access-control-request-method": "GET",
                    "access-control-request-headers": "last-event-id",
                },
            });
            assert.equal(answer.status, 204, path);
            assert.equal(answer.headers.allow, "GET, HEAD, OPTIONS", path);
            assert.equal(answer.headers["access-control-allow-origin"], "*", path);
            assert.match(answer.headers["access-control-allow-headers"], /last-event-id/i, path);
        }
        const strict = await setUp(t, { CORS_ORIGINS: "https://example.com" });
        const from = (origin) => request(`${strict.server.url}/api/prices`, { headers: { origin } });
        const ours = await from("https://example.com");
        assert.equal(ours.headers["access-control-allow-origin"], "https://example.com");
        assert.match(ours.headers.vary, /origin/i);
        for (const origin of ["https://example.com.evil.org", "http://example.com", "null", ""])
            assert.equal((await from(origin)).headers["access-control-allow-origin"], undefined, origin);
        await strict.isWell();
        await isWell();
    });
});

describe("connections", { timeout: 120_000 }, () => {
    test("three requests in one write get three answers in their order", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        const client = connect(t, server.port);
        client.say(get("/healthz") + get("/nowhere") + get("/crypto-price"));
        await client.hears("three answers", (text) => parseResponses(text).length === 3);
        const answers = parseResponses(client.heard);
        assert.deepEqual(answers.map(({ status }) => status), [200, 404, 200]);
        assert.equal(answers[0].text.trim(), '{"status":"ok"}');
        assert.equal(JSON.parse(answers[2].text).price, 69420.25);
        assert.match(answers[2].text, /"price":\s*69420\.25,/);
        client.close();
        await isWell();
    });

    test("requests in front of a stream are answered first", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        const client = connect(t, server.port);
        client.say(get("/healthz") + get(streamPath));
        await client.hears("the price", /"price":69420\.25/);
        const [first] = parseResponses(client.heard);
        assert.equal(first.text.trim(), '{"status":"ok"}');
        assert.match(client.heard, /text\/event-stream/);
        client.close();
        await isWell();
    });

    test("a hundred requests share one connection", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        t.after(() => agent.destroy());
        let connections = 0;
        const connectOnce = agent.createConnection.bind(agent);
        agent.createConnection = (...args) => {
            connections += 1;
            return connectOnce(...args);
        };
        const ids = new Set();
        for (let i = 0; i < 100; i += 1) {
            const answer = await request(server.url + routes[i % routes.length], { agent });
            assert.equal(answer.status, 200);
            ids.add(answer.headers["x-request-id"]);
        }
        assert.equal(connections, 1);
        assert.equal(ids.size, 100, "each request has an id of its own");
        agent.destroy();
        await isWell();
    });

    test("Connection: close is obeyed", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const bytes of [
            get("/healthz", "Connection: close\r\n"), "GET /healthz HTTP/1.0\r\n\r\n"]) {
            const client = connect(t, server.port);
            client.say(bytes + get("/healthz"));
            await client.closes();
            const answers = parseResponses(client.heard);
            assert.equal(answers.length, 1, "and what comes after it is not answered");
            assert.equal(answers[0].headers.connection, "close");
        }
        await isWell();
    });

    test("a stream to an old or closing client has no chunks", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        for (const bytes of [
            `GET ${streamPath} HTTP/1.0\r\n\r\n`,
            get(streamPath, "Connection: close\r\n"),
        ]) {
            const client = connect(t, server.port);
            client.say(bytes);
            await client.hears("a heartbeat", /event: heartbeat\ndata: .*\n\n/);
            const end = client.heard.indexOf("\r\n\r\n");
            const head = client.heard.slice(0, end);
            assert.doesNotMatch(head, /transfer-encoding|content-length/i);
            assert.match(head, /connection: close/i);
            const events = parseEvents(client.heard.slice(end + 4));
            assert.match(events[0].text, /^retry: \d+\n\n$/);
            assert.ok(isTick(events[1]));
            client.close();
        }
        const chunked = connect(t, server.port);
        chunked.say(get(streamPath));
        await chunked.hears("a heartbeat", /event: heartbeat\ndata: .*\n\n\r\n/);
        const end = chunked.heard.indexOf("\r\n\r\n");
        const head = chunked.heard.slice(0, end);
        assert.match(head, /transfer-encoding: chunked/i);
        assert.match(head, /content-type: text\/event-stream\r\n/i);
        assert.match(head, /cache-control: no-store\r\n/i);
        assert.match(head, /x-accel-buffering: no\r\n/i);
        assert.match(head, /x-request-id: \S+\r\n/i);
        const events = parseEvents(dechunk(chunked.heard.slice(end + 4)).text);
        assert.deepEqual(
            events.map((e) => e.event ?? (e.data ? "tick" : "retry")).slice(0, 3),
            ["retry", "tick", "heartbeat"]);
        chunked.close();
        await isWell();
    });

    test("what a subscriber says after its request is ignored", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        const client = connect(t, server.port);
        client.say(get(streamPath));
        await client.hears("the price", /69420\.25/);
        for (let i = 0; i < 50; i += 1) client.say("x".repeat(65_536));
        server.publish(69421.5);
        await client.hears("the next price", /69421\.5/);
        client.close();
        server.publish(69420.25);
        await until("it is the newest again", async () =>
            (await json(`${server.url}/api/prices/btc-usd`)).body.price === 69420.25);
        await isWell();
    });

    test("what is asked is answered as the contract says", { timeout }, async (t) => {
        const { server, isWell } = await setUp(t);
        const all = (await json(`${server.url}/api/prices`)).body;
        assert.equal(all.prices.length, 1);
        const one = (await json(`${server.url}/api/prices/btc-usd`)).body;
        assert.deepEqual(
            Object.keys(one).sort(),
            ["age_seconds", "price", "source", "stale", "symbol", "timestamp"]);
        assert.deepEqual(Object.keys(all.prices[0]).sort(), Object.keys(one).sort());
        assert.equal(one.price, 69420.25);
        assert.equal(one.stale, false);
        assert.equal(one.source, "pipe");
        server.publish(1);
        server.publish(69420.25);
        const path = `${server.url}/api/prices/btc-usd/history`;
        await until("three ticks", async () => (await json(path)).body.ticks.length === 3);
        const { body } = await json(`${path}?limit=2`);
        assert.equal(body.symbol, "BTC-USD");
        assert.deepEqual(body.ticks.map(({ price }) => price), [1, 69420.25]);
        assert.equal(body.more, true);
        assert.deepEqual(Object.keys(body.ticks[0]).sort(), ["id", "price", "source", "timestamp"]);
        const from = (await json(`${path}?since=0`)).body;
        assert.equal(from.ticks.length, 3);
        assert.equal(from.gap.reason, "restarted");
        await isWell();
    });
});
