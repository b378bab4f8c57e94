// What stands where on a wide screen and on a phone: the ticks beside the chart, and the name of the
// symbol as a switch to another one.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { openClean, showsPrice, showsState, text } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";

const timeout = 60_000;
const wide = { viewport: { width: 1440, height: 900 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };

describe("the places of the page", { timeout: 300_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    async function open(t, symbols, options) {
        const server = await startServer(t, { SYMBOLS: symbols.join() });
        symbols.forEach((symbol, i) => server.publish(1_000 + i, symbol));
        const opened = await openClean(t, browser, `${server.url}/`, options);
        await showsState(opened.page, "live");
        await showsPrice(opened.page, 1_000);
        return { server, ...opened };
    }

    test("beside the chart are the markets or the ticks, as was chosen", { timeout }, async (t) => {
        const { page, isClean } = await open(t, ["BTC-USD", "ETH-USD"], wide);
        const seen = async () =>
            [await page.isVisible("#watchlist"), await page.isVisible("#tape")];
        assert.deepEqual(await seen(), [true, false]);
        await page.click('#beside [data-beside="ticks"]');
        assert.deepEqual(await seen(), [false, true]);
        const [chart, tape] = await Promise.all(
            ["#chart", "#tape"].map((id) => page.locator(id).boundingBox()));
        assert.ok(tape.x >= chart.x + chart.width, "it is beside the chart");
        await page.reload();
        await showsState(page, "live");
        assert.deepEqual(await seen(), [false, true]);
        assert.equal(await page.getAttribute('#beside [data-beside="ticks"]', "aria-pressed"), "true");
        await page.setViewportSize({ width: 800, height: 900 });
        assert.deepEqual(await seen(), [true, true], "both are below the chart");
        assert.equal(await page.isVisible("#beside"), false);
        isClean();
    });

    test("with one symbol the ticks are beside the chart", { timeout }, async (t) => {
        const { page, isClean } = await open(t, ["BTC-USD"], wide);
        assert.equal(await page.isVisible("#tape"), true);
        assert.equal(await page.isVisible("#beside"), false);
        assert.equal(await page.isVisible("#switch"), false);
        isClean();
    });

    test("on a phone the name of the symbol switches to another", { timeout }, async (t) => {
        const { page, isClean } = await open(t, ["BTC-USD", "ETH-USD", "SOL-USD"], phone);
        await page.waitForSelector("#switch", { state: "visible" });
        const field = await page.locator("#switch").boundingBox();
        assert.ok(field.y < 300 && field.height >= 44, JSON.stringify(field));
        await page.selectOption("#switch", "SOL-USD");
        await showsPrice(page, 1_002);
        assert.equal(await text(page, "#symbol"), "SOL-USD");
        assert.match(page.url(), /symbol=SOL-USD/);
        assert.equal(await page.inputValue("#switch"), "SOL-USD");
        await page.setViewportSize({ width: 1440, height: 900 });
        assert.equal(await page.isVisible("#switch"), false, "the watchlist is in sight");
        isClean();
    });
});
