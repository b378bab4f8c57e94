// The history that the archive has of the symbol shown: as candles, where ticks would be too many.
// What was loaded is kept, so that a range that was shown before is drawn at once; only what has
// come since is asked for again.

import { CandleSeries } from "./model/candles.js";
import { fittedTo, intervalOf, rangeOf, ranges, stepFor } from "./model/ranges.js";

const fewTicks = 5_000; // so many are drawn as ticks, in ranges of up to a day
const ticksRangeMs = 86_400_000;
const keptMax = 24; // symbols and intervals
const refreshMs = 5 * 60_000;
const againFirstMs = 2_000;
const againMaxMs = 60_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const surveyStepMs = 7 * ticksRangeMs; // of the candles that tell how far back the archive reaches
const stepsBefore = 3;
const candlesAtOnce = 5_000; // as many as the server gives

// The intervals from which ranges are drawn, in milliseconds.
const steps = [...new Set(ranges.map(({ stepMs }) => stepMs))].filter((ms) => ms > 0);

// When the first candle of an answer opens; null if there is none.
function firstOf({ candles: [first] }) {
    return first ? first.time * 1000 : null;
}

export class CandleHistory {
    #api;
    #steady;
    #onChange;
    #kept = new Map(); // "BTC-USD 60000" to its CandleSeries, the one used last at the end
    #plans = new Map(); // "BTC-USD 24h" to { stepMs, areTicks }
    #shown = null; // { symbol, range, ticks, plan }
    #dueAt = Infinity;
    #againMs = againFirstMs;
    #isAsking = false;
    hasArchive = null; // not known yet

    // `steady()`: a clock that is not set, in milliseconds.
    constructor(api, steady, onChange) {
        this.#api = api;
        this.#steady = steady;
        this.#onChange = onChange;
    }

