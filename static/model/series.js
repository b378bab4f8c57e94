// The ticks of one symbol, ordered by position, each once, and the gaps between them. Ticks may
// come from several streams at once: the live stream at the end, a history before it, or both over
// the same time. A tick that is held already is ignored.
//
// A gap says what one connection could not send; another connection may have brought it. So the
// series also remembers which ticks follow one another without a hole (model/spans.js). Missing is
// what the gaps say, less these.
//
// The series adds two gaps of its own: ticks that were dropped because it was full, at the front;
// and ticks that a history has yet to bring.

import { parsePosition } from "../stream.js";
import { compare, idOf, lowerBound } from "./positions.js";
import { Cursor, Spans } from "./spans.js";

export const ticksMax = 50_000;
const gapsMax = 500;
export const droppedReason = "dropped";
export const notLoadedReason = "not loaded";
const slack = 1 / 16; // the part of the limit that is dropped at once

function positionOf(tick) {
    return parsePosition(tick.id);
}

export class Series {
    #max;
    #ticks = [];
    #dropped = 0;
    #lostFrom = null; // the position of the oldest dropped tick
    #floor = null; // and of the newest dropped tick; older ticks are ignored
    #newestPosition = null;
    #spans = new Spans();
    #told = []; // gaps as the streams told them, { from, to, reason }, by `from`
    #awaited = null; // { from, to, reason }: a history has yet to bring this
    #live = new Cursor(); // at the newest tick
    #other = new Cursor(); // at the last tick of a history
    #lastStepBack = "";
    #revision = 0;
    #derived = null; // the gaps and the ticks that begin a run, until something changes

    constructor({ max = ticksMax } = {}) {
        this.#max = max;
    }

    // In order. For reading only.
    get ticks() {
        return this.#ticks;
    }

    get newest() {
        return this.#ticks.at(-1) ?? null;
    }

    get previous() {
        return this.#ticks.at(-2) ?? null;
    }

    get firstId() {
        return this.#ticks[0]?.id ?? "";
    }

    // The number of ticks dropped from the front. The index of a tick plus `dropped` never changes.
    get dropped() {
        return this.#dropped;
    }

    // Changes whenever anything has changed.
    get version() {
        return `${this.#revision}:${this.#dropped + this.#ticks.length}`;
    }

    // Changes whenever more has changed than that ticks were added at the end.
    get revision() {
        return this.#revision;
    }

    // The gaps, in order and apart: { from, to, fromAt, toAt, reason, isLeading }. `isLeading`:
    // there is no tick before it.
    get gaps() {
        return this.#derive().gaps;
    }

    // True for a tick that does not follow from the one before it: no line leads to it.
    beginsRun(tick) {
        return this.#derive().begins.has(tick);
    }

    // False if the tick is held already, has no valid position, or is older than all that can be
    // held.
    add(what) {
        const position = positionOf(what);
        if (!position || !Number.isFinite(what.price)) return false;
        const tick = what.at === position.ms ? what : { ...what, at: position.ms };
        if (this.#newestPosition === null || compare(position, this.#newestPosition) > 0) {
            this.#append(tick, position);
            return true;
        }
        return this.#insert(tick, position);
    }

