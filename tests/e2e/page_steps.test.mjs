// The page over a server whose clock steps, or that sleeps: it goes on with the newest price, its
// chart shows that price and the time it is of, and no step makes it slow.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { clocksOf } from "./support/clock.mjs";
import { RisingPrices } from "./support/feed.mjs";
import { checkDrawn, drawn, openClean, showsPrice, showsState, text } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 180_000;
const hour = 3_600;
const day = 24 * hour;
const year = 365 * day;
const slotsMax = 8_100; // what a chart may ever have on its axis
const ranges = { "5m": 300, "1h": 3_600 };

const toldSteps = (server) =>
    (server.child.stderr.match(/ the wall clock has stepped .*/g) ?? []).length;

describe("the page and a server's clock", { timeout: 900_000, concurrency: 1 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    async function open(t, { settings, query = "?range=5m" } = {}) {
        const clocks = await clocksOf(t);
        const server = await startServer(t, { ...clocks.settings, ...settings });
        const prices = new RisingPrices();
        t.after(() => prices.stop());
        prices.one(server);
        const opened = await openClean(t, browser, `${server.url}/${query}`);
        await showsState(opened.page, "live");
        await until("its age is known", async () => (await text(opened.page, "#age")) !== "—");
        await opened.page.waitForSelector(".price-chart-empty", { state: "hidden" });
        return { ...opened, clocks, server, prices };
    }

    // Until the server follows its clock; the page answers all the while, and at no time are
    // there no prices in view of its chart, nor is it said that the price has no past. `dropsAll`:
    // the step makes all ticks so far ticks of the future, so that there are none between the gap
    // and the tick that follows it.
    async function goOnUntilTold({ page, server, prices }, steps, { dropsAll = false } = {}) {
        const sent = prices.start(server, { everyMs: 100 });
        const hasPrices = () => page.isHidden(".price-chart-empty");
        await until("the step is followed", async () => {
            if (dropsAll) await until("prices are in view", hasPrices);
            else assert.ok(await hasPrices(), "prices are in view");
            assert.doesNotMatch(await text(page, "#over-1h"), /no newer price/);
            return toldSteps(server) >= steps;
        }, { timeout: 60_000 });
        return sent;
    }

    // The chart ends with the newest price, in view, at the time that the price is of.
    async function checkChart({ page, server, prices }, range = "5m") {
        prices.stop();
        await page.mouse.move(1, 1); // times that became shorter may have moved the chart below it
        const price = prices.one(server);
        await showsPrice(page, price);
        let data;
        await until(() => `the chart ends with ${price}: ${JSON.stringify(
            { ...data, bars: data?.bars.slice(-3) })}`, async () => {
            data = await drawn(page);
            return data.bars.at(-1)?.close === price;
        }, { timeout: 5_000 });
        checkDrawn(data);
        const { bars, visible, widthMs } = data;
        const { at } = bars.at(-1);
        assert.ok(at >= visible.fromAt && at <= visible.toAt, "the newest is in view");
        assert.ok((visible.toAt - visible.fromAt) / 1000 < ranges[range] * 1.2, "and the range");
        assert.ok((visible.toAt - visible.fromAt) / widthMs < slotsMax);
        const newest = Number((await page.getAttribute("#price", "data-id")).split("-")[0]);
        assert.ok(at <= newest && newest < at + widthMs, `${at} is the slot of ${newest}`);
        const high = (await page.locator(".price-chart").innerText()).replace(/,/g, "");
        assert.ok(high.includes(price.toFixed(2)), `${high} has ${price}`);
        return data;
    }

    for (const [words, by] of [["an hour", hour], ["a day", day], ["a year", year]])
        test(`goes on where it steps by ${words} and back`, { timeout }, async (t) => {
            const scene = await open(t);
            const { page, clocks, server, isClean } = scene;
            clocks.step(by);
            await goOnUntilTold(scene, 1);
            await checkChart(scene);
            for (const range of ["1h", "6h", "24h", "all", "5m"]) {
                await page.click(`[data-range="${range}"]`);
                const { visible, widthMs } = await drawn(page);
                assert.ok((visible.toAt - visible.fromAt) / widthMs < slotsMax, range);
            }
            await checkChart(scene);
            clocks.step(-by);
            await goOnUntilTold(scene, 2);
            await checkChart(scene);
            await showsState(page, "live");
            if (by >= day) {
                const { gaps } = await drawn(page);
                assert.equal(gaps.at(-1)?.reason, "restarted");
            }
            for (const range of ["1h", "5m"]) {
                await page.click(`[data-range="${range}"]`);
                await checkChart(scene, range);
            }
            assert.equal(toldSteps(server), 2);
            isClean();
        });

    test("begins anew where it steps back by a day at once", { timeout }, async (t) => {
        const scene = await open(t);
        scene.prices.start(scene.server, { everyMs: 100 });
        await until("something is drawn", async () => (await drawn(scene.page)).bars.length > 5);
        scene.clocks.step(-day);
        await goOnUntilTold(scene, 1, { dropsAll: true });
        const { gaps } = await checkChart(scene);
        assert.equal(gaps.at(-1)?.reason, "restarted");
        await showsState(scene.page, "live");
        // The day is told where it is not the visitor's.
        assert.match(await text(scene.page, "#time"), /[a-z]{3} \d+, \d{4}/i);
        scene.isClean();
    });

    test("says how old a price is after a night in which the server slept", { timeout },
        async (t) => {
            const scene = await open(t);
            const { page, clocks, isClean } = scene;
            clocks.suspend(8 * hour);
            await showsState(page, "stale", { timeout: 5_000 });
            assert.match(await text(page, "#state-word"), /^Stale for 8 h/);
            assert.match(await text(page, "#age"), /^8 h/);
            await checkChart(scene);
            await showsState(page, "live");
            assert.match(await text(page, "#age"), /^\d s ago/);
            await checkChart(scene);
            isClean();
        });
});