    // Shows a range of a symbol; `ticks` is its series of ticks. `now`: the server's time.
    show(symbol, key, ticks, now) {
        const range = rangeOf(key);
        const isSame = this.#shown?.symbol === symbol && this.#shown.range === range &&
            this.#shown.ticks === ticks;
        if (isSame || !range) return;
        this.#shown = { symbol, range, ticks, plan: this.#plans.get(`${symbol} ${key}`) ?? null };
        for (const [kept, series] of this.#kept)
            if (kept.startsWith(`${symbol} `) && series.ticks !== ticks) series.follow(ticks);
        this.#againMs = againFirstMs;
        this.#dueAt = this.#isCovered ? this.#steady() : Infinity;
        this.lookAround(now);
    }

    // There is an archive, where there was none before.
    beginAnew(now) {
        this.hasArchive = null;
        if (!this.#shown) return;
        this.#againMs = againFirstMs;
        this.#dueAt = this.#isCovered ? this.#steady() : Infinity;
        this.lookAround(now);
    }

    // False if the range is drawn from ticks alone, whatever the archive has.
    get #isCovered() {
        return this.#shown.range.stepMs !== 0 && this.hasArchive !== false;
    }

    // Whether ticks are to be loaded for the whole range.
    get areTicksWanted() {
        return this.#shown !== null && (!this.#isCovered || this.#shown.plan?.areTicks === true);
    }

    // The candles to draw, or null where ticks are. Until those of the range have come, others of
    // the symbol stand in.
    get series() {
        if (!this.#shown || !this.#isCovered || this.#shown.plan?.areTicks) return null;
        const { symbol, plan, range } = this.#shown;
        const own = plan && this.#kept.get(`${symbol} ${plan.stepMs}`);
        if (own?.candles.length > 0) return own;
        const others = [...this.#kept].filter(([key, { candles }]) =>
            key.startsWith(`${symbol} `) && candles.length > 0).map(([, series]) => series);
        const step = range.stepMs ?? Infinity;
        return others.sort((a, b) => a.stepMs - b.stepMs).findLast((one) => one.stepMs <= step) ??
            null;
    }

    // True while the first answer for the range shown is awaited.
    get isLoading() {
        return this.#shown !== null && this.#isCovered && this.#shown.plan === null;
    }

    // Something is missing in the stream; the archive may have it.
    doubt() {
        if (this.#shown && this.#isCovered)
            this.#dueAt = Math.min(this.#dueAt, this.#steady() + againFirstMs);
    }

    // Called once a second.
    async lookAround(now) {
        if (this.#isAsking || this.#steady() < this.#dueAt || !this.#shown) return;
        const { symbol, range } = this.#shown;
        this.#isAsking = true;
        this.#dueAt = this.#steady() + refreshMs;
        const isDone = await this.#load(this.#shown, now);
        this.#isAsking = false;
        const isSame = this.#shown.symbol === symbol && this.#shown.range === range;
        if (!isSame) this.lookAround(now);
        else if (!isDone) {
            this.#dueAt = this.#steady() + this.#againMs;
            this.#againMs = Math.min(againMaxMs, this.#againMs * 2);
        } else this.#againMs = againFirstMs;
        this.#onChange();
    }

    // False where the server did not answer.
    async #load(shown, now) {
        const { symbol, range } = shown;
        let beginAt = now - range.ms;
        let { stepMs } = range;
        if (range.ms === null) {
            const survey = await this.#ask(symbol, surveyStepMs, null);
            if (!survey) return this.hasArchive === false;
            beginAt = firstOf(survey) ?? now;
            if (now - beginAt < surveyStepMs) {
                // Of a young archive the week says little.
                const hours = await this.#ask(symbol, hourMs, beginAt);
                beginAt = (hours && firstOf(hours)) ?? beginAt;
            }
            stepMs = stepFor(now - beginAt);
        }
        const own = await this.#fetch(shown, stepMs, beginAt, now);
        const series = own && await this.#better(shown, own, beginAt, now);
        if (!series) return this.hasArchive === false;
        const count = series.candles.filter(({ at }) => at >= beginAt - stepsBefore * stepMs)
            .reduce((sum, candle) => sum + candle.count, 0);
        const isShort = now - beginAt <= ticksRangeMs + stepMs;
        const plan = { stepMs: series.stepMs, areTicks: isShort && count <= fewTicks };
        this.#plans.set(`${symbol} ${range.key}`, plan);
        shown.plan = plan;
        return true;
    }

    // The candles of a range if others show more of it, or the same more finely, than `own`: an
    // archive may be younger than the range, and of the time before it was made it may have long
    // candles alone, which were fetched. Null where the server did not answer.
    async #better(shown, own, beginAt, now) {
        const heldMs = (series) => now - Math.max(beginAt, series.candles.find(
            ({ at }) => at + series.stepMs > beginAt)?.at ?? now);
        const ownMs = heldMs(own);
        if (ownMs > (now - beginAt) / 2) return own;
        // How far back the candles of a step reach; the answer has one.
        const reachOf = async (stepMs) => {
            const answer = await this.#ask(shown.symbol, stepMs, beginAt, 1);
            return answer && now - (firstOf(answer) ?? now);
        };
        const longer = steps.filter((stepMs) => stepMs > own.stepMs);
        const farthestMs = longer.length > 0 ? await reachOf(longer.at(-1)) : 0;
        if (farthestMs === null) return null;
        if (farthestMs > 2 * ownMs + longer.at(-1)) {
            for (const stepMs of longer)
                if (await reachOf(stepMs) >= farthestMs / 2)
                    return this.#fetch(shown, stepMs, beginAt, now);
        }
        const finerMs = fittedTo(ownMs).stepMs || minuteMs;
        if (ownMs === 0 || finerMs >= own.stepMs) return own;
        const finer = await this.#fetch(shown, finerMs, beginAt, now);
        return finer && heldMs(finer) < ownMs - own.stepMs ? own : finer;
    }

    // Loads the candles of a step from a time on, or what has come since of those that are kept.
    async #fetch({ symbol, ticks }, stepMs, beginAt, now) {
        const key = `${symbol} ${stepMs}`;
        const series = this.#kept.get(key) ?? new CandleSeries(stepMs, ticks);
        // The candle before the range has the price with which it begins.
        const begin = Math.max(0, Math.floor(beginAt / stepMs - stepsBefore) * stepMs);
        const reaches = series.beginAt <= begin;
        const since = reaches ? (series.openFrom ?? begin) : begin;
        const answer = await this.#ask(symbol, stepMs, since);
        if (!answer) return null;
        series.take(answer, since, now);
        series.beginAt = reaches ? series.beginAt : begin;
        this.#keep(key, series);
        return series;
    }

    #keep(key, series) {
        this.#kept.delete(key);
        this.#kept.set(key, series);
        if (this.#kept.size > keptMax) this.#kept.delete(this.#kept.keys().next().value);
    }

    async #ask(symbol, stepMs, sinceMs, limit = candlesAtOnce) {
        const since = sinceMs === null ? {} : { since: sinceMs / 1000 };
        const question = { interval: intervalOf(stepMs), limit, ...since };
        const answer = await this.#api.candles(symbol, question);
        if (!answer) return null;
        this.hasArchive = answer.isAbsent !== true;
        return answer.isAbsent || !answer.candles ? null : answer;
    }
}
