import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import {
    configureFormats, formatChange, formatPrice, perUnit,
} from "../../static/format.js";
import { satsPer } from "../../static/model/sats.js";
import { pairsOfCandle } from "../../static/view/chart_words.js";

const usual = { locale: "en-US", currencyDisplay: "symbol", unit: "currency", timeZone: "UTC" };
const use = (changed) => configureFormats({ ...usual, ...changed });
afterEach(() => use({}));

test("satoshis are written only where they were chosen, and with their unit", () => {
    use({});
    assert.equal(formatPrice(0.03512, "BTC"), "BTC 0.03512".replace(" ", "\u00a0"));
    assert.equal(perUnit("BTC"), 1);
    use({ unit: "sats" });
    assert.equal(formatPrice(0.03512, "BTC"), "3,512,000 sats");
    assert.equal(formatPrice(0.0000001234, "BTC"), "12.34 sats");
    assert.equal(formatChange(-0.00001, 0.03512, "BTC"), "−1,000 sats");
    use({ unit: "sats", currencyDisplay: "none" });
    assert.equal(formatPrice(0.03512, "BTC"), "3,512,000 sats");
});

test("prices in money are what they were", () => {
    use({ unit: "sats" });
    assert.equal(formatPrice(69420.25, "USD"), "$69,420.25");
    assert.equal(formatPrice(69420.25, "USDT"), "69,420.25 USDT");
    assert.equal(perUnit("USD"), 1);
});

test("beside a price of bitcoin stands what a unit of its currency buys", () => {
    use({ unit: "sats" });
    assert.deepEqual(satsPer("BTC-USD", 69420.25), { name: "1 USD buys", value: "1,441 sats" });
    assert.deepEqual(satsPer("BTC-INR", 8_000_000), { name: "1 INR buys", value: "12.5 sats" });
    assert.deepEqual(satsPer("BTC-USDT", 100_000), { name: "1 USDT buys", value: "1,000 sats" });
    for (const [symbol, price] of [["ETH-USD", 2500], ["BTC-BTC", 1], ["BTC-USD", 0], ["BTC-USD", undefined]])
        assert.equal(satsPer(symbol, price), null, symbol);
    use({});
    assert.equal(satsPer("BTC-USD", 69420.25), null);
});

test("a candle in bitcoin is in satoshis too", () => {
    const bar = { open: 0.035, high: 0.036, low: 0.034, close: 0.0355 };
    assert.deepEqual(pairsOfCandle(bar, { locale: "en-US", perUnit: () => 1e8 }),
        [["O", "3,500,000"], ["H", "3,600,000"], ["L", "3,400,000"], ["C", "3,550,000"]]);
});
