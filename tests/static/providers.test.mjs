import assert from "node:assert/strict";
import { test } from "node:test";
import { problemOf } from "../../static/feed_watch.js";
import { aggregatedWords, describeFeed } from "../../static/model/providers.js";

const provider = (more = {}) => ({
    name: "kraken", breaker: "closed", last_success: 990, last_error: null, latency_ms: null,
    requests_left: 3, set_aside: {}, lacks: [], stream: null, ...more,
});
const feedOf = (providers, symbol = {}, more = {}) => ({
    at: 1000, mode: "poll", policy: "median", providers,
    symbols: [{ symbol: "BTC-USD", problem: null, quotes: [], ...symbol }], ...more,
});
const rowOf = (more, symbol) => describeFeed(feedOf([provider(more)], symbol), "BTC-USD").rows[0];

for (const [words, more] of [
    ["answering", {}],
    ["not asked yet", { last_success: null }],
    ["has no BTC-USD", { lacks: ["BTC-USD"] }],
    ["failing, retry in 12 s", { breaker: "open", paused_for_seconds: 11.2 }],
    ["failing, trying again", { breaker: "half_open" }],
    ["paused, retry in 3 s", { paused_for_seconds: 3 }],
    ["the last request failed", { last_error: { at: 995, words: "x" } }],
    ["answering", { last_error: { at: 985, words: "x" } }],
    ["streaming", { stream: { state: "live", refused: {} } }],
    ["stream lost, waiting to connect", { stream: { state: "waiting", refused: {} } }],
    ["answering, no stream", { stream: { state: "live", refused: { "BTC-USD": "unknown" } } }],
])
    test(`a provider is said to be: ${words}`, () => assert.equal(rowOf(more).words, words));

test("the newest error is told, whatever it was about", () => {
    const row = rowOf({
        last_error: { at: 900, words: "the answer took too long" },
        stream: { state: "live", last_error: { at: 950, words: "closed" }, refused: {} },
    });
    assert.deepEqual(row.error, { words: "closed", ageMs: 50_000 });
});

test("a quote is used, not used, or in reserve", () => {
    const quote = { provider: "kraken", price: 7, age_seconds: 2, used: true };
    const row = rowOf({}, { quotes: [quote] });
    assert.deepEqual([row.price, row.ageMs, row.use.words], [7, 2_000, "used"]);
    const aside = rowOf({}, { quotes: [{ ...quote, used: false, aside: "outlier" }] });
    assert.equal(aside.use.words, "not used: too far from the others");
    assert.equal(rowOf({}, { quotes: [{ ...quote, used: false }] }).use.words, "in reserve");
    assert.equal(rowOf({}).use.words, "no price");
});

test("a feed without providers has nothing to show", () => {
    assert.equal(describeFeed(feedOf([]), "BTC-USD"), null);
    assert.equal(describeFeed(feedOf([provider()]), "ETH-USD"), null);
    for (const feed of [null, {}, { providers: 7 }])
        assert.equal(describeFeed(feed, "BTC-USD"), null);
});

test("the policy is told in words, and so is a problem", () => {
    const quotes = [{ provider: "kraken", price: 7, age_seconds: 2, used: true }];
    assert.equal(describeFeed(feedOf([provider()], { quotes }), "BTC-USD").policy,
        "The median of those that agree: 1 now.");
    const derived = feedOf([provider()], { derived_from: ["A-B", "B-C"] });
    assert.equal(describeFeed(derived, "BTC-USD").policy, "Made of the prices of A-B and B-C.");
    const problem = "the providers disagree";
    assert.equal(problemOf(feedOf([], { problem }), "BTC-USD"), problem);
    assert.equal(problemOf(null, "BTC-USD"), null);
});

test("the instances that serve are counted, and this one is named", () => {
    const served = (served_by) => describeFeed(feedOf([provider()], {}, { served_by }), "BTC-USD").servedBy;
    assert.equal(served({ instance: "b", instances: 3 }), "Served by 3 instances, this one is b.");
    assert.equal(served({ instance: null, instances: 2 }), "Served by 2 instances.");
    assert.equal(served({ instance: "b", instances: 1 }), "Served by 1 instance, this one is b.");
    for (const none of [undefined, null, {}, { instances: 0 }, { instances: "3" }])
        assert.equal(served(none), "");
});

test("a feed without providers tells which instances serve, where there are several", () => {
    const feed = feedOf([], {}, { served_by: { instance: "b", instances: 3 } });
    assert.deepEqual(describeFeed(feed, "BTC-USD"),
        { rows: [], policy: "", servedBy: "Served by 3 instances, this one is b." });
});

test("the foot of the page names all sources, and none where there are none", () => {
    const of = (...names) => aggregatedWords({ providers: names.map((name) => ({ name })) });
    assert.equal(of("coinbase", "okx", "bitstamp"), "Aggregated from 3 sources: Coinbase, OKX, Bitstamp");
    assert.equal(of("kraken", "kraken"), "Prices from Kraken");
    assert.equal(of(), "");
    assert.equal(aggregatedWords(null), "");
});
