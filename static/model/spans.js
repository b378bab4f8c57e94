// Which ticks follow one another without a hole: those that one stream brought in a row. They are
// kept as spans of positions, { first, last }, in order and apart; every tick held is in one.

import { compare, lowerBound } from "./positions.js";

// The position of one stream, and the start of the earliest gap after it.
export class Cursor {
    at = null;
    #gapFrom = null;

    move(position) {
        this.at = position;
        this.#gapFrom = null;
    }

    noteGap(from, to) {
        if (!this.at || compare(to, this.at) <= 0) return;
        if (!this.#gapFrom || compare(from, this.#gapFrom) < 0) this.#gapFrom = from;
    }

    // True if nothing is missing between `before`, the position of this stream, and `position`.
    leads(before, position) {
        if (!this.at || compare(this.at, before) !== 0) return false;
        return !this.#gapFrom || compare(this.#gapFrom, position) >= 0;
    }
}

export class Spans {
    #spans = [];

    // Adds a position after all others. `isNext`: nothing is missing between the last one and it.
    append(position, isNext) {
        if (isNext) this.#spans.at(-1).last = position;
        else this.#spans.push({ first: position, last: position });
    }

    // Adds a position, and joins it to the span that ends with `before`. True if that changed
    // anything.
    enter(position, before) {
        const index = this.#indexOf(position);
        let span = this.#spans[index];
        let isNew = false;
        if (!span || compare(span.first, position) > 0) {
            span = { first: position, last: position };
            this.#spans.splice(index, 0, span);
            isNew = true;
        }
        const previous = this.#spans[index - 1];
        if (!before || !previous || compare(previous.last, before) !== 0) return isNew;
        previous.last = span.last;
        this.#spans.splice(index, 1);
        return true;
    }

    // Parts the span of two ticks that are neighbours. True if one span had both.
    part(before, next) {
        const at = this.#spans.findIndex(
            (s) => compare(s.first, before) <= 0 && compare(s.last, next) >= 0);
        if (at < 0) return false;
        const { first, last } = this.#spans[at];
        this.#spans.splice(at, 1, { first, last: before }, { first: next, last });
        return true;
    }

    // The first tick that is held now is at this position.
    dropBefore(first) {
        this.#spans = this.#spans.filter((span) => compare(span.last, first) >= 0);
        if (compare(this.#spans[0].first, first) < 0) this.#spans[0].first = first;
    }

    // Ticks after a position are gone; the last one that is held now is at `newest`.
    dropAfter(position, newest) {
        this.#spans = this.#spans.filter((span) => compare(span.first, position) <= 0);
        const last = this.#spans.at(-1);
        if (last && compare(last.last, position) > 0) last.last = newest;
    }

    clear() {
        this.#spans = [];
    }

    // What is missing by these gaps, less the spans: [{ from, to, reason, endsAtTick }]. `told`:
    // gaps in the order of `from`; where they overlap, the earlier one counts.
    missingIn(told) {
        const pieces = [];
        let reached = null;
        for (const { from, to, reason } of told) {
            let start = reached && compare(reached, from) > 0 ? reached : from;
            for (let i = this.#indexOf(start); i < this.#spans.length; ++i) {
                const span = this.#spans[i];
                if (compare(start, to) >= 0 || compare(span.first, to) >= 0) break;
                if (compare(start, span.first) < 0)
                    pieces.push({ from: start, to: span.first, reason, endsAtTick: true });
                if (compare(span.last, start) > 0) start = span.last;
            }
            if (compare(start, to) < 0) pieces.push({ from: start, to, reason, endsAtTick: false });
            if (!reached || compare(to, reached) > 0) reached = to;
        }
        return pieces;
    }

    // The index of the first span that does not end before a position.
    #indexOf(position) {
        const isBefore = (i) => compare(this.#spans[i].last, position) < 0;
        return lowerBound(this.#spans.length, isBefore);
    }
}
