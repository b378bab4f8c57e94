// Instances that serve another one's stream on (RELAY=http://…/prices/stream), in two tiers.
//
// The price of the k-th tick of a symbol is k. Clients go from one instance to another with their
// last id: over all of them there is one history.
//
// EDGE_SECONDS: how long the clients wander (8).

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { json, request } from "./support/http.mjs";
import { freePort } from "./support/port.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";
import { CountingFeed, Wanderer } from "./support/wanderer.mjs";

const seconds = Number(process.env.EDGE_SECONDS ?? 8);
const symbols = ["BTC-USD", "ETH-USD", "SOL-USD", "XRP-USD"];
const common = { SYMBOLS: symbols.join(), ARCHIVE: "none", ARCHIVE_PATIENCE: "10s", HEARTBEAT: "1s",
    DRAIN_TIME: "1s" };

async function archive(t) {
    return `sqlite:${join(await scratch(t), "data")}`;
}

// An edge of the server that listens on that port.
async function startEdge(t, port, settings = {}) {
    const address = `http://127.0.0.1:${port}/prices/stream`;
    return startServer(t, { ...common, RELAY: address, ...settings });
}

async function pricesOf(server) {
    return (await json(`${server.url}/api/prices?symbols=${symbols.join()}`)).body.prices;
}

// Waits until that server has the newest tick of each symbol.
async function hasAll(server, feed) {
    await until("the edge has all", async () =>
        (await pricesOf(server)).every(({ symbol, price }) => price === feed.newest(symbol)),
        { timeout: 30_000 });
}

async function haveAll(clients, feed) {
    const late = () => clients.filter((c) => c.price !== feed.newest(c.symbol));
    await until(() => `all have all: ${late().length} have not`, () => late().length === 0,
        { timeout: 60_000 });
}

function wanderers(t, count, options) {
    const history = new Map();
    const all = Array.from({ length: count }, (_, n) =>
        new Wanderer(symbols[n % symbols.length], history, options));
    t.after(() => all.forEach((client) => client.close()));
    return { all, history };
}

async function figure(server, name) {
    const { text } = await request(`${server.url}/metrics`);
    return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)[1]);
}

test("an edge has the ticks of its upstream under their ids, and its sources", async (t) => {
    const source = await startServer(t, common);
    for (let price = 1; price <= 5; price += 1) source.publish(price);
    const edge = await startEdge(t, source.port);
    const past = async (server) =>
        (await json(`${server.url}/api/prices/btc-usd/history?limit=100`)).body.ticks;
    await until("the past has come", async () => (await past(edge)).length === 5);
    source.publish(6);
    await until("a new tick has come", async () => (await past(edge)).length === 6);

    assert.deepEqual(await past(edge), await past(source));
    assert.equal(await figure(edge, "tickertape_upstream_connected"), 1);
    assert.equal(await figure(edge, "tickertape_upstream_ticks_total"), 6);
    assert.equal((await json(`${edge.url}/api/feed`)).body.mode, "edge");
});

