// The words of the chart and the marks of its axes, without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { directionOf } from "../../static/format.js";
import { marksOf } from "../../static/view/chart_numbers.js";
import { ChartLegend } from "../../static/view/chart_legend.js";
import { describe, extremesOf, pairsInView, pairsOfCandle }
    from "../../static/view/chart_words.js";
import { TagRoom } from "../../static/view/tag_room.js";
import { TimeAxis } from "../../static/view/time_axis.js";

const start = Date.UTC(2026, 10, 20, 12);
const words = { formatPrice: (price) => `$${price}`, formatTime: (ms) => `${ms} s` };

test("extremes are those of the bars in view", () => {
    const bar = (at, low, high) =>
        ({ at, low, high, open: low, close: high, firstAt: at, lastAt: at + 5 });
    const bars = [bar(0, 1, 99), bar(10, 5, 9), bar(20, 4, 8), bar(30, 0, 50)];
    const found = extremesOf(bars, 10, 30);
    assert.deepEqual([found.low, found.high, found.first.at, found.last.at], [4, 9, 10, 20]);
    assert.equal(extremesOf(bars, 31, 99), null);
    assert.equal(extremesOf([], -Infinity, Infinity), null);
    assert.equal(
        describe("line", found, 2, words),
        "Prices from 10 s, $5, to 25 s, $8: lowest $4, highest $9; 2 stretches are missing");
    assert.match(describe("candles", found, 1, words), /^Candles .*; one stretch is missing$/);
    assert.equal(describe("line", null, 0, words), "No prices to draw yet");
    const silent = { ...found, silenceMs: 41_000 };
    assert.match(describe("line", silent, 1, words, 8_000),
        /; no tick for up to 41 s; one stretch is missing$/);
    assert.doesNotMatch(describe("line", silent, 0, words, 60_000), /no tick/);
    const barOf = (firstAt, lastAt, beginsRun = false) =>
        ({ at: firstAt, firstAt, lastAt, high: 1, low: 1, beginsRun });
    assert.equal(extremesOf([barOf(0, 5), barOf(9, 20), barOf(70, 80, true)], 0, 99).silenceMs, 4,
        "a hole is no silence");
    assert.deepEqual(pairsInView(found, words), [["High", "$9"], ["Low", "$4"]]);
    assert.deepEqual(pairsInView(null, words), []);
});

test("a candle is told as open, high, low and close", () => {
    const bar = { open: 2000, high: 4000.5, low: 1, close: 3 };
    const expected = [["O", "2,000.00"], ["H", "4,000.50"], ["L", "1.00"], ["C", "3.00"]];
    assert.deepEqual(pairsOfCandle(bar, { locale: "en-US" }), expected);
    const small = { open: 0.00001234, high: 0.00002, low: 0.000012, close: 0.0000123 };
    assert.equal(pairsOfCandle(small, { locale: "en-US" })[0][1], "0.00001234");
    assert.equal(directionOf(2 - 1), "up");
    assert.equal(directionOf(1 - 2), "down");
    assert.equal(directionOf(2 - 2), "none");
});

test("the axis has its marks where hours and days begin in the zone shown", () => {
    const axis = new TimeAxis({ timeZone: "Asia/Kolkata", locale: "en-GB" });
    const hour = 3_600_000;
    const points = [];
    for (let time = start - 12 * hour; time < start + 12 * hour; time += 900_000)
        points.push({ time, timeWeight: 0 });
    axis.fillWeightsForPoints(points, 0);
    const heaviest = axis.maxTickMarkWeight(
        points.map(({ time, timeWeight }) => ({ time, weight: timeWeight })));
    const marks = points.filter(({ timeWeight }) => timeWeight === heaviest);
    assert.deepEqual(marks.map(({ time }) => time), [Date.UTC(2026, 10, 20, 18, 30)]);
    const labelOf = ({ time, timeWeight: weight }) => axis.formatTickmark({ time, weight });
    assert.equal(labelOf(marks[0]), "21 Nov");
    const next = points[points.indexOf(marks[0]) + 4];
    assert.equal(labelOf(next), "01:00");
    const before = points.map(({ timeWeight }) => timeWeight);
    points.push({ time: points.at(-1).time + 900_000, timeWeight: 0 });
    axis.fillWeightsForPoints(points, points.length - 1);
    assert.deepEqual(points.slice(0, -1).map(({ timeWeight }) => timeWeight), before);
    assert.doesNotThrow(() => axis.fillWeightsForPoints([], 0));
});

