// The page in a real browser, fed by a real server: true at every moment, nothing missing, nothing
// twice, and not a word on the console.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { checkRestart, checkUnbroken, positionOf, pricesOf } from "./support/events.mjs";
import { RisingPrices } from "./support/feed.mjs";
import { startNginx } from "./support/nginx.mjs";
import {
    checkDrawn, drawn, listed, openClean, showsPrice, showsState, state, text, ticksDrawn,
} from "./support/page.mjs";
import { startProxy } from "./support/proxy.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;

describe("the page", { timeout: 600_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    const open = (t, url, options) => openClean(t, browser, `${url}/`, options);

    test("does not say live over a server that hangs", { timeout }, async (t) => {
        const server = await startServer(t);
        const { page, isClean } = await open(t, server.url);
        const prices = setInterval(() => server.publish(69420.25 + Math.random()), 600);
        t.after(() => clearInterval(prices));
        await showsState(page, "live");
        await until("its pace is known", async () => await ticksDrawn(page) >= 14, { timeout: 20_000 });
        clearInterval(prices);
        process.kill(server.child.pid, "SIGSTOP");
        await showsState(page, "quiet", { timeout: 30_000 });
        assert.match(await text(page, "#state-word"), /^Quiet, last tick \d+ s ago$/);
        process.kill(server.child.pid, "SIGCONT");
        server.publish(69500);
        await showsState(page, "live");
        isClean();
    });

    test("shows the price, that it is live, and every change of it", { timeout }, async (t) => {
        const server = await startServer(t);
        server.publish(69420.25);
        const { page, isClean } = await open(t, server.url);
        await showsPrice(page, 69420.25);
        await showsState(page, "live");
        assert.equal(await text(page, "#price"), "$69,420.25");
        assert.equal(await text(page, "#state-word"), "Live");
        assert.equal(await text(page, "#symbol"), "BTC-USD");
        assert.equal(await text(page, "#source"), "pipe");
        assert.match(await text(page, "#age"), /^\d+ s ago$/);

        server.publish(69432.55);
        await showsPrice(page, 69432.55);
        assert.equal(await page.getAttribute("#change", "data-direction"), "up");
        assert.match(await text(page, "#change"), /^▲\s*\+0\.02% \(\+\$12\.30\)/);
        assert.match(await text(page, "#last-change"), /^▲ \+\$12\.30 \(\+0\.02%\) since the last tick/);
        server.publish(69400);
        await showsPrice(page, 69400);
        assert.equal(await page.getAttribute("#change", "data-direction"), "down");
        assert.match(await text(page, "#change"), /^▼\s*−0\.03% \(−\$20\.25\)/);
        assert.match(await text(page, "#last-change"), /^▼ −\$32\.55/);
        assert.match(await page.title(), /^\$69,400\.00 BTC-USD/);
        await until("all three are drawn", async () => (await ticksDrawn(page)) === 3);

        const age = await text(page, "#age");
        await until("the age counts on", async () => (await text(page, "#age")) !== age);
        isClean();
    });

    test("shows the price it came with until the stream brings one, and not as live", { timeout },
        async (t) => {
            const server = await startServer(t);
            server.publish(69420.25);
            await until("the server has it", async () =>
                (await fetch(`${server.url}/api/prices/btc-usd`)).ok);
            const context = await browser.newContext({ locale: "en-US" });
            t.after(() => context.close());
            const page = await context.newPage();
            // The page's first question is not answered.
            let answer;
            await page.route("**/api/prices", (route) => { answer = () => route.continue(); });
            await page.goto(`${server.url}/`);
            await until("it asks", () => answer);
            await until("its scripts say so", async () =>
                (await text(page, "#state-word")) === "Connecting");
            assert.equal(await text(page, "#price"), "$69,420.25");
            assert.equal(await text(page, "#age"), "—", "which the server has not said yet");
            assert.match(await text(page, "#origin"), /^Piped prices/i);
            assert.match(await page.title(), /^\(connecting\) \$69,420\.25 BTC-USD/);
            answer();
            await showsState(page, "live");
            assert.equal(await text(page, "#price"), "$69,420.25");
        });

    test("waits for a first price without making one up", { timeout }, async (t) => {
        const server = await startServer(t);
        const { page, isClean } = await open(t, server.url);
        await showsState(page, "waiting");
        assert.equal(await text(page, "#price"), "—");
        server.publish(1.25);
        await showsPrice(page, 1.25);
        await showsState(page, "live");
        isClean();
    });

    test("shows what happened before it was opened", { timeout }, async (t) => {
        const server = await startServer(t);
        const prices = new RisingPrices();
        const sent = Array.from({ length: 40 }, () => prices.one(server));
        const { page, isClean } = await open(t, server.url);
        await showsPrice(page, sent.at(-1));
        await until("the history is listed", async () => (await listed(page)).length === sent.length);
        assert.deepEqual(pricesOf(await listed(page)), sent);
        await until("and drawn", async () => (await ticksDrawn(page)) === sent.length);
        checkDrawn(await drawn(page));
        isClean();
    });

    test("comes back after a cut connection with nothing missing or twice", { timeout }, async (t) => {
        const server = await startServer(t);
        const proxy = await startProxy(t, server.port);
        const prices = new RisingPrices();
        t.after(() => prices.stop());
        const sent = prices.start(server, { everyMs: 50 });
        const { page, isClean } = await open(t, proxy.url);
        await showsState(page, "live");
        for (let i = 0; i < 3; i += 1) {
            const mark = sent.length;
            await until("some ticks", () => sent.length >= mark + 10);
            await proxy.refuse();
            await until("the page has noticed", async () => (await state(page)) !== "live");
            await proxy.accept();
            await showsState(page, "live", { timeout: 20_000 });
        }
        prices.stop();
        await showsPrice(page, sent.at(-1));
        const seen = await listed(page);
        assert.deepEqual(seen.filter((e) => e.event === "gap"), []);
        checkUnbroken(pricesOf(seen), sent);
        assert.equal(pricesOf(seen).at(-1), sent.at(-1));
        await until("each tick is drawn once", async () => (await ticksDrawn(page)) === seen.length);
        const data = await drawn(page);
        checkDrawn(data);
        assert.deepEqual(data.gaps.filter((gap) => !gap.isLeading), []);
        isClean();
    });

    test("notices a connection that died without a word", { timeout }, async (t) => {
        const server = await startServer(t, { HEARTBEAT: "200ms", IDLE_TIMEOUT: "300ms" });
        const proxy = await startProxy(t, server.port);
        const prices = new RisingPrices();
        const sent = [prices.one(server)];
        const { page, isClean } = await open(t, proxy.url);
        await showsState(page, "live");
        // It learns from heartbeats how long a silence may last.
        const heartbeats = async () => {
            const metrics = await (await fetch(`${server.url}/metrics`)).text();
            return [...metrics.matchAll(/^tickertape_heartbeats_total\{.*\} (\d+)/gm)]
                .reduce((sum, [, n]) => sum + Number(n), 0);
        };
        await until("several heartbeats", async () => (await heartbeats()) >= 6);
        await until("only the stream is open", () => proxy.open === 1);
        proxy.mute();
        sent.push(prices.one(server), prices.one(server));
        const before = proxy.accepted;
        proxy.unmute(); // for new connections; the page's old one stays dead
        await until("the page opens another connection", () => proxy.accepted > before,
            { timeout: 20_000 });
        await showsPrice(page, sent.at(-1));
        await showsState(page, "live");
        assert.deepEqual(pricesOf(await listed(page)), sent);
        isClean();
    });

    for (const signal of ["SIGKILL", "SIGTERM"])
        test(`shows what a restart after ${signal} lost`, { timeout }, async (t) => {
            const first = await startServer(t);
            const prices = new RisingPrices();
            t.after(() => prices.stop());
            const { page, isClean } = await open(t, first.url);
            const sentBefore = prices.start(first, { everyMs: 50 });
            await showsState(page, "live");
            await until("some ticks are listed", async () => (await listed(page)).length >= 10);
            first.child.signal(signal);
            await first.child.exited();
            prices.stop();
            await until("the page is not live", async () => (await state(page)) !== "live");
            const second = await startServer(t, { PORT: String(first.port) });
            const sentAfter = Array.from({ length: 10 }, () => prices.one(second));
            await showsPrice(page, sentAfter.at(-1), { timeout: 20_000 });
            await showsState(page, "live");
            const seen = await listed(page);
            checkRestart(seen, sentBefore, sentAfter);
            const gap = seen.find((e) => e.event === "gap");
            assert.match(gap.text, /^Missing from .+ to .+ \(the server was restarted\)$/);
            const count = pricesOf(seen).length;
            await until("each tick is drawn once", async () => (await ticksDrawn(page)) === count);
            const data = await drawn(page);
            checkDrawn(data);
            const holes = data.gaps.filter(({ isLeading }) => !isLeading);
            assert.deepEqual(holes.map(({ from, to }) => ({ from, to })),
                [{ from: gap.data.from, to: gap.data.to }], "the hole is marked");
            const next = data.bars.find((bar) => bar.lastAt >= holes[0].toAt);
            assert.ok(next.beginsRun || next.isBroken, "and no line crosses it");
            isClean();
        });

    test("works at a sub-path of a proxy", { timeout }, async (t) => {
        const server = await startServer(t, { SYMBOLS: "BTC-USD,ETH-USD" });
        const nginx = await startNginx(t, server.port, "", "/ticker/");
        const { page, isClean } = await open(t, nginx.url);
        const failed = [];
        page.on("response", (response) => {
            if (response.status() >= 400) failed.push(`${response.status()} ${response.url()}`);
        });
        const prices = new RisingPrices();
        const sent = [prices.one(server), prices.one(server)];
        await showsPrice(page, sent[1]);
        await showsState(page, "live");
        server.publish(2500.5, "ETH-USD");
        await page.fill("#find-text", "ETH");
        await page.keyboard.press("Enter");
        await showsPrice(page, 2500.5);
        assert.equal(new URL(page.url()).pathname, "/ticker/");
        assert.equal(await text(page, "#command"),
            `curl -N '${nginx.url}/prices/stream?symbols=ETH-USD'`);
        await page.reload();
        await showsState(page, "live");
        await page.click(".brand");
        await showsState(page, "live");
        assert.equal(page.url().replace(/\?.*/, ""), `${nginx.url}/`);
        assert.ok(await page.evaluate(() => document.styleSheets[0].cssRules.length > 10));
        assert.deepEqual(failed, []);
        isClean();
    });

    test("goes on with what there is where a restarted server lacks its symbol", { timeout },
        async (t) => {
            const first = await startServer(t, { SYMBOLS: "BTC-USD,ETH-USD" });
            first.publish(2500.5, "ETH-USD");
            const { page, isClean } = await open(t, `${first.url}/?symbol=ETH-USD&x=`);
            await showsPrice(page, 2500.5);
            await first.child.kill();
            const second = await startServer(t, { PORT: String(first.port) });
            second.publish(69420.25);
            await showsPrice(page, 69420.25, { timeout: 30_000 });
            await showsState(page, "live", { timeout: 30_000 });
            assert.equal(await text(page, "#symbol"), "BTC-USD");
            isClean();
        });

    test("says why where the server refuses the stream, and tries no more", { timeout }, async (t) => {
        const server = await startServer(t);
        server.publish(69420.25);
        const context = await browser.newContext();
        t.after(() => context.close());
        const page = await context.newPage();
        // A shared worker's requests are not in a test's hands.
        await page.addInitScript(() => { delete window.SharedWorker; });
        let refused = 0;
        await page.route("**/prices/stream*", (route) => {
            refused += 1;
            return route.fulfill({
                status: 404, contentType: "application/problem+json",
                body: JSON.stringify({ status: 404, detail: "there is no symbol 'BTC-USD' here" }),
            });
        });
        await page.goto(`${server.url}/`);
        await showsState(page, "refused");
        assert.equal(await text(page, "#state-word"), "Refused");
        await until("the banner says why", async () =>
            /^The server refuses to send prices: there is no symbol 'BTC-USD' here\./
                .test(await text(page, "#banner")));
        const before = refused;
        await new Promise((resolve) => setTimeout(resolve, 5_000));
        assert.equal(refused, before, "it is asked for no more");
        assert.match(await page.title(), /^\(refused\) /);
    });

    test("comes back where EventSource has given up", { timeout }, async (t) => {
        // nginx answers 502 while there is no server, after which a browser never tries again.
        const first = await startServer(t);
        const nginx = await startNginx(t, first.port);
        const prices = new RisingPrices();
        const { page, isClean } = await open(t, nginx.url);
        const sentBefore = [prices.one(first), prices.one(first)];
        await until("both are listed", async () => (await listed(page)).length === 2);
        await first.child.kill();
        // After each refusal another wait is counted down, and it is a longer one.
        let left = Infinity;
        await until("another wait after the first", async () => {
            const [, seconds] = /^Reconnecting in (\d+) s$/.exec(await text(page, "#state-word")) ?? [];
            const isAnother = Number(seconds) > left;
            left = Number(seconds ?? left);
            return isAnother;
        }, { timeout: 30_000 });
        const second = await startServer(t, { PORT: String(first.port) });
        const sentAfter = [prices.one(second), prices.one(second)];
        await showsPrice(page, sentAfter.at(-1), { timeout: 40_000 });
        await showsState(page, "live");
        checkRestart(await listed(page), sentBefore, sentAfter);
        isClean();
    });

    test("says that a price is stale and how old it is", { timeout }, async (t) => {
        const server = await startServer(t, { STALE_AFTER: "3s", HEARTBEAT: "200ms" });
        server.publish(100);
        const { page, isClean } = await open(t, server.url);
        await showsState(page, "stale");
        await until("its age", async () => /^Stale for [4-9] s$/.test(await text(page, "#state-word")));
        await until("it is spoken", async () =>
            /^Stale: no new price/.test(await text(page, "#state-spoken")));
        assert.equal(await page.isVisible("#banner"), false, "the state says it, and that is enough");
        assert.equal(await text(page, "#price"), "$100.00", "the last price is still shown");
        server.publish(101);
        await showsState(page, "live");
        await showsState(page, "stale");
        isClean();
    });

    test("is not live once the server has stopped, and says when it tries again", { timeout }, async (t) => {
        const server = await startServer(t);
        server.publish(100);
        const { page, isClean } = await open(t, server.url);
        await showsState(page, "live");
        await server.child.kill();
        await until("it is not live", async () =>
            ["reconnecting", "offline"].includes(await state(page)));
        await until("a countdown", async () =>
            /(Reconnecting|next try) in \d+ s/.test(await text(page, "#state-word")));
        assert.equal(await text(page, "#price"), "$100.00");
        assert.match(await page.title(), /^\((reconnecting|offline)\) /);
        await until("a banner with the age", async () =>
            /^The server cannot be reached\. The price shown is \d+ s old\.$/.test(await text(page, "#banner")));
        isClean();
    });

    for (const [provider, label] of [["simulator", "Simulated prices"], ["pipe", "Piped prices"]])
        test(`says so when the prices come from ${provider}`, { timeout }, async (t) => {
            const server = await startServer(t, { PROVIDERS: provider, SIMULATOR_PERIOD: "200ms" });
            if (provider === "pipe") server.publish(1);
            const { page, isClean } = await open(t, server.url);
            await showsState(page, "live");
            assert.ok(await page.isVisible("#origin"));
            assert.match(await text(page, "#origin"), new RegExp(`^${label}`, "i"));
            assert.match(await page.title(), /\((simulated|piped)\)/);
            assert.equal(await text(page, "#source"), provider);
            isClean();
        });

    test("offers the symbols there are, and links lead to them", { timeout }, async (t) => {
        const server = await startServer(t, { SYMBOLS: "BTC-USD,ETH-USDT" });
        server.publish(64000, "BTC-USD");
        server.publish(2500.5, "ETH-USDT");
        const { page, isClean } = await open(t, server.url);
        await showsPrice(page, 64000);
        await page.click('#watched a:has-text("ETH-USDT")');
        await showsPrice(page, 2500.5);
        assert.equal(await text(page, "#price"), "2,500.50 USDT");
        assert.equal(await text(page, "#symbol"), "ETH-USDT");
        await until("its tick is listed", async () => (await listed(page)).length > 0);
        assert.deepEqual(pricesOf(await listed(page)), [2500.5]);
        assert.equal(new URL(page.url()).search, "?symbol=ETH-USDT");
        await page.reload();
        await showsPrice(page, 2500.5);
        server.publish(2501, "ETH-USDT");
        server.publish(64001, "BTC-USD");
        await showsPrice(page, 2501);
        isClean();
    });

    for (const colorScheme of ["light", "dark"])
        for (const width of [320, 1280])
            test(`fits ${width} pixels in the ${colorScheme} theme`, { timeout }, async (t) => {
                const server = await startServer(t, { SYMBOLS: "BTC-USD,ETH-USD" });
                for (const price of [1234567.25, 1234560.5, 1234999]) server.publish(price);
                const { page, isClean } = await open(
                    t, server.url, { viewport: { width, height: 700 }, colorScheme });
                await showsState(page, "live");
                const overflow = await page.evaluate(() => ({
                    page: document.documentElement.scrollWidth - document.documentElement.clientWidth,
                    list: document.getElementById("tape").scrollWidth -
                        document.getElementById("tape").clientWidth,
                }));
                assert.deepEqual(overflow, { page: 0, list: 0 });
                isClean();
            });

    test("is served with a policy that lets nothing foreign in", { timeout }, async (t) => {
        const server = await startServer(t);
        const { page, response, isClean } = await open(t, server.url);
        const policy = response.headers()["content-security-policy"];
        for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'",
            "connect-src 'self'", "img-src 'self'"])
            assert.ok(policy.includes(rule), `${rule} in ${policy}`);
        assert.ok(!policy.includes("unsafe"), policy);
        assert.equal(await page.getAttribute("#state-spoken", "aria-live"), "polite");
        isClean();
    });

    test("its stream takes up after an id that another clock gave", { timeout }, async (t) => {
        const server = await startServer(t);
        server.publish(100);
        const { page, isClean } = await open(t, server.url);
        await showsPrice(page, 100);
        await page.evaluate(async (lastId) => {
            const { PriceStream } = await import("/static/stream.js");
            window.seen = [];
            const stream = new PriceStream({ lastId });
            for (const type of ["tick", "gap"])
                stream.addEventListener(type, ({ detail }) =>
                    window.seen.push(type === "gap" ? detail.reason : detail.price));
            stream.open();
        }, `${Date.now() + 3_600_000}-0`);
        server.publish(101);
        await until("both prices", () => page.evaluate(() => window.seen.includes(101)));
        assert.deepEqual(await page.evaluate(() => window.seen), ["restarted", 100, 101]);
        isClean();
    });

    test("positions in the list are those of the stream", { timeout }, async (t) => {
        const server = await startServer(t);
        const { page } = await open(t, server.url);
        server.publish(1);
        await until("it is listed", async () => (await listed(page)).length > 0);
        const [row] = await listed(page);
        assert.ok(Math.abs(Number(positionOf(row.id) >> 20n) - Date.now()) < 60_000);
        const answer = await (await fetch(`${server.url}/api/prices/btc-usd/history`)).json();
        assert.equal(answer.ticks[0].id, row.id);
    });
});
