// The parts of the chart that need no browser: what is in view, and where its line goes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Bars } from "../../static/model/bars.js";
import { CandleSeries, barsOf } from "../../static/model/candles.js";
import { Series } from "../../static/model/series.js";
import { GapBands, gapsBeside, gapWords } from "../../static/view/chart_gaps.js";
import { ChartWindow } from "../../static/view/chart_window.js";
import { PriceLine, silenceOf } from "../../static/view/price_line.js";

const start = Date.UTC(2026, 10, 20, 12);
const widthMs = 1000;
const spacing = 4;

function tick(ms, price = 100) {
    return { id: `${start + ms}-0`, at: start + ms, price, symbol: "BTC-USD", source: "pipe" };
}

function gap(fromMs, toMs, reason = "lapped") {
    return { from: `${start + fromMs}-0`, to: `${start + toMs}-0`, reason };
}

const placeOf = (ms) => ((ms - start) / widthMs) * spacing;

class FakePath {
    strokes = []; // each a list of [x, y]
    moveTo(x, y) {
        this.strokes.push([[x, y]]);
    }
    lineTo(x, y) {
        this.strokes.at(-1).push([x, y]);
    }
    arc(x, y) {
        this.strokes.push([[x, y]]);
    }
    closePath() {}
}

// Draws a series as the chart would, and returns what was stroked and filled.
function drawn(series, more = {}) {
    const { gaps = series.gaps, from = 0, to = Infinity, options = {} } = more;
    const { barSpacing = spacing } = more;
    globalThis.Path2D = FakePath;
    const bands = new GapBands(placeOf);
    bands.setGaps(gaps);
    const line = new PriceLine((width) => bands.bands(width), {});
    const bars = barsOf(series, widthMs);
    bars.cut(start);
    const items = bars.bars.map((bar) => {
        const time = (bar.at - start) / widthMs;
        return { time, x: (time + 0.5) * barSpacing, originalData: { time, bar } };
    });
    const last = Math.min(to, items.length);
    const visible = items.map((item, i) => (i >= from && i < last ? item : { ...item, x: NaN }));
    line.update(
        { bars: visible, barSpacing, visibleRange: { from, to: last } },
        { ...line.defaultOptions(), color: "amber", ...options });
    const result = { line: [], area: [], quiet: [], dots: 0, clips: [], said: [] };
    let dash = [];
    let boxes = [];
    const context = {
        save() {},
        restore() {},
        beginPath: () => (boxes = []),
        rect: (...box) => boxes.push(box),
        clip: () => (result.clips = boxes),
        createLinearGradient: () => ({ addColorStop() {} }),
        setLineDash: (pattern) => (dash = pattern),
        stroke: ({ strokes }) => (dash.length > 0 ? result.quiet : result.line).push(...strokes),
        fill: (path) => path && result.area.push(...path.strokes),
        arc: () => (result.dots += 1),
        measureText: (text) => ({ width: text.length * 6 }),
        fillText: (text, x) => result.said.push([text, x]),
    };
    const size = { width: 400, height: 200 };
    const target = { useMediaCoordinateSpace: (draw) => draw({ context, mediaSize: size }) };
    line.renderer().draw(target, (price) => 200 - price);
    return result;
}

const crosses = (strokes, x) =>
    strokes.some((points) => points.some(([to], i) => i > 0 && points[i - 1][0] < x && to > x));

test("no line is drawn across a gap, and every run is drawn", () => {
    const series = new Series();
    for (let i = 0; i < 10; ++i) series.add(tick(i * 1000, 100 + i));
    series.addGap(gap(9000, 19_000));
    for (let i = 20; i < 30; ++i) series.add(tick(i * 1000, 50 + i));
    series.addGap(gap(29_000, 39_500));
    for (let i = 40; i < 50; ++i) series.add(tick(i * 1000, 100 + i));
    const { line, area } = drawn(series);
    assert.equal(line.length, 3);
    for (const ms of [12_000, 18_000, 32_000, 38_000])
        for (const strokes of [line, area])
            assert.equal(crosses(strokes, placeOf(start + ms)), false, `${ms}`);
    for (const ms of [5000, 25_000, 45_000])
        assert.equal(crosses(line, placeOf(start + ms)), true, `${ms}`);
});

