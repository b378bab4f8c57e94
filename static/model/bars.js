// Cuts a series in slots of a fixed width, on a grid that starts with Unix time. A slot in which no
// tick fell has no bar: no price is carried into it.
//
// A bar is { at, open, high, low, close, count, firstAt, lastAt, beginsRun, isBroken, isPartial }:
//   at          the start of its slot
//   beginsRun   something is missing between the bar before and this one: no line may join them
//   isBroken    something is missing between two of its own ticks
//   isPartial   something is missing within its slot, so that its prices may not be all there were

import { lowerBound } from "./positions.js";

const weekMs = 7 * 86_400_000;
const mondayMs = 4 * 86_400_000; // the first Monday of Unix time

// Slots of weeks begin on Mondays, all others at a multiple of their width.
export function slotOf(ms, widthMs) {
    const first = widthMs % weekMs === 0 ? mondayMs : 0;
    return Math.floor((ms - first) / widthMs) * widthMs + first;
}

// The bars of a series, which go on with the ticks that are added at its end. A kind of bars says
// where these come from (`ticks`, a series of ticks), what must stay as it is for that (`version`),
// and what a tick does to the bars: `take(tick)` returns the index of the bar that it changed.
export class SlotBars {
    #series;
    #widthMs;
    #bars = [];
    #version = "";
    #next = 0; // the lasting number of the first tick that is in no bar yet

    constructor(series, widthMs) {
        this.#series = series;
        this.#widthMs = widthMs;
    }

    get series() {
        return this.#series;
    }

    get widthMs() {
        return this.#widthMs;
    }

    // In order, without those of slots that have no price. For reading only.
    get bars() {
        return this.#bars;
    }

    // True while ticks have only been added at the end, which `extend` can follow.
    get isFollowing() {
        return this.#version === this.version && this.#next >= this.ticks.dropped;
    }

    // Begins anew with these bars, which go on with the ticks from an index on.
    begin(bars, index) {
        this.#bars = bars;
        this.#version = this.version;
        this.#next = this.ticks.dropped + index;
        this.extend();
    }

    // Takes the ticks that were added at the end. Returns the index of the first bar that changed,
    // or the number of bars where none did.
    extend() {
        const { ticks, dropped } = this.ticks;
        let changed = this.#bars.length;
        for (let i = this.#next - dropped; i < ticks.length; ++i)
            changed = Math.min(changed, this.take(ticks[i]));
        this.#next = dropped + ticks.length;
        return changed;
    }

    slotOf(ms) {
        return slotOf(ms, this.#widthMs);
    }

    // Adds a bar of one tick.
    add({ at: firstAt, price }, at, { beginsRun, isPartial }) {
        return this.#bars.push({
            at, open: price, high: price, low: price, close: price, count: 1,
            firstAt, lastAt: firstAt, beginsRun, isBroken: false, isPartial,
        }) - 1;
    }
}

export class Bars extends SlotBars {
    get ticks() {
        return this.series;
    }

    get version() {
        return this.series.revision;
    }

    // Builds all bars again, from the slot of `fromAt` on.
    cut(fromAt) {
        const { ticks } = this.series;
        const start = this.slotOf(fromAt);
        this.begin([], lowerBound(ticks.length, (i) => ticks[i].at < start));
    }

    take(tick) {
        const { bars } = this;
        const at = this.slotOf(tick.at);
        const last = bars.at(-1);
        const beginsRun = this.series.beginsRun(tick);
        if (last?.at !== at)
            return this.add(tick, at, { beginsRun, isPartial: this.#isHoleIn(at) });
        last.high = Math.max(last.high, tick.price);
        last.low = Math.min(last.low, tick.price);
        last.close = tick.price;
        last.count += 1;
        last.lastAt = tick.at;
        if (beginsRun) last.isBroken = last.isPartial = true;
        return bars.length - 1;
    }

    // Gaps are few, and most bars are newer than all of them.
    #isHoleIn(at) {
        const { gaps } = this.series;
        for (let i = gaps.length - 1; i >= 0 && gaps[i].toAt > at; --i)
            if (gaps[i].fromAt < at + this.widthMs) return true;
        return false;
    }
}
