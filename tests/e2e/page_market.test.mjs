// The tab of the market in a real browser, over sources of the market's table that tests answer for.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { axeFinds, widthOf } from "./support/looks.mjs";
import { bodies, dead, good, ratesOf, says, startSources } from "./support/market.mjs";
import { openClean, showsState } from "./support/page.mjs";
import { coinbaseTicker, startProvider } from "./support/provider.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 90_000;
const shots = process.env.SHOTS; // a directory: pictures of the page are left there
const desktop = { viewport: { width: 1360, height: 900 } };

// The recorded rows, of now, after `change`.
function answerOf(change) {
    return (request, response) => {
        if (!request.url.startsWith("/coins/markets?")) return good.coingecko(request, response);
        const rows = JSON.parse(bodies.coingecko);
        for (const row of rows) row.last_updated = new Date().toISOString();
        says(response, JSON.stringify(change(rows) ?? rows));
    };
}

describe("the market's tab", { timeout: 600_000 }, () => {
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

    async function start(t, { change = () => {}, rates = ratesOf(), settings = {} } = {}) {
        const { sources, settings: market } = await startSources(t, certificates);
        sources.coingecko.respond = answerOf(change);
        sources.frankfurter.respond = (request, response) => says(response, rates);
        const server = await startServer(t, { ...market, MARKET_INTERVAL: "30s", ...settings });
        return { sources, server };
    }

    const rowsOf = (page) => page.$$eval(".coins tbody tr", (rows) => rows.map(({ dataset }) => dataset.id));
    const hasRows = (page, count, options) =>
        until(`${count} rows`, async () => (await rowsOf(page)).length === count, options);

    async function open(t, given = {}, options = desktop) {
        const started = await start(t, given);
        const opened = await openClean(t, browser, `${started.server.url}/market`, options);
        await hasRows(opened.page, given.rows ?? 10, { timeout: 30_000 });
        return { ...started, ...opened };
    }

    test("is a link with an address, and the browser's buttons go through the tabs", { timeout }, async (t) => {
        const { server } = await start(t);
        server.publish(69420.25);
        const { page, isClean } = await openClean(t, browser, `${server.url}/`, desktop);
        await showsState(page, "live");
        const asked = [];
        page.on("request", (request) => asked.push(new URL(request.url()).pathname));
        assert.equal(await page.isVisible("#market"), false);
        await page.click('.tabs [data-tab="market"]');
        await hasRows(page, 10, { timeout: 30_000 });
        assert.equal(new URL(page.url()).pathname, "/market");
        assert.equal(await page.getAttribute('.tabs [aria-current="page"]', "data-tab"), "market");
        assert.equal(await page.title(), "Market · Tickertape");
        assert.equal(await page.isVisible("#price"), false);
        assert.ok(asked.some((path) => /^\/static\/market_tab[-.]/.test(path)), "it is loaded when it is opened");
        await page.goBack();
        await until("the price", () => page.isVisible("#price"));
        assert.equal(await page.isVisible("#market"), false);
        assert.equal(await page.getAttribute('.tabs [aria-current="page"]', "data-tab"), "price");
        assert.equal(new URL(page.url()).searchParams.get("symbol"), "BTC-USD");
        await until("its title", async () => /69,420\.25/.test(await page.title()));
        await page.goForward();
        await until("the table", () => page.isVisible(".coins"));
        await page.reload();
        await hasRows(page, 10, { timeout: 30_000 });
        await page.click('.tabs [data-tab="price"]');
        await showsState(page, "live");
        await until("a chart", () => page.isVisible("#chart canvas"));
        isClean();
    });

    test("loads nothing of the market before it is opened", { timeout }, async (t) => {
        const { server } = await start(t);
        server.publish(69420.25);
        const { page, isClean } = await openClean(t, browser, `${server.url}/`, desktop);
        await showsState(page, "live");
        await page.waitForLoadState("networkidle", { timeout: 4_000 }).catch(() => {});
        const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
        assert.deepEqual(loaded.filter((name) => /market|coins|cryptos/.test(name)), []);
        isClean();
    });

    test("shows the figures of the answer, and a dash with its reason where there is none", { timeout }, async (t) => {
        const { server, page, isClean } = await open(t, {
            change: (rows) => {
                rows[0].market_cap *= 1000;
                rows[1].total_volume = null;
                rows[2].last_updated = "2025-01-01T00:00:00.000Z";
                rows[3].name = '<img src=x onerror="alert(1)"> & <b>Co</b>';
            },
        });
        const { coins } = await (await fetch(`${server.url}/api/cryptos?limit=250`)).json();
        const shown = await page.$$eval(".coins tbody tr", (rows) => rows.map((row) => ({
            id: row.dataset.id,
            name: row.querySelector(".name").textContent,
            rank: row.querySelector(".of-rank").textContent,
            price: row.querySelector(".price-cell").dataset.value,
            cap: row.querySelector('[data-key="cap"]').dataset.value,
            capText: row.querySelector('[data-key="cap"] .value').textContent,
            volume: row.querySelector('[data-key="volume"]').dataset.value,
            day: row.querySelector('[data-key="24h"]').dataset.value,
        })));
        const written = (value) => String(value ?? "");
        coins.forEach((coin, i) => assert.deepEqual(
            [shown[i].id, shown[i].name, shown[i].rank, shown[i].price, shown[i].cap, shown[i].volume, shown[i].day],
            [coin.id, coin.name, String(coin.rank), String(coin.price), written(coin.market_cap),
                written(coin.volume_24h), written(coin.change_24h_percent)]));
        assert.equal(shown[1].capText, `$${coins[1].market_cap.toLocaleString("en-US")}`);
        const cap = page.locator('[data-id="bitcoin"] [data-key="cap"]');
        assert.match(await cap.getAttribute("title"), /is not price times supply/);
        assert.match(await cap.textContent(), /^– withheld: is not price times supply$/);
        assert.match(await page.textContent('[data-id="ethereum"] [data-key="volume"]'), /^– unknown$/);
        assert.equal(await page.isVisible('[data-id="tether"] .tag'), true);
        assert.equal(await page.isVisible('[data-id="bitcoin"] .tag'), false);
        assert.equal(await page.locator(".coins img").count(), 0);
        const by = page.locator(".from a");
        assert.equal(await by.textContent(), "Data by CoinGecko");
        assert.equal(await by.getAttribute("href"), "https://www.coingecko.com");
        assert.match(await page.textContent(".age"), /ago|just now/);
        isClean();
    });

    test("shows money in the currency that is chosen, and remembers it", { timeout }, async (t) => {
        const { server, sources, page, isClean } = await open(t);
        await until("the currencies", () => page.isVisible('#market select[aria-label="Currency"]'));
        const select = page.locator('#market select[aria-label="Currency"]');
        assert.deepEqual(await select.locator("option").allTextContents(),
            ["USD – US Dollar", "EUR – Euro", "JPY – Japanese Yen"]);
        assert.equal(await page.isVisible("#market .rate"), false);
        await select.selectOption("eur");
        const cap = page.locator('[data-id="bitcoin"] [data-key="cap"] .value');
        await until("euros", async () => (await cap.textContent()).startsWith("€"));
        const { coins, market, rate } =
            await (await fetch(`${server.url}/api/cryptos?limit=250&currency=eur`)).json();
        assert.equal(await cap.textContent(), `€${Math.round(coins[0].market_cap).toLocaleString("en-US")}`);
        assert.equal(await page.getAttribute('[data-id="bitcoin"] .price-cell', "data-value"),
            String(coins[0].price));
        assert.equal(await page.getAttribute('.whole [data-field="market_cap"] dd', "data-value"),
            String(market.market_cap));
        assert.match(await page.textContent("#market .rate"),
            new RegExp(`^In EUR, at ${rate.value} for a dollar, by the ECB of ${rate.date}`));
        isClean();
        await page.reload();
        await hasRows(page, 10, { timeout: 30_000 });
        await until("euros again", async () => (await cap.textContent()).startsWith("€"));
        await until("the choice", async () => (await select.inputValue()) === "eur");
        // Without a rate the table is in dollars, and says so.
        await page.evaluate(() => localStorage.setItem("tickertape.market-currency", '"try"'));
        await page.reload();
        await hasRows(page, 10, { timeout: 30_000 });
        assert.match(await cap.textContent(), /^\$/);
        assert.match(await page.textContent("#market .rate"), /^In US dollars: no rate of TRY/);
        assert.ok(sources.frankfurter.requests.length >= 1);
        await page.selectOption('#market select[aria-label="Currency"]', "usd");
        await until("no word of rates", async () => !(await page.isVisible("#market .rate")));
    });

    test("is sorted, searched and marked by keys alone, and remembers stars and columns", { timeout }, async (t) => {
        const { server, page, isClean } = await open(t);
        const { coins } = await (await fetch(`${server.url}/api/cryptos?limit=250`)).json();
        const idsBy = (field, sign) => [...coins].sort((a, b) => sign * (a[field] - b[field])).map(({ id }) => id);
        await page.focus('[data-sort="24h"]');
        await page.keyboard.press("Enter");
        assert.deepEqual(await rowsOf(page), idsBy("change_24h_percent", -1));
        assert.equal(await page.getAttribute('th[data-key="24h"]', "aria-sort"), "descending");
        await page.keyboard.press("Enter");
        assert.deepEqual(await rowsOf(page), idsBy("change_24h_percent", 1));
        assert.equal(await page.getAttribute('th[data-key="24h"]', "aria-sort"), "ascending");
        assert.equal(await page.locator("[aria-sort]").count(), 1);
        await page.focus('[data-id="solana"] .star');
        await page.keyboard.press("Space");
        assert.equal(await page.getAttribute('[data-id="solana"] .star', "aria-pressed"), "true");
        await page.focus('#market input[type="search"]');
        await page.keyboard.type("usd");
        await hasRows(page, coins.filter(({ symbol, name, id }) =>
            /usd/i.test(symbol + name + id)).length);
        await page.keyboard.type(" nothing");
        await until("words", () => page.isVisible("text=No coin matches"));
        await page.fill('#market input[type="search"]', "");
        await page.focus("summary");
        await page.keyboard.press("Enter");
        await page.focus('.column-list [value="volume"]');
        await page.keyboard.press("Space");
        assert.equal(await page.locator('th[data-key="volume"]').count(), 0);
        await page.keyboard.press("Escape");
        assert.equal(await page.isVisible(".column-list"), false);
        await page.reload();
        await hasRows(page, 10, { timeout: 30_000 });
        assert.equal(await page.locator('th[data-key="volume"]').count(), 0);
        await page.click("text=★ Starred");
        assert.deepEqual(await rowsOf(page), ["solana"]);
        isClean();
    });

    test("a price of ours follows the stream, and is live only while that is", { timeout }, async (t) => {
        const coinbase = await startProvider(t, certificates);
        coinbase.respond = coinbaseTicker("63212.97");
        const { server, page, isClean } = await open(t, {
            settings: {
                PROVIDERS: "coinbase", COINBASE_URL: coinbase.url, FETCH_INTERVAL: "200ms",
                SYMBOLS: "BTC-USD", STALE_AFTER: "2s",
            },
        });
        const cell = page.locator('[data-id="bitcoin"] .price-cell');
        const is = (price, kind) => until(`${price}, ${kind}`, async () =>
            (await cell.locator(".value").textContent()) === price &&
            (await cell.getAttribute("data-kind")) === kind, { timeout: 30_000 });
        await is("$63,212.97", "live");
        assert.match(await cell.getAttribute("title"), /live: Coinbase/);
        assert.match(await cell.textContent(), /live/);
        assert.equal(await page.getAttribute('[data-id="ethereum"] .price-cell', "data-kind"), "table");
        const asked = [];
        page.on("request", (request) => asked.push(request.url()));
        coinbase.respond = coinbaseTicker("63300.5");
        await is("$63,300.50", "live");
        assert.deepEqual(asked.filter((url) => /cryptos\?limit=250/.test(url)), [], "by the stream alone");
        coinbase.respond = (request, response) => response.destroy();
        await is("$63,300.50", "own");
        await until("words", async () => /^0 live of 1 /.test(await page.textContent(".live")));
        coinbase.respond = coinbaseTicker("63400.25");
        await is("$63,400.25", "live");
        await server.child.kill();
        await is("$63,400.25", "own");
        await until("words", async () => /not live: no connection/.test(await page.textContent(".live")));
        isClean();
    });

    test("rows stay where they are while the pointer is over them", { timeout }, async (t) => {
        const coinbase = await startProvider(t, certificates);
        const prices = { BTC: 60_000, ETH: 2_000 };
        coinbase.respond = (request, response) => {
            const [, base] = /products\/(\w+)-/.exec(request.url);
            coinbaseTicker(String(prices[base]))(request, response);
        };
        const { page, isClean } = await open(t, {
            settings: {
                PROVIDERS: "coinbase", COINBASE_URL: coinbase.url, FETCH_INTERVAL: "200ms",
                SYMBOLS: "BTC-USD,ETH-USD",
            },
        });
        await page.click('[data-sort="price"]');
        await until("Bitcoin first", async () => (await rowsOf(page))[0] === "bitcoin");
        await page.hover('[data-id="bitcoin"] .of-rank');
        prices.ETH = 90_000;
        const ether = page.locator('[data-id="ethereum"] .price-cell .value');
        await until("the price moves", async () => (await ether.textContent()) === "$90,000.00", { timeout: 30_000 });
        await until("words", async () => /order waits/.test(await page.textContent(".held")));
        assert.equal((await rowsOf(page))[0], "bitcoin");
        await page.mouse.move(5, 5);
        await until("Ethereum first", async () => (await rowsOf(page))[0] === "ethereum");
        isClean();
    });

    test("says when figures are old, and what is wrong where there are none", { timeout }, async (t) => {
        const old = await open(t, {
            change: (rows) => rows.forEach((row) => (row.last_updated = new Date(Date.now() - 7_200_000).toISOString())),
        });
        await until("the notice", () => old.page.isVisible("text=These figures are old."));
        assert.match(await old.page.textContent(".told"), /newest is 2 h/);
        assert.match(await old.page.textContent(".age"), /^2 h.* ago$/);
        const { sources, settings } = await startSources(t, certificates);
        for (const source of Object.values(sources)) source.respond = dead;
        const early = await startServer(t, settings);
        const { page } = await openClean(t, browser, `${early.url}/market`, desktop);
        await until("words", () => page.isVisible("text=There is no table yet."));
        assert.match(await page.textContent(".told"), /asks again in \d+ s/);
        sources.coingecko.respond = good.coingecko;
        await until("then the table", async () => {
            await page.click("text=Ask now").catch(() => {});
            return (await rowsOf(page)).length === 10;
        }, { timeout: 60_000 });
        assert.equal(await page.isVisible(".told"), false);
        old.isClean();
    });

    test("where the market is off there is no tab, and its address says why", { timeout }, async (t) => {
        const server = await startServer(t, { MARKET: "off" });
        server.publish(69420.25);
        const { page, isClean } = await openClean(t, browser, `${server.url}/`, desktop);
        await showsState(page, "live");
        assert.equal(await page.isVisible('.tabs [data-tab="market"]'), false);
        await page.goto(`${server.url}/market`);
        await until("words", () => page.isVisible("text=This server has no table of the market."));
        await page.click('.told [data-tab="price"]');
        await showsState(page, "live");
        isClean();
    });

    // What stands beyond its cell is cut, to the left of a figure too, where scrollWidth does not count it.
    const cutFigures = (page) => page.$$eval("#market .coins td.figure", (cells) => cells.flatMap((cell) => {
        const range = document.createRange();
        range.selectNodeContents(cell.querySelector(".value"));
        const [text, box] = [range.getBoundingClientRect(), cell.getBoundingClientRect()];
        const isCut = text.width > 0 && (text.left < box.left - 0.5 || text.right > box.right + 0.5);
        return isCut ? [range.toString()] : [];
    }));

    for (const [locale, currency, sign] of [["en-IN", "inr", "₹"], ["en-US", "jpy", "¥"], ["de-DE", "usd", "$"]])
        test(`no figure is cut in ${currency} as ${locale} writes it`, { timeout }, async (t) => {
            const { server } = await start(t, {
                rates: ratesOf(0, { INR: 95.93 }), settings: { SYMBOLS: "BTC-USD" } });
            await until("a rate", async () => (await fetch(`${server.url}/api/cryptos?currency=${currency}`)).status === 200,
                { timeout: 30_000 });
            const { page, isClean } = await openClean(t, browser, `${server.url}/`, { ...desktop, locale });
            await page.evaluate((chosen) => {
                localStorage.setItem("tickertape.market-currency", JSON.stringify(chosen));
                localStorage.setItem("tickertape.market-columns", JSON.stringify(["24h", "cap", "volume", "ath", "supply"]));
            }, currency);
            for (const width of [320, 360, 768, 1024, 1360, 1920]) {
                await page.setViewportSize({ width, height: 900 });
                await page.goto(`${server.url}/market`);
                await hasRows(page, 10, { timeout: 30_000 });
                const cap = await page.textContent('[data-id="bitcoin"] [data-key="cap"] .value');
                assert.ok(cap.includes(sign), cap);
                assert.deepEqual(await cutFigures(page), [], `${width} pixels`);
                assert.equal(await widthOf(page), width);
                if (shots) await page.screenshot({ path: `${shots}/market-${currency}-${width}.png` });
            }
            isClean();
        });

    for (const colorScheme of ["light", "dark"])
        for (const width of [320, 768, 1360])
            test(`at ${width} pixels in the ${colorScheme} theme axe finds nothing, and nothing is cut`, { timeout }, async (t) => {
                const { page, isClean } = await open(t, {
                    change: (rows) => {
                        rows[0].market_cap *= 1000;
                        rows[2].last_updated = "2025-01-01T00:00:00.000Z";
                    },
                }, { colorScheme, viewport: { width, height: 900 } });
                assert.equal(await widthOf(page), width);
                assert.deepEqual(await cutFigures(page), []);
                await page.click('[data-id="bitcoin"] .star');
                await page.click("summary");
                for (const box of await page.$$(".column-list input")) await box.check();
                const apart = await page.$$eval(".column-list label", (all) => all.map((node) => {
                    const [box, words] = [...node.children].map((one) => one.getBoundingClientRect());
                    return { gap: words.left - box.right, lift: Math.abs((box.top + box.bottom - words.top - words.bottom) / 2) };
                }));
                assert.ok(apart.every(({ gap, lift }) => gap >= 6 && lift <= 2), JSON.stringify(apart));
                const list = await page.$eval(".column-list", (node) => node.getBoundingClientRect());
                assert.ok(list.left >= 0 && list.right <= width, `${list.left} to ${list.right}`);
                assert.equal(await widthOf(page), width);
                const coin = await page.$eval(
                    '[data-id="bitcoin"] .of-coin', (node) => node.getBoundingClientRect().width);
                assert.ok(coin >= 80, `the coin has ${coin} pixels beside all columns`);
                assert.deepEqual(await axeFinds(page), []);
                isClean();
            });
});
