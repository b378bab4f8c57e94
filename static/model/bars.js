// Cuts a series in slots of a fixed width, on a grid that starts with Unix time. A slot in which no
// tick fell has no bar: no price is carried into it.
//
// A bar is { at, open, high, low, close, count, firstAt, lastAt, beginsRun, isBroken, isPartial }:
//   at          the start of its slot
//   beginsRun   something is missing between the bar before and this one: no line may join them
//   isBroken    something is missing between two of its own ticks
//   isPartial   something is missing within its slot, so that its prices may not be all there were

import { lowerBound } from "./series.js";

const weekMs = 7 * 86_400_000;
const mondayMs = 4 * 86_400_000; // the first Monday of Unix time

// Slots of weeks begin on Mondays, all others at a multiple of their width.
export function slotOf(ms, widthMs) {
    const first = widthMs % weekMs === 0 ? mondayMs : 0;
    return Math.floor((ms - first) / widthMs) * widthMs + first;
}

export class Bars {
    #series;
    #widthMs;
    #bars = [];
    #revision = -1;
    #next = 0; // the lasting number of the first tick that is in no bar yet

    constructor(series, widthMs) {
        this.#series = series;
        this.#widthMs = widthMs;
    }

    get widthMs() {
        return this.#widthMs;
    }

    // The bars with a tick, in order. For reading only.
    get bars() {
        return this.#bars;
    }

    // True while ticks have only been added at the end, which `extend` can follow.
    get isFollowing() {
        return this.#revision === this.#series.revision && this.#next >= this.#series.dropped;
    }

    // Builds all bars again, from the slot of `fromAt` on.
    cut(fromAt) {
        const { ticks, dropped, revision } = this.#series;
        const start = slotOf(fromAt, this.#widthMs);
        this.#bars = [];
        this.#revision = revision;
        this.#next = dropped + lowerBound(ticks.length, (i) => ticks[i].at < start);
        this.extend();
    }

    // Takes the ticks that were added at the end. Returns the index of the first bar that changed,
    // or the number of bars where none did.
    extend() {
        const { ticks, dropped } = this.#series;
        const unchanged = this.#bars.length;
        let changed = unchanged;
        for (let i = this.#next - dropped; i < ticks.length; ++i)
            changed = Math.min(changed, this.#take(ticks[i]));
        this.#next = dropped + ticks.length;
        return changed;
    }

    #take(tick) {
        const at = slotOf(tick.at, this.#widthMs);
        const last = this.#bars.at(-1);
        const begins = this.#series.beginsRun(tick);
        if (!last || last.at !== at) {
            const { price } = tick;
            const isPartial = this.#isHoleIn(at);
            this.#bars.push({
                at,
                open: price,
                high: price,
                low: price,
                close: price,
                count: 1,
                firstAt: tick.at,
                lastAt: tick.at,
                beginsRun: begins,
                isBroken: false,
                isPartial,
            });
            return this.#bars.length - 1;
        }
        last.high = Math.max(last.high, tick.price);
        last.low = Math.min(last.low, tick.price);
        last.close = tick.price;
        last.count += 1;
        last.lastAt = tick.at;
        if (begins) {
            last.isBroken = true;
            last.isPartial = true;
        }
        return this.#bars.length - 1;
    }

    // Gaps are few, and most bars are newer than all of them.
    #isHoleIn(at) {
        const { gaps } = this.#series;
        for (let i = gaps.length - 1; i >= 0 && gaps[i].toAt > at; --i)
            if (gaps[i].fromAt < at + this.#widthMs) return true;
        return false;
    }
}
