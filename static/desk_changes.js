// How the price of a symbol has changed: over the spans beside the price, over the range of the chart,
// and since the tick before. The past price of a span comes from the history that is held, else from the
// server's answers, else from the archive.

import { changeOfRange, changeOver, priceBefore, spans } from "./model/changes.js";
import { rangeOf } from "./model/ranges.js";

const beginSlackMs = 90_000;

export class DeskChanges {
    #desk;
    #references;
    #heldSince;

    // `references`: of model/changes.js. `heldSince(symbol)`: of inquiries.js.
    constructor(desk, references, heldSince) {
        this.#desk = desk;
        this.#references = references;
        this.#heldSince = heldSince;
    }

    // The first price that the server holds of the symbol shown, as changeOver() takes it. Points of the
    // past hour are a minute apart.
    get #begin() {
        const at = this.#heldSince(this.#desk.symbol);
        if (!at) return null;
        const first = this.#desk.quote.spark.points.at(0);
        return first && first.at - at < beginSlackMs ? first : { at };
    }

    #held(span, now) {
        return this.#desk.series?.priceAt(now - span.ms);
    }

    // Of the symbol shown.
    over(span) {
        const { quote, symbol, archive } = this.#desk;
        const now = this.#desk.now();
        const reference = this.#held(span, now) ?? this.#references.of(symbol, span) ??
            archive.past(span);
        return changeOver(span, quote.newest, reference, now, this.#begin);
    }

    // The change over the past hour that a list shows of a symbol. Of the symbol shown it is the
    // one that stands beside its price.
    hourOf(quote) {
        const over = quote === this.#desk.quote ? this.over(spans[0]) : null;
        return quote.spark.change(this.#desk.now(), over?.kind === "change" ? over : null);
    }

    // Over the range shown.
    get ofRange() {
        const { quote, range, chartSeries } = this.#desk;
        return changeOfRange(rangeOf(range), chartSeries, quote.newest, this.#desk.now());
    }

    // The price before the newest: from the stream, or from the history. Null if something is
    // missing between the two.
    get before() {
        return priceBefore(this.#desk.quote, this.#desk.series);
    }

    // Whether a past price is to be asked for, because the history of the symbol shown does not
    // have it.
    isPastDue(hereNow) {
        const now = this.#desk.now();
        const { symbol } = this.#desk;
        return spans.some((span) =>
            !this.#held(span, now) && this.#references.isDue(symbol, span, hereNow));
    }

    // Whether memory does not have the past price of a span, so that the archive is to be asked.
    isBeyondMemory(span, now) {
        return !this.#held(span, now) && this.#references.of(this.#desk.symbol, span) === null;
    }
}
