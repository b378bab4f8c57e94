// How the program starts, refuses to start, lives and ends.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { curl } from "./support/curl.mjs";
import { isTick, readEvents } from "./support/events.mjs";
import { connect, dechunk, json, request } from "./support/http.mjs";
import { run, scratch, startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 30_000;

// The program says why it does not start in one line, and nothing else.
async function refuses(t, options, pattern) {
    const child = await run(t, options);
    const exit = await child.exited();
    assert.equal(exit.signal, null);
    assert.notEqual(exit.code, 0);
    const lines = child.stderr.trimEnd().split("\n");
    assert.equal(lines.length, 1, child.stderr);
    assert.match(lines[0], pattern);
    assert.equal(child.stdout, "");
}

// How many connections are open that are not streams; the one that asks is among them.
async function sessions(server) {
    const { text } = await request(`${server.url}/metrics`);
    return [...text.matchAll(/^tickertape_sessions\{.*\} (\d+)/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
}

describe("ending", { timeout: 300_000 }, () => {
    for (const signal of ["SIGTERM", "SIGINT"])
        test(`${signal} sends subscribers elsewhere and ends the process with 0`, { timeout }, async (t) => {
            const server = await startServer(t, { DRAIN_TIME: "3s" });
            server.publish(100);
            const streams = Array.from({ length: 20 }, () =>
                readEvents(t, `${server.url}/prices/stream`));
            for (const stream of streams) await stream.sees("a tick", (events) => events.some(isTick));
            const began = Date.now();
            server.child.signal(signal);
            assert.deepEqual(await server.child.exited(), { code: 0, signal: null });
            assert.ok(Date.now() - began < 3_000, "well within DRAIN_TIME, as everybody left");
            for (const stream of streams) {
                await stream.sees("the end", (_, { hasEnded, isBroken }) => hasEnded || isBroken);
                assert.ok(stream.hasEnded && !stream.isBroken, "the response ends as it should");
                const last = stream.events.at(-1);
                assert.equal(last.event, "moving");
                assert.equal(
                    last.text,
                    `event: moving\nretry: ${last.retry}\ndata: {"retry":${last.retry}}\n\n`);
                assert.ok(last.retry >= 100 && last.retry <= 300, "RETRY, give or take a half");
            }
        });

    test("the last bytes of a chunked stream are its last chunk", { timeout }, async (t) => {
        const server = await startServer(t);
        const client = connect(t, server.port);
        client.say("GET /prices/stream HTTP/1.1\r\nHost: x\r\n\r\n");
        await client.hears("the beginning", /retry: \d+\n\n/);
        server.child.signal("SIGTERM");
        await client.closes();
        const body = client.heard.slice(client.heard.indexOf("\r\n\r\n") + 4);
        const { text, isWhole } = dechunk(body);
        assert.ok(isWhole, body);
        assert.match(text, /^retry: \d+\n\nevent: moving\nretry: \d+\ndata: \{"retry":\d+\}\n\n$/);
    });

    test("a subscriber that does not read delays the end by DRAIN_TIME", { timeout }, async (t) => {
        const server = await startServer(t, { DRAIN_TIME: "500ms" });
        const client = connect(t, server.port);
        client.say("GET /prices/stream HTTP/1.1\r\nHost: x\r\n\r\n");
        await client.hears("the beginning", /retry: \d+\n\n/);
        client.socket.pause();
        // Fill what the kernel takes on both ends, so that the farewell cannot be sent.
        const metrics = async () => (await request(`${server.url}/metrics`)).text;
        let price = 1;
        await until("the subscriber is behind", async () => {
            for (let i = 0; i < 20_000; i += 1) server.publish((price += 0.25));
            return /^tickertape_subscribers_behind\{.*\} [1-9]/m.test(await metrics());
        }, { timeout: 20_000 });
        const began = Date.now();
        server.child.signal("SIGTERM");
        assert.deepEqual(await server.child.exited(), { code: 0, signal: null });
        assert.ok(Date.now() - began < 3_000);
    });

    test("a second signal ends the process at once", { timeout }, async (t) => {
        const server = await startServer(t, { DRAIN_TIME: "60s" });
        // Half a request keeps the server waiting for its other half.
        const client = connect(t, server.port);
        client.say("GET /healthz HTTP/1.1\r\nHost:");
        await until("the connection is taken", async () => (await sessions(server)) > 1);
        server.child.signal("SIGTERM");
        await server.child.says(/draining/);
        assert.equal(server.child.exit, null, "it waits");
        const began = Date.now();
        server.child.signal("SIGTERM");
        const exit = await server.child.exited();
        assert.ok(Date.now() - began < 1_000);
        assert.ok(exit.code !== 0 || exit.signal, JSON.stringify(exit));
    });

    test("for DRAIN_DELAY an instance says that it is leaving, and serves everybody", { timeout }, async (t) => {
        const server = await startServer(t, { DRAIN_DELAY: "5m", DRAIN_TIME: "5m" });
        server.publish(100);
        const before = readEvents(t, `${server.url}/prices/stream`);
        await before.sees("a tick", (_, { prices }) => prices.includes(100));
        assert.equal((await request(`${server.url}/readyz`)).status, 200);
        server.child.signal("SIGTERM");
        await server.child.says(/ draining signal=SIGTERM delay_ms=300000 at_most_ms=300000$/m);
        const ready = await json(`${server.url}/readyz`);
        assert.equal(ready.status, 503);
        assert.equal(ready.body.detail, "this instance is draining");
        assert.equal((await request(`${server.url}/healthz`)).status, 200);
        // Over a connection of its own, as the load balancer has not asked yet.
        const after = readEvents(t, `${server.url}/prices/stream`);
        await after.sees("the newest tick", (_, { prices }) => prices.includes(100));
        server.publish(101);
        for (const stream of [before, after]) {
            await stream.sees("what comes then", (_, { prices }) => prices.includes(101));
            assert.ok(!stream.events.some((event) => event.event === "moving"));
        }
        assert.equal(server.child.exit, null, "it waits");
        server.child.signal("SIGTERM");
        assert.deepEqual(await server.child.exited(), { code: 143, signal: null });
    });

    test("after DRAIN_DELAY an instance takes no more connections and drains", { timeout }, async (t) => {
        const server = await startServer(t, { DRAIN_DELAY: "300ms", DRAIN_TIME: "30s" });
        const stream = readEvents(t, `${server.url}/prices/stream`);
        await stream.sees("the beginning", (events) => events.length > 0);
        server.child.signal("SIGTERM");
        await stream.sees("the end", (_, { hasEnded, isBroken }) => hasEnded || isBroken);
        assert.ok(stream.hasEnded && !stream.isBroken, "the response ends as it should");
        assert.equal(stream.events.at(-1).event, "moving");
        assert.deepEqual(await server.child.exited(), { code: 0, signal: null });
        assert.match(
            server.child.stderr,
            / draining .*delay_ms=300 [^]* no more connections are accepted\n[^]* stopped\n/);
    });

    test("without DRAIN_DELAY there is none", { timeout }, async (t) => {
        const server = await startServer(t);
        server.child.signal("SIGTERM");
        assert.deepEqual(await server.child.exited(), { code: 0, signal: null });
        assert.match(server.child.stderr, / draining .*delay_ms=0 [^]* stopped\n/);
        assert.doesNotMatch(server.child.stderr, /no more connections/);
    });

    test("while it drains, an instance takes no new connections", { timeout }, async (t) => {
        const server = await startServer(t, { DRAIN_TIME: "60s" });
        const client = connect(t, server.port);
        client.say("GET /healthz HTTP/1.1\r\nHost:");
        await until("the connection is taken", async () => (await sessions(server)) > 1);
        server.child.signal("SIGTERM");
        await server.child.says(/draining/);
        await until("connections are refused", () =>
            request(`${server.url}/healthz`).then(() => false, (error) => error.code === "ECONNREFUSED"));
        // The request that was already on its way is still answered.
        client.say(" x\r\n\r\n");
        await client.hears("its answer", /^HTTP\/1\.1 200 OK\r\n/);
        assert.deepEqual(await server.child.exited(), { code: 0, signal: null });
    });
});

describe("refusing to start", { timeout: 300_000 }, () => {
    test("a port that another program has", { timeout }, async (t) => {
        const other = net.createServer();
        await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
        t.after(() => other.close());
        const { port } = other.address();
        await refuses(
            t, { settings: { LISTEN_ADDRESS: "127.0.0.1", PORT: String(port), PROVIDERS: "pipe" } },
            new RegExp(`^tickertape: .*${port}.*in use`));
    });

    test("a port that another instance has", { timeout }, async (t) => {
        const server = await startServer(t);
        await refuses(
            t, { settings: { LISTEN_ADDRESS: "127.0.0.1", PORT: String(server.port), PROVIDERS: "pipe" } },
            new RegExp(`^tickertape: .*${server.port}.*in use`));
        assert.equal((await request(`${server.url}/healthz`)).status, 200);
    });

    test("a directory of static files that is not there, is none, or is empty", { timeout }, async (t) => {
        const directory = await scratch(t);
        const file = join(directory, "file");
        await writeFile(file, "");
        await mkdir(join(directory, "empty"));
        for (const path of [join(directory, "missing"), file, join(directory, "empty")])
            await refuses(
                t, { settings: { PORT: "0", PROVIDERS: "pipe", STATIC_DIR: path } },
                /^tickertape: STATIC_DIR: .*/);
    });

    test("a directory for the archive that cannot be made", { timeout }, async (t) => {
        const directory = await scratch(t);
        await writeFile(join(directory, "file"), "");
        const settings = { PORT: "0", PROVIDERS: "pipe", ARCHIVE: `sqlite:${directory}/file/data` };
        await refuses(t, { settings }, /^tickertape: ARCHIVE: .*file.* ARCHIVE=none/);
        await refuses(t, { settings, args: ["--check-config"] }, /^tickertape: ARCHIVE: .*file is no directory.* ARCHIVE=none/);
        const none = { ...settings, ARCHIVE: `sqlite:${directory}/not/yet/there` };
        const child = await run(t, { settings: none, args: ["--check-config"] });
        assert.equal((await child.exited()).code, 0, child.stderr);
        assert.ok(!existsSync(join(directory, "not")), "nothing is made");
    });

    test("a directory of static files that may not be read",
        { timeout, skip: process.getuid() === 0 && "root may read everything" }, async (t) => {
            const directory = await scratch(t);
            await writeFile(join(directory, "index.html"), "");
            await chmod(directory, 0o000);
            t.after(() => chmod(directory, 0o700));
            await refuses(
                t, { settings: { PORT: "0", PROVIDERS: "pipe", STATIC_DIR: directory } },
                /^tickertape: STATIC_DIR: .*/);
        });

    test("a file of certificates that is not there", { timeout }, async (t) => {
        await refuses(
            t, { settings: { PORT: "0", CA_FILE: "/nowhere/ca.pem" } }, /^tickertape: .*CA_FILE/);
    });

    const bad = {
        PORT: ["http", "-1", "65536", "80.5"],
        THREADS: ["many", "-1", "9999"],
        STORE_SIZE: ["ten", "0", "1", "-5"],
        FETCH_INTERVAL: ["fast", "99ms", "0s", "-1s"],
        HEARTBEAT: ["0", "99ms", ""],
        STALE_AFTER: ["never", "0s"],
        RETRY: ["1ms", "soon"],
        DRAIN_TIME: ["-1s", "forever"],
        DRAIN_DELAY: ["5", "6m"],
        SYMBOLS: ["", "BTC USD", ",", "BTC-USD,<b>"],
        PROVIDERS: ["", "nobody", "simulator,coinbase", "coinbase,coinbase"],
        COINBASE_URL: ["ftp://example.com", "example.com", "https://"],
        LISTEN_ADDRESS: ["localhost:80", "999.1.1.1", ""],
        LOG_LEVEL: ["loud"],
        LOG_FORMAT: ["xml"],
        HEADER_TIMEOUT: ["0s", "x"],
        IDLE_TIMEOUT: ["0s"],
    };
    for (const [name, values] of Object.entries(bad))
        test(`a bad ${name}`, { timeout }, async (t) => {
            for (const value of values) {
                const settings = { PROVIDERS: "pipe", PORT: "0", [name]: value };
                await refuses(t, { settings }, new RegExp(`^tickertape: ${name}: .*; accepted: `));
            }
            const flag = `--${name.toLowerCase().replaceAll("_", "-")}`;
            const args = [`${flag}=${values[0]}`];
            await refuses(t, { settings: { PROVIDERS: "pipe", PORT: "0" }, args },
                new RegExp(`^tickertape: ${name}: .*${flag}.*; accepted: `));
        });

    test("an unknown flag, with the one that was probably meant", { timeout }, async (t) => {
        await refuses(
            t, { args: ["--prot=1"] },
            /^tickertape: unknown flag '--prot'; did you mean --port\?$/);
    });
});

describe("saying what it is", { timeout: 60_000 }, () => {
    test("--help, --version and --check-config end with 0", { timeout }, async (t) => {
        for (const [args, pattern] of [
            [["--help"], /--store-size/],
            [["--version"], /^tickertape \d+\.\d+\.\d+\n$/],
            [["--check-config"], /^PORT=8082 {2}# default$/m],
        ]) {
            const child = await run(t, { args });
            assert.deepEqual(await child.exited(), { code: 0, signal: null });
            assert.match(child.stdout, pattern);
            assert.equal(child.stderr, "");
        }
    });

    test("--check-config shows what counts, and no secret", { timeout }, async (t) => {
        const secret = "CG-abcdefghijklmnopqrstuvwx";
        const child = await run(t, {
            args: ["--check-config", "--store-size", "99"],
            settings: { STORE_SIZE: "77", HEARTBEAT: "30s", COINGECKO_API_KEY: secret },
        });
        assert.deepEqual(await child.exited(), { code: 0, signal: null });
        assert.match(child.stdout, /^STORE_SIZE=99 {2}# --store-size$/m);
        assert.match(child.stdout, /^HEARTBEAT=30s {2}# environment$/m);
        assert.match(child.stdout, /^COINGECKO_API_KEY=.+ {2}# environment$/m);
        assert.ok(!(child.stdout + child.stderr).includes(secret));
        assert.ok(!(child.stdout + child.stderr).includes(secret.slice(-8)));
    });
});

describe("living", { timeout: 120_000 }, () => {
    test("bad lines of a pipe are reported with their number and skipped", { timeout }, async (t) => {
        const server = await startServer(t);
        const stream = readEvents(t, `${server.url}/prices/stream?since=${Math.floor(Date.now() / 1000)}`);
        await stream.sees("the beginning", (events) => events.length > 0);
        for (const line of [
            '{"symbol":"BTC-USD","price":1}',
            "not json",
            '{"symbol":"BTC-USD"}',
            '{"symbol":"NOBODY-USD","price":1}',
            '{"symbol":"BTC-USD","price":-1}',
            '{"symbol":"BTC-USD","price":0}',
            '{"symbol":"BTC-USD","price":1e999}',
            '{"symbol":"BTC-USD","price":"x"}',
            "x".repeat(200_000),
            '{"symbol":"BTC-USD","price":2}',
        ])
            server.tell(line);
        await stream.sees("the good ones", (_, { prices }) => prices.length >= 2);
        assert.deepEqual(stream.prices, [1, 2]);
        for (const number of [2, 3, 4, 5, 6, 7, 8, 9])
            await server.child.says(new RegExp(`WARN .*\\bline=${number}\\b`));
        assert.doesNotMatch(server.child.stderr, /\bline=(1|10)\b/);
    });

    test("the end of a pipe is said, and the server goes on", { timeout }, async (t) => {
        const server = await startServer(t, { HEARTBEAT: "200ms" });
        server.publish(100);
        const stream = curl(t, `${server.url}/prices/stream`);
        await stream.sees("the price", (_, { prices }) => prices.includes(100));
        server.child.process.stdin.end();
        await server.child.says(/(end|closed|ended).*|input/i);
        await stream.sees("a heartbeat", (events) => events.some((e) => e.event === "heartbeat"));
        assert.equal((await json(`${server.url}/api/prices/btc-usd`)).body.price, 100);
        assert.equal(server.child.exit, null);
    });

    test("a quiet feed becomes stale, for subscribers and for load balancers", { timeout }, async (t) => {
        const server = await startServer(t, { STALE_AFTER: "500ms", HEARTBEAT: "200ms" });
        server.publish(100);
        const stream = readEvents(t, `${server.url}/prices/stream`);
        await until("it is ready", async () => (await request(`${server.url}/readyz`)).status === 200);
        await stream.sees("stale", (events) => events.some((e) => e.event === "stale"));
        const stale = stream.events.find((e) => e.event === "stale");
        assert.equal(
            stale.text, `event: stale\ndata: {"symbol":"BTC-USD","age":${stale.data.age}}\n\n`);
        assert.equal((await request(`${server.url}/readyz`)).status, 503);
        assert.equal((await request(`${server.url}/healthz`)).status, 200);
        assert.equal((await json(`${server.url}/api/prices/btc-usd`)).body.stale, true);
        server.publish(101);
        await stream.sees("fresh", (events) => events.some((e) => e.event === "fresh"));
        assert.equal(stream.prices.at(-1), 101);
        assert.equal(stream.events.filter((e) => e.event === "stale").length, 1);
    });

    test("a heartbeat comes when nothing else does", { timeout }, async (t) => {
        const server = await startServer(t, { HEARTBEAT: "200ms" });
        const stream = readEvents(t, `${server.url}/prices/stream`);
        await stream.sees("three heartbeats", (events) =>
            events.filter((e) => e.event === "heartbeat").length >= 3);
        const { data, text } = stream.events.find((e) => e.event === "heartbeat");
        assert.equal(text, `event: heartbeat\ndata: {"timestamp":${data.timestamp}}\n\n`);
        assert.ok(Math.abs(data.timestamp - Date.now() / 1000) < 5);
    });

    test("the same seed walks the same way, in steps of at most 2 %", { timeout }, async (t) => {
        const settings = { PROVIDERS: "simulator", SIMULATOR_SEED: "7", SIMULATOR_PERIOD: "10ms" };
        const walks = [];
        for (let i = 0; i < 2; i += 1) {
            const begin = Math.floor(Date.now() / 1000) - 1;
            const server = await startServer(t, settings);
            const stream = readEvents(t, `${server.url}/prices/stream?since=${begin}`);
            await stream.sees("a walk", (_, { prices }) => prices.length >= 50);
            walks.push(stream.prices.slice(0, 50));
            assert.ok(stream.events.filter(isTick).every((e) => e.data.source === "simulator"));
        }
        assert.deepEqual(walks[0], walks[1]);
        for (let i = 1; i < 50; i += 1)
            assert.ok(Math.abs(walks[0][i] / walks[0][i - 1] - 1) <= 0.0201, `${walks[0]}`);
    });

    test("metrics count what happened", { timeout }, async (t) => {
        const server = await startServer(t);
        const stream = readEvents(t, `${server.url}/prices/stream`);
        await stream.sees("the beginning", (events) => events.length > 0);
        server.publish(1);
        server.publish(2);
        await stream.sees("both", (_, { prices }) => prices.length === 2);
        await request(`${server.url}/nowhere`);
        const { text, headers, status } = await request(`${server.url}/metrics`);
        assert.equal(status, 200);
        assert.match(headers["content-type"], /^text\/plain; version=0\.0\.4/);
        const sum = (name, labels = "") =>
            [...text.matchAll(new RegExp(`^${name}\\{[^}]*${labels}[^}]*\\} (\\S+)$`, "gm"))]
                .reduce((total, [, value]) => total + Number(value), 0);
        assert.equal(sum("tickertape_subscribers"), 1);
        assert.equal(sum("tickertape_deliveries_total"), 2);
        assert.equal(sum("tickertape_ticks_total", 'symbol="BTC-USD"'), 2);
        assert.ok(sum("tickertape_requests_total", 'status="404"') >= 1, text);
        assert.ok(sum("tickertape_stream_bytes_total") >= Buffer.byteLength(stream.text));
        for (const line of text.trimEnd().split("\n"))
            assert.match(line, /^(# (HELP|TYPE) tickertape_|tickertape_\w+(\{.*\})? \S+$)/);
    });

    test("fetches are counted by provider and outcome", { timeout }, async (t) => {
        const server = await startServer(t, {
            PROVIDERS: "coinbase", COINBASE_URL: "http://127.0.0.1:1", FETCH_INTERVAL: "100ms",
        });
        await until("a failed fetch is counted", async () =>
            /^tickertape_fetches_total\{[^}]*provider="coinbase"[^}]*\} [1-9]/m.test(
                (await request(`${server.url}/metrics`)).text));
    });

    test("each request is a line of the log, with its id", { timeout }, async (t) => {
        const child = await run(t, {
            settings: { PROVIDERS: "pipe", PORT: "0", LISTEN_ADDRESS: "127.0.0.1", LOG_FORMAT: "json" },
        });
        const [, port] = await child.says(/"message":"listening".*"port":(\d+)/);
        const url = `http://127.0.0.1:${port}/nowhere?x=%0a%22`;
        const answer = await request(url, { headers: { "x-request-id": "mine-1" } });
        assert.equal(answer.headers["x-request-id"], "mine-1");
        await child.says(/"message":"request"/);
        for (const line of child.stderr.trimEnd().split("\n")) JSON.parse(line);
        const line = child.stderr.split("\n").map((text) => text && JSON.parse(text))
            .find(({ message }) => message === "request");
        assert.equal(line.request_id, "mine-1");
        assert.equal(line.method, "GET");
        assert.equal(line.target, "/nowhere?x=%0a%22");
        assert.equal(line.status, 404);
    });
});
