// Clients that nobody here wrote. Each of them loses its connection again and again, and each of
// them must end up with every tick exactly once, or be told what is missing.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { EventSource } from "eventsource";
import { launch, openPage } from "./support/browser.mjs";
import { curl } from "./support/curl.mjs";
import { checkOrder, checkRestart, checkUnbroken, isTick, pricesOf } from "./support/events.mjs";
import { RisingPrices } from "./support/feed.mjs";
import { startProxy } from "./support/proxy.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 90_000;
const cuts = 5;
const ticksBetweenCuts = 15;

// Each client is started with (t, url) and has `events`, an array of { id, event, data } or a promise
// of one, in the order they came.

async function eventsourcePackage(t, url) {
    const events = [];
    const source = new EventSource(`${url}/prices/stream`);
    t.after(() => source.close());
    source.onmessage = (e) => events.push({ id: e.lastEventId, data: JSON.parse(e.data) });
    source.addEventListener("gap", (e) =>
        events.push({ id: e.lastEventId, event: "gap", data: JSON.parse(e.data) }));
    return { events: () => events };
}

// curl in a loop, as a shell script would do it: whenever it ends, once more from the last id on.
async function curlInALoop(t, url) {
    let finished = [];
    let isOver = false;
    let current = null;
    const withIds = (events) => events.filter((e) => e.id !== undefined);
    const lastId = () => finished.at(-1)?.id;
    const loop = (async () => {
        while (!isOver) {
            const resume = lastId() ? ["--header", `Last-Event-ID: ${lastId()}`] : [];
            current = curl(t, `${url}/prices/stream`, ...resume);
            await current.child.ended;
            finished = [...finished, ...withIds(current.events)];
            current = null;
        }
    })();
    t.after(async () => {
        isOver = true;
        await current?.child.kill();
        await loop;
    });
    return { events: () => [...finished, ...withIds(current?.events ?? [])] };
}

// The browser's own EventSource, used from a page of the server's.
function chromium(browser) {
    return async (t, url) => {
        const { page } = await openPage(t, browser(), `${url}/`);
        await page.evaluate(() => {
            window.seen = [];
            const keep = (e) => window.seen.push({
                id: e.lastEventId,
                event: e.type === "message" ? undefined : e.type,
                data: JSON.parse(e.data),
            });
            const source = new EventSource("/prices/stream");
            source.onmessage = keep;
            source.addEventListener("gap", keep);
        });
        return { events: () => page.evaluate(() => window.seen) };
    };
}

async function waitForPrice(client, price) {
    let seen = [];
    await until(
        () => `the client has seen ${price}; the last it has seen is ${JSON.stringify(seen.at(-1))}`,
        async () => {
            seen = await client.events();
            return pricesOf(seen).includes(price);
        },
        { timeout: 20_000 });
    return seen;
}

async function waitForAnyPrice(client) {
    await until("a first price", async () => pricesOf(await client.events()).length > 0,
        { timeout: 20_000 });
}

async function survivesCuts(t, startClient) {
    const server = await startServer(t);
    const proxy = await startProxy(t, server.port);
    const prices = new RisingPrices();
    t.after(() => prices.stop());
    const sent = prices.start(server, { everyMs: 20 });
    const client = await startClient(t, proxy.url);
    await waitForAnyPrice(client);
    for (let i = 0; i < cuts; i += 1) {
        const mark = sent.length;
        await until("ticks between two cuts", () => sent.length >= mark + ticksBetweenCuts);
        const before = proxy.accepted;
        proxy.cut();
        await until("the client comes back", () => proxy.accepted > before, { timeout: 20_000 });
    }
    prices.stop();
    const seen = await waitForPrice(client, sent.at(-1));
    checkOrder(seen);
    assert.deepEqual(seen.filter((e) => e.event === "gap"), [], "nothing was lost");
    checkUnbroken(pricesOf(seen), sent);
}

