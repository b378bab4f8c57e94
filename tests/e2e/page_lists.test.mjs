// Several watchlists in a real browser.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { axeFinds, widthOf } from "./support/looks.mjs";
import { openClean, showsPrice, text } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 90_000;
const symbols = ["BTC-USD", "ETH-USD", "SOL-USD"];

describe("watchlists", { timeout: 300_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    async function open(t, { query = "", ...options } = {}) {
        const server = await startServer(t, { SYMBOLS: symbols.join() });
        symbols.forEach((symbol, i) => server.publish(100 + i, symbol));
        const opened = await openClean(t, browser, `${server.url}/${query}`,
            { viewport: { width: 1360, height: 900 }, ...options });
        await showsPrice(opened.page, 100);
        return { server, ...opened };
    }

    const watches = (page, wanted) => until(`it watches ${wanted}`, async () =>
        (await page.$$eval("#watched > li", (rows) => rows.map(({ dataset }) => dataset.symbol).join())) === wanted.join());
    const edit = async (page) => {
        await page.click("#watchlist-edit");
        await page.waitForSelector(".list-tools:not([hidden])");
    };

    test("are made, chosen, renamed and deleted, by keys too", { timeout }, async (t) => {
        const { page, isClean } = await open(t);
        await watches(page, symbols);
        assert.equal(await page.isVisible("#lists"), false, "there is only one");
        await edit(page);
        await page.focus("#list-name");
        await page.keyboard.type("Mine");
        await page.keyboard.press("Enter");
        await watches(page, []);
        assert.equal(await page.inputValue("#lists"), "Mine");
        await page.click("#watch");
        await watches(page, ["BTC-USD"]);
        await page.reload();
        await showsPrice(page, 100);
        await watches(page, ["BTC-USD"]);
        await page.waitForSelector("#lists:not([hidden])");
        await page.selectOption("#lists", "Watchlist");
        await watches(page, symbols);
        await edit(page);
        await page.fill("#list-name", "Mine");
        await page.click("text=Rename");
        assert.match(await text(page, "#list-told"), /There is a list Mine already/);
        await page.click("text=Delete this list");
        await watches(page, ["BTC-USD"]);
        assert.equal(await page.isVisible("#lists"), false);
        isClean();
    });

    test("go out as a file and come in again, and replace nothing", { timeout }, async (t) => {
        const { page, isClean } = await open(t);
        await watches(page, symbols);
        await edit(page);
        const [file] = await Promise.all([page.waitForEvent("download"), page.click("text=Export")]);
        assert.equal(file.suggestedFilename(), "watchlists.json");
        const { lists } = JSON.parse(await readFile(await file.path(), "utf8"));
        assert.deepEqual(lists, [{ name: "Watchlist", symbols }]);
        const bring = (contents) => page.setInputFiles("#list-file",
            { name: "x.json", mimeType: "application/json", buffer: Buffer.from(contents) });
        await bring("no lists");
        await until("why", async () => /no watchlists/.test(await text(page, "#list-told")));
        await bring(JSON.stringify({ lists: [{ name: "Watchlist", symbols: ["SOL-USD"] }] }));
        await until("it is there", async () => /Added: Watchlist 2/.test(await text(page, "#list-told")));
        await watches(page, symbols);
        await page.selectOption("#lists", "Watchlist 2");
        await watches(page, ["SOL-USD"]);
        isClean();
    });

    test("come with an address, and are added if that is wanted", { timeout }, async (t) => {
        const { page, isClean } = await open(t, { query: "?list=SOL-USD,BTC-USD&name=Theirs" });
        await page.waitForSelector(".shared");
        await watches(page, symbols);
        await page.click("text=Add it");
        await watches(page, ["SOL-USD", "BTC-USD"]);
        assert.equal(await page.inputValue("#lists"), "Theirs");
        assert.doesNotMatch(page.url(), /list=/);
        isClean();
    });

    for (const colorScheme of ["light", "dark"])
        test(`axe finds nothing in the ${colorScheme} theme, and nothing is wider than 320 pixels`, { timeout }, async (t) => {
            const { page, isClean } = await open(t, {
                colorScheme, viewport: { width: 320, height: 700 }, reducedMotion: "reduce",
                query: "?list=SOL-USD,BTC-USD&name=Theirs",
            });
            await page.waitForSelector(".shared");
            await edit(page);
            assert.equal(await widthOf(page), 320);
            assert.deepEqual(await axeFinds(page, { within: "#watchlist" }), []);
            isClean();
        });
});
