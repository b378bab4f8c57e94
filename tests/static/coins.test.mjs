// The market's table as the page sees it: order, search, columns, figures and words. No browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { configureFormats } from "../../static/format.js";
import { figureOf, shapeWords } from "../../static/model/coin_words.js";
import {
    cleanCurrency, cleanKeys, columns, found, lettersOf, nextOrder, shapeOf, sorted, tintOf, usualKeys,
} from "../../static/model/coins.js";
import { liveWords, noticeOf, rateWords, sourceOf } from "../../static/model/market_words.js";
import { ago } from "../../static/model/tab_words.js";
import { OwnPrices } from "../../static/model/own_prices.js";
import { Stars, cleanStars, starsKey } from "../../static/model/stars.js";
import { Storage, brokenStorage } from "./support.mjs";

configureFormats({ locale: "en-US", currencyDisplay: "symbol", timeZone: "" });

const coin = (rank, name, more = {}) =>
    ({ rank, id: name.toLowerCase(), symbol: name.slice(0, 3).toUpperCase(), name, price: 1, ...more });
const priceOf = ({ price }) => price;
const names = (coins) => coins.map(({ name }) => name).join(" ");

test("unknown figures come last in either order, and equal ones by their place", () => {
    const coins = [
        coin(1, "Bitcoin", { change_24h_percent: -2 }), coin(2, "Ether", { change_24h_percent: null }),
        coin(3, "Tether", { change_24h_percent: 0 }), coin(4, "Ada", { change_24h_percent: -2 }),
    ];
    const by = (key, isDescending) => names(sorted(coins, { key, isDescending }, priceOf));
    assert.equal(by("24h", true), "Tether Bitcoin Ada Ether");
    assert.equal(by("24h", false), "Bitcoin Ada Tether Ether");
    assert.equal(by("coin", false), "Ada Bitcoin Ether Tether");
    assert.equal(by("rank", true), "Ada Tether Ether Bitcoin");
    assert.equal(by("no such column", false), "Bitcoin Ether Tether Ada");
    assert.equal(names(coins), "Bitcoin Ether Tether Ada", "what is given stays as it is");
});

test("an order by price is of the prices that are shown", () => {
    const coins = [coin(1, "Bitcoin", { price: 5 }), coin(2, "Ether", { price: 4 })];
    const shown = { bitcoin: 1, ether: 2 };
    const order = { key: "price", isDescending: true };
    assert.equal(names(sorted(coins, order, ({ id }) => shown[id])), "Ether Bitcoin");
});

test("a first click puts figures in falling and names in rising order, a second turns it", () => {
    const place = { key: "rank", isDescending: false };
    assert.deepEqual(nextOrder(place, "cap"), { key: "cap", isDescending: true });
    assert.deepEqual(nextOrder({ key: "cap", isDescending: true }, "cap"), { key: "cap", isDescending: false });
    assert.deepEqual(nextOrder(place, "coin"), { key: "coin", isDescending: false });
    assert.deepEqual(nextOrder(place, "rank"), { key: "rank", isDescending: true });
});

test("a search is in the symbol, the name and the id, in any case", () => {
    const coins = [coin(1, "Bitcoin", { symbol: "BTC" }), coin(2, "Wrapped", { id: "wbtc-2", symbol: "W" })];
    assert.equal(names(found(coins, " btc ")), "Bitcoin Wrapped");
    assert.equal(names(found(coins, "coin")), "Bitcoin");
    assert.equal(names(found(coins, "")), "Bitcoin Wrapped");
    assert.equal(names(found(coins, ".*")), "");
});

test("a choice of columns is kept in their order, and only of those there are", () => {
    assert.deepEqual(cleanKeys(["week", "x", "1h", 7]), ["1h", "week"]);
    assert.deepEqual(cleanKeys([]), []);
    for (const raw of [null, "1h", {}, 3]) assert.equal(cleanKeys(raw), null);
    assert.deepEqual(usualKeys(20), ["24h"]);
    assert.deepEqual(usualKeys(90), ["1h", "24h", "7d", "cap", "volume", "week"]);
    assert.ok(columns.length > usualKeys(1e9).length, "some have to be chosen");
});

test("letters and tints of a coin are always the same, and never empty", () => {
    assert.equal(lettersOf("BTC"), "BT");
    assert.equal(lettersOf("$x"), "X");
    assert.equal(lettersOf("💩"), "?");
    assert.equal(lettersOf(""), "?");
    for (const id of ["bitcoin", "", "ü💩", "x".repeat(500)]) {
        assert.equal(tintOf(id, 8), tintOf(id, 8));
        assert.ok(tintOf(id, 8) >= 0 && tintOf(id, 8) < 8);
    }
});

