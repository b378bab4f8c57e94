// The market's table, from its sources over real TLS to the answer: which of them is asked, and what
// is shown when they fail.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { json } from "./support/http.mjs";
import { bodies, dead, good, says, startSources } from "./support/market.mjs";
import { coinbaseTicker, startProvider } from "./support/provider.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 120_000;
const tables = (source) =>
    source.requests.filter(({ url }) => url !== "/global" && !url.startsWith("/simple"));

describe("the market's table", { timeout: 600_000 }, () => {
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
        const server = await startServer(t, { ...market, ...settings });
        const get = (query = "") => json(`${server.url}/api/cryptos${query}`);
        // The first answer for which that is so.
        const shows = (what, condition) => until(what, async () => {
            const answer = await get();
            return answer.status === 200 && condition(answer.body) ? answer.body : null;
        }, { timeout: 60_000 });
        return { sources, server, get, shows };
    }

    test("the figures are those of the source, with the market as a whole", { timeout }, async (t) => {
        const { sources, get, shows } = await setUp(t);
        const table = await shows("the table and the whole", ({ market }) => market !== null);
        assert.equal(table.source, "coingecko");
        assert.equal(table.currency, "usd");
        assert.equal(table.stale, false);
        assert.ok(Math.abs(table.updated_at - Date.now() / 1000) < 60);
        const rows = JSON.parse(bodies.coingecko);
        assert.equal(table.coins.length, rows.length);
        assert.equal(table.total, rows.length);
        table.coins.forEach((coin, i) => {
            const row = rows[i];
            assert.deepEqual(
                [coin.rank, coin.id, coin.symbol, coin.name, coin.price, coin.market_cap,
                    coin.volume_24h, coin.change_24h_percent, coin.high_24h, coin.low_24h,
                    coin.circulating_supply, coin.total_supply, coin.max_supply, coin.ath,
                    coin.ath_at],
                [i + 1, row.id, row.symbol.toUpperCase(), row.name, row.current_price,
                    row.market_cap, row.total_volume, row.price_change_percentage_24h, row.high_24h,
                    row.low_24h, row.circulating_supply, row.total_supply, row.max_supply, row.ath,
                    Date.parse(row.ath_date) / 1000]);
            assert.equal(coin.change_1h_percent, null);
            assert.equal(coin.sparkline, null);
            assert.equal(coin.withheld, undefined);
        });
        const whole = JSON.parse(bodies.coingeckoWhole).data;
        assert.equal(table.market.market_cap, whole.total_market_cap.usd);
        assert.equal(table.market.bitcoin_dominance_percent, whole.market_cap_percentage.btc);
        const { body: found } = await get("?q=tether&limit=1");
        assert.deepEqual(found.coins.map(({ id }) => id), ["tether"]);
        assert.equal(found.coins[0].rank, 3);
        const { headers } = sources.coingecko.requests[0];
        assert.match(headers["user-agent"], /^tickertape\/\d/);
        assert.equal(sources.coinpaprika.requests.length, 0);
        assert.equal(sources.coinlore.requests.length, 0);
    });

    test("when a source dies the next one has the table, until the first is back", { timeout }, async (t) => {
        const { sources, server, shows } = await setUp(t);
        await shows("CoinGecko", ({ source }) => source === "coingecko");
        sources.coingecko.respond = dead;
        const second = await shows("CoinPaprika", ({ source }) => source === "coinpaprika");
        assert.deepEqual(second.coins.map(({ id }) => id), ["btc-bitcoin", "eth-ethereum", "usdt-tether"]);
        assert.equal(second.coins[1].max_supply, null);
        assert.equal(second.stale, false);
        sources.coinpaprika.respond = (request, response) => says(response, "<html>", {
            headers: { "content-type": "text/html" } });
        const third = await shows("CoinLore", ({ source }) => source === "coinlore");
        assert.equal(third.coins[0].price, 85894.82);
        assert.equal(third.coins[0].id, "90");
        await server.child.says(/WARN .*market source failed.*coingecko/);
        sources.coingecko.respond = good.coingecko;
        await shows("CoinGecko again", ({ source }) => source === "coingecko");
    });

    test("when all sources die the last table stays, and is stale with its age", { timeout }, async (t) => {
        const { sources, shows } = await setUp(t);
        const { coins } = await shows("a table", () => true);
        for (const source of Object.values(sources)) source.respond = dead;
        const old = await shows("a stale table", ({ stale }) => stale);
        assert.ok(old.age_seconds > 3, String(old.age_seconds));
        assert.equal(old.coins.length, coins.length);
        assert.equal(old.source, "coingecko");
        const later = await shows("an older one", ({ age_seconds: age }) => age > old.age_seconds + 1);
        assert.equal(later.updated_at, old.updated_at);
        sources.coinlore.respond = good.coinlore;
        const fresh = await shows("a fresh table", ({ stale }) => !stale);
        assert.equal(fresh.source, "coinlore");
    });

    test("a server whose sources never answered says so", { timeout }, async (t) => {
        const { sources, get } = await setUp(t, {}, (all) => {
            for (const source of Object.values(all)) source.respond = dead;
        });
        await until("all were asked", () =>
            Object.values(sources).every(({ requests }) => requests.length > 0));
        const { status, headers, body } = await get();
        assert.equal(status, 503);
        assert.equal(body.type, "urn:tickertape:problem:no-market-yet");
        assert.ok(Number(headers["retry-after"]) > 0);
    });

    test("a source that limits us is asked again when it said, and not before", { timeout }, async (t) => {
        let limitedAt = 0;
        let againAt = 0;
        const { shows } = await setUp(t, {}, ({ coingecko }) => {
            coingecko.respond = (request, response) => {
                if (limitedAt === 0) {
                    limitedAt = Date.now();
                    says(response, '{"status":{"error_code":429}}', {
                        status: 429, headers: { "retry-after": "4" } });
                    return;
                }
                againAt ||= Date.now();
                good.coingecko(request, response);
            };
        });
        await shows("the second source meanwhile", ({ source }) => source === "coinpaprika");
        await shows("the first source again", ({ source }) => source === "coingecko");
        assert.ok(againAt - limitedAt >= 4_000, `asked again after ${againAt - limitedAt} ms`);
    });

    test("garbage takes the place of no table", { timeout }, async (t) => {
        const { sources, get, shows } = await setUp(t);
        await shows("a table", () => true);
        sources.coinpaprika.respond = dead;
        sources.coinlore.respond = dead;
        const rubbish = [
            "[]", "{}", "null", "[[[", "\u0000\u0001", '[{"id":"x"}]', '{"error":"sorry"}',
            '[{"id":"bitcoin","symbol":"btc","name":"Bitcoin","current_price":-1}]',
            `[${"[".repeat(100)}${"]".repeat(100)}]`,
        ];
        for (const body of rubbish) {
            const before = tables(sources.coingecko).length;
            sources.coingecko.respond = (request, response) => says(response, body);
            await until("it was asked twice", async () => {
                await get();
                return tables(sources.coingecko).length >= before + 2;
            }, { timeout: 60_000 });
            const { status, body: table } = await get();
            assert.equal(status, 200);
            assert.equal(table.source, "coingecko");
            assert.equal(table.coins.length, JSON.parse(bodies.coingecko).length);
        }
    });

    test("a table that was cut or reversed takes the place of no table", { timeout }, async (t) => {
        const { sources, get, shows } = await setUp(t);
        await shows("a table", () => true);
        sources.coinpaprika.respond = dead;
        sources.coinlore.respond = dead;
        const rows = () => JSON.parse(bodies.coingecko).map(
            (row) => ({ ...row, last_updated: new Date().toISOString() }));
        for (const cut of [
            (all) => all.slice(0, 1), (all) => all.slice(1), (all) => all.reverse(),
            (all) => all.map((row, i) => (i < 5 ? row : { ...row, current_price: "NaN" })),
        ]) {
            const before = tables(sources.coingecko).length;
            sources.coingecko.respond = (request, response) =>
                (request.url === "/global" ? good.coingecko(request, response)
                    : says(response, JSON.stringify(cut(rows()))));
            await until("it was asked twice", async () => {
                await get();
                return tables(sources.coingecko).length >= before + 2;
            }, { timeout: 60_000 });
            const { body: table } = await get();
            assert.equal(table.coins.length, JSON.parse(bodies.coingecko).length);
            assert.equal(table.coins[0].id, "bitcoin");
        }
    });

    test("a row that is dropped keeps its place, and figures that contradict each other are withheld",
        { timeout }, async (t) => {
            const { get } = await setUp(t, {}, ({ coingecko }) => {
                coingecko.respond = (request, response) => {
                    if (request.url === "/global") {
                        says(response, JSON.stringify({ data: {
                            total_market_cap: { usd: 5 }, total_volume: { usd: 1e26 },
                            market_cap_percentage: { btc: 99.9 } } }));
                        return;
                    }
                    const rows = JSON.parse(bodies.coingecko).map(
                        (row) => ({ ...row, last_updated: new Date().toISOString() }));
                    rows[1].current_price *= 1000;
                    rows[1].market_cap *= 1000;
                    rows[1].price_change_percentage_24h = 1e15;
                    rows[2].current_price = "NaN";
                    rows[3].symbol = "\u202ebnb";
                    rows[4].last_updated = new Date(Date.now() - 23 * 3_600_000).toISOString();
                    says(response, JSON.stringify(rows));
                };
            });
            await until("the table and the whole", async () => {
                const { status, body } = await get();
                return status === 200 && body.market !== null;
            }, { timeout: 60_000 });
            const { body } = await get();
            assert.equal(body.dropped, 1);
            assert.deepEqual(body.coins.slice(0, 4).map(({ rank, id }) => [rank, id]),
                [[1, "bitcoin"], [2, "ethereum"], [4, "binancecoin"], [5, "ripple"]]);
            const [, ether, bnb, ripple] = body.coins;
            assert.equal(ether.price, null);
            assert.equal(ether.market_cap, null);
            assert.equal(ether.change_24h_percent, null);
            assert.equal(ether.high_24h, 2059.75);
            assert.match(ether.withheld.price, /contradict/);
            assert.equal(bnb.symbol, "BNB");
            assert.deepEqual([body.stale, bnb.stale, ripple.stale], [false, false, true]);
            assert.equal(body.market.market_cap, null);
            assert.equal(body.market.volume_24h, null);
            assert.equal(body.market.bitcoin_dominance_percent, null);
        });

    test("a failure of the source takes no coin away while its table is fresh", { timeout }, async (t) => {
        const { server, sources, shows } = await setUp(t, { MARKET_INTERVAL: "5s" });
        await shows("CoinGecko", ({ source }) => source === "coingecko");
        sources.coingecko.respond = dead;
        const second = await shows("CoinPaprika, once the table was stale", ({ source, stale }) => {
            assert.ok(source === "coinpaprika" || !stale || sources.coinpaprika.requests.length > 0);
            return source === "coinpaprika";
        });
        assert.equal(second.coins.length, 3);
        assert.ok(tables(sources.coinpaprika).length > 1, "it was asked before, and its table waited");
        const { status, body, headers } = await json(`${server.url}/api/cryptos/bitcoin`);
        assert.equal(status, 503);
        assert.equal(body.type, "urn:tickertape:problem:coin-absent");
        assert.ok(Number(headers["retry-after"]) > 0);
        assert.equal((await json(`${server.url}/api/cryptos/no-such-coin`)).status, 404);
    });

    test("nulls, texts for numbers and wild figures cost their own row at most", { timeout }, async (t) => {
        const rows = JSON.parse(bodies.coingecko);
        rows[0].market_cap = rows[0].market_cap * 1000;
        rows[1].high_24h = null;
        rows[1].current_price = "1921.27";
        rows[2].circulating_supply = { amount: 1 };
        rows[3].id = rows[4].id;
        const { get } = await setUp(t, {}, ({ coingecko }) => {
            coingecko.respond = (request, response) => says(response, JSON.stringify(rows));
        });
        await until("a table", async () => (await get()).status === 200);
        const { body } = await get();
        assert.deepEqual(
            body.coins.map(({ id }) => id),
            ["bitcoin", "ethereum", "ripple", ...rows.slice(5).map(({ id }) => id)]);
        assert.equal(body.coins[0].market_cap, null);
        assert.match(body.coins[0].withheld.market_cap, /price times supply/);
        assert.equal(body.coins[1].price, 1921.27);
        assert.equal(body.coins[1].high_24h, null);
        // Recorded months ago: the source has lost these coins.
        assert.equal(body.coins[0].inactive, true);
        assert.equal(body.stale, true);
    });

    test("a price that we stream is ours, and the gate of CoinGecko is shared", { timeout }, async (t) => {
        const coinbase = await startProvider(t, certificates);
        coinbase.respond = coinbaseTicker("63212.97");
        const { server, shows } = await setUp(t, {
            PROVIDERS: "coinbase", COINBASE_URL: coinbase.url, FETCH_INTERVAL: "200ms",
            SYMBOLS: "BTC-USD",
        });
        const table = await shows("our price", ({ coins }) => coins[0].price_symbol === "BTC-USD");
        assert.equal(table.coins[0].price, 63212.97);
        assert.equal(table.coins[0].price_source, "coinbase");
        assert.equal(table.coins[0].market_cap, JSON.parse(bodies.coingecko)[0].market_cap);
        assert.equal(table.coins[1].price_symbol, null);
        assert.equal(table.coins[1].price_source, "coingecko");
        const metrics = (await json(`${server.url}/api/feed`)).body;
        assert.deepEqual(metrics.providers.map(({ name }) => name), ["coinbase"]);
    });

    test("prices and tables of CoinGecko are asked for under one limit", { timeout }, async (t) => {
        const { sources, shows } = await setUp(t, {
            PROVIDERS: "coingecko", FETCH_INTERVAL: "100ms", COINGECKO_RATE: "60",
        }, ({ coingecko }) => {
            coingecko.respond = (request, response) => {
                if (request.url.startsWith("/simple/price"))
                    says(response, `{"bitcoin":{"usd":65000,"last_updated_at":${Math.floor(Date.now() / 1000)}}}`);
                else good.coingecko(request, response);
            };
        });
        const begun = Date.now();
        await shows("both", ({ market, coins }) => market && coins[0].price_symbol);
        await until("many requests", () => sources.coingecko.requests.length >= 8);
        const seconds = (Date.now() - begun) / 1000;
        // Two at once and one a second, whoever asks; some came before we began to count.
        assert.ok(
            seconds > 4, `${sources.coingecko.requests.length} requests in ${seconds} s`);
    });

    test("simulated prices are not the market's, and MARKET=off asks nobody", { timeout }, async (t) => {
        const { shows } = await setUp(t, { PROVIDERS: "simulator", SIMULATOR_PERIOD: "10ms" });
        const table = await shows("a table", () => true);
        assert.equal(table.coins[0].price_symbol, null);
        const off = await setUp(t, { MARKET: "off" });
        const { status, body } = await off.get();
        assert.equal(status, 404);
        assert.equal(body.type, "urn:tickertape:problem:no-market");
        assert.equal(off.sources.coingecko.requests.length, 0);
    });
});
