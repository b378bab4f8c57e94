// Many tabs of a real browser on a real server: one connection, and every tab is told everything.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import http from "node:http";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { checkRestart, checkUnbroken, pricesOf } from "./support/events.mjs";
import { RisingPrices } from "./support/feed.mjs";
import { figuresOf } from "./support/figures.mjs";
import { startProxy } from "./support/proxy.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;
const slowly = { timeout: 30_000 };

// A page without a stream of its own, to open streams in.
const blank = "/healthz";

// In the page: opens a stream and keeps what it tells, in the form that the checks of streams take.
async function begin({ symbols, since, history }) {
    const { SharedPriceStream, comparePositions } = await import("/static/stream.js");
    const { loadHistory } = await import("/static/history.js");
    const events = [];
    const onTick = ({ id, price, symbol }) => events.push({ id, data: { price, symbol } });
    const onGap = (gap) => events.push({ id: gap.to, event: "gap", data: gap });
    const stream = new SharedPriceStream({ symbols, since });
    Object.assign(window, { stream, events, states: [], past: [], met: null });
    stream.addEventListener("tick", ({ detail }) => onTick(detail));
    stream.addEventListener("gap", ({ detail }) => onGap(detail));
    stream.addEventListener("state", ({ detail }) => window.states.push(detail.name));
    stream.addEventListener("refused", ({ detail }) => { window.refused = detail; });
    stream.addEventListener("attached", ({ detail }) => {
        if (detail.covered || !history) return;
        loadHistory({
            symbol: symbols[0], since,
            onTick: ({ id, price }) => window.past.push({ id, data: { price } }),
            isReached: (id) => events.length > 0 && comparePositions(id, events[0].id) >= 0,
        }).then((how) => { window.met = how; });
    });
    stream.open();
}