test("figures are those of the answer, in the formats of the page", () => {
    assert.equal(figureOf(1312155114762, "money").text, "$1,312,155,114,762");
    assert.deepEqual(figureOf(1312155114762, "money", { isShort: true }),
        { text: "$1.31T", spoken: "", title: "$1,312,155,114,762", direction: "" });
    assert.equal(figureOf(12.5, "money", { isShort: true }).text, "$12.50");
    assert.equal(figureOf(19995671, "amount").text, "19,995,671");
    assert.equal(figureOf(875695838925887500000, "amount", { isShort: true }).text, "875,695,838.93T");
    assert.equal(figureOf(65612.5, "price").text, "$65,612.50");
    assert.equal(figureOf(58449.98, "price", { unit: "EUR" }).text, "€58,449.98");
    assert.equal(figureOf(1168959660000, "money", { isShort: true, unit: "INR" }).text, "₹1.17T");
    assert.equal(figureOf(0.00001234, "price").text, "$0.00001234");
    assert.equal(figureOf(56.539635153478464, "share").text, "56.54%");
    const fall = figureOf(-2.95991, "change");
    assert.deepEqual([fall.text, fall.direction], ["−2.96%", "down"]);
    assert.deepEqual(
        [figureOf(0, "change").text, figureOf(0, "change").direction], ["0.00%", "none"]);
});

test("what is unknown is a dash, and what is withheld says why", () => {
    assert.deepEqual(figureOf(null, "money"),
        { text: "–", spoken: "unknown", title: "", direction: "none" });
    assert.deepEqual(figureOf(null, "change", { reason: "is -100 % or less" }), {
        text: "–", spoken: "withheld: is -100 % or less", title: "Withheld: it is -100 % or less",
        direction: "none",
    });
});

test("a shape is broken where hours are missing, and none is drawn of one point", () => {
    assert.deepEqual(shapeOf([1, null, null, 3]), [
        { at: 0, price: 1, beginsRun: false }, { at: 3, price: 3, beginsRun: true },
    ]);
    for (const prices of [null, [], [null, null], [5]]) assert.deepEqual(shapeOf(prices), []);
    assert.equal(shapeWords([]), "unknown");
    assert.match(shapeWords(shapeOf([1, 2])), /^\+100\.00% /);
});

test("an age is said in words, and is never younger than it is by more than its unit", () => {
    const said = [[0, "just now"], [45_000, "40 s ago"], [200_000, "3 min ago"], [7_500_000, "2 h 5 min ago"]];
    for (const [ms, words] of said) assert.equal(ago(ms), words);
});

test("a source has its name and its link; one that is not known has no link", () => {
    assert.deepEqual(sourceOf("coingecko"), { name: "CoinGecko", href: "https://www.coingecko.com" });
    assert.deepEqual(sourceOf("constructor"), { name: "constructor", href: "" });
});

test("each failure says what it is and what happens next", () => {
    const of = (facts) => noticeOf(
        { table: null, ageMs: 0, trouble: null, sinceMs: Infinity, retryMs: 4_200, ...facts });
    assert.equal(of({}), null, "still loading");
    assert.match(of({ trouble: { kind: "off" } }).detail, /MARKET=on turns it on/);
    assert.match(of({ trouble: { kind: "early" } }).detail, /No source has answered.*again in 5 s/);
    assert.match(of({ trouble: { kind: "silent" } }).detail, /cannot be reached.*again in 5 s/);
    assert.match(of({ trouble: { kind: "error", status: 500 } }).detail, /\(500\)/);
    const table = { stale: false };
    assert.equal(of({ table }), null);
    assert.equal(of({ table, trouble: { kind: "silent" }, sinceMs: 40_000 }), null, "tried again first");
    assert.match(of({ table, trouble: { kind: "silent" }, sinceMs: 200_000 }).title,
        /not refreshed for 3 min 20 s/);
    assert.match(of({ table: { stale: true }, ageMs: 7_200_000 }).detail, /newest is 2 h old/);
});

test("own prices are counted as live only while they are", () => {
    assert.equal(liveWords({ count: 0, total: 0, isOpen: true }), null);
    assert.deepEqual(liveWords({ count: 3, total: 3, isOpen: true }),
        { state: "live", words: "3 live prices of this server" });
    assert.equal(liveWords({ count: 1, total: 3, isOpen: true }).words, "1 live of 3 prices of this server");
    const away = liveWords({ count: 0, total: 1, isOpen: false });
    assert.equal(away.state, "away");
    assert.match(away.words, /not live/);
});

