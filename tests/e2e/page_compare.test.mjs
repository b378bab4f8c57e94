// The tab of the comparison in a real browser, over a simulated past of thirty days.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { json } from "./support/http.mjs";
import { axeFinds, widthOf } from "./support/looks.mjs";
import { openClean, showsState } from "./support/page.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 90_000;
const desktop = { viewport: { width: 1360, height: 900 } };
const symbols = ["BTC-USD", "ETH-USD", "SOL-USD", "XRP-USD", "ADA-USD", "DOGE-USD"];
const shots = process.env.SHOTS; // a directory: pictures of the tab are left there

// As docs/statistics.md defines the figures, of closes of days that follow each other.
function figuresOf(closes) {
    const returns = closes.slice(1).map((close, i) => 100 * (close / closes[i] - 1));
    let peak = 0;
    const falls = closes.map((close) => 100 * (1 - close / (peak = Math.max(peak, close))));
    return {
        change: 100 * (closes.at(-1) / closes[0] - 1), best: Math.max(...returns),
        worst: Math.min(...returns), fall: Math.max(...falls),
    };
}

function correlationOf(one, other) {
    const returns = (closes) => closes.slice(1).map((close, i) => Math.log(close / closes[i]));
    const [x, y] = [returns(one), returns(other)];
    const mean = (all) => all.reduce((sum, each) => sum + each) / all.length;
    const product = (a, b) => mean(a.map((value, i) => (value - mean(a)) * (b[i] - mean(b))));
    return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

const isNear = (value, expected, what) =>
    assert.ok(Math.abs(value - expected) < 1e-6, `${what}: ${value} is not ${expected}`);

describe("the tab of the comparison", { timeout: 600_000 }, () => {
    let browser;
    let server;
    const cleanUp = [];
    before(async () => {
        const t = { after: (step) => cleanUp.push(step) };
        browser = await launch();
        server = await startServer(t, {
            PROVIDERS: "simulator", SIMULATOR_HISTORY: "30d", SYMBOLS: symbols.join(","),
            ARCHIVE: `sqlite:${join(await scratch(t), "data")}`, PORT: "0",
        });
    });
    after(async () => {
        await browser?.close();
        for (const step of cleanUp.reverse()) await step();
    });

    async function closesOf(symbol, { from, until: end }) {
        const range = `interval=1d&since=${from}&until=${end}&limit=5000`;
        const { body } = await json(`${server.url}/api/prices/${symbol}/candles?${range}`);
        return body.candles.map(({ close }) => close);
    }
    const isDrawn = (page, count) => until(`${count} lines`, async () =>
        await page.locator(".percent-plot path.series").count() === count &&
            await page.getAttribute("#compare", "data-behind") === "false");
    async function open(t, query, options = {}) {
        const opened = await openClean(t, browser, `${server.url}/compare${query}`, { ...desktop, ...options });
        return opened;
    }

    test("the answer's figures are those of the daily candles", { timeout }, async () => {
        const { status, body } = await json(
            `${server.url}/api/compare?symbols=${symbols.slice(0, 3).join(",")}&range=30d`);
        assert.equal(status, 200);
        assert.equal(body.market_prices, false, "a simulator is no market");
        const closes = {};
        for (const one of body.symbols) {
            closes[one.symbol] = await closesOf(one.symbol, { from: body.start, until: body.until });
            assert.equal(one.days, closes[one.symbol].length);
            assert.ok(one.days >= 28, `${one.days} days`);
            const { change, best, worst, fall } = figuresOf(closes[one.symbol]);
            isNear(one.change_percent, change, "change");
            isNear(one.best_day.percent, best, "best day");
            isNear(one.worst_day.percent, worst, "worst day");
            isNear(one.largest_drawdown.percent, fall, "drawdown");
        }
        assert.equal(body.pairs.length, 3);
        for (const { first, second, correlation, returns } of body.pairs) {
            isNear(correlation, correlationOf(closes[first], closes[second]), `${first} ${second}`);
            assert.equal(returns, closes[first].length - 1);
        }
        const unknown = await json(`${server.url}/api/compare?symbols=nope-usd`);
        assert.equal(unknown.status, 404);
        assert.equal((await json(`${server.url}/api/compare?range=1h`)).status, 400);
    });

    test("is a link with an address, loaded when it is opened", { timeout }, async (t) => {
        const { page, isClean } = await openClean(t, browser, `${server.url}/`, desktop);
        await showsState(page, "live");
        await page.waitForLoadState("networkidle", { timeout: 4_000 }).catch(() => {});
        const loaded = await page.evaluate(() =>
            performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname));
        assert.deepEqual(loaded.filter((path) => /compar|percent|tab[-.]/.test(path)), []);
        await page.focus('.tabs [data-tab="compare"]');
        await page.keyboard.press("Enter");
        await isDrawn(page, 2);
        assert.equal(new URL(page.url()).pathname, "/compare");
        assert.equal(await page.title(), "Compare · Tickertape");
        assert.equal(await page.isVisible("text=/Simulated prices: they are of a random walk/"), true);
        assert.doesNotMatch(await page.innerText("#compare"), /\blive\b/i);
        await page.goBack();
        await until("the price", () => page.isVisible("#price"));
        isClean();
    });

    test("shows the answer's figures of what its address names", { timeout }, async (t) => {
        const { page, isClean } = await open(t, "?symbols=btc-usd,sol-usd,nope-usd&range=7d");
        await isDrawn(page, 2);
        const { body } = await json(`${server.url}/api/compare?symbols=btc-usd,sol-usd&range=7d`);
        assert.equal(await page.isVisible("text=This server has no NOPE-USD."), true);
        for (const { symbol, change_percent: change, days } of body.symbols) {
            const row = await page.innerText(`.compared [data-symbol="${symbol}"]`);
            assert.ok(row.includes(`${Math.abs(change).toFixed(2)}%`), row);
            assert.ok(row.includes(`${days} days`), row);
        }
        const [pair] = body.pairs;
        assert.equal(await page.getAttribute(".pair", "data-value"), String(pair.correlation));
        assert.match(await page.innerText(".pair"), new RegExp(`${pair.returns} returns`));
        isClean();
    });

    test("the choice is made by the keyboard and stands in the address", { timeout }, async (t) => {
        const { page, isClean } = await open(t, "");
        await isDrawn(page, 2);
        for (const symbol of symbols.slice(2, 5)) {
            await page.focus('#compare select');
            await page.selectOption("#compare select", symbol);
        }
        await isDrawn(page, 5);
        assert.equal(await page.isDisabled("#compare select"), true, "five at most");
        await page.focus('[data-range="7d"]');
        await page.keyboard.press("Enter");
        await until("the range", async () =>
            (await page.getAttribute('#compare [data-range="7d"]', "aria-pressed")) === "true");
        assert.equal(new URL(page.url()).search,
            `?symbols=${symbols.slice(0, 5).join(",")}&range=7d`);
        await page.focus('[aria-label="Remove ETH-USD"]');
        await page.keyboard.press("Space");
        await isDrawn(page, 4);
        assert.match(await page.evaluate(() => document.activeElement.ariaLabel), /^Remove SOL-USD$/);
        const href = page.url();
        await page.click('.tabs [data-tab="price"]');
        await page.click('.tabs [data-tab="compare"]');
        await isDrawn(page, 4);
        assert.equal(page.url(), href, "the tab comes back as it was left");
        await page.reload();
        await isDrawn(page, 4);
        await page.focus(".percent-plot");
        await page.keyboard.press("Home");
        await until("the first day", async () =>
            (await page.innerText(".readout")).match(/0\.00%/g)?.length === 4);
        assert.equal(await page.locator(".cursor circle").count(), 4);
        await page.keyboard.press("Escape");
        assert.equal(await page.locator(".cursor circle").count(), 0);
        isClean();
    });

    test("one symbol has no correlation, and nothing is said of it", { timeout }, async (t) => {
        const { page, isClean } = await open(t, "?symbols=btc-usd");
        await isDrawn(page, 1);
        const isSaid = () => page.isVisible("text=Correlation of daily returns");
        assert.equal(await isSaid(), false);
        // It is drawn every second.
        await page.waitForTimeout(2_500);
        assert.equal(await isSaid(), false);
        await page.selectOption("#compare select", "ETH-USD");
        await until("of two it is", isSaid);
        isClean();
    });

    test("without an archive there is no tab, and who opens it is told why", { timeout }, async (t) => {
        const none = await startServer(t, { ARCHIVE: "none" });
        none.publish(69420.25);
        const { page, complaints } = await openClean(t, browser, `${none.url}/compare`, desktop);
        await until("words", () => page.isVisible("text=This server keeps no days to compare."));
        assert.equal(await page.isVisible(".tabs"), false);
        await page.click('.told [data-tab="price"]');
        await showsState(page, "live");
        assert.deepEqual(complaints.filter((words) => !/404/.test(words)), []);
    });

    for (const colorScheme of ["light", "dark"])
        for (const width of [320, 768, 1360])
            test(`at ${width} pixels in the ${colorScheme} theme axe finds nothing, and nothing is wider`, { timeout }, async (t) => {
                const { page, isClean } = await open(t, `?symbols=${symbols.slice(0, 5).join(",")}`,
                    { colorScheme, viewport: { width, height: 900 } });
                await isDrawn(page, 5);
                if (shots)
                    await page.screenshot({ path: `${shots}/compare-${width}-${colorScheme}.png`, fullPage: true });
                assert.equal(await widthOf(page), width);
                assert.deepEqual(await axeFinds(page), []);
                isClean();
            });
});
