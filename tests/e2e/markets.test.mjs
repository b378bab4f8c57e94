// Many symbols of many providers: what is derived, what stands in for the dollar, what one venue
// lacks, and how few requests it takes.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { json, request } from "./support/http.mjs";
import { startServer } from "./support/server.mjs";
import { isBuilt, startVenues } from "./support/venue.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;
const feedOf = async (server) => (await json(`${server.url}/api/feed`)).body;
const providerIn = (feed, name) => feed.providers.find((provider) => provider.name === name);
const symbolIn = (feed, name) => feed.symbols.find(({ symbol }) => symbol === name);

async function priced(server, symbol) {
    await until(`${symbol} has a price`, async () =>
        (await request(`${server.url}/api/prices/${symbol.toLowerCase()}`)).status === 200);
    return (await json(`${server.url}/api/prices/${symbol.toLowerCase()}`)).body;
}

describe("markets", { skip: !isBuilt && "fake_venue is not built", timeout: 300_000 }, () => {
    test("a pair nobody quotes is derived from two that are", { timeout }, async (t) => {
        const venues = await startVenues(t, { symbols: ["BTC-USD", "USD-INR"] });
        const server = await startServer(t, {
            ...venues.settings("coinbase", "kraken"),
            SYMBOLS: "BTC-USD,USD-INR,BTC-INR",
            DERIVE: "BTC-INR=BTC-USD*USD-INR",
            PRICE_POLICY: "median",
            FETCH_INTERVAL: "500ms",
        });
        const derived = await priced(server, "BTC-INR");
        assert.equal(derived.source, "derived(BTC-USD*USD-INR)");
        const [left, right] = [await priced(server, "BTC-USD"), await priced(server, "USD-INR")];
        assert.equal(left.source, "median(coinbase,kraken)");
        assert.equal(left.sources, 2);
        const product = left.price * right.price;
        assert.ok(Math.abs(derived.price / product - 1) < 0.01, `${derived.price} is near ${product}`);
        // The feed reports once a second.
        await until("the feed names the legs", async () =>
            symbolIn(await feedOf(server), "BTC-INR").derived_from?.join() === "BTC-USD,USD-INR");
        await until("the feed says what the venue lacks", async () =>
            providerIn(await feedOf(server), "coinbase").lacks.join() === "BTC-INR");
        const listed = (await json(`${server.url}/api/symbols`)).body.symbols;
        assert.deepEqual(listed.map(({ symbol }) => symbol), ["BTC-USD", "USD-INR", "BTC-INR"]);
    });

    test("a price weighted by volume names those that were weighed", { timeout }, async (t) => {
        const venues = await startVenues(t);
        const server = await startServer(t, {
            ...venues.settings("coingecko", "coinbase", "kraken", "bitstamp"),
            PRICE_POLICY: "weighted",
            COINGECKO_RATE: "600",
            FETCH_INTERVAL: "500ms",
        });
        await priced(server, "BTC-USD");
        await until("all three that say a volume are weighed", async () =>
            (await priced(server, "BTC-USD")).source === "weighted(coinbase,kraken,bitstamp)");
        assert.equal((await priced(server, "BTC-USD")).sources, 3);
        const feed = await feedOf(server);
        assert.equal(feed.policy, "weighted");
        // Between the lowest and the highest of those it is made of: read in one report, where the
        // price may be one round older than the quotes.
        await until("the price lies between those it is made of", async () => {
            const { quotes, price } = symbolIn(await feedOf(server), "BTC-USD");
            const used = quotes.filter((quote) => quote.used).map((quote) => quote.price);
            return used.length === 3 && price >= Math.min(...used) && price <= Math.max(...used);
        });
        await until("the one that says none is told", async () =>
            symbolIn(await feedOf(server), "BTC-USD").quotes
                .find(({ provider }) => provider === "coingecko")?.aside === "no_volume");
        // One volume makes no mean.
        await venues.fault("kraken", "status_500");
        await venues.fault("bitstamp", "status_500");
        await until("the median of the two that are left", async () =>
            (await priced(server, "BTC-USD")).source === "median(coingecko,coinbase)");
    });

    test("a stablecoin's price is taken for dollars only on request, and says so", { timeout }, async (t) => {
        const venues = await startVenues(t);
        const settings = { ...venues.settings("binance"), FETCH_INTERVAL: "500ms" };
        const strict = await startServer(t, settings);
        const lenient = await startServer(t, { ...settings, ACCEPT_AS_USD: "USDT" });
        const price = await priced(lenient, "BTC-USD");
        assert.equal(price.source, "binance(USDT)");
        await until("the feed names the market", async () =>
            symbolIn(await feedOf(lenient), "BTC-USD").quotes[0]?.market === "BTC-USDT");
        assert.equal((await request(`${strict.url}/api/prices/btc-usd`)).status, 503);
        const unready = await request(`${strict.url}/readyz`);
        assert.equal(unready.status, 503);
        assert.match(unready.text, /no price has been seen yet/);
        assert.deepEqual(providerIn(await feedOf(strict), "binance").lacks, ["BTC-USD"]);
    });

    test("250 symbols are a handful of requests over one connection each", { timeout }, async (t) => {
        const symbols = ["BTC-USD", ...Array.from({ length: 249 }, (_, i) => `S${i}-USD`)];
        const venues = await startVenues(t, { symbols });
        const server = await startServer(t, {
            ...venues.settings("coinbase", "kraken", "bitstamp", "bitfinex"),
            SYMBOLS: `${symbols},NONE-USD`,
            PRICE_POLICY: "median",
            FETCH_INTERVAL: "10s",
        });
        await until("all are priced", async () =>
            (await feedOf(server)).symbols.filter(({ price }) => price).length === 250);
        const counts = await venues.counts();
        for (const name of ["coinbase", "kraken", "bitstamp", "bitfinex"]) {
            assert.ok(counts[name].requests <= 5, `${name} was asked ${counts[name].requests} times`);
            assert.equal(counts[name].connections, 1, name);
        }
        const feed = await feedOf(server);
        assert.equal(symbolIn(feed, "NONE-USD").price, null);
        assert.match(symbolIn(feed, "NONE-USD").problem, /no provider/);
    });

    test("a venue that fails is asked less, and not stormed when it is back", { timeout }, async (t) => {
        const venues = await startVenues(t);
        const server = await startServer(t, {
            ...venues.settings("coinbase", "kraken", "bitstamp"),
            PRICE_POLICY: "median",
            FETCH_INTERVAL: "500ms",
            COINBASE_RATE: "600",
            BREAKER_REST: "2s",
        });
        await priced(server, "BTC-USD");
        await venues.fault("coinbase", "status_500");
        await until("the breaker is open", async () =>
            providerIn(await feedOf(server), "coinbase").breaker === "open");
        const figures = (await request(`${server.url}/metrics`)).text;
        assert.match(figures, /tickertape_breaker_state\{provider="coinbase"\} 1/);
        const before = (await venues.counts()).coinbase.requests;
        await pause(6_000); // rests of 2 s, 4 s, ...: a probe or two, where 12 rounds go by
        const during = (await venues.counts()).coinbase.requests - before;
        assert.ok(during <= 3, `asked ${during} times while it rests`);
        assert.equal(symbolIn(await feedOf(server), "BTC-USD").source, "median(kraken,bitstamp)");
        await venues.fault("coinbase", "none");
        const atEnd = (await venues.counts()).coinbase.requests;
        await until("it is used again", async () =>
            symbolIn(await feedOf(server), "BTC-USD").source === "median(coinbase,kraken,bitstamp)",
        { timeout: 30_000 });
        const burst = (await venues.counts()).coinbase.requests - atEnd;
        assert.ok(burst <= 6, `asked ${burst} times on its return`);
    });

    test("while a socket is down its venue is asked over REST", { timeout }, async (t) => {
        const venues = await startVenues(t);
        const server = await startServer(t, {
            ...venues.settings("kraken"),
            FEED: "stream",
            FETCH_INTERVAL: "500ms",
            RECONNECT_WAIT: "50ms",
        });
        const via = async () => symbolIn(await feedOf(server), "BTC-USD").quotes[0]?.via;
        await until("the price streams", async () => (await via()) === "stream");
        await venues.fault("kraken", "ws_refuse", { status: 503, cut: true });
        await until("the price is polled", async () => (await via()) === "poll");
        assert.equal((await request(`${server.url}/readyz`)).status, 200);
        const { stream } = providerIn(await feedOf(server), "kraken");
        assert.match(stream.last_error.words, /503|ended|lost|refuses/);
        await venues.fault("kraken", "none");
        await until("the price streams again", async () => (await via()) === "stream",
            { timeout: 20_000 });
    });
});
