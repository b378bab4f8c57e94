import assert from "node:assert/strict";
import { test } from "node:test";
import { spell } from "../../static/model/provider_names.js";
import { describeSource, originOf, sourceLine } from "../../static/model/source.js";

test("one provider is called by its name", () => {
    assert.deepEqual(describeSource("coinbase"), { words: "Coinbase", names: [] });
});

test("a provider has the name that it writes, and what is no provider keeps its own", () => {
    assert.deepEqual(["okx", "coingecko", "kraken", "simulator", "pipe"].map(spell),
        ["OKX", "CoinGecko", "Kraken", "simulator", "pipe"]);
    assert.equal(sourceLine("coinbase"), "Coinbase");
});

test("a median says of how many, and has their names", () => {
    const { words, names } = describeSource("median(coinbase,kraken,binance(USDT))", 3);
    assert.equal(words, "median of 3 sources");
    assert.deepEqual(names, ["Coinbase", "Kraken", "Binance (its USDT market, taken for dollars)"]);
    assert.equal(describeSource("median(kraken)", 1).words, "median of 1 source");
    assert.equal(describeSource("median").words, "median of several sources");
});

test("what is derived says of what", () => {
    assert.deepEqual(describeSource("derived(BTC-USD*USD-INR)"),
        { words: "derived from two prices", names: ["BTC-USD × USD-INR"] });
    assert.equal(sourceLine("derived(ETH-USD/BTC-USD)"), "ETH-USD ÷ BTC-USD");
});

test("a stablecoin's market is not passed off as dollars", () => {
    const { words, names } = describeSource("binance(USDT)");
    assert.equal(words, "Binance (USDT)");
    assert.match(names[0], /USDT market, taken for dollars/);
});

test("what is no market is named so, and what is one is not", () => {
    assert.equal(originOf("simulator").word, "Simulated prices");
    assert.equal(originOf("replay").mark, "replayed");
    for (const source of ["coinbase", "median(simulator)", "", null, undefined, "toString"])
        assert.equal(originOf(source), null, `${source}`);
});

test("without a source there is a dash", () => {
    assert.equal(describeSource(undefined).words, "—");
    assert.equal(sourceLine("median(a,b(USDT),c)"), "median of A, B(USDT), C");
    assert.equal(sourceLine("weighted(a,b(USDT))"), "mean by volume of A, B(USDT)");
});