test("a mark whose words would be cut off has none", () => {
    const axis = new TimeAxis({}, () => 400, (text) => text.length * 6);
    const mark = (coord, needAlignCoordinate = false) =>
        ({ coord, needAlignCoordinate, weight: 1, label: "18:29:30" });
    const marks = [mark(-3), mark(23), mark(24), mark(200), mark(376), mark(377), mark(2, true)];
    axis.maxTickMarkWeight(marks);
    assert.deepEqual(marks.map(({ label }) => label !== ""),
        [false, false, true, true, true, false, true]);
    axis.maxTickMarkWeight(marks);
});

class FakeElement {
    textContent = "";
    hidden = false;
    dataset = {};
    attributes = {};
    append() {}
    setAttribute(name, value) {
        this.attributes[name] = value;
    }
}

test("only what somebody asked for with a key is read out", (t) => {
    const { document } = globalThis;
    t.after(() => (globalThis.document = document));
    globalThis.document = { createElement: () => new FakeElement() };
    const legend = new ChartLegend();
    const { spoken } = legend;
    assert.equal(spoken.attributes["aria-live"], "polite");
    legend.show("12:00:00", [["", "$1.00"]]);
    assert.equal(spoken.textContent, "", "the pointer is not read out");
    legend.speak();
    assert.equal(spoken.textContent, "12:00:00, $1.00");
    for (let i = 2; i < 9; ++i) legend.show("12:00:00", [["", `$${i}.00`]]);
    assert.equal(spoken.textContent, "12:00:00, $1.00", "nor is what comes afterwards");
    legend.show("12:01:00", [["O", "1"], ["H", "2"]]);
    legend.speak();
    assert.equal(spoken.textContent, "12:01:00, O 1, H 2");
    legend.hush();
    assert.equal(spoken.textContent, "");
    assert.equal(legend.element.attributes["aria-live"], undefined);
});

test("the marks of the price axis have the digits that tell them apart", () => {
    assert.deepEqual(marksOf([69_400, 69_420], 2, "en-US"), ["69,400", "69,420"]);
    assert.deepEqual(marksOf([69_400, 69_402.5], 2, "en-US"), ["69,400.0", "69,402.5"]);
    assert.deepEqual(marksOf([1, 1.25], 2, "en-US"), ["1.00", "1.25"]);
    assert.deepEqual(marksOf([0.00001, 0.000012], 8, "en-US"), ["0.000010", "0.000012"]);
    assert.deepEqual(marksOf([300, 100, 99.5], 2, "en-US"), ["300.0", "100.0", "99.5"], "on a log scale");
    assert.deepEqual(marksOf([5], 2, "en-US"), ["5.00"]);
    assert.deepEqual(marksOf([], 2, "en-US"), []);
});

test("marks that the tag of the newest price would cut are left out, and come back", () => {
    let scale = 1;
    const room = new TagRoom((price) => price * scale);
    assert.equal(room.covers(100), false, "no tag yet");
    assert.equal(room.moveTo(100), true);
    assert.deepEqual([80, 90, 100, 115, 120].map((price) => room.covers(price)),
        [false, true, true, true, false]);
    assert.equal(room.moveTo(101), false, "not worth new marks");
    assert.equal(room.moveTo(102.5), true);
    scale = 10;
    assert.equal(room.covers(115), false, "by what is seen, not by the price");
    assert.equal(room.moveTo(null), true);
    assert.equal(room.covers(102.5), false);
});
