// What the server's archive has of the symbol shown: candles for the chart, statistics of the range
// shown, and prices of an hour and a day ago.

import { CandleHistory } from "./candle_history.js";
import { spans } from "./model/changes.js";
import { PastPrices } from "./past_prices.js";
import { RangeStatistics } from "./range_statistics.js";

const againMs = 5_000;

export class Archive {
    #api;
    #steady;
    #onChange;
    #lookAgainAt = Infinity; // where there was none
    #candles;
    #statistics;
    #past;
    #symbol = "";

    // `onChange()` is called after any answer.
    constructor(api, clock, onChange) {
        const steady = () => clock.steady();
        this.#api = api;
        this.#steady = steady;
        this.#onChange = onChange;
        this.#candles = new CandleHistory(api, steady, onChange);
        this.#statistics = new RangeStatistics(api, steady, onChange);
        this.#past = new PastPrices(api, steady);
    }

    // False where the server keeps none; null if that is not known yet.
    get isThere() {
        return this.#statistics.hasArchive === false ? false : this.#candles.hasArchive;
    }

    get candles() {
        return this.#candles.series;
    }

    get areTicksWanted() {
        return this.#candles.areTicksWanted || this.isThere === false;
    }

    get isLoading() {
        return this.#candles.isLoading;
    }

    get statistics() {
        return this.#statistics.shown;
    }

    past(span) {
        return this.#past.of(this.#symbol, span);
    }

    show(symbol, rangeKey, ticks, now) {
        this.#symbol = symbol;
        this.#candles.show(symbol, rangeKey, ticks, now);
        this.#statistics.show(symbol, rangeKey);
    }

    // Something is missing in the stream.
    doubt() {
        this.#candles.doubt();
        this.#statistics.doubt();
    }

    // There is another connection: the server may have been started anew, with an archive.
    reconsider() {
        if (this.isThere === false) this.#lookAgainAt = this.#steady();
        this.#statistics.doubt();
    }

    async #lookAgain(now) {
        this.#lookAgainAt = Infinity;
        const isThere = await this.#api.hasArchive(this.#symbol);
        if (isThere === null) this.#lookAgainAt = this.#steady() + againMs;
        if (!isThere) return;
        this.#candles.beginAnew(now);
        this.#statistics.hasArchive = null;
        this.#onChange();
    }

    // Called once a second while there is a connection. `now`: the server's time;
    // `isPastWanted(span)`: whether memory does not have the price of that time.
    lookAround(now, isPastWanted) {
        if (this.isThere === false) {
            if (this.#steady() >= this.#lookAgainAt) this.#lookAgain(now);
            return;
        }
        this.#candles.lookAround(now);
        this.#statistics.lookAround(now);
        if (spans.some(isPastWanted)) this.#past.ask(this.#symbol, isPastWanted, now);
    }
}
