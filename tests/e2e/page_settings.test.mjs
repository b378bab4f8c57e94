// The tab of the settings in a real browser.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { axeFinds, widthOf } from "./support/looks.mjs";
import { openClean, showsPrice, showsState, text } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;
const desktop = { viewport: { width: 1360, height: 900 } };

describe("the tab of the settings", { timeout: 300_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    async function open(t, path = "/", options = desktop) {
        const server = await startServer(t, { SYMBOLS: "BTC-USD,ETH-USD" });
        server.publish(69420.25);
        server.publish(2500.5, "ETH-USD");
        const opened = await openClean(t, browser, `${server.url}${path}`, options);
        return { server, ...opened };
    }

    test("is a link with an address, loaded when it is opened", { timeout }, async (t) => {
        const { page, isClean } = await open(t);
        await showsState(page, "live");
        await page.waitForLoadState("networkidle", { timeout: 4_000 }).catch(() => {});
        const loaded = await page.evaluate(() =>
            performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname));
        assert.deepEqual(loaded.filter((path) => /settings[-_.]|settings_tab/.test(path)
            && !/model/.test(path)), []);
        await page.focus("#settings-open");
        await page.keyboard.press("Enter");
        await page.waitForSelector("#set-theme");
        assert.equal(new URL(page.url()).pathname, "/settings");
        assert.equal(await page.getAttribute("#settings-open", "aria-current"), "page");
        assert.equal(await page.title(), "Settings · Tickertape");
        assert.equal(await page.isVisible("#desk"), false);
        assert.equal(await page.isVisible("#state"), false, "nothing here is live");
        await page.goBack();
        await until("the price", () => page.isVisible("#price"));
        assert.equal(await page.getAttribute("#settings-open", "aria-current"), null);
        await page.goForward();
        await page.waitForSelector("#set-theme");
        await page.click("#settings-close");
        assert.equal(await page.isVisible("#price"), true);
        assert.equal(new URL(page.url()).pathname, "/");
        isClean();
    });

    test("opened by its address it knows the symbols, and an alarm rings meanwhile", { timeout }, async (t) => {
        const { server, page, isClean } = await open(t, "/settings");
        await until("symbols", async () =>
            (await page.$$eval("#alarm-symbol option", (all) => all.length)) === 2);
        await page.selectOption("#alarm-symbol", "ETH-USD");
        await page.fill("#alarm-price", "2,600");
        await page.keyboard.press("Enter");
        assert.match(await text(page, "#alarms"), /ETH-USD rises to \$2,600\.00/);
        server.publish(2599, "ETH-USD");
        server.publish(2601, "ETH-USD");
        await until("it rings", async () => /rose to \$2,600\.00, now \$2,601\.00/.test(await text(page, "#toasts")));
        assert.equal(await page.inputValue("#alarm-symbol"), "ETH-USD", "what is chosen stays");
        await page.click("#settings-close");
        await showsPrice(page, 69420.25);
        await showsState(page, "live");
        isClean();
    });

    for (const colorScheme of ["light", "dark"])
        for (const width of [320, 768, 1360])
            test(`at ${width} pixels in the ${colorScheme} theme axe finds nothing, and nothing is wider`, { timeout }, async (t) => {
                const { page, isClean } = await open(t, "/settings",
                    { colorScheme, viewport: { width, height: 900 } });
                await until("symbols", () => page.inputValue("#alarm-symbol").catch(() => ""));
                assert.equal(await widthOf(page), width);
                assert.deepEqual(await axeFinds(page), []);
                isClean();
            });
});