test("two tiers of edges are one history when any of them is killed", { timeout: 300_000 }, async (t) => {
    const sourcePort = await freePort();
    const middlePort = await freePort();
    const kept = await archive(t);
    const startSource = () =>
        startServer(t, { ...common, ARCHIVE: kept, PORT: String(sourcePort) });
    const startMiddle = () => startEdge(t, sourcePort, { PORT: String(middlePort) });
    let source = await startSource();
    let middle = await startMiddle();
    const beside = await startEdge(t, sourcePort);
    const leaf = await startEdge(t, middlePort, { ARCHIVE: await archive(t) });
    const urls = () => [source, middle, beside, leaf].map(({ url }) => url);

    const feed = new CountingFeed(symbols);
    const { all, history } = wanderers(t, 24);
    for (let n = 0; n < 4 * symbols.length; n += 1) feed.tick(source);
    for (const edge of [middle, beside, leaf]) await hasAll(edge, feed);
    all.forEach((client, n) => client.turnTo(urls()[n % 4]));
    feed.start(source);
    let steps = 0;
    const end = Date.now() + seconds * 1_000;
    while (Date.now() < end) {
        await pause(100 + Math.random() * 300);
        for (const client of all)
            if (Math.random() < 0.4) client.turnTo(urls()[Math.floor(Math.random() * 4)]);
        steps += 1;
        if (steps % 5 === 0) {
            middle.child.signal("SIGKILL");
            await middle.child.exited();
            middle = await startMiddle();
        }
        if (steps % 9 === 0) {
            feed.stop();
            source.child.signal("SIGKILL");
            await source.child.exited();
            source = await startSource();
            feed.follow(await pricesOf(source));
            feed.start(source);
        }
    }
    feed.stop();
    for (const edge of [source, middle, beside, leaf]) await hasAll(edge, feed);
    await haveAll(all, feed);

    const sum = (what) => all.reduce((total, client) => total + client[what], 0);
    t.diagnostic(`${all.length} clients saw ${sum("seen")} ticks and resumed ${sum("resumed")} ` +
        `times; ${history.size} ids`);
    assert.deepEqual(all.flatMap((client) => client.faults).slice(0, 10), []);
    const ticks = await Promise.all([source, beside, leaf].map(async (server) =>
        (await json(`${server.url}/api/prices/btc-usd/history?limit=1000`)).body.ticks));
    for (const others of ticks.slice(1)) {
        const held = Math.min(others.length, ticks[0].length);
        assert.ok(held > 0);
        assert.deepEqual(others.slice(-held), ticks[0].slice(-held));
    }
});

test("a gap that the upstream tells is told by every tier, once", { timeout: 120_000 }, async (t) => {
    const sourcePort = await freePort();
    const startSource = () => startServer(t, { ...common, PORT: String(sourcePort) });
    let source = await startSource();
    const middle = await startEdge(t, sourcePort);
    const leaf = await startEdge(t, middle.port, { ARCHIVE: await archive(t) });
    const feed = new CountingFeed(symbols);
    for (let n = 0; n < 100 * symbols.length; n += 1) feed.tick(source);
    for (const edge of [middle, leaf]) await hasAll(edge, feed);
    const { all } = wanderers(t, 8, { mayJump: true });
    all.forEach((client, n) => client.turnTo([middle, leaf][n % 2].url));
    await haveAll(all, feed);

    // It forgets what it had, and what was fed meanwhile nobody has seen.
    source.child.signal("SIGKILL");
    await source.child.exited();
    for (const symbol of symbols) feed.next.set(symbol, feed.next.get(symbol) + 10);
    source = await startSource();
    for (let n = 0; n < 100 * symbols.length; n += 1) feed.tick(source);
    for (const edge of [middle, leaf]) await hasAll(edge, feed);
    await haveAll(all, feed);

    assert.deepEqual(all.flatMap((client) => client.faults).slice(0, 10), []);
    const told = all.map(({ gaps }) => gaps);
    for (const gaps of told) {
        assert.equal(gaps.length, 1);
        assert.deepEqual(gaps[0], told[0][0]);
        assert.equal(gaps[0].reason, "restarted");
    }
    const { from, to } = told[0][0];
    // A client that has passed it is not told again, wherever it goes.
    const [beyond] = all;
    beyond.turnTo(leaf.url);
    feed.tick(source);
    await until("the tick has come", () => beyond.price === feed.newest("BTC-USD"));
    assert.equal(beyond.gaps.length, 1);
    // One that was away is told when it comes back.
    const away = new Wanderer("BTC-USD", new Map(), { mayJump: true });
    t.after(() => away.close());
    away.resumeAfter(from);
    away.turnTo(leaf.url);
    await until("it has come back", () => away.price === feed.newest("BTC-USD"));
    assert.deepEqual(away.gaps, [told[0][0]]);
    const { holes } = (await json(`${leaf.url}/api/archive`)).body;
    assert.ok(holes.some((hole) => hole.from === from && hole.to === to), JSON.stringify(holes));
});