async function survivesRestart(t, startClient, signal) {
    const first = await startServer(t);
    // A proxy keeps the port for the client while there is no server behind it.
    const proxy = await startProxy(t, first.port);
    const prices = new RisingPrices();
    t.after(() => prices.stop());
    const sentBefore = prices.start(first, { everyMs: 20 });
    const client = await startClient(t, proxy.url);
    await waitForAnyPrice(client);
    const mark = sentBefore.length;
    await until("some more ticks", () => sentBefore.length >= mark + ticksBetweenCuts);
    first.child.signal(signal);
    await first.child.exited();
    prices.stop();
    const second = await startServer(t, { PORT: String(first.port) });
    const sentAfter = prices.start(second, { everyMs: 20 });
    await until("ticks of the new process", () => sentAfter.length >= ticksBetweenCuts);
    prices.stop();
    const seen = await waitForPrice(client, sentAfter.at(-1));
    checkRestart(seen, sentBefore, sentAfter);
}

describe("clients that nobody here wrote", { timeout: 600_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    const clients = {
        "the eventsource package": eventsourcePackage,
        "curl in a loop": curlInALoop,
        "Chromium's EventSource": chromium(() => browser),
    };
    for (const [name, startClient] of Object.entries(clients)) {
        test(`${name} has every tick once over ${cuts} cut connections`, { timeout }, async (t) =>
            survivesCuts(t, startClient));
        for (const signal of ["SIGKILL", "SIGTERM"])
            test(`${name} is told what a restart after ${signal} lost`, { timeout }, async (t) =>
                survivesRestart(t, startClient, signal));
    }

    test("an id that wins over since: a reconnecting browser repeats the address it was opened with",
        { timeout }, async (t) => {
            const server = await startServer(t);
            const prices = new RisingPrices();
            const begin = Math.floor(Date.now() / 1000);
            const sent = [prices.one(server), prices.one(server), prices.one(server)];
            const url = `${server.url}/prices/stream?since=${begin}`;
            const all = curl(t, url);
            await all.sees("three ticks", (events) => events.filter(isTick).length === 3);
            const { id } = all.events.filter(isTick)[1];
            const rest = curl(t, url, "--header", `Last-Event-ID: ${id}`);
            await rest.sees("the third", (events) => events.some(isTick));
            assert.deepEqual(rest.prices, sent.slice(2));
            const both = curl(t, `${server.url}/prices/stream?last_event_id=1-0`, "--header",
                `Last-Event-ID: ${id}`);
            await both.sees("the third", (events) => events.some(isTick));
            assert.deepEqual(both.prices, sent.slice(2), "the header is newer than the address");
        });

    test("ticks that the tape no longer holds are announced as a gap", { timeout }, async (t) => {
        const server = await startServer(t, { STORE_SIZE: "8", ARCHIVE: "none" });
        const prices = new RisingPrices();
        const live = curl(t, `${server.url}/prices/stream`);
        const first = prices.one(server);
        await live.sees("the first", (_, { prices: seen }) => seen.includes(first));
        const { id } = live.events.find(isTick);
        const sent = Array.from({ length: 50 }, () => prices.one(server));
        await live.sees("the last", (_, { prices: seen }) => seen.at(-1) === sent.at(-1));
        const late = curl(t, `${server.url}/prices/stream`, "--header", `Last-Event-ID: ${id}`);
        await late.sees("the last", (_, { prices: seen }) => seen.at(-1) === sent.at(-1));
        const [, gap] = late.events;
        assert.equal(gap.event, "gap");
        assert.deepEqual(
            gap.data, { from: id, to: gap.id, reason: "evicted", symbols: ["BTC-USD"] });
        assert.deepEqual(late.prices, sent.slice(-late.prices.length));
        assert.ok(late.prices.length >= 1 && late.prices.length <= 8);
        checkOrder(late.events);
    });
});
