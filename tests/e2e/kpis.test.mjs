// Bitcoin in figures and day by day, from fakes of all its sources over real TLS to the answer.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { coinbaseCandles, day, priceOf, today } from "./support/candles_of_before.mjs";
import { json } from "./support/http.mjs";
import { bodies, coinMetrics, dead, good, realisedCap, says, startSources, tip } from "./support/market.mjs";
import { startProvider } from "./support/provider.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 180_000;
const row = JSON.parse(bodies.coingecko)[0];
const names = [
    "price", "market_cap", "dominance", "volume_24h", "change_24h", "change_24h_percent", "high_24h",
    "low_24h", "circulating_supply", "max_supply", "mined_percent", "ath", "ath_at", "days_since_ath",
    "drawdown_percent", "volatility_30d", "volatility_90d", "fear_greed"];

// All bitcoins up to the block at that height.
function supplyAt(height) {
    let satoshi = 0;
    for (let blocks = height + 1, reward = 50e8; blocks > 0 && reward >= 1; blocks -= 210_000) {
        satoshi += Math.min(blocks, 210_000) * reward;
        reward = Math.floor(reward / 2);
    }
    return satoshi / 1e8;
}

// As docs/market.md defines it, of the closes of the days that are over.
function volatility(days) {
    const close = (back) => priceOf(today - back * day) + 5;
    const returns = Array.from({ length: days }, (_, i) => Math.log(close(i + 1) / close(i + 2)));
    const mean = returns.reduce((sum, each) => sum + each) / days;
    const squares = returns.reduce((sum, each) => sum + (each - mean) ** 2, 0);
    return 100 * Math.sqrt(squares / (days - 1) * 365);
}

const isNear = (value, expected) => assert.ok(
    Math.abs(value / expected - 1) < 1e-9, `${value} is not ${expected}`);

// The recorded table, with the supply of today.
function geckoOfToday(request, response) {
    const real = good.coingecko;
    if (!request.url.startsWith("/coins/markets?")) {
        real(request, response);
        return;
    }
    const supply = supplyAt(tip);
    says(response, JSON.stringify(JSON.parse(bodies.coingecko).map((coin) => ({
        ...coin, last_updated: new Date().toISOString(),
        ...(coin.id === "bitcoin" &&
            { circulating_supply: supply, total_supply: supply, market_cap: supply * coin.current_price }),
    }))));
}