test("also where the view begins or ends within a run, or shows one bar alone", () => {
    const series = new Series();
    for (let i = 0; i < 10; ++i) series.add(tick(i * 1000));
    series.addGap(gap(9000, 19_000));
    for (let i = 20; i < 30; ++i) series.add(tick(i * 1000));
    for (const [from, to] of [[5, 15], [9, 11], [9, 10], [10, 11], [0, 1]]) {
        const { line } = drawn(series, { from, to });
        assert.equal(crosses(line, placeOf(start + 15_000)), false, `${from} to ${to}`);
        assert.doesNotMatch(JSON.stringify(line), /null/, "an x was not known");
    }
    const { line } = drawn(series, { from: 3, to: 6 });
    assert.equal(line[0].length, 5, "one more on either side leads to the edges");
});

test("a gap inside one slot parts its line, and the hole is wide enough to be seen", () => {
    const series = new Series();
    for (let i = 0; i < 10; ++i) series.add(tick(i * 1000));
    series.add(tick(10_100, 90));
    series.addGap(gap(10_100, 10_300));
    series.add(tick(10_400, 140));
    for (let i = 11; i < 20; ++i) series.add(tick(i * 1000));
    const { line, clips } = drawn(series);
    assert.equal(line.length, 2);
    assert.deepEqual(line[0].at(-1), [10.5 * spacing, 110]);
    assert.deepEqual(line[1][0], [10.5 * spacing, 60]);
    const [[before, , width], [after]] = clips;
    const hole = after - (before + width);
    assert.ok(hole > 2.99, `${hole} px`);
});

test("a tick alone between two gaps is a point", () => {
    const series = new Series();
    series.add(tick(0));
    series.addGap(gap(0, 5000));
    series.add(tick(6000));
    series.addGap(gap(6000, 9000));
    series.add(tick(10_000));
    const { line, area } = drawn(series);
    assert.equal(line.every((points) => points.length === 1), true);
    assert.ok(area.length >= 6, "three points and what is under them");
});

test("a slot shows its extremes, whatever it ends with", () => {
    const series = new Series();
    for (const [ms, price] of [[0, 100], [300, 180], [600, 20], [900, 101], [1500, 100]])
        series.add(tick(ms, price));
    const heights = drawn(series).line[0].map(([, y]) => 200 - y);
    assert.deepEqual(heights, [100, 20, 180, 101, 100]);
});

test("candles of which nobody knows the ticks show their extremes too", () => {
    const series = new CandleSeries(widthMs, new Series());
    const candle = (i, [open, high, low, close]) =>
        ({ time: start / 1000 + i, open, high, low, close, ticks: 0 });
    const candles = [candle(0, [100, 180, 20, 101]), candle(1, [101, 150, 90, 100])];
    series.take({ candles, gaps: [] }, start, start + 2000);
    const heights = ({ line }) => line[0].map(([, y]) => 200 - y);
    const options = { isOfCandles: true };
    const apart = drawn(series, { barSpacing: 1, options });
    assert.deepEqual(heights(apart), [100, 20, 180, 101, 101, 150, 90, 100]);
    const crowded = drawn(series, { barSpacing: 0.25, options });
    assert.deepEqual(heights(crowded), [100, 20, 180, 100], "two in one column of pixels");
    const wide = drawn(series, { barSpacing: 4, options });
    assert.deepEqual(heights(wide), [101, 100], "from close to close where there is room");
});

test("a long silence that is no gap is only hinted at", () => {
    const series = new Series();
    for (const ms of [0, 1000, 2000, 200_000, 201_000]) series.add(tick(ms));
    const { line, quiet } = drawn(series);
    assert.equal(crosses(line, placeOf(start + 100_000)), false);
    assert.equal(crosses(quiet, placeOf(start + 100_000)), true);
});

