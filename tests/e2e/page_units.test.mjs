// The unit of prices in bitcoin, and the colours of what rises and falls, in a real browser.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { axeFinds } from "./support/looks.mjs";
import { openClean, showsPrice, text } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 90_000;

describe("units and colours", { timeout: 300_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    async function open(t, options) {
        const server = await startServer(t, { SYMBOLS: "BTC-USD,ETH-BTC" });
        for (const [price, symbol] of [[69000, "BTC-USD"], [69420.25, "BTC-USD"], [0.036, "ETH-BTC"], [0.03512, "ETH-BTC"]]) {
            server.publish(price, symbol);
            await new Promise((resume) => setTimeout(resume, 50)); // each with a time of its own
        }
        const opened = await openClean(t, browser, `${server.url}/`,
            { viewport: { width: 1360, height: 900 }, ...options });
        await showsPrice(opened.page, 69420.25);
        return { server, ...opened };
    }

    async function choose(page, name, value) {
        await page.click("#settings-open");
        await page.check(`input[name="${name}"][value="${value}"]`, { force: true });
        await page.click("#settings-close");
    }

    test("satoshis are chosen in the settings, and shown with their unit", { timeout }, async (t) => {
        const { page, isClean } = await open(t);
        assert.equal(await page.locator("#sats").count(), 0);
        await choose(page, "unit", "sats");
        await until("the figure", async () => /1 USD buys\s+1,441 sats/.test(await text(page, ".facts")));
        assert.equal(await text(page, "#price"), "$69,420.25");
        await page.click('#watched [data-symbol="ETH-BTC"] a');
        await showsPrice(page, 0.03512);
        assert.equal(await text(page, "#price"), "3,512,000 sats");
        assert.equal(await page.isVisible("#sats"), false);
        await until("the change", async () => /−88,000 sats/.test(await text(page, "#change")));
        await page.click("#settings-open");
        await page.selectOption("#alarm-symbol", "ETH-BTC");
        assert.equal(await text(page, "#alarm-unit"), "Price in sats");
        await page.fill("#alarm-price", "4,000,000");
        await page.keyboard.press("Enter");
        assert.match(await text(page, "#alarms"), /ETH-BTC rises to 4,000,000 sats/);
        await page.check('input[name="unit"][value="currency"]', { force: true });
        assert.match(await text(page, "#alarms"), /ETH-BTC rises to BTC\s0\.04000/);
        isClean();
    });

    for (const colorScheme of ["light", "dark"])
        test(`blue and orange are kept, and axe finds nothing in the ${colorScheme} theme`, { timeout }, async (t) => {
            const { page, isClean } = await open(t, { colorScheme, reducedMotion: "reduce" });
            const colourOf = (selector) => page.$eval(selector, (node) => getComputedStyle(node).color);
            const green = await colourOf("#change");
            await choose(page, "colours", "blue");
            const blue = await colourOf("#change");
            assert.notEqual(blue, green);
            const [red, , strong] = blue.match(/\d+/g).map(Number);
            assert.ok(strong > red, blue);
            assert.match(await text(page, "#change"), /^▲\s*\+/, "an arrow and a sign say it too");
            await page.reload();
            await showsPrice(page, 69420.25);
            await until("the same after a reload", async () => (await colourOf("#change")) === blue);
            await page.click('#watched [data-symbol="ETH-BTC"] a');
            await showsPrice(page, 0.03512);
            await until("it falls", async () => /^▼\s*−/.test(await text(page, "#change")));
            for (const path of ["price", "settings"]) {
                if (path === "settings") await page.click("#settings-open");
                assert.deepEqual({ path, found: await axeFinds(page) }, { path, found: [] });
            }
            isClean();
        });
});
