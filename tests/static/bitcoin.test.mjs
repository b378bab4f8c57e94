// What the cards of Bitcoin say.

import assert from "node:assert/strict";
import { test } from "node:test";
import { configureFormats } from "../../static/format.js";
import { answers, cardOf, groups, isShown, noticeOf } from "../../static/model/bitcoin_cards.js";

configureFormats({ locale: "en-US", currencyDisplay: "symbol", timeZone: "UTC" });

// The answer that docs/protocol.md shows.
const at = 1_791_193_301.5;
const now = at * 1000 + 130_000;
const says = (computed, more = {}) => ({ source: "mempool", at, computed, stale: false, ...more });
const answer = {
    height: 969_992, block_at: 1_791_193_181, block_seconds: 590, seconds_since_block: 120.5,
    hash_rate: 966_120_152_122_459_200_000, difficulty: 132_716_002_350_731.5,
    difficulty_change_percent: -1.909509687533617, retarget_height: 971_712,
    mempool_transactions: 90_420, mempool_vsize: 47_364_518,
    fees: { fastest: 6, half_hour: 5, hour: 4.5, economy: 2, minimum: 1 },
    halving_height: 1_050_000, halving_at_by_target: 1_839_197_981, halving_at_by_average: 1_838_797_941,
    inflation_percent: 0.8174192413584277, stale: false,
    sources: {
        height: says(false), block_at: says(false), seconds_since_block: says(true),
        block_seconds: says(true, { window_blocks: 144, window_seconds: 84_960 }),
        hash_rate: says(true, { window_blocks: 144, window_seconds: 84_960 }), difficulty: says(false),
        difficulty_change_percent: says(false), retarget_height: says(true),
        mempool_transactions: says(false), mempool_vsize: says(false), fees: says(false),
        halving_height: says(true), halving_at_by_target: says(true),
        halving_at_by_average: says(true, { window_blocks: 2016, window_seconds: 1_190_000 }),
        inflation_percent: says(true),
    },
};
const figures = {
    price: 65_700.5, market_cap: 1_318_356_995_281, dominance: 56.539635153478464, volume_24h: 43_631_967_321,
    change_24h: -2001.2316054117448, change_24h_percent: -2.95991, high_24h: 68_116, low_24h: 65_224,
    circulating_supply: 20_093_728.125, max_supply: 20_999_999.9769, mined_percent: 95.68441974811,
    ath: 126_080, ath_at: 1_759_777_062.558, days_since_ath: 364, drawdown_percent: 47.961611675126896,
    volatility_30d: 19.335062583013325, volatility_90d: null, fear_greed: 41, stale: false,
    withheld: { volatility_90d: "of the last 90 days the archive has 40 closes, too few" },
    sources: {
        price: { source: "median(coinbase,kraken,bitstamp)", at, computed: false, stale: false },
        max_supply: { source: "protocol", at: null, age_seconds: null, computed: true, stale: false },
        volatility_30d: { source: "archive", at, computed: true, stale: false, window_days: 30 },
        fear_greed: { source: "alternative.me", at, computed: false, stale: false, word: "Fear" },
    },
};
const ofNetwork = ({ of }) => of === "network";
const ofKpis = ({ of }) => of === "kpis";
const rows = groups.flatMap(({ cards }) => cards);
const card = (field, of = answer, when = now) =>
    cardOf(rows.find((row) => row.field === field), of, when);

test("every figure of the answer has a card, once, and is written", () => {
    const figuresOfNetwork = Object.entries(answer).flatMap(([name, value]) =>
        (name === "fees" ? Object.keys(value).map((part) => `fees.${part}`) : [name]));
    const without = ["sources", "stale", "block_at"]; // the time is said beside the height
    assert.deepEqual(rows.filter(ofNetwork).map(({ field }) => field).sort(),
        figuresOfNetwork.filter((name) => !without.includes(name)).sort());
    const keys = answers.map(({ key }) => key);
    for (const { of } of rows) assert.ok(keys.includes(of));
    const texts = Object.fromEntries(
        rows.filter(ofNetwork).map(({ field }) => [field, card(field).text]));
    assert.deepEqual(texts, {
        "height": "969,992", "seconds_since_block": "2 min", "block_seconds": "9 min 50 s",
        "fees.fastest": "6 sat/vB", "fees.half_hour": "5 sat/vB", "fees.hour": "4.50 sat/vB",
        "fees.economy": "2 sat/vB", "fees.minimum": "1 sat/vB",
        "mempool_transactions": "90,420", "mempool_vsize": "47.36 MvB",
        "hash_rate": "966.12 EH/s", "difficulty": "132.72 T", "difficulty_change_percent": "−1.91%",
        "retarget_height": "971,712", "halving_height": "1,050,000",
        "halving_at_by_target": "Apr 13, 2028", "halving_at_by_average": "Apr 8, 2028",
        "inflation_percent": "0.82%",
    });
});