test("what counts as silence depends on the usual pace, and is said where there is room", () => {
    const series = new Series();
    for (let i = 0; i < 20; ++i) series.add(tick(i * 1000));
    for (let i = 68; i < 80; ++i) series.add(tick(i * 1000));
    for (let i = 90; i < 95; ++i) series.add(tick(i * 1000));
    const quietMs = silenceOf(series.ticks);
    assert.equal(quietMs, 8_000);
    const { line, quiet, said } = drawn(series, { options: { quietMs } });
    for (const ms of [40_000, 85_000]) {
        assert.equal(crosses(line, placeOf(start + ms)), false);
        assert.equal(crosses(quiet, placeOf(start + ms)), true);
    }
    assert.deepEqual(said, [["no tick for 49 s", (19.5 + 68.5) / 2 * spacing]]);
});

test("a feed that is asked seldom has no silences all the time", () => {
    const every = (ms) => silenceOf(Array.from({ length: 9 }, (_, i) => ({ at: start + i * ms })));
    assert.equal(every(200), 5_000);
    assert.equal(every(10_000), 80_000);
    assert.equal(every(30_000), 120_000);
    assert.equal(every(300_000), 1_200_000);
    assert.equal(silenceOf([]), 120_000, "not known");
});

test("bands are apart, in order, and no narrower than can be seen", () => {
    const bands = new GapBands(placeOf);
    const told = [[0, 10], [20, 30], [5000, 6000], [6000, 6100], [90_000, 95_000], [1e9, 2e9]];
    bands.setGaps(told.map(([fromMs, toMs]) =>
        ({ fromAt: start + fromMs, toAt: start + toMs, reason: "lapped" })));
    const found = bands.bands(400);
    assert.equal(found.length, 3);
    found.forEach(({ left, right }, i) => {
        assert.ok(right - left >= 2.9);
        if (i > 0) assert.ok(left > found[i - 1].right);
    });
    const nowhere = new GapBands(() => null);
    nowhere.setGaps([{ fromAt: 0, toAt: 1 }]);
    assert.deepEqual(nowhere.bands(400), []);
});

test("what the page could not keep is tinted like what is not held, and says why", () => {
    const series = new Series({ max: 16 });
    for (let i = 0; i < 40; ++i) series.add(tick(i * 1000));
    const bands = new GapBands(placeOf);
    bands.setGaps(series.gaps);
    const [band, ...more] = bands.bands(400);
    assert.deepEqual(more, []);
    assert.equal(band.isLeading, true);
    assert.equal(gapWords(band).long, "nothing held: not kept by this page");
    const bars = new Bars(series, widthMs);
    bars.cut(start);
    assert.ok(placeOf(bars.bars[0].at) >= band.right, "no bar is left of what was dropped");
});

test("where bars are left of what was dropped, nothing is said to be missing", () => {
    const series = new Series({ max: 160 });
    series.addGap(gap(-9000, -5000, "evicted"));
    series.add(tick(0));
    const bars = new Bars(series, widthMs);
    bars.cut(start);
    const spans = () => gapsBeside(bars.bars, series.gaps).map(({ fromAt, toAt, reason }) =>
        [fromAt - start, toAt - start, reason]);
    for (let i = 1; i < 400; ++i) {
        series.add(tick(i * 1000));
        if (i === 300) series.addGap(gap(300_000, 300_500));
        if (!bars.isFollowing) bars.cut(start);
        bars.extend();
    }
    const [evicted, dropped, lapped] = spans();
    assert.deepEqual(evicted, [-9000, -5000, "evicted"]);
    assert.deepEqual(dropped, [-1, bars.bars[0].firstAt - start, "dropped"]);
    assert.deepEqual(lapped, [300_000, 300_500, "lapped"]);
    assert.ok(series.gaps[1].toAt > bars.bars[0].firstAt, "bars are left of what was dropped");
    assert.deepEqual(gapsBeside([], series.gaps), series.gaps);
});

test("a band of several gaps says why of the widest", () => {
    const bands = new GapBands(placeOf);
    const gapOf = (fromMs, toMs, reason) =>
        ({ fromAt: start + fromMs, toAt: start + toMs, reason, isLeading: true });
    for (const gaps of [
        [gapOf(0, 5000, "evicted"), gapOf(5000, 60_000, "dropped")],
        [gapOf(0, 55_000, "dropped"), gapOf(55_000, 60_000, "evicted")],
    ]) {
        bands.setGaps(gaps);
        assert.deepEqual(bands.bands(400),
            [{ left: 0, right: 240, reason: "dropped", isLeading: true }]);
    }
});

