import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import {
    configureFormats, directionOfRatio, formatChange, formatDuration, formatPercent,
    formatPercentFinely, formatPrice,
    formatShortTime, formatSpan, formatTime,
} from "../../static/format.js";
import { parseNumber } from "../../static/parse_number.js";
import { findSymbols, stepTo } from "../../static/model/search.js";

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
    assert.equal(formatPercent(-0.00003), "0.00%", "no change that can be seen");
    assert.equal(formatPercent(0.00005), "+0.01%");
    assert.equal(formatPercentFinely(-0.00003), "−0.003%", "marks of an axis may be that close");
    assert.deepEqual([-0.00003, 0.00005, -0.01].map(directionOfRatio), ["none", "up", "down"]);
    assert.equal(formatPercent(0), "0.00%");
});

test("a narrow place has the day without the year and the seconds", () => {
    const at = Date.UTC(2026, 10, 20, 17, 2, 11);
    const day = 86_400_000;
    assert.equal(plain(formatShortTime(at, at)), "17:02:11");
    assert.equal(plain(formatShortTime(at - day, at)), "Nov 19, 17:02");
    assert.equal(plain(formatShortTime(at, at, at + day)), "Nov 20, 17:02");
    assert.equal(plain(formatShortTime(at - 400 * day, at)), "Oct 16, 2025");
});

test("times are those of the zone that was chosen", () => {
    const at = Date.UTC(2026, 10, 20, 17, 2, 11);
    assert.equal(plain(formatTime(at, at)), "17:02:11");
    as({ timeZone: "Asia/Kolkata" });
    assert.equal(plain(formatTime(at, at)), "22:32:11");
    assert.match(plain(formatTime(at, at + 86_400_000)), /^Nov 20, 2026/);
    assert.match(plain(formatTime(at, at, at + 86_400_000)), /^Nov 20, 2026/, "by the visitor's clock");
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
        ["70000,5", 70000.5], ["70,000", 70000], ["1.234", 1.234], ["0,500", 0.5],
        ["70 000.5", 70000.5], ["1'234'567", 1234567], ["70,000.50 €", 70000.5],
    ])
        assert.equal(parseNumber(text), value, text);
});

test("what is no number, or may be one of two, is refused", () => {
    for (const text of [
        "", "abc", ".", "1.2.3", "70.000,5", "1e5", "0x10", "70000 USD", "-5", "+5", "7 0", "70.",
        "70,", "7,00,000", "1,2345,678", "0,070,000.5", "1 234,567", "1,234 567", "7,,000", ",",
        "5%", "９", "9".repeat(400),
    ])
        assert.ok(Number.isNaN(parseNumber(text)), text);
    for (const [locale, text] of [
        ["fr-FR", "70.000"], ["de-CH", "70,000"], ["ar-EG", "70,000"], ["sv-SE", "1.234"],
        ["de-DE", "70,000.5"], ["de-DE", "7.00.000"],
    ]) {
        as({ locale });
        assert.ok(Number.isNaN(parseNumber(text)), `${locale}: ${text}`);
    }
});

test("a number is read as its language has it, and with a mark that can only be a decimal one", () => {
    for (const [locale, text, value] of [
        ["de-DE", "70.000,5", 70000.5], ["de-DE", "70000.5", 70000.5], ["de-DE", "70.000", 70000],
        ["de-DE", "70000.500", 70000.5], ["de-DE", "0.500", 0.5], ["de-DE", "70.5", 70.5],
        ["fr-FR", "70 000,5", 70000.5], ["fr-FR", "70000.5", 70000.5], ["fr-FR", "70.5", 70.5],
        ["de-CH", "70’000.5", 70000.5], ["en-IN", "12,34,567.5", 1234567.5],
        ["en-IN", "1,234,567", 1234567], ["ar-EG", "70000.5", 70000.5],
        ["ar-EG", "٧٠٬٠٠٠٫٥", 70000.5], ["ar-EG", "٧٠٠٠٠", 70000], ["ar-EG", "٠٫٥", 0.5],
        ["fa-IR", "۱٬۲۳۴", 1234],
    ]) {
        as({ locale });
        assert.equal(parseNumber(text), value, `${locale}: ${text}`);
    }
});

test("a price is read as it is written", () => {
    for (const locale of ["en-US", "de-DE", "fr-FR", "de-CH", "en-IN", "ar-EG", "es", "pl", "ja"])
        for (const price of [0.00001234, 0.5, 1, 999.5, 1234.25, 70000.5, 12345678.5]) {
            as({ locale, currencyDisplay: "none" });
            assert.equal(parseNumber(formatPrice(price, "USD")), price, `${locale}: ${price}`);
            as({ locale, currencyDisplay: "symbol" });
            const written = formatPrice(price, "EUR");
            if (!/\p{L}/u.test(written)) assert.equal(parseNumber(written), price, `${locale}: ${written}`);
        }
});

test("symbols are found by what one types", () => {
    const symbols = ["BTC-USD", "ETH-USD", "ETH-BTC", "WETH-USD"];
    assert.deepEqual(findSymbols("eth", symbols), ["ETH-USD", "ETH-BTC", "WETH-USD"]);
    assert.deepEqual(findSymbols(" eth/btc", symbols), ["ETH-BTC"]);
    assert.deepEqual(findSymbols("eth usd", symbols), ["ETH-USD", "WETH-USD"]);
    assert.deepEqual(findSymbols("doge", symbols), []);
    assert.deepEqual(findSymbols("", symbols), symbols);
});

test("a span is never said to be longer than it is", () => {
    const words = (seconds) => formatSpan(seconds * 1000);
    assert.deepEqual([905, 959, 960].map(words), ["15 min", "15 min", "16 min"]);
    assert.deepEqual([0, 9.9, 19, 59.9, 60, 119].map(words),
        ["0 s", "9 s", "10 s", "50 s", "1 min", "1 min"]);
    assert.deepEqual([3_599, 3_600, 9_999].map(words), ["59 min", "hour", "hour"]);
});

test("arrow keys lead around the ends of a list, and into it from outside", () => {
    assert.deepEqual([stepTo(-1, 1, 4), stepTo(-1, -1, 4)], [0, 3]);
    assert.deepEqual([stepTo(3, 1, 4), stepTo(0, -1, 4), stepTo(2, -1, 4)], [0, 3, 1]);
});
