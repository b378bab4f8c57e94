// The page left open: ten ticks a second, for as long as PAGE_SOAK says (default 20s; 10m is what it
// is made for). Its memory and its document stay level, and no task holds up the screen.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { launch } from "./support/browser.mjs";
import { RisingPrices } from "./support/feed.mjs";
import { openClean, showsState, ticksDrawn } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const [, amount, unit] = /^(\d+)([sm])$/.exec(process.env.PAGE_SOAK ?? "20s");
const soakMs = Number(amount) * (unit === "m" ? 60_000 : 1_000);
const isLong = soakMs >= 60_000;
const settleMs = Math.min(30_000, soakMs / 2); // rows and points fill up first
const growthMax = 4 * 1024 * 1024;
// A short run shares the machine with other tests, which hold it up too.
const taskMaxMs = isLong ? 50 : 200;

async function measured(session) {
    await session.send("HeapProfiler.collectGarbage");
    const { metrics } = await session.send("Performance.getMetrics");
    const of = (name) => metrics.find((metric) => metric.name === name).value;
    return { heap: of("JSHeapUsedSize"), nodes: of("Nodes"), listeners: of("JSEventListeners") };
}

describe("the page left open", { timeout: soakMs + 120_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    test(`stays level over ${amount}${unit}`, async (t) => {
        const server = await startServer(t, { SYMBOLS: "BTC-USD,ETH-USD" });
        const prices = new RisingPrices();
        t.after(() => prices.stop());
        const sent = prices.start(server, { everyMs: 100 });
        const { page, isClean } = await openClean(t, browser, `${server.url}/?range=5m`);
        await showsState(page, "live");
        const session = await page.context().newCDPSession(page);
        await session.send("Performance.enable");
        await pause(settleMs);
        const first = await measured(session);
        // To measure memory is itself a long task, so tasks count from after it to before the next.
        await pause(1_000);
        await page.evaluate(() => {
            window.tasks = [];
            new PerformanceObserver((list) => {
                for (const { duration } of list.getEntries()) window.tasks.push(duration);
            }).observe({ type: "longtask" });
        });
        await pause(soakMs - settleMs);
        const tasks = await page.evaluate(() => window.tasks);
        const last = await measured(session);
        prices.stop();

        t.diagnostic(`heap ${first.heap} to ${last.heap}, nodes ${first.nodes} to ${last.nodes}, long tasks: ${tasks}`);
        assert.ok(last.heap - first.heap < growthMax, `the heap grew from ${first.heap} to ${last.heap}`);
        assert.ok(last.nodes - first.nodes < 1_500, `nodes grew from ${first.nodes} to ${last.nodes}`);
        assert.ok(last.listeners <= first.listeners + 10, `${last.listeners} listeners`);
        assert.deepEqual(tasks.filter((ms) => ms > taskMaxMs), []);
        await until("all of it is drawn", async () => (await ticksDrawn(page)) >= Math.min(sent.length, 2_000));
        isClean();
    });
});