test("the figures of the price have cards too", () => {
    const without = ["sources", "stale", "withheld", "ath_at"];
    const shown = rows.filter(ofKpis).filter((row) => isShown(row, figures));
    assert.deepEqual(shown.map(({ field }) => field).sort(),
        Object.keys(figures).filter((name) => !without.includes(name)).sort());
    assert.deepEqual(
        Object.fromEntries(shown.map(({ field }) => [field, card(field, figures).text])), {
            "price": "$65,700.50", "change_24h_percent": "−2.96%", "change_24h": "−$2,001.23",
            "high_24h": "$68,116.00", "low_24h": "$65,224.00", "volume_24h": "$43.63 B",
            "market_cap": "$1.32 T", "dominance": "56.54%", "ath": "$126,080.00", "days_since_ath": "364",
            "drawdown_percent": "47.96%", "volatility_30d": "19.34%", "volatility_90d": "–",
            "fear_greed": "41", "circulating_supply": "20,093,728 BTC",
            "max_supply": "21,000,000 BTC", "mined_percent": "95.68%",
        });
    assert.equal(card("fear_greed", figures).note, "of 100: Fear");
    assert.equal(card("volatility_30d", figures).by, "computed from this server's archive over 30 days");
    assert.deepEqual([card("max_supply", figures).by, card("max_supply", figures).age],
        ["computed from the rules of Bitcoin", ""]);
    assert.match(card("volatility_90d", figures).reason, /40 closes, too few/);
});

test("the realised value has cards only where the server has it, with its licence", () => {
    const at = 1_791_158_400;
    const by = { source: "coinmetrics", at, stale: false, licence: "CC BY-NC 4.0" };
    const wanted = { ...figures, realised_cap: 1_118_000_000_000, mvrv: 1.179298708831684,
        sources: { ...figures.sources, realised_cap: { ...by, computed: true }, mvrv: { ...by, computed: false } } };
    const names = ["realised_cap", "mvrv"];
    for (const field of names) {
        const row = rows.find((one) => one.field === field);
        assert.equal(isShown(row, null), false);
        assert.equal(isShown(row, figures), false);
        assert.equal(isShown(row, wanted), true);
        assert.equal(isShown(row, { ...wanted, [field]: null }), true);
        assert.match(card(field, wanted).note, /; CC BY-NC 4\.0$/);
        assert.match(card(field, wanted).by, /Coin Metrics$/);
    }
    assert.deepEqual(names.map((field) => card(field, wanted).text), ["$1.12 T", "1.18"]);
});

test("a card says by whom a figure is, when, and whether it was computed", () => {
    assert.deepEqual([card("height").by, card("height").age, card("height").isComputed],
        ["mempool.space", "2 min ago", false]);
    assert.equal(card("price", figures).by, "median of Coinbase, Kraken, Bitstamp");
    assert.deepEqual([card("hash_rate").by, card("hash_rate").isComputed],
        ["computed from mempool.space over 144 blocks", true]);
    const day = { ...answer, sources: { hash_rate: { source: "blockchain", at, computed: true, window_seconds: 86_400 } } };
    assert.equal(card("hash_rate", day).by, "computed from blockchain.info over 24 h");
    assert.equal(card("fees.hour").by, "mempool.space", "fees have one source");
    const rule = { ...answer, sources: { halving_height: { source: "protocol", at: null, computed: true, stale: false } } };
    assert.deepEqual([card("halving_height", rule).by, card("halving_height", rule).age],
        ["computed from the rules of Bitcoin", ""]);
    assert.equal(card("retarget_height").note, "in 1,720 blocks");
    assert.equal(card("mempool_vsize").note, "as much as 48 full blocks hold");
    assert.equal(card("halving_at_by_target", answer, 1_839_197_982_000).note, "by now");
    assert.match(card("seconds_since_block").note, /there may be newer/);
});

test("what is stale says so, and goes on ageing", () => {
    const old = { ...answer, sources: { ...answer.sources, fees: { ...says(false), stale: true } } };
    const { isStale, age } = card("fees.fastest", old, now + 7_200_000);
    assert.deepEqual([isStale, age], [true, "2 h 2 min ago"]);
    assert.equal(card("height", old).isStale, false);
});

test("a dash has its reason, and no note", () => {
    const lacks = (field, more) => card(field, { ...answer, [field]: null, ...more });
    assert.deepEqual([lacks("hash_rate").text, lacks("hash_rate").reason, lacks("hash_rate").note],
        ["–", "unknown: mempool.space does not say it", ""]);
    assert.equal(lacks("hash_rate", { withheld: { hash_rate: "is too high" } }).reason,
        "withheld: is too high");
    const fees = { ...answer.fees, fastest: null };
    assert.equal(card("fees.fastest", { ...answer, fees, withheld: { "fees.fastest": "nobody pays that" } }).reason,
        "withheld: nobody pays that");
    assert.equal(card("fees.fastest", { ...answer, fees: null, sources: {} }).reason,
        "no data yet");
    assert.equal(card("height", null).reason, "not known yet");
    assert.equal(card("halving_height", { ...answer, height: null }).note, "");
});

test("each failure says what it is, and an old chain is called old", () => {
    const of = (facts) => noticeOf({
        answer: null, now, trouble: null, sinceMs: Infinity, retryMs: 4_200, ...facts });
    assert.equal(of({}), null, "still loading");
    assert.match(of({ trouble: { kind: "off" }, retryMs: Infinity }).detail, /MARKET=on turns it on/);
    assert.match(of({ trouble: { kind: "early" } }).detail, /No source.*again in 5 s/);
    assert.equal(of({ answer, sinceMs: 0 }), null);
    const priceless = { ...answer, stale: true };
    assert.equal(of({ answer: priceless, sinceMs: 0 }), null, "unknown figures are no old ones");
    const stale = { ...priceless, sources: { ...answer.sources, height: { ...answer.sources.height, stale: true } } };
    assert.match(of({ answer: stale, sinceMs: 0 }).detail, /last asked for 2 min ago: no source/);
    assert.match(of({ answer: { ...stale, seconds_since_block: 14_400 }, sinceMs: 0 }).detail,
        /newest block was 4 h old then/);
    assert.match(of({ answer, trouble: { kind: "silent" }, sinceMs: 200_000 }).title, /not refreshed/);
});
