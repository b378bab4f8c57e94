// Sources of the market's table as the real ones answer, from recorded bodies, or as a test wants them.

import { readFileSync } from "node:fs";
import { startProvider } from "./provider.mjs";

const recorded = (name) =>
    readFileSync(new URL(`../../fixtures/market/${name}`, import.meta.url), "utf8");

export const bodies = {
    coingecko: recorded("coingecko.coins_markets.top10.2026-02-27.json"),
    coingeckoWhole: recorded("coingecko.global.2026-08-18.json"),
    coin: recorded("coingecko.coins_id.docs.json"),
    trending: recorded("coingecko.search_trending.2026-03.8coins.json"),
    coinpaprika: recorded("coinpaprika.tickers.3coins.2023-09-14.json"),
    coinpaprikaWhole: recorded("coinpaprika.global.2021-10-22.json"),
    block: recorded("mempool.block.2023-10-04.json"),
    adjustment: recorded("mempool.difficulty_adjustment.2026-10-05.json"),
    fees: recorded("mempool.fees_recommended.2026-10-01.json"),
    backlog: recorded("mempool.mempool.2026-10-01.cut.json"),
    stats: recorded("blockchain_info.stats.2026-10-05.json"),
    blockchair: recorded("blockchair.bitcoin.stats.2023-04-03.json"),
    fearGreed: recorded("alternative_me.fng.2026-08-18.json"),
    realised: recorded("coinmetrics.CapMVRVCur_PriceUSD.2026-06-28.json"),
    euro: recorded("frankfurter.v1.latest.USD_EUR.2026-10-02.json"),
    yen: recorded("frankfurter.v1.latest.USD_JPY.2026-07.json"),
    coinlore: `{"data":${recorded("coinlore.ticker.90.2026-10-05.json")},"info":{"coins_num":1}}`,
};