describe("Bitcoin in figures", { timeout: 600_000 }, () => {
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
        sources.coingecko.respond = geckoOfToday;
        change(sources);
        const server = await startServer(t, { ...market, ...settings });
        const get = () => json(`${server.url}/api/bitcoin/kpis`);
        // The first answer for which that is so.
        const shows = (what, condition) => until(what, async () => {
            const answer = await get();
            return answer.status === 200 && condition(answer.body) ? answer.body : null;
        }, { timeout: 120_000 });
        return { sources, server, get, shows };
    }

    // A server with real prices and an archive, whose provider has candles of before.
    async function withPrices(t, settings = {}) {
        const coinbase = await startProvider(t, certificates);
        coinbase.respond = coinbaseCandles();
        const all = await setUp(t, {
            PROVIDERS: "coinbase", COINBASE_URL: coinbase.url, COINBASE_RATE: "6000",
            FETCH_INTERVAL: "200ms", SYMBOLS: "BTC-USD", BACKFILL: "120d", MARKET_INTERVAL: "1m",
            ARCHIVE: `sqlite:${join(await scratch(t), "data")}`, ...settings,
        });
        return { ...all, coinbase };
    }

    test("each figure is its source's, or follows from it", { timeout }, async (t) => {
        const { shows } = await withPrices(t);
        const now = await shows("all figures", (body) => names.every((name) => body[name] !== null));
        assert.deepEqual(Object.keys(now), [...names, "stale", "sources"]);
        assert.equal(now.price, 63212.97);
        assert.equal(now.sources.price.source, "coinbase");
        const supply = supplyAt(tip);
        assert.equal(now.circulating_supply, supply);
        isNear(now.market_cap, supply * row.current_price);
        assert.equal(now.max_supply, 20999999.9769);
        isNear(now.mined_percent, 100 * supply / 20999999.9769);
        assert.equal(
            now.dominance, JSON.parse(bodies.coingeckoWhole).data.market_cap_percentage.btc);
        assert.deepEqual(
            [now.volume_24h, now.change_24h_percent, now.high_24h, now.low_24h, now.ath, now.ath_at],
            [row.total_volume, row.price_change_percentage_24h, row.high_24h, row.low_24h, row.ath,
                Date.parse(row.ath_date) / 1000]);
        isNear(now.change_24h,
            row.current_price - row.current_price / (1 + row.price_change_percentage_24h / 100));
        isNear(now.drawdown_percent, 100 * (1 - row.current_price / row.ath));
        const dates = Math.floor(Date.now() / 86_400_000) -
            Math.floor(Date.parse(row.ath_date) / 86_400_000);
        assert.ok([dates, dates - 1].includes(now.days_since_ath), String(now.days_since_ath));
        isNear(now.volatility_30d, volatility(30));
        isNear(now.volatility_90d, volatility(90));
        assert.equal(now.fear_greed, 41);

        assert.equal(now.stale, false);
        for (const name of names) {
            const of = now.sources[name];
            // The recorded answer on the whole is months old.
            assert.equal(of.stale, name === "dominance", name);
            assert.ok(name === "max_supply" ? of.age_seconds === null : of.age_seconds >= 0, name);
        }
        const { sources: of } = now;
        assert.deepEqual(
            ["market_cap", "dominance", "ath", "drawdown_percent"].map((name) => of[name].source),
            Array(4).fill("coingecko"));
        assert.equal(of.mined_percent.source, "mempool");
        assert.equal(of.max_supply.source, "protocol");
        assert.deepEqual(of.volatility_30d, {
            source: "archive", at: today, age_seconds: of.volatility_30d.age_seconds, computed: true,
            stale: false, window_days: 30, days_known: 30, closes_of: ["coinbase"] });
        assert.equal(of.fear_greed.source, "alternative.me");
        assert.equal(of.fear_greed.word, "Fear");
        assert.equal(of.fear_greed.at, Math.floor(Date.now() / 86_400_000) * 86_400);
    });

    test("the price is the table's once ours is stale, and says so", { timeout }, async (t) => {
        const coinbase = await startProvider(t, certificates);
        coinbase.respond = coinbaseCandles();
        const { shows } = await setUp(t, {
            PROVIDERS: "coinbase", COINBASE_URL: coinbase.url, FETCH_INTERVAL: "200ms",
            SYMBOLS: "BTC-USD", STALE_AFTER: "2s", MARKET_INTERVAL: "1m",
        });
        await shows("our price", ({ sources: of }) => of.price?.source === "coinbase");
        coinbase.respond = dead;
        const later = await shows("the table's", ({ sources: of }) => of.price?.source === "coingecko");
        assert.equal(later.price, row.current_price);
        assert.equal(later.stale, false);
        // Too few days have a close.
        assert.equal(later.volatility_30d, null);
        assert.match(later.withheld.volatility_30d, /of the last 30 days the archive has \d+ closes, too few/);
    });

    test("a market cap of another month's supply is withheld", { timeout }, async (t) => {
        const { shows } = await setUp(t, {}, ({ coingecko }) => {
            coingecko.respond = good.coingecko; // as it was recorded, months ago
        });
        const now = await shows(
            "table and chain", (body) => body.price !== null && body.circulating_supply !== null);
        assert.equal(now.market_cap, null);
        assert.equal(now.withheld.market_cap, "the source's supply is not that of the chain");
        assert.equal(now.price, row.current_price);
    });

    test("simulated prices are no figures of Bitcoin", { timeout }, async (t) => {
        const { shows } = await setUp(t, { PROVIDERS: "simulator", SYMBOLS: "BTC-USD" });
        const now = await shows("the table", ({ price }) => price !== null);
        assert.equal(now.sources.price.source, "coingecko");
        assert.equal(now.volatility_30d, null);
        assert.equal(now.sources.volatility_30d, undefined);
    });

    test("each source that fails costs its own figures alone", { timeout }, async (t) => {
        const { server, shows } = await setUp(t, {}, ({ mempool, blockchain, fear_greed: mood }) => {
            mempool.respond = dead;
            blockchain.respond = dead;
            mood.respond = (request, response) => says(response, "<html>429</html>", {
                status: 200, headers: { "content-type": "text/html" } });
        });
        const now = await shows("the table", ({ price }) => price !== null);
        assert.deepEqual([now.circulating_supply, now.mined_percent, now.fear_greed], [null, null, null]);
        assert.equal(now.ath, row.ath);
        await server.child.says(/WARN .*fear and greed source failed/);
    });

    test("when all sources die the last figures stay, and are stale", { timeout }, async (t) => {
        const { sources, shows } = await setUp(t);
        await shows("figures", (body) => body.price !== null && body.circulating_supply !== null);
        for (const source of Object.values(sources)) source.respond = dead;
        const old = await shows("stale figures", ({ stale, sources: of }) =>
            stale && of.circulating_supply.stale);
        assert.equal(old.price, row.current_price);
        assert.equal(old.circulating_supply, supplyAt(tip));
        assert.ok(old.sources.price.age_seconds > 3, String(old.sources.price.age_seconds));
    });

    test("its history is the archive's closes, and today's so far", { timeout }, async (t) => {
        const { server } = await withPrices(t, { BACKFILL: "10y", MARKET: "off" });
        const history = async (range) => (await json(`${server.url}/api/bitcoin/history?range=${range}`)).body;
        const isThere = ({ closes }) => closes?.length > 3_640 && closes.at(-1).running;
        const all = await until("ten years", async () => {
            const body = await history("10y");
            return isThere(body) ? body : null;
        }, { timeout: 120_000 });
        assert.equal(all.symbol, "BTC-USD");
        assert.equal(all.market_prices, true);
        const text = (time) => new Date(time * 1_000).toISOString().slice(0, 10);
        const over = all.closes.slice(0, -1);
        over.forEach((close, i) => {
            const time = today - (over.length - i) * day;
            assert.deepEqual(close, { day: text(time), close: priceOf(time) + 5 });
        });
        assert.deepEqual(all.closes.at(-1), { day: text(today), close: 63212.97, running: true });
        assert.deepEqual(all.sources, [
            { from: over[0].day, source: "coinbase" }, { from: text(today), source: "archive" }]);
        for (const [range, days] of [["30d", 30], ["90d", 90]]) {
            const { closes } = await history(range);
            assert.deepEqual(closes, all.closes.slice(-days - 1), range);
        }
        const { closes: year } = await history("12mo");
        assert.ok([365, 366].includes(year.length - 1), String(year.length));
        assert.equal(year[0].day.slice(5), text(today).slice(5).replace("02-29", "02-28"));
        const { status, body } = await json(`${server.url}/api/bitcoin/history?range=1w`);
        assert.equal(status, 400);
        assert.equal(body.accepted, "30d, 90d, 12mo, 10y");
    });

    test("the realised value is there where the operator wants it, and outlives the server", { timeout }, async (t) => {
        const coinmetrics = await startProvider(t, certificates);
        coinmetrics.respond = coinMetrics;
        const wanted = { COINMETRICS_URL: coinmetrics.url, ARCHIVE: `sqlite:${join(await scratch(t), "data")}` };
        const off = await setUp(t, wanted);
        const without = await off.shows("figures", (body) => body.fear_greed !== null);
        assert.deepEqual(Object.keys(without).filter((name) => /mvrv|realised/.test(name)), []);
        assert.equal(coinmetrics.requests.length, 0);
        await off.server.child.kill();

        const on = await setUp(t, { ...wanted, COINMETRICS: "on" });
        const now = await on.shows("the realised value", (body) => (body.mvrv ?? null) !== null);
        const newest = JSON.parse(bodies.realised).data.at(-1);
        assert.equal(now.mvrv, Number(newest.CapMVRVCur));
        isNear(now.realised_cap, realisedCap);
        const { realised_cap: cap, mvrv } = now.sources;
        for (const each of [cap, mvrv]) {
            assert.equal(each.source, "coinmetrics");
            assert.equal(each.licence, "CC BY-NC 4.0");
            assert.equal(each.at, Math.floor(Date.now() / 86_400_000) * 86_400 - 86_400);
            assert.equal(each.stale, false);
        }
        assert.deepEqual([cap.computed, mvrv.computed], [true, false]);
        await pause(1_000);
        await on.server.child.kill();

        coinmetrics.respond = dead;
        const later = await setUp(t, { ...wanted, COINMETRICS: "on" }, (all) => {
            for (const source of Object.values(all)) source.respond = dead;
        });
        const kept = await later.shows("what was kept", (body) => (body.mvrv ?? null) !== null);
        assert.deepEqual([kept.mvrv, kept.realised_cap], [now.mvrv, now.realised_cap]);
    });

    test("a server whose sources never answered says so, and MARKET=off asks nobody", { timeout }, async (t) => {
        const { sources, get } = await setUp(t, {}, (all) => {
            for (const source of Object.values(all)) source.respond = dead;
        });
        await until("all were asked", () =>
            Object.values(sources).every(({ requests }) => requests.length > 0));
        const { status, headers, body } = await get();
        assert.equal(status, 503);
        assert.equal(body.type, "urn:tickertape:problem:no-kpis-yet");
        assert.ok(Number(headers["retry-after"]) > 0);
        const off = await setUp(t, { MARKET: "off" });
        assert.equal((await off.get()).body.type, "urn:tickertape:problem:no-market");
        assert.equal(off.sources.fear_greed.requests.length, 0);
    });
});
