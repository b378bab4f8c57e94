// The page on a computer whose clock is wrong, or is set while the page is open.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { pricesOf } from "./support/events.mjs";
import { RisingPrices } from "./support/feed.mjs";
import {
    checkDrawn, drawn, listed, openClean, showsPrice, showsState, text, ticksDrawn,
} from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;
const minute = 60_000;
const hour = 60 * minute;
const steps = [["an hour behind", -hour], ["2 minutes behind", -2 * minute],
    ["3 minutes ahead", 3 * minute], ["an hour ahead", hour], ["8 hours ahead", 8 * hour],
    ["a year ahead", 365 * 24 * hour]];

// Has Date be off by `window.aheadMs`, as a page's script finds it.
const shiftDate = `{
    const Real = Date;
    window.aheadMs = Number(sessionStorage.getItem("ahead") ?? 0);
    window.Date = class extends Real {
        constructor(...of) { of.length ? super(...of) : super(Real.now() + window.aheadMs); }
        static now() { return Real.now() + window.aheadMs; }
    };
}`;

// Milliseconds of "3 s ago", once it is that: after a step of the clock the page asks for the time
// before it knows an age again.
async function ageOf(page) {
    const [, seconds] = await until("the age is known", async () =>
        /^(\d+) s ago$/.exec(await text(page, "#age")));
    return Number(seconds) * 1000;
}

describe("the page and a wrong clock", { timeout: 600_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    async function open(t, server) {
        const opened = await openClean(t, browser, `${server.url}/static/icon.svg`);
        await opened.page.addInitScript(shiftDate);
        const start = async (ms) => {
            await opened.page.evaluate((ahead) => sessionStorage.setItem("ahead", ahead), ms);
            await opened.page.goto(`${server.url}/`);
        };
        return { ...opened, start };
    }

    // The true age of a price is what has passed here since it was published.
    async function checkTruth(page, server, sent, prices) {
        await showsState(page, "live", { timeout: 20_000 });
        const isTrue = async () => assert.ok((await ageOf(page)) <= Date.now() - sent.at + 1000);
        await isTrue();
        sent.at = Date.now();
        sent.all.push(prices.one(server));
        await showsPrice(page, sent.all.at(-1));
        await isTrue();
        await until("all are listed", async () => (await listed(page)).length === sent.all.length);
        assert.deepEqual(pricesOf(await listed(page)), sent.all);
        await until("all are drawn", async () => (await ticksDrawn(page)) === sent.all.length);
        const data = await drawn(page);
        checkDrawn(data);
        const { at } = data.bars.at(-1);
        assert.ok(at >= data.visible.fromAt && at <= data.visible.toAt, "and in view");
        assert.ok(!(await page.isVisible("#banner")));
    }

    test("shows true ages, all that is held and where it is, however wrong the clock", { timeout },
        async (t) => {
            const server = await startServer(t);
            const prices = new RisingPrices();
            const sent = { at: Date.now(), all: Array.from({ length: 20 }, () => prices.one(server)) };
            const { page, start, isClean } = await open(t, server);
            for (const [words, ms] of steps) {
                await start(ms);
                await checkTruth(page, server, sent, prices).catch((error) => {
                    error.message = `${words}: ${error.message}`;
                    throw error;
                });
            }
            isClean();
        });

    test("goes on where the clock is set while it is open", { timeout: 120_000 }, async (t) => {
        const server = await startServer(t);
        const prices = new RisingPrices();
        const sent = { at: Date.now(), all: [prices.one(server)] };
        const { page, start, isClean } = await open(t, server);
        await start(0);
        await checkTruth(page, server, sent, prices);
        for (const [words, ms] of steps)
            for (const ahead of [ms, 0]) {
                await page.evaluate((to) => { window.aheadMs = to; }, ahead);
                await checkTruth(page, server, sent, prices).catch((error) => {
                    error.message = `${words}, now at ${ahead} ms: ${error.message}`;
                    throw error;
                });
            }
        isClean();
    });

    test("its chart comes back from a now that lies ahead, and from one that lies behind", { timeout },
        async (t) => {
            const server = await startServer(t);
            const prices = new RisingPrices();
            const sent = { at: Date.now(), all: [prices.one(server), prices.one(server)] };
            const { page, start, isClean } = await open(t, server);
            await start(0);
            await checkTruth(page, server, sent, prices);
            for (const range of ["5m", "1h", "24h", "all"]) {
                await page.click(`[data-range="${range}"]`);
                for (const [words, ms] of steps) {
                    // As after an answer of a server whose clock is set, and set back.
                    await page.evaluate(async (ahead) => {
                        const { chart } = await import(
                            document.querySelector("script[type=module]").src);
                        chart.tick(Date.now() + ahead);
                        chart.tick(Date.now());
                    }, ms);
                    await until(() => `the newest is in view: ${range}, ${words}`, async () => {
                        const { bars, visible } = await drawn(page);
                        return bars.at(-1).at <= visible.toAt && bars.at(-1).at >= visible.fromAt &&
                            visible.toAt - bars.at(-1).at < 24 * hour;
                    }, { timeout: 3_000 });
                }
            }
            checkDrawn(await drawn(page));
            isClean();
        });

    test("says that a price is stale, and for how long, by no clock of the visitor's", { timeout },
        async (t) => {
            const server = await startServer(t, { STALE_AFTER: "1s" });
            const { page, start, isClean } = await open(t, server);
            server.publish(100);
            for (const [, ms] of steps) {
                await start(ms);
                await showsState(page, "stale");
                await until("its age", async () =>
                    /^Stale for \d+ s$/.test(await text(page, "#state-word")));
            }
            isClean();
        });
});