test("an edge with an archive goes on from it", { timeout: 120_000 }, async (t) => {
    const source = await startServer(t, common);
    const kept = { ARCHIVE: await archive(t), PORT: String(await freePort()) };
    const feed = new CountingFeed(symbols);
    for (let n = 0; n < 100 * symbols.length; n += 1) feed.tick(source);
    let edge = await startEdge(t, source.port, kept);
    await hasAll(edge, feed);
    const { all } = wanderers(t, 4);
    all.forEach((client) => client.turnTo(edge.url));
    await haveAll(all, feed);
    edge.child.signal("SIGTERM");
    await edge.child.exited();
    for (let n = 0; n < 100 * symbols.length; n += 1) feed.tick(source);

    edge = await startEdge(t, source.port, kept);
    await hasAll(edge, feed);
    await haveAll(all, feed);

    assert.deepEqual(all.flatMap((client) => client.faults), []);
    // Its first life's ticks did not come again.
    assert.equal(await figure(edge, "tickertape_upstream_ticks_total"), 400);
    assert.equal(await figure(edge, "tickertape_upstream_repeated_total"), 0);
    // Without its upstream it serves what it has.
    source.child.signal("SIGKILL");
    await source.child.exited();
    const { body } = await json(`${edge.url}/api/prices/btc-usd/history?limit=1000`);
    assert.deepEqual(
        body.ticks.map(({ price }) => price), Array.from({ length: 200 }, (_, n) => n + 1));
    await until("it says that it is cut off", async () =>
        await figure(edge, "tickertape_upstream_connected") === 0);
});

test("an edge whose archive is of another kind of feed takes nothing", async (t) => {
    const source = await startServer(t, common);
    source.publish(1);
    const live = { ARCHIVE: await archive(t), PROVIDERS: "kraken" };
    const edge = await startEdge(t, source.port, live);
    await edge.child.says(/upstream lost .*pipe/);

    assert.equal((await request(`${edge.url}/readyz`)).status, 503);
    assert.equal((await json(`${edge.url}/api/prices`)).body.prices[0].price, null);
});

test("an edge leaves an upstream that moves, and comes back when it says", async (t) => {
    const port = await freePort();
    const start = () => startServer(t, { ...common, PORT: String(port), ARCHIVE: kept });
    const kept = await archive(t);
    let source = await start();
    source.publish(1);
    const edge = await startEdge(t, port);
    await until("the edge has the first tick", async () =>
        (await pricesOf(edge))[0].price === 1);
    const { all: [client] } = wanderers(t, 1);
    client.turnTo(edge.url);
    await until("the first tick", () => client.price === 1);
    source.child.signal("SIGTERM");
    await source.child.exited();
    await edge.child.says(/upstream left .*it moves/);
    source = await start();
    source.publish(2);
    await until("the second tick", () => client.price === 2, { timeout: 30_000 });

    assert.deepEqual(client.faults, []);
});

test("a server that hangs makes every tier behind it unready", { timeout: 120_000 }, async (t) => {
    const source = await startServer(t, common);
    source.publish(1);
    const middle = await startEdge(t, source.port);
    const leaf = await startEdge(t, middle.port);
    const tiers = [middle, leaf];
    const readiness = async (server) => (await request(`${server.url}/readyz`)).status;
    const cluster = async (server) => (await json(`${server.url}/api/cluster`)).body;
    for (const edge of tiers) await until("it is ready", async () => await readiness(edge) === 200);
    source.child.signal("SIGSTOP");
    for (const edge of tiers) {
        await until("it says that it may be behind", async () => await readiness(edge) === 503);
        assert.ok((await cluster(edge)).lag_ms > 5_000);
    }
    source.child.signal("SIGCONT");
    for (const edge of tiers) {
        await until("it is ready again", async () => await readiness(edge) === 200);
        assert.equal((await cluster(edge)).lag_ms, 0);
    }
});

test("an edge that has never reached its upstream does not say how far behind it is", async (t) => {
    const edge = await startEdge(t, await freePort());
    const { body } = await json(`${edge.url}/api/cluster`);
    assert.deepEqual([body.lag_ms, body.top, body.newest], [null, null, null]);
    assert.match((await request(`${edge.url}/metrics`)).text, /^tickertape_upstream_behind_seconds NaN$/mi);
});

test("RELAY that is no stream of prices is refused at the start", async (t) => {
    await assert.rejects(startServer(t, { ...common, RELAY: "https://h/prices" }));
});