// The recorded rows are of a day that is over: their times are those of now, all else is as it came.
function ofNow(body) {
    return body.replace(
        /("last_updated": ?")[^"]*"/g, (_, before) => `${before}${new Date().toISOString()}"`);
}

// A year of days, or a week of hours, and a point of now.
export function chartOfNow(url) {
    const [stepS, count] = /days=7$/.test(url) ? [3_600, 168] : [86_400, 365];
    const last = Math.floor(Date.now() / 1000 / stepS) * stepS;
    const price = (at) => 60_000 + 5_000 * Math.sin(at / stepS / 9);
    const prices = Array.from({ length: count }, (_, i) => last - (count - 1 - i) * stepS)
        .map((at) => [at * 1000, price(at)]);
    return JSON.stringify({ prices: [...prices, [Date.now(), price(Date.now() / 1000)]] });
}

// The newest block of the fakes: as many as there may be by now, and two minutes old.
export const tip = Math.floor((Date.now() / 1000 - 1_231_006_505) / 600 * 1.03);
export const tipAt = Math.floor(Date.now() / 1000) - 120;
export const difficulties = { before: 133869853540305.4, now: 132716002350731.5 };
const changedAt = tip - tip % 2016;

// 595 s apart, with the difficulty of their time; all else is the recorded block's.
export function blockAt(height) {
    return { ...JSON.parse(bodies.block)[0], height, timestamp: tipAt - (tip - height) * 595,
        difficulty: height < changedAt ? difficulties.before : difficulties.now };
}

function ofTip(body) {
    const next = changedAt + 2016;
    return JSON.stringify({ ...JSON.parse(body), nextRetargetHeight: next, remainingBlocks: next - tip });
}

// The recorded days, of which the newest is today.
function ofToday(body) {
    const today = Math.floor(Date.now() / 86_400_000) * 86_400;
    const { data, ...rest } = JSON.parse(body);
    return JSON.stringify({ ...rest, data: data.map(
        (row, i) => ({ ...row, timestamp: String(today - i * 86_400) })) });
}

// The recorded rates, of so many days ago.
export const daysAgo = (days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
export function ratesOf(days = 0, more = {}) {
    const rates = { ...JSON.parse(bodies.euro).rates, ...JSON.parse(bodies.yen).rates, ...more };
    return JSON.stringify({ amount: 1.0, base: "USD", date: daysAgo(days), rates });
}

export function says(response, body, { status = 200, headers = {} } = {}) {
    response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
    response.end(body);
}

// What each source answers; a test puts others in their place.
export const good = {
    coingecko: (request, response) => {
        if (request.url.startsWith("/coins/markets?")) says(response, ofNow(bodies.coingecko));
        else if (request.url === "/global") says(response, bodies.coingeckoWhole);
        else if (request.url === "/search/trending") says(response, bodies.trending);
        else if (/^\/coins\/bitcoin\?/.test(request.url)) says(response, ofNow(bodies.coin));
        else if (/^\/coins\/bitcoin\/market_chart\?/.test(request.url)) says(response, chartOfNow(request.url));
        else says(response, '{"error":"coin not found"}', { status: 404 });
    },
    coinpaprika: (request, response) => {
        if (request.url === "/tickers?limit=250") says(response, ofNow(bodies.coinpaprika));
        else if (request.url === "/global") says(response, bodies.coinpaprikaWhole);
        else says(response, '{"error":"not found"}', { status: 404 });
    },
    coinlore: (request, response) => {
        if (request.url === "/tickers/?start=0&limit=100") says(response, bodies.coinlore);
        else says(response, "", { status: 404 });
    },
    mempool: (request, response) => {
        const [, blocks, from] = request.url.match(/^(\/v1\/blocks)(?:\/(\d+))?$/) ?? [];
        const first = from === undefined ? tip : Number(from);
        if (blocks)
            says(response, JSON.stringify(Array.from({ length: 15 }, (_, i) => blockAt(first - i))));
        else if (request.url === "/v1/difficulty-adjustment") says(response, ofTip(bodies.adjustment));
        else if (request.url === "/v1/fees/recommended") says(response, bodies.fees);
        else if (request.url === "/mempool") says(response, bodies.backlog);
        else says(response, "not found", { status: 404 });
    },
    blockchain: (request, response) => {
        if (request.url === "/stats")
            // Of now, and of the block before the tip.
            says(response, JSON.stringify({
                ...JSON.parse(bodies.stats), timestamp: Date.now(), n_blocks_total: tip }));
        else says(response, "not found", { status: 404 });
    },
    // The third: nobody answers, unless a test wants it.
    blockchair: (request, response) => response.destroy(),
    fear_greed: (request, response) => {
        if (request.url === "/fng/?limit=2") says(response, ofToday(bodies.fearGreed));
        else says(response, "not found", { status: 404 });
    },
    frankfurter: (request, response) => {
        if (request.url === "/latest?base=USD") says(response, ratesOf());
        else says(response, "not found", { status: 404 });
    },
};

// The recorded statistics, of the block before the tip.
export function blockchairStats(request, response) {
    const { data } = JSON.parse(bodies.blockchair);
    if (request.url !== "/bitcoin/stats") return says(response, "not found", { status: 404 });
    return says(response, JSON.stringify({ data: {
        ...data, blocks: tip, difficulty: Math.round(difficulties.now),
        best_block_time: new Date(tipAt * 1000).toISOString().slice(0, 19).replace("T", " ") } }));
}

// The recorded days, of which the newest is yesterday, with a market cap.
export const realisedCap = 1.25e12;
export function coinMetrics(request, response) {
    const today = Math.floor(Date.now() / 86_400_000) * 86_400_000;
    const { data } = JSON.parse(bodies.realised);
    if (!request.url.startsWith("/timeseries/asset-metrics?assets=btc&metrics=CapMVRVCur,CapMrktCurUSD&"))
        return says(response, "not found", { status: 404 });
    return says(response, JSON.stringify({ data: data.map((row, i) => ({
        ...row, CapMrktCurUSD: String(Number(row.CapMVRVCur) * realisedCap),
        time: new Date(today - (data.length - i) * 86_400_000).toISOString().replace("Z", "000000Z") })) }));
}

export const dead = (request, response) => response.destroy();

// All sources, over TLS, and the settings that make a server ask them.
export async function startSources(t, certificates) {
    const sources = {};
    for (const [name, respond] of Object.entries(good)) {
        sources[name] = await startProvider(t, certificates);
        sources[name].respond = respond;
    }
    const settings = {
        MARKET: "on", MARKET_INTERVAL: "1s", CA_FILE: certificates.caFile,
        COINGECKO_RATE: "6000", BREAKER_REST: "100ms", NEWS_FEEDS: "off",
    };
    for (const [name, source] of Object.entries(sources))
        settings[`${name.toUpperCase()}_URL`] = source.url;
    return { sources, settings };
}
