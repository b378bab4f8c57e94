// The page left open: ten ticks a second, for PAGE_SECONDS. Its memory and its document stay level,
// and in a long run, which has the machine to itself, no task holds up the screen. What ten minutes
// of it cost is told by tests/bench/page.mjs.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { heldBy, launch } from "./support/browser.mjs";
import { RisingPrices } from "./support/feed.mjs";
import { openClean, showsState, ticksDrawn } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const soakMs = Number(process.env.PAGE_SECONDS ?? 20) * 1_000;
const isLong = soakMs >= 60_000;
const settleMs = Math.min(30_000, soakMs / 2); // rows and points fill up first
const growthMax = 4 * 1024 * 1024;
const taskMaxMs = 50;

describe("the page left open", { timeout: soakMs + 120_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    test(`stays level over ${soakMs / 1_000} s`, async (t) => {
        const server = await startServer(t, { SYMBOLS: "BTC-USD,ETH-USD" });
        const prices = new RisingPrices();
        t.after(() => prices.stop());
        const sent = prices.start(server, { everyMs: 100 });
        const { page, isClean } = await openClean(t, browser, `${server.url}/?range=5m`);
        await showsState(page, "live");
        const session = await page.context().newCDPSession(page);
        await session.send("Performance.enable");
        await pause(settleMs);
        const first = await heldBy(session);
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
        const last = await heldBy(session);
        prices.stop();

        t.diagnostic(`${JSON.stringify({ first, last })}, long tasks: ${tasks}`);
        assert.ok(last.heap - first.heap < growthMax, `${first.heap} became ${last.heap} bytes`);
        assert.ok(last.nodes - first.nodes < 1_500, `${first.nodes} became ${last.nodes} nodes`);
        assert.ok(last.listeners <= first.listeners + 10, `${last.listeners} listeners`);
        if (isLong) assert.deepEqual(tasks.filter((ms) => ms > taskMaxMs), []);
        const due = Math.min(sent.length, 2_000);
        await until("all of it is drawn", async () => (await ticksDrawn(page)) >= due);
        isClean();
    });
});
