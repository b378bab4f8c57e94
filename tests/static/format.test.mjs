import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import {
    configureFormats, formatChange, formatDuration, formatPercent, formatPrice, formatTime,
    parseNumber,
} from "../../static/format.js";
import { findSymbols, stepTo } from "../../static/model/search.js";
import { Clock } from "../../static/model/clock.js";

const usual = { locale: "en-US", currencyDisplay: "symbol", timeZone: "UTC" };
const as = (more) => configureFormats({ ...usual, ...more });
beforeEach(() => as({}));
const plain = (text) => text.replaceAll(/\s/g, " ");

test("prices", () => {
    assert.equal(formatPrice(69420.25, "USD"), "$69,420.25");
    assert.equal(formatPrice(2500.5, "USDT"), "2,500.50 USDT");
    assert.equal(formatPrice(0.00001234, "USD"), "$0.00001234");
    assert.equal(formatPrice(0.5, "USD"), "$0.5000");
    as({ currencyDisplay: "code" });
    assert.equal(plain(formatPrice(1, "USD")), "USD 1.00");
    as({ currencyDisplay: "none" });
    assert.equal(formatPrice(1, "USDT"), "1.00");
    as({ locale: "en-IN" });
    assert.equal(formatPrice(5812345.67, "INR"), "₹58,12,345.67");
    as({ locale: "de-DE" });
    assert.equal(plain(formatPrice(69420.25, "EUR")), "69.420,25 €");
});

test("changes", () => {
    assert.equal(formatChange(12.3, 69432.55, "USD"), "+$12.30");
    assert.equal(formatChange(-4, 100, "USD"), "−$4.00");
    assert.equal(formatChange(0.000001, 0.00001234, "USD"), "+$0.00000100");
    assert.equal(formatPercent(0.00018), "+0.02%");
    assert.equal(formatPercent(-0.00003), "−0.003%");
    assert.equal(formatPercent(0), "0.00%");
});

test("times are those of the zone that was chosen", () => {
    const at = Date.UTC(2026, 10, 20, 17, 2, 11);
    assert.equal(plain(formatTime(at, at)), "17:02:11");
    as({ timeZone: "Asia/Kolkata" });
    assert.equal(plain(formatTime(at, at)), "22:32:11");
    assert.match(plain(formatTime(at, at + 86_400_000)), /^Nov 20, 2026/);
});

test("durations", () => {
    for (const [ms, text] of [
        [-5, "0 s"], [3_999, "3 s"], [125_000, "2 min 5 s"], [4_800_000, "1 h 20 min"],
        [345_600_000, "4 days"],
    ])
        assert.equal(formatDuration(ms), text);
});

test("numbers are read as they are written", () => {
    for (const [text, value] of [
        ["70,000.5", 70000.5], ["$70000", 70000], [" .5 ", 0.5], ["1,234,567", 1234567],
    ])
        assert.equal(parseNumber(text), value, text);
    for (const text of ["", "abc", ".", "1.2.3", "70.000,5"])
        assert.ok(Number.isNaN(parseNumber(text)), text);
    as({ locale: "de-DE" });
    assert.equal(parseNumber("70.000,5"), 70000.5);
    as({ locale: "fr-FR" });
    assert.equal(parseNumber("70 000,5"), 70000.5);
});

test("symbols are found by what one types", () => {
    const symbols = ["BTC-USD", "ETH-USD", "ETH-BTC", "WETH-USD"];
    assert.deepEqual(findSymbols("eth", symbols), ["ETH-USD", "ETH-BTC", "WETH-USD"]);
    assert.deepEqual(findSymbols(" eth/btc", symbols), ["ETH-BTC"]);
    assert.deepEqual(findSymbols("eth usd", symbols), ["ETH-USD", "WETH-USD"]);
    assert.deepEqual(findSymbols("doge", symbols), []);
    assert.deepEqual(findSymbols("", symbols), symbols);
});

test("the clock is that of the server, as near as can be told", () => {
    let here = 10_000;
    const clock = new Clock(() => here);
    assert.equal(clock.now(), 10_000);
    clock.note(9_000); // took its time
    clock.note(9_800);
    clock.note(9_100);
    clock.note(NaN);
    assert.equal(clock.now(), 9_800);
    here = 11_000;
    assert.equal(clock.now(), 10_800);
});

test("a clock that was set is believed again after a while", () => {
    let here = 0;
    const clock = new Clock(() => here);
    clock.note(0);
    here = 3_600_000; // an hour at once, which for the server was a second
    const heard = (ms) => {
        clock.note(ms);
        return clock.now() - ms;
    };
    heard(1_000);
    here += 200_000;
    assert.equal(heard(201_000), 0);
});

test("arrow keys lead around the ends of a list, and into it from outside", () => {
    assert.deepEqual([stepTo(-1, 1, 4), stepTo(-1, -1, 4)], [0, 3]);
    assert.deepEqual([stepTo(3, 1, 4), stepTo(0, -1, 4), stepTo(2, -1, 4)], [0, 3, 1]);
});
