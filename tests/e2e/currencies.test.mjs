// Prices and the market's table in other currencies, from the source of the rates over real TLS to
// the answer.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { json, request } from "./support/http.mjs";
import { daysAgo, dead, ratesOf, says, startSources } from "./support/market.mjs";
import { coinbaseTicker, startProvider } from "./support/provider.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 120_000;
const euro = 0.89087; // as recorded
const twelve = (value) => Number(value.toPrecision(12));

describe("currencies", { timeout: 600_000 }, () => {
    let certificates;
    const cleanUp = [];

    before(async () => {
        certificates = await makeCertificates(
            await scratch({ after: (step) => cleanUp.push(step) }), "trusted");
    });
    after(async () => {
        for (const step of cleanUp) await step();
    });

    async function setUp(t, settings = {}, change = () => {}) {
        const { sources, settings: market } = await startSources(t, certificates);
        change(sources);
        const coinbase = await startProvider(t, certificates);
        coinbase.respond = coinbaseTicker("69420.25");
        const server = await startServer(t, {
            ...market, PROVIDERS: "coinbase", COINBASE_URL: coinbase.url, FETCH_INTERVAL: "500ms",
            ...settings,
        });
        const get = (path) => json(`${server.url}${path}`);
        // The first answer for which that is so.
        const shows = (what, path, condition = () => true) => until(what, async () => {
            const answer = await get(path);
            return answer.status === 200 && condition(answer.body) ? answer.body : null;
        }, { timeout: 60_000 });
        return { sources, coinbase, server, get, shows };
    }

    test("a price in euros is that in dollars times the rate of the day", { timeout }, async (t) => {
        const { sources, server, get, shows } = await setUp(t);
        const price = await shows("a price in euros", "/api/prices/btc-eur");
        assert.equal(price.symbol, "BTC-EUR");
        assert.equal(price.price, twelve(69420.25 * euro));
        assert.equal(price.source, `derived: coinbase BTC-USD × ECB ${daysAgo(0)} USD-EUR`);
        assert.equal(price.stale, false);
        assert.ok(Math.abs(price.timestamp - Date.now() / 1000) < 60);
        assert.equal(price.derived_from.price.source, "coinbase");
        assert.deepEqual(price.derived_from.rate, {
            pair: "USD-EUR", value: euro, source: "ECB", date: daysAgo(0), stale: false,
        });
        const text = await request(`${server.url}/api/prices/btc-jpy.txt`);
        assert.equal(text.text, `${twelve(69420.25 * 161.15)}\n`);
        const csv = await request(`${server.url}/api/prices/BTC-EUR.csv`);
        assert.match(csv.text, /\r\nBTC-EUR,61844\.\d+,EUR,derived: coinbase BTC-USD × ECB /);
        const { body } = await get("/api/currencies");
        assert.deepEqual(
            body.currencies, [{ code: "EUR", rate: euro }, { code: "JPY", rate: 161.15 }]);
        assert.equal(body.source, "ECB");
        const unknown = await get("/api/prices/btc-xyz");
        assert.equal(unknown.status, 404);
        assert.equal(unknown.body.accepted, "BTC-USD; and those in USD also in EUR, JPY");
        assert.match(sources.frankfurter.requests[0].headers["user-agent"], /^tickertape\/\d/);
        // The default symbols stay as they are.
        assert.deepEqual((await get("/api/symbols")).body.symbols.map(({ symbol }) => symbol), ["BTC-USD"]);
        const figures = (await request(`${server.url}/metrics`)).text;
        assert.match(figures, /tickertape_currency_requests_total [1-9]/);
        assert.match(figures, /tickertape_currency_failures_total 0/);
    });

    test("rates of long ago make prices stale, and say of when they are", { timeout }, async (t) => {
        const { server, shows } = await setUp(t, {}, (sources) => {
            sources.frankfurter.respond = (request, response) => says(response, ratesOf(6));
        });
        const price = await shows("a price in euros", "/api/prices/btc-eur");
        assert.equal(price.stale, true);
        assert.equal(price.timestamp, Date.parse(daysAgo(6)) / 1000);
        assert.equal(price.derived_from.price.stale, false);
        assert.equal((await request(`${server.url}/api/prices/btc-eur.txt`)).status, 503);
    });

    test("without rates prices in dollars go on, and rates come when their source is back", { timeout }, async (t) => {
        const { sources, get, shows, server } = await setUp(t, {}, (each) => {
            each.frankfurter.respond = (request, response) => says(
                response, "<html>Just a moment</html>", { headers: { "content-type": "text/html" } });
        });
        await shows("a price in dollars", "/api/prices/btc-usd");
        const refused = await get("/api/prices/btc-eur");
        assert.equal(refused.status, 503);
        assert.match(refused.body.type, /:no-rates-yet$/);
        await until("the failure is counted", async () =>
            /tickertape_currency_failures_total [1-9]/.test((await request(`${server.url}/metrics`)).text));
        assert.equal((await get("/api/currencies")).status, 503);
        assert.equal((await get("/api/cryptos?currency=eur")).status, 503);
        assert.ok(sources.frankfurter.requests.length >= 1);
    });

    test("a slipped decimal point in a rate is withheld", { timeout }, async (t) => {
        const { sources, get, shows } = await setUp(t, { MARKET_INTERVAL: "1s" }, (each) => {
            each.frankfurter.respond = (request, response) => says(response, ratesOf(1));
        });
        await shows("rates", "/api/currencies");
        sources.frankfurter.respond = (request, response) =>
            says(response, ratesOf(0, { EUR: 8.9087 }));
        // Asked for again 36 intervals later.
        const { currencies } = await shows(
            "the rates of today", "/api/currencies", ({ date }) => date === daysAgo(0));
        assert.equal(currencies[0].code, "EUR");
        assert.equal(currencies[0].rate, null);
        assert.match(currencies[0].withheld, /jumped/);
        assert.equal(currencies[1].rate, 161.15);
        const refused = await get("/api/prices/btc-eur");
        assert.equal(refused.status, 503);
        assert.match(refused.body.type, /:rate-withheld$/);
    });

    test("the table in euros is that in dollars times the rate", { timeout }, async (t) => {
        const { get, shows } = await setUp(t, { PROVIDERS: "simulator", MARKET: "on" });
        await shows("rates", "/api/currencies");
        const dollars = await shows("a table", "/api/cryptos", ({ market }) => market !== null);
        const { body: euros } = await get("/api/cryptos?currency=EUR");
        assert.equal(euros.currency, "eur");
        assert.equal(euros.rate.value, euro);
        assert.equal(dollars.rate, undefined);
        euros.coins.forEach((coin, i) => {
            const other = dollars.coins[i];
            for (const name of ["market_cap", "volume_24h", "high_24h", "low_24h"])
                assert.equal(coin[name], other[name] === null ? null : twelve(other[name] * euro), name);
            for (const name of ["change_24h_percent", "circulating_supply", "id", "rank"])
                assert.deepEqual(coin[name], other[name], name);
            assert.equal(coin.ath, null);
            assert.match(coin.withheld.ath, /US dollars/);
        });
        assert.equal(euros.market.market_cap, twelve(dollars.market.market_cap * euro));
        const refused = await get("/api/cryptos?currency=xyz");
        assert.equal(refused.status, 400);
        assert.equal(refused.body.accepted, "usd, eur, jpy");
        // A simulated price in euros says that it is one.
        const simulated = await shows("a price", "/api/prices/btc-eur");
        assert.match(simulated.source, /^derived: simulator BTC-USD × ECB /);
    });

    test("where the market is off there are no currencies", { timeout }, async (t) => {
        const { get, sources, shows } = await setUp(t, { MARKET: "off" }, (each) => {
            each.frankfurter.respond = dead;
        });
        await shows("a price", "/api/prices/btc-usd");
        assert.equal((await get("/api/currencies")).status, 404);
        assert.equal((await get("/api/prices/btc-eur")).status, 404);
        assert.equal(sources.frankfurter.requests.length, 0);
    });
});
