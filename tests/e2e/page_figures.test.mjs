// One figure for one thing: what the page says in two places is the same at every moment.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { openClean, showsPrice, text } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 90_000;

describe("the page's figures", { timeout: 300_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    async function open(t, path) {
        const server = await startServer(t, { SYMBOLS: "BTC-USD,ETH-USD" });
        server.publish(60_000);
        const opened = await openClean(t, browser, `${server.url}/${path}`,
            { viewport: { width: 1440, height: 900 } });
        await showsPrice(opened.page, 60_000);
        return { server, ...opened };
    }

    for (const kind of ["line", "candles"])
        test(`the tag on the axis is the price above the ${kind}`, { timeout }, async (t) => {
            const { server, page, isClean } = await open(t, "?range=5m");
            await page.click(`[data-kind="${kind}"]`);
            // What is painted is looked at between frames.
            await page.evaluate(() => {
                const seen = { tag: "", apart: [], frames: 0 };
                const paint = CanvasRenderingContext2D.prototype.fillText;
                CanvasRenderingContext2D.prototype.fillText = function (words, ...rest) {
                    if (/^6\d,\d{3}\.\d\d$/.test(words)) seen.tag = words;
                    return paint.call(this, words, ...rest);
                };
                const look = () => {
                    const price = document.getElementById("price").textContent.slice(1);
                    seen.frames += 1;
                    if (seen.tag && price !== seen.tag) seen.apart.push(`${price} ${seen.tag}`);
                };
                const onFrame = () => {
                    setTimeout(look, 0);
                    requestAnimationFrame(onFrame);
                };
                requestAnimationFrame(onFrame);
                globalThis.seen = seen;
            });
            let price = 60_000;
            for (let i = 0; i < 30; ++i) {
                server.publish((price += 1.25));
                await showsPrice(page, price);
            }
            const { tag, apart, frames } = await page.evaluate(() => globalThis.seen);
            assert.equal(tag, "60,037.50");
            assert.ok(frames >= 30);
            assert.deepEqual(apart, []);
            isClean();
        });

    test("high and low are those of the chart in the statistics too", { timeout }, async (t) => {
        const { server, page, isClean } = await open(t, "?range=24h");
        await until("the card", async () => page.isVisible("#statistics"));
        for (const price of [60_100, 59_900, 60_050]) {
            server.publish(price);
            await showsPrice(page, price);
        }
        const both = () => Promise.all([".price-chart-legend", "#statistics-list"]
            .map((selector) => text(page, selector)));
        await until("both have both", async () => (await both()).every((words) =>
            /\$60,100\.00/.test(words) && /\$59,900\.00/.test(words)));
        isClean();
    });
});