    // `gap`: { from, to, reason, isAnew }: ticks after `from`, up to and including `to`, were not
    // sent. `isAnew`: positions go on from `to`, and ticks after it are from a clock that was
    // wrong.
    addGap({ from: fromId, to: toId, reason = "", isAnew = false }) {
        let from = parsePosition(fromId ?? "");
        const to = parsePosition(toId ?? "");
        if (!from || !to) return;
        const order = compare(from, to);
        if (isAnew) {
            this.#dropAfter(to);
            const newest = this.#newestPosition;
            if (newest && compare(newest, from) < 0) from = newest;
        }
        if (order === 0) return;
        if (order > 0) {
            // The clock of this server is behind that of the one before. Ticks from its future
            // cannot be ordered with what follows, so they are dropped. If the gap is told twice,
            // this is done once.
            const key = `${fromId}>${toId}`;
            if (reason !== "restarted" || key === this.#lastStepBack) return;
            this.#lastStepBack = key;
            this.#dropAfter(to);
            from = this.#newestPosition;
            if (!from || compare(from, to) >= 0) return;
        }
        this.#live.noteGap(from, to);
        this.#other.noteGap(from, to);
        if (this.#told.some((g) => compare(g.from, from) <= 0 && compare(g.to, to) >= 0)) {
            if (!this.#believe(from, to)) return;
        } else {
            this.#believe(from, to);
            const isCovered = (g) => compare(g.from, from) >= 0 && compare(g.to, to) <= 0;
            this.#told = this.#told.filter((g) => !isCovered(g));
            const isBefore = (i) => compare(this.#told[i].from, from) < 0;
            const index = lowerBound(this.#told.length, isBefore);
            this.#told.splice(index, 0, { from, to, reason });
            // Gaps are never forgotten while there are ticks on both sides of them.
            if (this.#told.length > gapsMax) this.#dropBefore(this.#told[0].to);
        }
        this.#changed();
    }

    // `span`: { from, to }: a history has yet to bring the ticks after `from`, up to and including
    // `to`; they count as missing until then. Null: no history is under way, and nothing counts as
    // missing for that reason.
    setAwaited(span) {
        const from = span && parsePosition(span.from);
        const to = span && parsePosition(span.to);
        const isSpan = from && to && compare(from, to) < 0;
        if (!isSpan && !this.#awaited) return;
        this.#awaited = isSpan ? { from, to, reason: notLoadedReason } : null;
        if (isSpan) this.#other.move(null); // the next tick need not follow the last one
        this.#changed();
    }

    // The price at a time: that of the last tick at or before it. Null before the first tick held,
    // and if something is missing between that tick and the time.
    priceAt(ms) {
        const index = lowerBound(this.#ticks.length, (i) => this.#ticks[i].at <= ms) - 1;
        if (index < 0) return null;
        const tick = this.#ticks[index];
        const position = positionOf(tick);
        const hides = ({ from, fromAt, toAt }) =>
            fromAt < ms && toAt > tick.at && compare(parsePosition(from), position) >= 0;
        return this.gaps.some(hides) ? null : { price: tick.price, at: tick.at };
    }

    #changed() {
        this.#revision += 1;
        this.#derived = null;
    }

    #append(tick, position) {
        const before = this.#newestPosition;
        const isNext = before !== null && this.#live.leads(before, position);
        this.#ticks.push(tick);
        this.#newestPosition = position;
        this.#live.move(position);
        this.#spans.append(position, isNext);
        // A tick that does not follow the one before begins a run if a gap was told.
        if (!isNext && this.#told.length > 0) this.#changed();
        if (this.#ticks.length > this.#max) this.#evict();
    }

    #insert(tick, position) {
        const index = this.#indexOf(position);
        const isHeld =
            index < this.#ticks.length && compare(positionOf(this.#ticks[index]), position) === 0;
        if (!isHeld && index === 0 && !this.#hasRoomFor(position)) {
            if (this.#lose(position, position)) this.#changed();
            return false;
        }
        const before = index > 0 ? positionOf(this.#ticks[index - 1]) : null;
        const isNext = before !== null && this.#other.leads(before, position);
        this.#other.move(position);
        if (!isHeld) this.#ticks.splice(index, 0, tick);
        const isJoined = this.#spans.enter(position, isNext ? before : null);
        if (!isHeld || isJoined) this.#changed();
        if (this.#ticks.length > this.#max) this.#evict();
        return !isHeld;
    }

    // Older ticks are taken while there is space, but not those that were dropped before.
    #hasRoomFor(position) {
        if (this.#floor && compare(position, this.#floor) <= 0) return false;
        return this.#ticks.length < this.#max;
    }

    // Notes that the ticks from one position to another were dropped at the front. True if that is
    // new. The revision stays, because what was drawn of them may stay.
    #lose(first, last) {
        const isEarlier = !this.#lostFrom || compare(first, this.#lostFrom) < 0;
        const isLater = !this.#floor || compare(last, this.#floor) > 0;
        if (isEarlier) this.#lostFrom = first;
        if (isLater) this.#floor = last;
        this.#derived = null;
        return isEarlier || isLater;
    }

    // A gap without a tick in it is a hole, even if a span covered it: that span is split. True if
    // one was.
    #believe(from, to) {
        const index = this.#indexAfter(from);
        if (index === 0 || index === this.#ticks.length) return false;
        const next = positionOf(this.#ticks[index]);
        if (compare(next, to) < 0) return false;
        return this.#spans.part(positionOf(this.#ticks[index - 1]), next);
    }

    // The index of the first tick that is not before a position.
    #indexOf(position) {
        const isBefore = (i) => {
            const { at } = this.#ticks[i];
            return at !== position.ms
                ? at < position.ms
                : compare(positionOf(this.#ticks[i]), position) < 0;
        };
        return lowerBound(this.#ticks.length, isBefore);
    }

    // The index of the first tick after a position.
    #indexAfter(position) {
        return this.#indexOf({ ms: position.ms, counter: position.counter + 1 });
    }

    #evict() {
        this.#cut(Math.ceil(this.#max * slack));
    }

    #dropBefore(position) {
        this.#cut(this.#indexAfter(position));
        this.#told = this.#told.filter((g) => compare(g.to, position) > 0);
        this.#changed();
    }

    // Drops the oldest ticks and the gaps between them; what is dropped becomes one gap.
    #cut(count) {
        if (count === 0) return;
        this.#lose(positionOf(this.#ticks[0]), positionOf(this.#ticks[count - 1]));
        this.#ticks.splice(0, count);
        this.#dropped += count;
        const first = this.#ticks.length > 0 ? positionOf(this.#ticks[0]) : null;
        if (!first) {
            this.#forgetAll();
            return;
        }
        this.#spans.dropBefore(first);
        const stays = ({ from, to }) =>
            compare(to, first) > 0 || compare(from, this.#lostFrom) < 0;
        const toldBefore = this.#told.length;
        this.#told = this.#told.filter(stays);
        if (this.#told.length !== toldBefore) this.#changed();
    }

    #dropAfter(position) {
        const index = this.#indexAfter(position);
        if (index < this.#ticks.length) this.#ticks.length = index;
        this.#newestPosition = index > 0 ? positionOf(this.#ticks[index - 1]) : null;
        this.#spans.dropAfter(position, this.#newestPosition);
        this.#told = this.#told.filter((gap) => compare(gap.from, position) < 0);
        for (const gap of this.#told) if (compare(gap.to, position) > 0) gap.to = position;
        if (this.#floor && compare(this.#floor, position) > 0) {
            this.#floor = null;
            this.#lostFrom = null;
        }
        if (this.#awaited && compare(this.#awaited.to, position) > 0) this.#awaited = null;
        this.#live.move(this.#newestPosition);
        this.#other.move(null);
        this.#changed();
    }

    #forgetAll() {
        this.#spans.clear();
        this.#newestPosition = null;
        this.#live.move(null);
        this.#other.move(null);
        this.#changed();
    }

    // The gaps of the streams and those of the series itself, ordered by `from`.
    #allTold() {
        const own = [];
        if (this.#awaited) own.push(this.#awaited);
        if (this.#floor) {
            const from = { ms: this.#lostFrom.ms - 1, counter: 0 };
            own.push({ from, to: this.#floor, reason: droppedReason });
        }
        if (own.length === 0) return this.#told;
        return [...this.#told, ...own].sort((a, b) => compare(a.from, b.from));
    }

    #derive() {
        if (this.#derived) return this.#derived;
        const begins = new Set();
        const gaps = [];
        let isTickBetween = false;
        for (const piece of this.#spans.missingIn(this.#allTold())) {
            const index = this.#indexAfter(piece.from);
            if (index > 0 && index < this.#ticks.length) begins.add(this.#ticks[index]);
            const last = gaps.at(-1);
            const goesOn = last && last.to === idOf(piece.from) && last.reason === piece.reason;
            if (goesOn && !isTickBetween) {
                last.to = idOf(piece.to);
                last.toAt = piece.to.ms;
            } else {
                gaps.push({
                    from: idOf(piece.from),
                    to: idOf(piece.to),
                    fromAt: piece.from.ms,
                    toAt: piece.to.ms,
                    reason: piece.reason,
                    isLeading: index === 0,
                });
            }
            isTickBetween = piece.endsAtTick;
        }
        this.#derived = { gaps, begins };
        return this.#derived;
    }
}