describe("tabs", { timeout: 600_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    async function openWindow(t) {
        const context = await browser.newContext();
        t.after(() => context.close());
        const complaints = [];
        context.on("weberror", (error) => complaints.push(`${error.error()}`));
        t.after(() => assert.deepEqual(complaints, []));
        return context;
    }

    async function openTab(context, url, options = {}) {
        const page = await context.newPage();
        await page.goto(`${url}${blank}`);
        await page.evaluate(begin, { symbols: ["BTC-USD"], ...options });
        return {
            page,
            seen: () => page.evaluate(() => window.events),
            state: () => page.evaluate(() => window.stream.state.name),
            isShared: () => page.evaluate(() => window.stream.isShared),
        };
    }

    async function openTabs(context, url, count, options) {
        const tabs = [];
        for (let i = 0; i < count; i += 1) tabs.push(await openTab(context, url, options));
        return tabs;
    }

    async function streamsOf(server) {
        return (await figuresOf(server)).sum("tickertape_subscribers");
    }

    async function isOneStream(server) {
        await until("one stream at the server", async () => (await streamsOf(server)) === 1);
    }

    async function sees(tab, price, options) {
        let last;
        await until(
            () => `${price}; the last are ${last}`,
            async () => {
                last = pricesOf(await tab.seen()).slice(-5);
                return last.at(-1) === price;
            }, options);
    }

    test("ten of them are one connection, whichever are closed", { timeout }, async (t) => {
        const server = await startServer(t);
        const prices = new RisingPrices();
        const context = await openWindow(t);
        const first = prices.one(server);
        const tabs = await openTabs(context, server.url, 10);
        for (const tab of tabs) {
            await sees(tab, first);
            assert.equal(await tab.state(), "open");
            assert.equal(await tab.isShared(), true);
        }
        await isOneStream(server);
        const sent = [first];
        for (let i = 0; i < 100; i += 1) sent.push(prices.one(server));
        for (const tab of tabs) {
            await sees(tab, sent.at(-1));
            assert.deepEqual(pricesOf(await tab.seen()), sent);
        }
        assert.equal(await streamsOf(server), 1);

        for (const { page } of tabs.splice(0, 9)) {
            await page.close();
            sent.push(prices.one(server));
        }
        await sees(tabs[0], sent.at(-1));
        assert.deepEqual(pricesOf(await tabs[0].seen()), sent);
        assert.deepEqual(await tabs[0].page.evaluate(() => window.states), ["connecting", "open"]);
        assert.equal(await streamsOf(server), 1);
        await tabs[0].page.close();
        await until("no stream is left", async () => (await streamsOf(server)) === 0);
    });

    test("one that comes late has the newest at once and its past without a hole", { timeout }, async (t) => {
        const server = await startServer(t);
        const prices = new RisingPrices();
        t.after(() => prices.stop());
        const context = await openWindow(t);
        await openTab(context, server.url);
        const quiet = Array.from({ length: 50 }, () => prices.one(server));
        await until("the price is known", async () =>
            (await (await fetch(`${server.url}/api/prices/btc-usd`)).json()).price === quiet.at(-1));
        const since = Math.floor(Date.now() / 1000) - 3600;
        const late = await openTab(context, server.url, { since, history: true });
        await sees(late, quiet.at(-1), { timeout: 2_000 });

        const busy = prices.start(server, { everyMs: 10 });
        const later = await openTab(context, server.url, { since, history: true });
        for (const tab of [late, later])
            await until("the past meets the present",
                () => tab.page.evaluate(() => window.met === "complete"), slowly);
        prices.stop();
        const sent = [...quiet, ...busy];
        for (const tab of [late, later]) {
            await sees(tab, sent.at(-1));
            const all = await tab.page.evaluate(() => [...window.past, ...window.events]);
            const once = new Map(all.map(({ id, data }) => [id, data.price]));
            assert.deepEqual([...once.values()].sort((a, b) => a - b), sent);
            checkUnbroken(pricesOf(await tab.seen()), sent);
        }
        await isOneStream(server);
    });

    test("symbols come and go over the one connection", { timeout }, async (t) => {
        const server = await startServer(t, { SYMBOLS: "BTC-USD,ETH-USD" });
        const prices = new RisingPrices();
        t.after(() => prices.stop());
        const context = await openWindow(t);
        server.publish(2500, "ETH-USD");
        const one = await openTab(context, server.url);
        const two = await openTab(context, server.url);
        const sent = prices.start(server, { everyMs: 10 });
        await until("some ticks", () => sent.length > 20);
        await one.page.evaluate(() => window.stream.setSymbols(["BTC-USD", "ETH-USD"]));
        const eth = () => one.page.evaluate(() =>
            window.events.filter(({ data }) => data.symbol === "ETH-USD").map(({ data }) => data.price));
        await until("the newest of the symbol that is new", async () => (await eth()).length > 0);
        server.publish(2501, "ETH-USD");
        await until("the next one", async () => (await eth()).length > 1);
        assert.deepEqual(await eth(), [2500, 2501]);
        const third = await openTab(context, server.url, { symbols: ["ETH-USD"] });
        await sees(third, 2501);
        await one.page.evaluate(() => window.stream.setSymbols(["ETH-USD"]));
        await third.page.close();
        prices.stop();
        await sees(two, sent.at(-1));
        checkUnbroken(pricesOf(await two.seen()), sent);
        const btc = (await one.seen()).filter(({ data }) => data.symbol === "BTC-USD");
        checkUnbroken(pricesOf(btc), sent);
        assert.deepEqual(await two.page.evaluate(() => window.states), ["connecting", "open"]);
        await isOneStream(server);
    });

    test("a cut connection is missed by none of them", { timeout }, async (t) => {
        const server = await startServer(t);
        const proxy = await startProxy(t, server.port);
        const prices = new RisingPrices();
        t.after(() => prices.stop());
        const context = await openWindow(t);
        const tabs = await openTabs(context, proxy.url, 4);
        for (const tab of tabs) await until("it is open", async () => (await tab.state()) === "open");
        const sent = prices.start(server, { everyMs: 20 });
        for (let i = 0; i < 3; i += 1) {
            const mark = sent.length;
            await until("some ticks", () => sent.length >= mark + 10);
            await proxy.refuse();
            for (const tab of tabs)
                await until("it has noticed", async () => (await tab.state()) === "reconnecting");
            await proxy.accept();
            for (const tab of tabs)
                await until("it is open", async () => (await tab.state()) === "open", slowly);
        }
        prices.stop();
        for (const tab of tabs) {
            await sees(tab, sent.at(-1));
            const seen = await tab.seen();
            assert.deepEqual(seen.filter(({ event }) => event === "gap"), []);
            checkUnbroken(pricesOf(seen), sent);
        }
        await isOneStream(server);
    });

    test("a connection that died without a word is noticed for all of them", { timeout }, async (t) => {
        const server = await startServer(t, { HEARTBEAT: "200ms", IDLE_TIMEOUT: "300ms" });
        const proxy = await startProxy(t, server.port);
        const prices = new RisingPrices();
        const context = await openWindow(t);
        const sent = [prices.one(server)];
        const tabs = await openTabs(context, proxy.url, 3);
        for (const tab of tabs) await sees(tab, sent[0]);
        await until("several heartbeats", async () =>
            (await figuresOf(server)).sum("tickertape_heartbeats_total") >= 6);
        await until("only the stream is open", () => proxy.open === 1);
        proxy.mute();
        sent.push(prices.one(server), prices.one(server));
        proxy.unmute();
        for (const tab of tabs) {
            await sees(tab, sent.at(-1), slowly);
            assert.deepEqual(pricesOf(await tab.seen()), sent);
        }
    });

    for (const signal of ["SIGKILL", "SIGTERM"])
        test(`all of them know what a restart after ${signal} lost`, { timeout }, async (t) => {
            const first = await startServer(t);
            const prices = new RisingPrices();
            t.after(() => prices.stop());
            const context = await openWindow(t);
            const tabs = await openTabs(context, first.url, 4);
            const sentBefore = prices.start(first, { everyMs: 20 });
            for (const tab of tabs)
                await until("some ticks", async () => (await tab.seen()).length >= 10);
            first.child.signal(signal);
            await first.child.exited();
            prices.stop();
            for (const tab of tabs)
                await until("it is not open", async () => (await tab.state()) !== "open");
            const second = await startServer(t, { PORT: String(first.port) });
            const sentAfter = Array.from({ length: 10 }, () => prices.one(second));
            for (const tab of tabs) {
                await sees(tab, sentAfter.at(-1), slowly);
                checkRestart(await tab.seen(), sentBefore, sentAfter);
                assert.equal(await tab.state(), "open");
            }
            await isOneStream(second);
        });

    test("a worker that is gone is replaced by another", { timeout }, async (t) => {
        const server = await startServer(t);
        const prices = new RisingPrices();
        t.after(() => prices.stop());
        const context = await openWindow(t);
        const tabs = await openTabs(context, server.url, 3);
        const sent = prices.start(server, { everyMs: 50 });
        for (const tab of tabs)
            await until("some ticks", async () => (await tab.seen()).length >= 10);
        const devtools = await browser.newBrowserCDPSession();
        const { targetInfos } = await devtools.send("Target.getTargets", {
            filter: [{ type: "shared_worker" }],
        });
        assert.equal(targetInfos.length, 1, "there is one");
        await devtools.send("Target.closeTarget", targetInfos[0]);
        await until("its stream is gone", async () => (await streamsOf(server)) === 0);
        await until("there is one again", async () => (await streamsOf(server)) === 1, slowly);
        const mark = sent.length;
        await until("more ticks", () => sent.length > mark + 20);
        prices.stop();
        for (const tab of tabs) {
            await sees(tab, sent.at(-1), slowly);
            checkUnbroken(pricesOf(await tab.seen()), sent);
            await until("it is shared", async () => tab.isShared(), slowly);
        }
        await isOneStream(server);
    });

    test("one that is frozen misses nothing and costs the others nothing", { timeout }, async (t) => {
        const server = await startServer(t);
        const prices = new RisingPrices();
        t.after(() => prices.stop());
        const context = await openWindow(t);
        const [frozen, awake] = await openTabs(context, server.url, 2);
        const sent = [prices.one(server)];
        await sees(frozen, sent[0]);
        const devtools = await context.newCDPSession(frozen.page);
        await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
        for (let i = 0; i < 500; i += 1) sent.push(prices.one(server));
        await sees(awake, sent.at(-1));
        await devtools.send("Page.setWebLifecycleState", { state: "active" });
        sent.push(prices.one(server));
        for (const tab of [frozen, awake]) {
            await sees(tab, sent.at(-1), slowly);
            assert.deepEqual(pricesOf(await tab.seen()), sent);
        }
    });

    test("one that is left and come back to is told what it missed", { timeout }, async (t) => {
        const server = await startServer(t);
        const prices = new RisingPrices();
        const context = await openWindow(t);
        const [left] = await openTabs(context, server.url, 2);
        const sent = [prices.one(server)];
        await sees(left, sent[0]);
        // What a browser does that keeps the page for the way back.
        await left.page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pagehide")));
        for (let i = 0; i < 20; i += 1) sent.push(prices.one(server));
        await until("they are there", async () =>
            (await (await fetch(`${server.url}/api/prices/btc-usd`)).json()).price === sent.at(-1));
        assert.deepEqual(pricesOf(await left.seen()), sent.slice(0, 1));
        await left.page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow")));
        await sees(left, sent.at(-1));
        assert.deepEqual(pricesOf(await left.seen()), sent);
        await isOneStream(server);
    });

    test("one that asks for an unknown symbol is told so once, and the others keep their stream",
        { timeout }, async (t) => {
            const server = await startServer(t);
            const prices = new RisingPrices();
            const context = await openWindow(t);
            const sent = [prices.one(server)];
            const good = await openTab(context, server.url);
            await sees(good, sent[0]);
            const bad = await openTab(context, server.url, { symbols: ["BTC-USD", "NO-SUCH"] });
            await until("it is refused", async () => (await bad.state()) === "refused");
            const { status, type, detail, parameter } =
                await bad.page.evaluate(() => window.refused);
            assert.deepEqual({ status, type, detail, parameter }, {
                status: 404, type: "urn:tickertape:problem:unknown-symbol",
                detail: "there is no symbol 'NO-SUCH' here", parameter: "symbols",
            });
            const asked = async () => (await figuresOf(server))
                .sum("tickertape_requests_total", { route: "/prices/stream", status: "404" });
            const before = await asked();
            assert.ok(before >= 2, `${before} requests were refused`);
            sent.push(prices.one(server));
            await sees(good, sent[1]);
            // The tab that was refused would share again after ten seconds, if it went on.
            await new Promise((resolve) => setTimeout(resolve, 12_000));
            assert.equal(await asked(), before, "it is asked for no more");
            sent.push(prices.one(server));
            await sees(good, sent[2]);
            assert.deepEqual(pricesOf(await good.seen()), sent);
            assert.equal(await good.isShared(), true);
            await isOneStream(server);
        });

    test("where there are no shared workers, each has its own connection", { timeout }, async (t) => {
        const server = await startServer(t);
        const prices = new RisingPrices();
        const context = await openWindow(t);
        await context.addInitScript(() => { delete window.SharedWorker; });
        const sent = [prices.one(server)];
        const tabs = await openTabs(context, server.url, 2);
        await until("two streams", async () => (await streamsOf(server)) === 2);
        sent.push(prices.one(server));
        for (const tab of tabs) {
            await sees(tab, sent.at(-1));
            assert.deepEqual(pricesOf(await tab.seen()), sent);
            assert.equal(await tab.isShared(), false);
        }
    });

    // Somebody else's site, with that page and a copy of the stream.
    async function startSite(t, server, html) {
        const stream = await (await fetch(`${server.url}/static/stream.js`)).text();
        const site = http.createServer(({ url }, response) => {
            const isScript = url.endsWith(".js");
            response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
            response.end(isScript ? stream : html);
        });
        await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
        t.after(() => site.close());
        return `http://127.0.0.1:${site.address().port}/`;
    }

    for (const isCopied of [false, true])
        test(`the example in the documentation works from elsewhere, ${isCopied ? "with a copy" : "as it is"}`,
            { timeout }, async (t) => {
                const server = await startServer(t);
                server.publish(69420.25);
                const text = readFileSync(new URL("../../docs/client.md", import.meta.url), "utf8");
                const [, example] = /```html\n(.*?)```/s.exec(text);
                const html = example.replace("https://prices.example.com/static/", (from) =>
                    isCopied ? "/" : from).replaceAll("https://prices.example.com", server.url);
                const url = await startSite(t, server, html);
                const context = await openWindow(t);
                const pages = [await context.newPage(), await context.newPage()];
                for (const page of pages) await page.goto(url);
                const shown = (page) => page.evaluate(() => document.querySelector("output").value);
                for (const price of [69420.25, 69421.5]) {
                    server.publish(price);
                    for (const page of pages)
                        await until("the price is shown", async () =>
                            (await shown(page)) === `BTC-USD ${price} (pipe)`);
                }
                assert.equal(await streamsOf(server), isCopied ? 1 : 2);
            });

    test("where the worker cannot be loaded, each has its own connection", { timeout }, async (t) => {
        const server = await startServer(t);
        const prices = new RisingPrices();
        const context = await openWindow(t);
        await context.addInitScript(() => {
            const Real = window.SharedWorker;
            window.SharedWorker = class extends Real {
                constructor(url, options) { super("/static/no-such.js", options); }
            };
        });
        const tab = await openTab(context, server.url);
        const price = prices.one(server);
        await sees(tab, price);
        assert.equal(await tab.isShared(), false);
    });
});
