// Sections of the page that are hidden and moved, in a real browser.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { drawn, openClean, showsPrice } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 90_000;

describe("sections of the page", { timeout: 200_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    test("are hidden, moved by keys, remembered and restored", { timeout }, async (t) => {
        const server = await startServer(t, { SYMBOLS: "BTC-USD,ETH-USD" });
        server.publish(69420.25);
        const { page, isClean } = await openClean(t, browser, `${server.url}/`,
            { viewport: { width: 768, height: 900 } });
        await showsPrice(page, 69420.25);
        await page.click("#settings-open");
        await page.uncheck("#section-ticks");
        await page.uncheck("#section-plot");
        assert.equal(await page.evaluate(() => document.activeElement.id), "section-plot");
        await page.focus("#section-providers-up");
        await page.keyboard.press("Enter");
        assert.equal(await page.evaluate(() => document.activeElement.id), "section-providers");
        const isAsChosen = async () => {
            await until("the watchlist", () => page.isVisible("#watchlist"));
            assert.equal(await page.isVisible(".ticks"), false);
            assert.equal(await page.isVisible(".plot"), false);
            await until("the order", () => page.$eval(".rail", (rail) =>
                [...rail.children].map(({ id }) => id).join() === "providers,watchlist"));
        };
        await page.click("#settings-close");
        await isAsChosen();
        await page.reload();
        await showsPrice(page, 69420.25);
        await isAsChosen();
        await page.click("#settings-open");
        await page.click("#sections-restore");
        assert.equal(await page.isChecked("#section-plot"), true);
        await page.click("#settings-close");
        await until("all is there", async () => await page.isVisible(".plot") && page.isVisible(".ticks"));
        await until("the order", () => page.$eval(".rail", (rail) =>
            [...rail.children].map(({ id }) => id).join() === "watchlist,providers"));
        await until("the chart is drawn", async () => (await drawn(page)).bars.length > 0);
        isClean();
    });
});
