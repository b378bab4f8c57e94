// The page on screens of different widths: what belongs together stays together, and no word is cut.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { openClean, showsPrice, text } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;

describe("the page's widths", { timeout: 300_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    async function open(t, width) {
        const server = await startServer(t, { SYMBOLS: "BTC-USD,ETH-USD" });
        server.publish(69420.25);
        server.publish(69421);
        const opened =
            await openClean(t, browser, `${server.url}/`, { viewport: { width, height: 800 } });
        await showsPrice(opened.page, 69421);
        await until("the changes are known", async () =>
            /no data|since/.test(await text(opened.page, "#over-24h")));
        return opened;
    }

    const boxes = (page, selector) => page.$$eval(selector, (nodes) => nodes.map((node) => {
        const { top, right } = node.getBoundingClientRect();
        return { top: Math.round(top), right: Math.round(right) };
    }));

    for (const width of [1024, 1100, 1250, 1440])
        test(`at ${width} pixels the facts are one row, and so are the controls`, { timeout },
            async (t) => {
                const { page, isClean } = await open(t, width);
                const tops = async (selector) =>
                    new Set((await boxes(page, selector)).map(({ top }) => top)).size;
                assert.equal(await tops(".facts > div"), 1);
                assert.equal(await tops(".controls button"), 1);
                const [{ right: edge }] = await boxes(page, ".controls");
                for (const { right } of await boxes(page, ".controls button"))
                    assert.ok(right <= edge, "every range is in sight");
                isClean();
            });

    for (const width of [390, 1100])
        test(`at ${width} pixels the words of the changes are whole`, { timeout }, async (t) => {
            const { page, isClean } = await open(t, width);
            const cut = await page.$$eval(".over small", (nodes) => nodes.filter((node) =>
                node.scrollWidth > node.clientWidth + 1).map((node) => node.textContent));
            assert.deepEqual(cut, []);
            isClean();
        });
});
