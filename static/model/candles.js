// The candles of one symbol and interval, as the archive has them, and the ticks that have come
// since. It offers a chart what a series of ticks does.
//
// A candle is { at, open, high, low, close, count, isPartial }; `at` is when it opens, in Unix
// milliseconds, and `isPartial` says that ticks of it may be missing.

import { parsePosition } from "../stream.js";
import { Bars, SlotBars } from "./bars.js";
import { lowerBound } from "./positions.js";
import { notLoadedReason } from "./series.js";

export const candlesMax = 8_000;

function candleOf({ time, open, high, low, close, ticks, gap = false }) {
    return { at: time * 1000, open, high, low, close, count: ticks, isPartial: gap };
}

function gapOf({ from, to, reason = "" }) {
    const fromAt = parsePosition(from)?.ms ?? 0;
    return { from, to, fromAt, toAt: parsePosition(to)?.ms ?? fromAt, reason };
}

export class CandleSeries {
    stepMs;
    ticks; // the series of ticks of that symbol, which goes on by itself
    beginAt = Infinity; // since when candles were asked for
    #candles = [];
    #gaps = [];
    #knownTo = -Infinity; // the archive has answered up to then; later ticks come from the stream
    #revision = 0;
    #joined = null; // the gaps of both, until something changes

    constructor(stepMs, ticks) {
        this.stepMs = stepMs;
        this.ticks = ticks;
    }

    // Goes on with another series of ticks of the same symbol.
    follow(ticks) {
        this.ticks = ticks;
        this.#revision += 1;
        this.#joined = null;
    }

    get candles() {
        return this.#candles;
    }

    get knownTo() {
        return this.#knownTo;
    }

    get revision() {
        return this.#revision;
    }

    get newest() {
        const last = this.#candles.at(-1);
        return this.ticks.newest ?? (last ? { at: last.at, price: last.close } : null);
    }

    get firstAt() {
        const tickAt = this.ticks.ticks[0]?.at;
        return this.#candles[0]?.at ?? tickAt ?? null;
    }

    // From when on the next answer is wanted: the last candle may have changed since.
    get openFrom() {
        return this.#candles.at(-1)?.at ?? null;
    }

    // How many ticks the candles stand for.
    get count() {
        return this.#candles.reduce((sum, { count }) => sum + count, 0);
    }

    // Takes an answer about all from `since` on. `now`: the time when it was asked for.
    take({ candles, gaps }, since, now) {
        const kept = this.#candles.filter(({ at }) => at < since);
        this.#candles = [...kept, ...candles.map(candleOf)].slice(-candlesMax);
        const before = this.#gaps.filter(({ toAt }) => toAt <= since);
        this.#gaps = [...before, ...gaps.map(gapOf)];
        this.#knownTo = now;
        this.#revision += 1;
        this.#joined = null;
    }

