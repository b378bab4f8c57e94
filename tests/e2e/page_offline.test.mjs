// The page without its server, in a real browser with a service worker, which needs the packed page.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { axeFinds } from "./support/looks.mjs";
import { startSources } from "./support/market.mjs";
import { always, recordedFeeds, startFeeds } from "./support/news.mjs";
import { openClean, showsPrice, showsState, state, text } from "./support/page.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 120_000;
const packed = { skip: process.env.TICKERTAPE_STATIC && "the sources have no service worker", timeout };

describe("the page without its server", { timeout: 300_000 }, () => {
    test("its worker may serve the whole page, is asked about each time, and is no other file's right", { timeout }, async (t) => {
        const { url } = await startServer(t);
        const head = async (name) => (await fetch(`${url}/static/${name}`)).headers;
        const worker = await head("service_worker.js");
        assert.equal(worker.get("service-worker-allowed"), "../");
        assert.equal(worker.get("cache-control"), "no-cache");
        assert.match(worker.get("content-security-policy"), /connect-src 'self'/);
        assert.equal((await head("stream.js")).get("service-worker-allowed"), null);
    });

    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    for (const colorScheme of ["light", "dark"])
        test(`shows its last state and says so, in the ${colorScheme} theme`, packed, async (t) => {
            const settings = { SYMBOLS: "BTC-USD,ETH-USD" };
            const server = await startServer(t, settings);
            server.publish(69420.25);
            server.publish(2500.5, "ETH-USD");
            const { page, complaints } = await openClean(t, browser, `${server.url}/`, {
                serviceWorkers: "allow", colorScheme, reducedMotion: "reduce",
                viewport: { width: 1360, height: 900 },
            });
            await showsState(page, "live");
            await showsPrice(page, 69420.25);
            await until("the worker has all it needs", () => page.evaluate(() =>
                navigator.serviceWorker.controller?.state === "activated"));
            server.publish(70001);
            await showsPrice(page, 70001);
            await until("the price is kept", () => page.evaluate(() =>
                /70001/.test(localStorage.getItem("tickertape.last"))), { timeout: 30_000 });
            const kept = await page.evaluate(async () => {
                const all = [];
                for (const name of await caches.keys())
                    for (const { url } of await (await caches.open(name)).keys()) all.push(new URL(url).pathname);
                return all;
            });
            assert.ok(kept.includes("/") && kept.some((path) => /settings_tab/.test(path)));
            assert.deepEqual(kept.filter((path) => /^\/(api|prices)/.test(path)), [], "no price, no stream");

            await server.child.kill();
            await page.reload();
            const said = new Set();
            await until("the banner", async () => {
                said.add(await state(page));
                return page.isVisible("#banner");
            }, { timeout: 30_000 });
            said.add(await state(page));
            assert.equal(said.has("live"), false, [...said].join());
            assert.match(await text(page, "#banner"), /cannot be reached.*last heard at/s);
            assert.equal(await page.getAttribute("#price", "data-price"), "70001");
            assert.equal(await page.getAttribute("#quote", "data-current"), "false");
            await until("the watchlist", async () => /2,500\.50/.test(await text(page, "#watched")));
            assert.doesNotMatch(await page.title(), /^\$/);
            assert.deepEqual(await axeFinds(page), []);
            await page.click("#settings-open");
            await page.waitForSelector("#set-theme");
            await page.goBack();

            const again = await startServer(t, { ...settings, PORT: String(server.port) });
            again.publish(71000);
            await showsPrice(page, 71000, { timeout: 60_000 });
            await showsState(page, "live", { timeout: 60_000 });
            assert.equal(await page.isVisible("#banner"), false);
            assert.deepEqual(complaints, []);
        });

    // Where each tab is, what it has when it is shown, and what is asked for it.
    const tabs = [
        ["market", '.coins [data-id="bitcoin"]', ["/api/cryptos?limit=250"]],
        ["bitcoin", '[data-field="height"]', ["/api/bitcoin/kpis", "/api/bitcoin/network", "/api/bitcoin/history?range=30d"]],
        ["news", ".item", ["/api/news?limit=50"]],
        ["compare", '.compared [data-symbol="BTC-USD"]', ["/api/compare?symbols=BTC-USD,ETH-USD&range=30d"]],
        ["coin/bitcoin", "#coin .coin-price", ["/api/cryptos/bitcoin", "/api/cryptos/bitcoin/history?range=30d"]],
    ];

    test("tabs have their last figures with their age, and a coin's page is itself", packed, async (t) => {
        const certificates = await makeCertificates(await scratch(t), "trusted");
        const { settings: market } = await startSources(t, certificates);
        const { settings: news } = await startFeeds(t, certificates, recordedFeeds.map((body) => always(body)));
        const settings = {
            ...market, ...news, MARKET_INTERVAL: "30s", PROVIDERS: "simulator", SIMULATOR_HISTORY: "30d",
            SYMBOLS: "BTC-USD,ETH-USD", ARCHIVE: `sqlite:${join(await scratch(t), "data")}`,
        };
        const server = await startServer(t, settings);
        await until("figures", async () => {
            const asked = ["cryptos", "bitcoin/kpis", "bitcoin/network", "news"].map((path) => fetch(`${server.url}/api/${path}`));
            return (await Promise.all(asked)).every(({ ok }) => ok);
        }, { timeout: 60_000 });
        // The first answers come before there is a worker, and changes by the stream after that.
        const { page, complaints } = await openClean(t, browser, `${server.url}/market`,
            { serviceWorkers: "allow", viewport: { width: 1360, height: 900 } });
        const kept = () => page.evaluate(async () =>
            (await (await caches.open("tickertape answers")).keys()).map(({ url }) => url.slice(location.origin.length)));
        await until("the worker", () => page.evaluate(() => navigator.serviceWorker.controller?.state === "activated"),
            { timeout: 60_000 });
        for (const [name, selector, paths] of tabs) {
            if (name !== "market")
                await page.click(name === "coin/bitcoin" ? '.coins [data-id="bitcoin"] a.name' : `.tabs [data-tab="${name}"]`);
            await until(`${name} is there`, () => page.isVisible(selector), { timeout: 30_000 });
            let has = [];
            await until(() => `${paths} are kept: ${has}`, async () => {
                has = await kept();
                return paths.every((path) => has.includes(path));
            }, { timeout: 60_000 });
            if (name === "compare") await page.click('.tabs [data-tab="market"]');
        }

        await server.child.kill();
        for (const [name, selector] of tabs) {
            await page.goto(`${server.url}/${name}`);
            await until(`${name} without the server`, () => page.isVisible(selector), { timeout: 30_000 });
            const said = await page.innerText("main");
            assert.match(said, /not refreshed for \d/, name);
            assert.match(said, /The server cannot be reached/, name);
            if (name !== "compare") assert.match(said, /ago|just now/, name); // that has days
            assert.doesNotMatch(said, /(?<!not |0 )\blive\b(?! of)(?!, from)/i, name);
            assert.ok(await page.evaluate(() => [...document.querySelectorAll('link[rel="stylesheet"]')]
                .every(({ sheet }) => sheet !== null)), `${name} has its styles`);
            const shapes = await page.$$eval("svg, img", (all) => all.map((node) => node.getBoundingClientRect().width));
            assert.ok(shapes.every((width) => width < 1_360), `${name}: ${shapes}`);
        }
        // It goes on where it is when the server is back.
        assert.equal(await page.isVisible("#coin .told"), true);
        await startServer(t, { ...settings, PORT: String(server.port) });
        await until("it is refreshed", async () => !(await page.isVisible("#coin .told")), { timeout: 90_000 });
        await page.click('#coin .back');
        await until("the market", () => page.isVisible('.coins [data-id="bitcoin"]'));
        assert.deepEqual(complaints, []);
    });
});
