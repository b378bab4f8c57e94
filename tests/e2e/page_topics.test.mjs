// The tabs of the market, of Bitcoin and of the news follow the event stream: what changes comes by
// itself, and nothing is asked for again and again meanwhile.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { bodies, dead, good, says, startSources } from "./support/market.mjs";
import { always, recordedFeeds, startFeeds } from "./support/news.mjs";
import { openClean, showsState } from "./support/page.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 240_000;
const desktop = { viewport: { width: 1360, height: 900 } };
const slowly = { timeout: 60_000 };
const asksMs = 65_000; // longer than any pause between requests where nothing is pushed

describe("the topics on the page", { timeout: 1_500_000 }, () => {
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

    // A market whose figures are what the test says, a new table every second.
    async function start(t, settings = {}) {
        const { sources, settings: market } = await startSources(t, certificates);
        const rows = JSON.parse(bodies.coingecko);
        sources.coingecko.respond = (request, response) => {
            if (!request.url.startsWith("/coins/markets?")) return good.coingecko(request, response);
            for (const row of rows) row.last_updated = new Date().toISOString();
            says(response, JSON.stringify(rows));
        };
        const server = await startServer(t, { ...market, ...settings });
        server.publish(69420.25);
        return { sources, server, rows };
    }

    // What a page asks for from now on, as paths, and how many streams it has.
    function watch(page) {
        const asked = [];
        page.on("request", (request) => {
            const { pathname, search } = new URL(request.url());
            if (/^\/(?:api|prices)\//.test(pathname)) asked.push(pathname + search);
        });
        return asked;
    }
    const answersAsked = (asked) => asked.filter((path) => /^\/api\/(?:cryptos|bitcoin|news|trending)/.test(path));
    // With a range of the day and a highest price that fit it: what contradicts them is withheld.
    function setPrice(row, price) {
        Object.assign(row, { current_price: price, high_24h: price, low_24h: price, ath: price });
    }
    const priceOf = (page, id) => page.textContent(`[data-id="${id}"] .price-cell .value`);
    const hasTable = (page) => until("ten rows", async () =>
        (await page.$$(".coins tbody tr")).length === 10, slowly);
    // The server's own count, which no cache and no worker hides.
    async function answered(server, route) {
        const metrics = await (await fetch(`${server.url}/metrics`)).text();
        const counts = new RegExp(`^tickertape_requests_total\\{route="${route}".*\\} (\\d+)`, "gm");
        return [...metrics.matchAll(counts)].reduce((sum, [, n]) => sum + Number(n), 0);
    }
    const followed = (page) => until("it follows", async () => {
        const before = await page.textContent("#market .age");
        return before === "just now";
    }, slowly);

    test("a minute of changes of the table takes no request", { timeout }, async (t) => {
        const { server, rows } = await start(t);
        const { page, isClean } = await openClean(t, browser, `${server.url}/market`, desktop);
        await hasTable(page);
        await followed(page);
        // What comes with the opening: the whole, and what is trending.
        await page.waitForTimeout(6_000);
        const asked = watch(page);
        const before = await answered(server, "/api/cryptos");
        const till = Date.now() + asksMs;
        let price = 5_000;
        while (Date.now() < till) {
            price += 1;
            setPrice(rows[3], price);
            rows[7].market_cap += 1_000_000;
            const shown = `$${price.toLocaleString("en-US")}.00`;
            await until(`${shown} on the page`, async () =>
                (await priceOf(page, rows[3].id)) === shown, slowly);
        }
        assert.deepEqual(answersAsked(asked), []);
        assert.equal(await answered(server, "/api/cryptos"), before);
        assert.ok(price > 5_005, "and the table changed all the time");
        const { coins } = await (await fetch(`${server.url}/api/cryptos?limit=250`)).json();
        const shown = await page.$$eval(".coins tbody tr", (all) => all.map((row) =>
            [row.dataset.id, row.querySelector('[data-key="cap"]').dataset.value]));
        assert.deepEqual(shown, coins.map(({ id, market_cap: cap }) => [id, String(cap ?? "")]));
        isClean();
    });

    test("a coin that was not there comes with its shape of the week, by one request", { timeout }, async (t) => {
        const { server, rows } = await start(t);
        const { page, isClean } = await openClean(t, browser, `${server.url}/market`, desktop);
        await hasTable(page);
        await page.waitForTimeout(6_000);
        const asked = watch(page);
        Object.assign(rows[9], { id: "another-coin", symbol: "another", name: "Another coin" });
        await until("the coin", async () => (await page.$('[data-id="another-coin"]')) !== null, slowly);
        await until("the whole, for its shape", () => answersAsked(asked).length > 0, slowly);
        await page.waitForTimeout(6_000);
        assert.deepEqual(answersAsked(asked), ["/api/cryptos?limit=250"]);
        isClean();
    });

    test("after a cut it goes on by itself, with what changed meanwhile", { timeout }, async (t) => {
        const { server, rows } = await start(t);
        const { page, isClean } = await openClean(t, browser, `${server.url}/market`, desktop);
        await hasTable(page);
        await page.context().setOffline(true);
        setPrice(rows[2], 4_321);
        await page.waitForTimeout(3_000);
        await page.context().setOffline(false);
        await until("the change", async () => (await priceOf(page, rows[2].id)) === "$4,321.00", slowly);
        isClean();
    });

    test("going through the tabs loses no tick, and Live is said of prices alone", { timeout }, async (t) => {
        const { server } = await start(t);
        const { page, isClean } = await openClean(t, browser, `${server.url}/`, desktop);
        await showsState(page, "live");
        const sent = [];
        for (const tab of ["market", "bitcoin", "price", "market", "price"]) {
            await page.click(`.tabs [data-tab="${tab}"]`);
            sent.push(70_000 + sent.length);
            server.publish(sent.at(-1));
            await page.waitForTimeout(700);
            if (tab !== "price") assert.equal(await page.isVisible("#state"), false);
        }
        await until("all ticks", async () => {
            const shown = await page.$$eval("#ticks tr", (rows) => rows.map((row) => row.cells[1]?.textContent));
            return sent.every((price) => shown.includes(`$${price.toLocaleString("en-US")}.00`));
        }, slowly);
        await showsState(page, "live");
        isClean();
    });

    test("Bitcoin's figures come by themselves, and those of the network with them", { timeout }, async (t) => {
        const { server, rows } = await start(t);
        const { page, isClean } = await openClean(t, browser, `${server.url}/bitcoin`, desktop);
        const shown = (field) => page.getAttribute(`[data-field="${field}"]`, "data-value");
        await until("figures", async () => (await shown("volume_24h")) !== "", slowly);
        await until("the network", async () => (await shown("height")) !== "", slowly);
        await page.waitForTimeout(6_000);
        const asked = watch(page);
        rows[0].total_volume += 1_000;
        await until("the new figure", async () =>
            (await shown("volume_24h")) === String(rows[0].total_volume), slowly);
        await page.waitForTimeout(asksMs);
        // The network is asked for by the server all the time here, and so by the page.
        const others = answersAsked(asked).filter((path) => path !== "/api/bitcoin/network");
        assert.deepEqual(others, []);
        isClean();
    });

    test("news come by themselves", { timeout }, async (t) => {
        const feed = (titles) => `<rss version="2.0"><channel><title>Ours</title>${titles.map((title, i) =>
            `<item><title>${title}</title><link>https://news.example/${i}</link>` +
            `<pubDate>${new Date(Date.now() - (titles.length - i) * 60_000).toUTCString()}</pubDate></item>`).join("")}</channel></rss>`;
        const titles = ["First", "Second"];
        const { settings } = await startFeeds(t, certificates,
            [(request, response) => always(feed(titles))(request, response), always(recordedFeeds[0])]);
        const server = await startServer(t, settings);
        server.publish(69420.25);
        const { page, isClean } = await openClean(t, browser, `${server.url}/news`, desktop);
        await until("items", async () => /Second/.test(await page.textContent("#news")), slowly);
        await page.waitForTimeout(6_000);
        const asked = watch(page);
        titles.push("Third");
        await until("the new item", async () => /Third/.test(await page.textContent("#news")), slowly);
        assert.deepEqual(answersAsked(asked), [], "by the stream");
        isClean();
    });

    test("where the stream cannot be had, the page asks and says so", { timeout }, async (t) => {
        const { server, rows } = await start(t);
        const context = await browser.newContext({ locale: "en-US", serviceWorkers: "block", ...desktop });
        t.after(() => context.close());
        const page = await context.newPage();
        await page.addInitScript(() => {
            delete window.SharedWorker; // whose requests no route sees
        });
        await page.route("**/prices/stream*", (route) => route.abort());
        await page.goto(`${server.url}/market`);
        await hasTable(page);
        await until("words", async () => /Asked for now and then/.test(await page.textContent("#market .from")), slowly);
        setPrice(rows[4], 777);
        await until("the change", async () => (await priceOf(page, rows[4].id)) === "$777.00", { timeout: 90_000 });
        await page.unroute("**/prices/stream*");
        await until("then no longer", async () =>
            !/Asked for/.test(await page.textContent("#market .from")), { timeout: 90_000 });
    });

    test("two tabs of a browser follow over one connection", { timeout }, async (t) => {
        const { server, rows } = await start(t);
        const context = await browser.newContext({ locale: "en-US", serviceWorkers: "block", ...desktop });
        t.after(() => context.close());
        const pages = [await context.newPage(), await context.newPage()];
        for (const page of pages) await page.goto(`${server.url}/market`);
        for (const page of pages) await hasTable(page);
        const streams = async () => {
            const metrics = await (await fetch(`${server.url}/metrics`)).text();
            const open = [...metrics.matchAll(/^tickertape_subscribers(?:\{[^}]*\})? (\d+)/gm)];
            return open.reduce((sum, [, count]) => sum + Number(count), 0);
        };
        await until("one stream", async () => (await streams()) === 1, slowly);
        setPrice(rows[5], 888);
        for (const page of pages)
            await until("the change", async () => (await priceOf(page, rows[5].id)) === "$888.00", slowly);
    });

    test("what is trending stands above the table, and is not there where it is unknown", { timeout }, async (t) => {
        const { server, sources } = await start(t);
        const { page, isClean } = await openClean(t, browser, `${server.url}/market`, desktop);
        await hasTable(page);
        await until("the strip", () => page.isVisible(".trending"), slowly);
        const { coins } = await (await fetch(`${server.url}/api/trending`)).json();
        const shown = await page.$$eval(".trending li", (all) =>
            all.map((one) => one.querySelector(".named").textContent));
        assert.deepEqual(shown, coins.map(({ symbol }) => symbol));
        assert.match(await page.textContent(".trending .hint"), /CoinGecko.*(just now|ago)/);
        isClean();
        sources.coingecko.respond = dead;
        const silent = await start(t);
        silent.sources.coingecko.respond = dead;
        const other = await openClean(t, browser, `${silent.server.url}/market`, desktop);
        await until("another source's table", async () => (await other.page.$$(".coins tbody tr")).length > 0, slowly);
        assert.equal(await other.page.isVisible(".trending"), false);
    });
});
