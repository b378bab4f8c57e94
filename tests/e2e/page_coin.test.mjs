// The page of a coin in a real browser, over a fake of CoinGecko.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { axeFinds, widthOf } from "./support/looks.mjs";
import { bodies, good, says, startSources } from "./support/market.mjs";
import { openClean } from "./support/page.mjs";
import { coinbaseTicker, startProvider } from "./support/provider.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 90_000;
const desktop = { viewport: { width: 1360, height: 900 } };
const shots = process.env.SHOTS; // a directory: pictures of the page are left there
const text = "Bitcoin is the first <b>successful</b> internet money. &lt;script&gt; is text. ".repeat(20);

// The recorded coin with a description that has HTML in it, in two paragraphs.
const described = (request, response) => {
    if (!/^\/coins\/bitcoin\?/.test(request.url)) return good.coingecko(request, response);
    says(response, JSON.stringify({ ...JSON.parse(bodies.coin), last_updated: new Date().toISOString(), description: { en: `${text}\r\n\r\n${text}` } }));
};

describe("the page of a coin", { timeout: 600_000 }, () => {
    let browser;
    let certificates;
    const cleanUp = [];
    before(async () => {
        certificates = await makeCertificates(
            await scratch({ after: (step) => cleanUp.push(step) }), "trusted");
        browser = await launch();
    });
    after(async () => {
        await browser?.close();
        for (const step of cleanUp) await step();
    });

    async function start(t, answer = described, more = {}) {
        const { sources, settings } = await startSources(t, certificates);
        sources.coingecko.respond = answer;
        const server = await startServer(t, { ...settings, MARKET_INTERVAL: "30s", ...more });
        await until("a table", async () => (await fetch(`${server.url}/api/cryptos`)).status === 200,
            { timeout: 30_000 });
        return { sources, server };
    }
    const isDrawn = (page) => until("the chart and the text", async () =>
        await page.isVisible("#coin .percent-plot path.series") && await page.isVisible(".coin-text"),
    { timeout: 30_000 });

    test("is reached from the market's table, and the back button leads there", { timeout }, async (t) => {
        const { server } = await start(t);
        const { page, isClean } = await openClean(t, browser, `${server.url}/market`, desktop);
        await until("rows", () => page.isVisible('.coins [data-id="bitcoin"] a.name'));
        await page.focus('.coins [data-id="bitcoin"] a.name');
        await page.keyboard.press("Enter");
        await isDrawn(page);
        assert.equal(new URL(page.url()).pathname, "/coin/bitcoin");
        assert.equal(await page.title(), "Bitcoin · Tickertape");
        const row = JSON.parse(bodies.coingecko).find(({ id }) => id === "bitcoin");
        assert.equal(await page.getAttribute(".coin-price", "data-value"), String(row.current_price));
        assert.equal(await page.getAttribute('#coin [data-field="atl"]', "data-value"), "67.81");
        assert.equal(await page.getAttribute('#coin [data-field="market_cap"]', "data-value"), String(row.market_cap));
        const words = await page.textContent(".coin-text");
        assert.match(words, /first successful internet money\. <script> is text/);
        assert.equal(await page.locator(".coin-text *:not(p)").count(), 0, "what the source says is no markup");
        assert.equal(await page.locator(".coin-text p").count(), 2);
        const links = await page.$$eval(".coin-links a", (all) => all.map(({ href, rel, target }) => ({ href, rel, target })));
        assert.deepEqual(links.map(({ href }) => href),
            ["http://www.bitcoin.org/", "https://mempool.space/", "https://blockchair.com/bitcoin/", "https://bitcoin.org/bitcoin.pdf"]);
        assert.ok(links.every(({ rel, target }) => rel === "noopener noreferrer" && target === "_blank"));
        await page.click('#coin [data-range="7d"]');
        await until("hours", () => page.isVisible("text=/Prices by the hour, of CoinGecko/"));
        await page.goBack();
        await until("the table", () => page.isVisible(".coins"));
        assert.equal(await page.isVisible("#coin"), false);
        isClean();
    });

    test("opens at its address, beneath which all else is found", { timeout }, async (t) => {
        const { server } = await start(t);
        server.publish(69420.25);
        const { page, isClean } = await openClean(t, browser, `${server.url}/coin/bitcoin`, desktop);
        await isDrawn(page);
        await page.click('.tabs [data-tab="market"]');
        await until("the table", () => page.isVisible(".coins"));
        assert.equal(new URL(page.url()).pathname, "/market");
        await page.click('.tabs [data-tab="price"]');
        await until("the price", () => page.isVisible("#price"));
        assert.equal(new URL(page.url()).pathname, "/");
        isClean();
    });

    test("has this server's price with a dot where it streams the coin", { timeout }, async (t) => {
        const coinbase = await startProvider(t, certificates);
        coinbase.respond = coinbaseTicker("65700.5");
        const { server } = await start(t, described, {
            PROVIDERS: "coinbase", COINBASE_URL: coinbase.url, FETCH_INTERVAL: "200ms", SYMBOLS: "BTC-USD",
        });
        const { page, isClean } = await openClean(t, browser, `${server.url}/coin/bitcoin`, desktop);
        await until("a live price", async () =>
            await page.getAttribute(".coin-price", "data-kind") === "live", { timeout: 30_000 });
        assert.equal(await page.getAttribute(".coin-price", "data-value"), "65700.5");
        isClean();
    });

    test("without an answer of the source there is the row, and why", { timeout }, async (t) => {
        const { server } = await start(t, (request, response) => {
            if (/^\/coins\/bitcoin/.test(request.url)) return says(response, "<html>", { headers: { "content-type": "text/html" } });
            return good.coingecko(request, response);
        });
        const { page, isClean } = await openClean(t, browser, `${server.url}/coin/bitcoin`, desktop);
        await until("the reason", () => page.isVisible("text=/There is no description: CoinGecko gave no answer/"));
        await until("of the history too", () => page.isVisible("text=/There is no history: CoinGecko gave no answer/"));
        assert.match(await page.innerText(".coin-price"), /\$/);
        isClean();
    });

    test("a coin that is not in the table is said", { timeout }, async (t) => {
        const { server } = await start(t);
        const { page } = await openClean(t, browser, `${server.url}/coin/nothing`, desktop);
        await until("words", () => page.isVisible("text=There is no such coin here."));
        assert.equal(await page.isVisible(".coin-price"), false);
        assert.deepEqual(await page.locator("h1:visible").allTextContents(), ["nothing"]);
        await page.goto(`${server.url}/coin/bitcoin`);
        await isDrawn(page);
        assert.equal(await page.locator("#coin h1:visible").count(), 1);
    });

    for (const colorScheme of ["light", "dark"])
        for (const width of [320, 768, 1360])
            test(`at ${width} pixels in the ${colorScheme} theme axe finds nothing, and nothing is wider`, { timeout }, async (t) => {
                const { server } = await start(t);
                const { page, isClean } = await openClean(t, browser, `${server.url}/coin/bitcoin`,
                    { colorScheme, viewport: { width, height: 900 } });
                await isDrawn(page);
                if (shots)
                    await page.screenshot({ path: `${shots}/coin-${width}-${colorScheme}.png`, fullPage: true });
                assert.equal(await widthOf(page), width);
                assert.deepEqual(await axeFinds(page), []);
                isClean();
            });
});