test("a price is live while its stream is open and it is not stale", () => {
    const own = new OwnPrices();
    const bitcoin = { id: "bitcoin", price: 10, price_symbol: "BTC-USD", price_source: "kraken" };
    const other = { id: "x", price: 3, price_symbol: null, price_source: "coingecko" };
    own.takeTable({ source: "coingecko", coins: [bitcoin, other] });
    assert.deepEqual(own.symbols, ["BTC-USD"]);
    assert.deepEqual(own.of(bitcoin, 0),
        { price: 10, kind: "own", source: "kraken", symbol: "BTC-USD" });
    assert.equal(own.of(other, 0).kind, "table");
    own.takeTick({ symbol: "BTC-USD", price: 11, source: "median(a,b)" }, 5);
    assert.equal(own.of(bitcoin, 0).kind, "own", "there is no connection yet");
    own.isOpen = true;
    assert.deepEqual(own.of(bitcoin, 9),
        { price: 11, kind: "live", source: "median(a,b)", symbol: "BTC-USD" });
    own.setStale("BTC-USD", true);
    assert.deepEqual([own.of(bitcoin, 0).price, own.of(bitcoin, 0).kind], [11, "own"]);
    assert.equal(own.of(bitcoin, 9).price, 10, "the answer is newer");
    // The answer has gone over to the price of the table meanwhile, and then the stream is back.
    const moved = { ...bitcoin, price: 9, price_symbol: null };
    own.takeTable({ source: "coingecko", coins: [moved] });
    assert.deepEqual([own.of(moved, 9).price, own.of(moved, 9).kind], [9, "table"]);
    own.takeTick({ symbol: "BTC-USD", price: 12, source: "kraken" }, 20);
    assert.equal(own.of(moved, 9).kind, "live");
    own.takeTable({ source: "coinlore", coins: [other] });
    assert.deepEqual(own.symbols, [], "ids are those of one source");
});

test("a price of ours is shown in the currency of the table", () => {
    const own = new OwnPrices();
    const bitcoin = { id: "bitcoin", price: 9, price_symbol: "BTC-USD", price_source: "kraken" };
    own.takeTable({ source: "coingecko", coins: [bitcoin], rate: { value: 0.9 } });
    own.isOpen = true;
    assert.equal(own.of(bitcoin, 0).price, 9);
    own.takeTick({ symbol: "BTC-USD", price: 20, source: "kraken" }, 5);
    assert.equal(own.of(bitcoin, 0).price, 18);
    own.setStale("BTC-USD", true);
    assert.equal(own.of(bitcoin, 0).price, 18);
    own.takeTable({ source: "coingecko", coins: [bitcoin] });
    assert.equal(own.of(bitcoin, 0).price, 20);
});

test("a table says by whose rate it is, and that it is in dollars where there is none", () => {
    const rate = { value: 0.89, source: "ECB", date: "2026-10-02", stale: false };
    assert.equal(rateWords({ currency: "usd" }, "usd"), "");
    assert.equal(rateWords({ currency: "eur", rate }, "eur"),
        "In EUR, at 0.89 for a dollar, by the ECB of 2026-10-02. Changes in percent are those in dollars.");
    assert.match(rateWords({ currency: "eur", rate: { ...rate, stale: true } }, "eur"), /which is old/);
    assert.match(rateWords({ currency: "usd" }, "try"), /^In US dollars: no rate of TRY/);
    assert.deepEqual([null, "EUR", "eur", 7, "euro"].map(cleanCurrency),
        ["usd", "usd", "eur", "usd", "usd"]);
});

test("stars are kept per source, and bad ones are dropped", () => {
    const storage = new Storage({ [starsKey]: '["coingecko:bitcoin",5,"x","coingecko:bitcoin"]' });
    const stars = new Stars(storage);
    assert.ok(stars.has("coingecko", "bitcoin"));
    assert.ok(!stars.has("coinlore", "bitcoin"));
    assert.equal(stars.toggle("coinlore", "90"), true);
    assert.equal(stars.toggle("coingecko", "bitcoin"), false);
    assert.equal(storage.getItem(starsKey), '["coinlore:90"]');
    assert.equal(cleanStars(Array.from({ length: 900 }, (_, i) => `a:${i}`)).length, 500);
    for (const raw of [null, {}, "a:b", 3]) assert.deepEqual(cleanStars(raw), []);
    assert.equal(new Stars(brokenStorage).toggle("a", "b"), true);
});
