// When there is no room, or one client has its share: who is told what, who is not concerned, and
// that it is over when it is over.
//
// All of 127.0.0.0/8 is ours on Linux, so that a test can be many clients.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { EventSource } from "eventsource";
import { Attack } from "./support/attacker.mjs";
import { readEvents } from "./support/events.mjs";
import { figuresOf } from "./support/figures.mjs";
import { GoodSubscribers } from "./support/good_subscribers.mjs";
import { connect, parseResponses, request } from "./support/http.mjs";
import { startNginx } from "./support/nginx.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;
const atOnce = { timeout: 300_000, concurrency: 4 };
const streamPath = "/prices/stream";
const get = (target, headers = "") => `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;

async function startWithPrice(t, settings, args, under) {
    const server = await startServer(t, settings, args, under);
    server.socketsAtStart = server.openSockets();
    server.publish(69420.25);
    await until("the price", async () => (await request(`${server.url}/readyz`)).status === 200);
    await until("the questions' permits are free", () => server.openSockets() <= server.socketsAtStart);
    return server;
}

// Streams that stay, of the client at that address, or behind a proxy.
async function take(t, url, count, { from, headers } = {}) {
    const streams = Array.from({ length: count }, () =>
        readEvents(t, `${url}${streamPath}`, headers, from));
    for (const stream of streams)
        await stream.sees("the price", (_, { prices }) => prices.includes(69420.25));
    return streams;
}

// Whether a stream that is begun now gets the price, or is told to come back.
async function getsPrice(t, url) {
    const stream = readEvents(t, `${url}${streamPath}`);
    const hasPrice = () => stream.prices.includes(69420.25);
    await stream.sees("the price or the end",
        (_, { hasEnded, isBroken }) => hasPrice() || hasEnded || isBroken);
    return hasPrice();
}

// What EventSource is told: that there is no room, when to come back, and nothing else.
async function checkBusy(t, url, { from, headers, meanMs = 30_000 } = {}) {
    const reader = readEvents(t, `${url}${streamPath}`, headers, from);
    await reader.sees("the end", (_, { hasEnded, isBroken }) => hasEnded || isBroken);
    assert.ok(reader.hasEnded && !reader.isBroken, "it ends as it should");
    assert.equal(reader.status, 200);
    assert.match(reader.headers["content-type"], /^text\/event-stream/);
    assert.equal(reader.headers["cache-control"], "no-store");
    const [event] = reader.events;
    assert.equal(reader.text, `event: busy\nretry: ${event.retry}\ndata: {"retry":${event.retry}}\n\n`);
    const retry = Number(event.retry);
    assert.ok(retry >= meanMs / 2 && retry <= 1.5 * meanMs, `${retry}, give or take a half`);
    return retry;
}

async function checkRefusal(url, status, options = {}) {
    const answer = await request(url, options);
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.headers["content-type"], "application/problem+json");
    assert.equal(answer.headers.connection, "close");
    assert.match(answer.headers["retry-after"], /^[1-9]\d*$/);
    const body = JSON.parse(answer.text);
    assert.equal(body.status, status);
    for (const member of ["type", "title", "detail"])
        assert.ok(typeof body[member] === "string" && body[member].length > 0, member);
    return answer;
}

const refusals = async (server) => (await figuresOf(server)).by("reason", "tickertape_refused_total");

describe("no room", atOnce, () => {
    test("a client that comes is told so, in words that it understands", { timeout }, async (t) => {
        const server = await startWithPrice(t, { MAX_CONNECTIONS: "5" });
        const streams = await take(t, server.url, 5);
        const before = (await refusals(server)).max_connections;
        const retries = [];
        for (let i = 0; i < 10; i += 1) retries.push(await checkBusy(t, server.url));
        assert.ok(new Set(retries).size > 5, "they do not come back together");
        const refused = await checkRefusal(server.url + streamPath, 503);
        assert.ok(refused.headers["retry-after"] >= 15 && refused.headers["retry-after"] <= 45);
        for (const path of ["/", "/api/prices", "/crypto-price", "/nowhere"])
            await checkRefusal(server.url + path, 503);
        assert.equal((await refusals(server)).max_connections - before, 15);
        // Somebody has to be able to see how we are.
        for (const path of ["/healthz", "/readyz", "/metrics"])
            assert.equal((await request(server.url + path)).status, 200, path);
        server.publish(69421);
        for (const stream of streams)
            await stream.sees("the next price", (_, { prices }) => prices.includes(69421));
    });

    test("a permit that is free is taken", { timeout }, async (t) => {
        const server = await startWithPrice(t, { MAX_CONNECTIONS: "5", MAX_CONNECTIONS_PER_IP: "5" });
        for (let round = 0; round < 10; round += 1) {
            await until("nothing else is open", () => server.openSockets() <= server.socketsAtStart);
            const streams = await take(t, server.url, 5);
            await checkBusy(t, server.url);
            for (const stream of streams) stream.close();
        }
        await until("nothing is open", () => server.openSockets() <= server.socketsAtStart);
        assert.equal((await request(`${server.url}/api/prices`)).status, 200);
    });

    test("connections that are no streams have permits too, and give them back", { timeout }, async (t) => {
        // One lane accepts in the order in which they came.
        const server = await startWithPrice(
            t, { MAX_CONNECTIONS: "10", HEADER_TIMEOUT: "2s", THREADS: "1" });
        await until("nothing else is open", () => server.openSockets() <= server.socketsAtStart);
        const silent = Array.from({ length: 10 }, () => connect(t, server.port));
        await Promise.all(silent.map(({ socket }) =>
            new Promise((resolve) => socket.once("connect", resolve))));
        await checkRefusal(`${server.url}/api/prices`, 503);
        await Promise.all(silent.map((client) => client.closes()));
        await until("there is room", async () =>
            (await request(`${server.url}/api/prices`)).status === 200);
    });

    test("a client of the npm eventsource package comes back after busy", { timeout }, async (t) => {
        const server = await startWithPrice(t, { MAX_CONNECTIONS: "1", BUSY_RETRY: "1s" });
        const [holder] = await take(t, server.url, 1);
        const source = new EventSource(server.url + streamPath);
        t.after(() => source.close());
        const seen = { busy: [], prices: [], opened: 0 };
        source.addEventListener("busy", (e) => seen.busy.push(JSON.parse(e.data).retry));
        source.onmessage = (e) => seen.prices.push(JSON.parse(e.data).price);
        await until("it has been told twice", () => seen.busy.length >= 2);
        assert.deepEqual(seen.prices, []);
        holder.close();
        await until("it has the price", () => seen.prices.includes(69420.25));
        assert.equal(source.readyState, EventSource.OPEN);
    });

    test("a crowd before a full house harms nobody inside", { timeout }, async (t) => {
        const server = await startServer(t, { LOG_LEVEL: "warn", MAX_CONNECTIONS: "40" });
        const good = await GoodSubscribers.start(t, server, { count: 40 });
        const before = { files: server.openSockets(), memory: server.memory() };
        const attacks = ["silent", "hello", "endless_body"].map((kind) =>
            new Attack(t, kind, server.port, { connections: 300 }));
        let most = 0;
        for (let i = 0; i < 30; i += 1) {
            await pause(100);
            most = Math.max(most, server.openSockets());
        }
        for (const attack of attacks) t.diagnostic(JSON.stringify(await attack.stop()));
        const { p99 } = good.latency();
        t.diagnostic(`p99 ${p99.toFixed(1)} ms, descriptors ${before.files}, at most ${most}`);
        assert.ok(most <= before.files + 200, "those outside are few");
        assert.ok(p99 < 3_000);
        await until("they are gone", () => server.openSockets() <= before.files);
        assert.ok(server.memory() < before.memory + 24);
        assert.deepEqual((await good.faults()).slice(0, 10), []);
        const { max_connections: told = 0, reserve = 0 } = await refusals(server);
        assert.ok(told + reserve > 300, `${told} told, ${reserve} not even told`);
    });

    test("as many as there are descriptors for, when nobody says how many", { timeout }, async (t) => {
        const server = await startWithPrice(t, {}, [], ["prlimit", "--nofile=300:300"]);
        const most = (await figuresOf(server)).sum("tickertape_connections_max");
        assert.ok(most >= 16 && most < 300, `${most}`);
        await until("the question's permit is free", () => server.openSockets() <= server.socketsAtStart);
        await take(t, server.url, most);
        await checkBusy(t, server.url);
        assert.equal((await request(`${server.url}/healthz`)).status, 200);
        assert.equal((await figuresOf(server)).sum("tickertape_accept_failures_total"), 0);
    });
});

describe("one client's share", atOnce, () => {
    const [one, other] = ["127.0.0.2", "127.0.0.3"];

    test("of connections", { timeout }, async (t) => {
        const server = await startWithPrice(t, { MAX_CONNECTIONS_PER_IP: "3" });
        const mine = await take(t, server.url, 3, { from: one });
        await checkBusy(t, server.url, { from: one });
        const refused = await checkRefusal(`${server.url}/api/prices`, 429, { from: one });
        assert.ok(refused.headers["retry-after"] >= 15 && refused.headers["retry-after"] <= 45);
        await checkRefusal(server.url + streamPath, 429, { from: one });
        assert.equal((await refusals(server)).max_connections_per_ip, 3);
        // What a stranger says of itself is not believed.
        await checkBusy(t, server.url, { from: one, headers: { "x-forwarded-for": "192.0.2.1" } });
        await take(t, server.url, 3, { from: other });
        mine[0].close();
        await until("its permit is free", async () =>
            (await request(`${server.url}/api/prices`, { from: one })).status === 200);
    });

    test("of requests", { timeout }, async (t) => {
        const server = await startWithPrice(t, { MAX_REQUESTS_PER_SECOND_PER_IP: "5" });
        const statuses = [];
        const began = performance.now();
        for (let i = 0; i < 30; i += 1)
            statuses.push((await request(`${server.url}/api/prices`, { from: one })).status);
        const most = 11 + (5 * (performance.now() - began)) / 1_000;
        const granted = statuses.filter((status) => status === 200).length;
        assert.ok(granted >= 10 && granted <= most, `two seconds' worth: ${statuses}`);
        assert.equal((await refusals(server)).rate, 30 - granted);
    });

    test("of requests, and when there is more of it", { timeout }, async (t) => {
        const server = await startWithPrice(t, { MAX_REQUESTS_PER_SECOND_PER_IP: "0.2" });
        const ask = (from) => request(`${server.url}/api/prices`, { from });
        assert.equal((await ask(one)).status, 200);
        const refused = await checkRefusal(`${server.url}/api/prices`, 429, { from: one });
        const wait = Number(refused.headers["retry-after"]);
        assert.ok(wait >= 1 && wait <= 5, `${wait}`);
        await checkBusy(t, server.url, { from: one });
        assert.equal((await ask(other)).status, 200);
        await pause(1_000 * wait + 100);
        assert.equal((await ask(one)).status, 200);
    });

    test("of requests that come in one write", { timeout }, async (t) => {
        const server = await startWithPrice(t, { MAX_REQUESTS_PER_SECOND_PER_IP: "5" });
        const began = performance.now();
        const client = connect(t, server.port, one);
        client.say(get("/crypto-price").repeat(1_000));
        await client.closes();
        const statuses = parseResponses(client.heard).map(({ status }) => status);
        const most = 12 + (5 * (performance.now() - began)) / 1_000;
        assert.ok(statuses.length <= most, `${statuses}`);
        assert.equal(statuses.at(-1), 429);
        assert.ok(statuses.slice(0, -1).every((status) => status === 200));
    });

    test("of requests, but for those of monitoring", { timeout }, async (t) => {
        const server = await startWithPrice(
            t, { MAX_REQUESTS_PER_SECOND_PER_IP: "5", MAX_CONNECTIONS_PER_IP: "1" });
        const idle = connect(t, server.port, one);
        idle.say(get("/crypto-price"));
        await idle.hears("the answer", /^HTTP\/1\.1 200 /);
        // Also for a client that has no connection left, and after it has asked too often.
        const statuses = new Set();
        for (let i = 0; i < 30; i += 1)
            statuses.add((await request(`${server.url}/metrics`, { from: one })).status);
        assert.deepEqual([...statuses], [200]);
        for (let i = 0; i < 30; i += 1)
            idle.say(get("/crypto-price"));
        await idle.hears("that it asks too often", /HTTP\/1\.1 429 /);
        assert.equal((await request(`${server.url}/healthz`, { from: one })).status, 200);
    });

    test("a flood from one address is slowed, and no other address", { timeout }, async (t) => {
        const server = await startServer(t, {
            LOG_LEVEL: "warn", MAX_REQUESTS_PER_SECOND_PER_IP: "100", MAX_CONNECTIONS_PER_IP: "100",
        });
        const good = await GoodSubscribers.start(t, server, { count: 40 });
        const asks = { target: "/api/prices", connections: 200 };
        const began = performance.now();
        const flood = new Attack(t, "flood", server.port, { ...asks, from: [one] });
        const hello = new Attack(t, "hello", server.port, { ...asks, from: [other] });
        for (let i = 0; i < 20; i += 1) {
            await pause(100);
            assert.equal((await request(`${server.url}/api/prices`)).status, 200);
        }
        const made = [await flood.stop(), await hello.stop()];
        t.diagnostic(JSON.stringify(made));
        const most = 201 + (100 * (performance.now() - began)) / 1_000;
        for (const { answers } of made) {
            assert.ok((answers["200"] ?? 0) <= most, `two seconds' worth, and the time: ${most}`);
            assert.ok(answers["429"] > 0);
        }
        assert.deepEqual((await good.faults()).slice(0, 10), []);
        const { rate = 0, max_connections_per_ip: connections = 0 } = await refusals(server);
        assert.ok(rate > 100 && connections > 0, `${rate}, ${connections}`);
    });

    test("an IPv6 client is its /64, an IPv4 client its address however it comes", { timeout }, async (t) => {
        const server = await startWithPrice(t, {
            MAX_CONNECTIONS_PER_IP: "1", TRUSTED_PROXIES: "127.0.0.9,10.0.0.0/8",
        });
        const proxy = "127.0.0.9";
        const as = (name) => ({ from: proxy, headers: { "x-forwarded-for": name } });
        for (const [first, same, another] of [
            ["2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:3::1"],
            ["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"],
            // Proxies of ours in a row, and what the client made up to the left of itself.
            ["192.0.2.3, 10.1.2.3", "198.51.100.7, 192.0.2.3, 10.9.9.9", "192.0.2.4, 10.1.2.3"],
        ]) {
            const [held] = await take(t, server.url, 1, as(first));
            await checkBusy(t, server.url, as(same));
            const [free] = await take(t, server.url, 1, as(another));
            held.close();
            free.close();
        }
    });

    test("on ::1, and on an IPv4 address that an IPv6 listener sees", { timeout }, async (t) => {
        const server = await startServer(t, { LISTEN_ADDRESS: "::", MAX_CONNECTIONS_PER_IP: "1" });
        server.publish(69420.25);
        const six = `http://[::1]:${server.port}`;
        const [held] = await take(t, six, 1);
        await checkBusy(t, six);
        await take(t, server.url, 1, { from: one });
        await checkBusy(t, server.url, { from: one });
        await take(t, server.url, 1, { from: other });
        held.close();
        await until("its permit is free", () => getsPrice(t, six));
    });

    test("behind nginx each client has a share of its own", { timeout }, async (t) => {
        const server = await startWithPrice(t, {
            MAX_CONNECTIONS_PER_IP: "2", TRUSTED_PROXIES: "127.0.0.1",
        });
        const nginx = await startNginx(t, server.port,
            "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;");
        const mine = await take(t, nginx.url, 2, { from: one });
        await checkBusy(t, nginx.url, { from: one });
        await checkRefusal(`${nginx.url}/api/prices`, 429, { from: one }).catch((error) => {
            // nginx decides itself about its connection to the client.
            if (!/connection|keep-alive/.test(`${error.message}`)) throw error;
        });
        // What the client makes up stands to the left of what nginx has seen.
        await checkBusy(t, nginx.url, { from: one, headers: { "x-forwarded-for": "192.0.2.1" } });
        await take(t, nginx.url, 2, { from: other });
        await checkBusy(t, nginx.url, { from: other });
        mine[0].close();
        await until("its permit is free", async () =>
            (await request(`${nginx.url}/api/prices`, { from: one })).status === 200);
    });

    test("clients that a proxy names without end are not remembered without end", { timeout }, async (t) => {
        const server = await startServer(t, {
            LOG_LEVEL: "warn", MAX_REQUESTS_PER_SECOND_PER_IP: "0.5", TRUSTED_PROXIES: "127.0.0.9",
        });
        const before = server.memory();
        const each = 1_000;
        const connections = await Promise.all(Array.from({ length: 40 }, async (_, k) => {
            const client = connect(t, server.port, "127.0.0.9");
            let requests = "";
            for (let i = 0; i < each; i += 1)
                requests += get("/crypto-price",
                    `X-Forwarded-For: 2001:db8:${k.toString(16)}:${i.toString(16)}::1\r\n`);
            client.say(requests);
            await client.hears("all answers", (text) =>
                text.length > 100 * each && parseResponses(text).length === each, { timeout: 30_000 });
            return client;
        }));
        const figures = await figuresOf(server);
        const remembered = figures.sum("tickertape_clients_remembered");
        t.diagnostic(
            `${remembered} remembered, memory ${before.toFixed(1)}, ${server.memory().toFixed(1)} MiB`);
        assert.ok(remembered <= 16_384 + connections.length);
        assert.ok(figures.sum("tickertape_clients_forgotten_total") > 20_000);
        assert.ok(server.memory() < before + 24);
    });

    test("a proxy that keeps its connections is nobody between two requests", { timeout }, async (t) => {
        const server = await startWithPrice(t, {
            MAX_CONNECTIONS_PER_IP: "1", TRUSTED_PROXIES: "127.0.0.9",
        });
        const proxy = connect(t, server.port, "127.0.0.9");
        for (let i = 1; i <= 20; i += 1) {
            proxy.say(get("/crypto-price", `X-Forwarded-For: 192.0.2.${i}\r\n`));
            await proxy.hears("the answer", (text) => parseResponses(text).length === i);
        }
        assert.ok(parseResponses(proxy.heard).every(({ status }) => status === 200));
        const idle = { from: "127.0.0.9", headers: { "x-forwarded-for": "192.0.2.1" } };
        await take(t, server.url, 1, idle);
    });
});