    // As those of a series of ticks.
    get gaps() {
        const tickAt = this.ticks.ticks[0]?.at ?? null;
        const revision = `${this.ticks.revision} ${tickAt}`;
        if (this.#joined?.revision === revision) return this.#joined.gaps;
        const firstAt = this.firstAt ?? Infinity;
        const later = this.ticks.gaps.filter(({ toAt, isLeading }) =>
            toAt > this.#knownTo && !(isLeading && this.#candles.length > 0))
            .map((gap) => ({ ...gap, fromAt: Math.max(gap.fromAt, this.#knownTo) }));
        const between = [];
        if (this.#candles.length > 0 && tickAt > this.#knownTo + this.stepMs) {
            const [fromAt, toAt] = [this.#knownTo, tickAt];
            between.push({
                from: `${Math.floor(fromAt)}-0`, to: `${toAt}-0`, fromAt, toAt,
                reason: notLoadedReason,
            });
        }
        const gaps = [...this.#gaps, ...between, ...later]
            .map((gap) => ({ ...gap, isLeading: gap.fromAt < firstAt }));
        this.#joined = { revision, gaps };
        return gaps;
    }

    // The price at a time: that of the last tick or closed candle before it. Null if there is none,
    // or if something is missing between the two.
    priceAt(ms) {
        const held = this.ticks.priceAt(ms);
        if (held) return held;
        const isOver = (i) => this.#candles[i].at + this.stepMs <= ms;
        const candle = this.#candles[lowerBound(this.#candles.length, isOver) - 1];
        if (!candle) return null;
        const at = candle.at + this.stepMs;
        const hides = ({ fromAt, toAt }) => fromAt < ms && toAt > at;
        return candle.isPartial || this.gaps.some(hides) ? null : { price: candle.close, at };
    }
}

// The bars of a chart, made of candles and the ticks after them. `widthMs` is a multiple of the
// interval of the candles.
export class CandleBars extends SlotBars {
    get ticks() {
        return this.series.ticks;
    }

    get version() {
        return `${this.series.revision} ${this.ticks.revision}`;
    }

    cut(fromAt) {
        const { candles, ticks: { ticks } } = this.series;
        const start = this.slotOf(fromAt);
        const bars = [];
        for (const candle of candles) if (candle.at >= start) this.#roll(bars, candle);
        this.#markHoles(bars);
        // A candle that was not over when it was asked for goes on with ticks. Those that are in it
        // already change nothing.
        const from = Math.max(start, candles.at(-1)?.at ?? start);
        let index = ticks.length;
        while (index > 0 && ticks[index - 1].at >= from) index -= 1;
        this.begin(bars, index);
    }

    #roll(bars, { at: firstAt, open, high, low, close, count, isPartial }) {
        const at = this.slotOf(firstAt);
        const last = bars.at(-1);
        const lastAt = firstAt + this.series.stepMs - 1;
        if (last?.at !== at) {
            bars.push({
                at, open, high, low, close, count, firstAt, lastAt,
                beginsRun: false, isBroken: false, isPartial,
            });
            return;
        }
        last.high = Math.max(last.high, high);
        last.low = Math.min(last.low, low);
        last.close = close;
        last.count += count;
        last.lastAt = lastAt;
        last.isPartial ||= isPartial;
    }

    // A line does not lead across a hole between two bars.
    #markHoles(bars) {
        for (const { fromAt, toAt, isLeading } of this.series.gaps) {
            if (isLeading) continue;
            const next = bars.find(({ lastAt }) => lastAt >= toAt);
            if (next && next.firstAt >= fromAt) next.beginsRun = true;
            for (const bar of bars)
                if (bar.at < toAt && bar.at + this.widthMs > fromAt) bar.isPartial = true;
        }
    }

    take(tick) {
        const { bars, ticks, series: { knownTo } } = this;
        const at = this.slotOf(tick.at);
        const last = bars.at(-1);
        const isNew = tick.at > knownTo;
        const beginsRun = isNew && ticks.beginsRun(tick);
        if (!last || at > last.at) return this.add(tick, at, { beginsRun, isPartial: beginsRun });
        last.high = Math.max(last.high, tick.price);
        last.low = Math.min(last.low, tick.price);
        if (isNew) {
            last.close = tick.price;
            last.count += 1;
        }
        last.lastAt = Math.max(Math.min(last.lastAt, knownTo), tick.at);
        if (beginsRun) last.isBroken = last.isPartial = true;
        return bars.length - 1;
    }
}

// The bars of a series of ticks or of candles.
export function barsOf(series, widthMs) {
    return series instanceof CandleSeries ? new CandleBars(series, widthMs)
        : new Bars(series, widthMs);
}

// How far a series reaches: { firstAt, lastAt, stepMs, isAll }, as model/grid.js takes it.
export function extentOf(series, range, now) {
    const { stepMs = 0 } = series;
    const lastAt = series.newest?.at ?? null;
    if (stepMs > 0) {
        const isAll = series.beginAt <= now - range.ms;
        return { firstAt: series.firstAt, lastAt, stepMs, isAll };
    }
    const firstAt = series.ticks[0]?.at ?? null;
    return { firstAt, lastAt, stepMs, isAll: series.gaps[0]?.isLeading === true };
}