test("every reason has words", () => {
    const says = (reason, isLeading) => gapWords({ reason, isLeading }).long;
    assert.equal(says("not loaded", false), "missing: not loaded yet");
    assert.equal(says("not loaded", true), "nothing held: not loaded yet");
    assert.equal(says("missing", false), "missing: not recorded by the server");
    assert.equal(says("damaged", false), "missing: damaged in the archive");
    assert.equal(says("lapped", false), "missing: this connection was too slow");
    assert.equal(says("restarted", false), "missing: the server was restarted");
    assert.equal(says("", false), "missing");
    assert.equal(says("changed", false), "missing", "a reason that is not known");
    assert.equal(says("evicted", true), "nothing held: no longer held by the server");
    assert.equal(says("else", false), "missing");
});

class FakeScale {
    range = null;
    getVisibleLogicalRange() {
        return this.range;
    }
    setVisibleLogicalRange(range) {
        this.range = range;
    }
}

function windowOf() {
    const everywhere = new EventTarget();
    globalThis.addEventListener = (...listener) => everywhere.addEventListener(...listener);
    const scale = new FakeScale();
    const plot = new EventTarget();
    plot.contains = () => true;
    globalThis.document ??= { activeElement: null };
    let moved = 0;
    const view = new ChartWindow(plot, () => scale, () => (moved += 1));
    const byHand = (from, to) => {
        plot.dispatchEvent(Object.assign(new Event("wheel"), { deltaX: 0, deltaY: 1 }));
        view.set({ from, to });
        view.noteChange();
    };
    const point = (type, what) => {
        const target = type === "pointerdown" ? plot : everywhere;
        target.dispatchEvent(Object.assign(new Event(type), what));
    };
    return { view, scale, byHand, point, moved: () => moved };
}

test("a button that opens a menu does not stop the view", () => {
    const { view, point, moved } = windowOf();
    view.moveOn(100, 100);
    for (const button of [1, 2]) {
        point("pointerdown", { button, buttons: 2 });
        view.moveOn(100 + button, 100);
        assert.deepEqual(view.range, { from: button, to: 105 + button });
        view.noteChange();
    }
    assert.equal(moved(), 0, "nobody moved it");
});

test("a release that nobody told of is seen with the next move", () => {
    const { view, point } = windowOf();
    view.moveOn(100, 100);
    point("pointerdown", { button: 0, buttons: 1 });
    point("pointermove", { button: -1, buttons: 1 });
    view.moveOn(101, 100);
    assert.deepEqual(view.range, { from: 0, to: 105 }, "it is held");
    point("pointermove", { button: -1, buttons: 0 });
    view.moveOn(102, 100);
    assert.deepEqual(view.range, { from: 2, to: 107 });
});

test("the view moves on with now", () => {
    const { view, moved } = windowOf();
    assert.equal(view.range, null);
    view.moveOn(100, 100);
    assert.deepEqual(view.range, { from: 0, to: 105 });
    view.moveOn(101, 100);
    assert.deepEqual(view.range, { from: 1, to: 106 });
    view.noteChange();
    assert.equal(moved(), 0, "nobody touched it");
});

test("who scrolls now out of view stays there until they come back", () => {
    const { view, byHand, moved } = windowOf();
    view.moveOn(100, 50);
    byHand(10, 60);
    assert.equal(view.isFollowing, false);
    assert.equal(moved(), 1);
    view.moveOn(101, 50);
    assert.deepEqual(view.range, { from: 10, to: 60 });
    view.follow();
    view.moveOn(102, 50);
    assert.deepEqual(view.range, { from: 52, to: 105 });
    assert.equal(view.isFollowing, true);
});

test("who zooms with now in view keeps the zoom, and now", async () => {
    const { view, byHand } = windowOf();
    view.moveOn(100, 100);
    byHand(80, 102);
    assert.equal(view.isFollowing, true);
    await new Promise((resume) => setTimeout(resume, 450));
    view.moveOn(110, 100);
    assert.deepEqual(view.range, { from: 90, to: 112 });
});
