// The history of the symbol shown. The past is asked for once, new ticks come from the stream, and
// both end up in one series, in order and each once.

import { loadHistory } from "./history.js";
import { Series } from "./model/series.js";
import { comparePositions } from "./stream.js";

const againFirstMs = 1_000;
const againMaxMs = 30_000;

export class SymbolHistory {
    #onChange;
    #wantedTo = Infinity; // since when the history is wanted, in Unix milliseconds
    #reachesTo = Infinity; // since when it has been asked for
    #liveFrom = null; // the first position that the stream has brought
    #stop = null;

    constructor(symbol, onChange) {
        this.symbol = symbol;
        this.series = new Series();
        this.#onChange = onChange;
    }

    // From the stream.
    takeTick(tick) {
        this.#liveFrom ??= tick.id;
        if (this.series.add(tick)) this.#onChange();
        this.#catchUp();
    }

    // After a restart, positions may begin anew below the earlier ones. A request under way would
    // then wait for a position that does not come for a long time.
    takeGap(gap) {
        this.series.addGap(gap);
        const isBack = gap.reason === "restarted" && comparePositions(gap.to, this.#liveFrom) < 0;
        if (gap.isAnew || isBack) {
            this.close();
            this.#liveFrom = null;
            this.#wantedTo = this.#reachesTo = Infinity;
        }
        this.#onChange();
    }

    // The stream itself begins at this time.
    isCoveredFrom(ms) {
        this.#reachesTo = Math.min(this.#reachesTo, ms);
    }

    // Loads the history from `ms` on, unless that is done or under way.
    reachBackTo(ms) {
        this.#wantedTo = Math.min(this.#wantedTo, ms);
        this.#catchUp();
    }

    // Before the stream has brought a tick, it is not known where the history ends. Most likely
    // there is none then, and the connection would be for nothing.
    #catchUp() {
        if (this.#wantedTo >= this.#reachesTo || this.#liveFrom === null) return;
        this.#reachesTo = this.#wantedTo;
        this.close();
        this.#load(this.#wantedTo, againFirstMs);
    }

    close() {
        this.#stop?.abort();
        this.#stop = null;
    }

    // `reached`: the last position that an attempt before has brought.
    async #load(ms, againMs, reached = null) {
        const stop = new AbortController();
        this.#stop = stop;
        const since = Math.floor(ms / 1000);
        let last = reached ?? `${since * 1000}-0`;
        const reach = (id) => {
            if (comparePositions(id, last) > 0) last = id;
        };
        const outcome = await loadHistory({
            url: "prices/stream",
            symbol: this.symbol,
            since,
            signal: stop.signal,
            onTick: (tick) => {
                reach(tick.id);
                if (this.series.add(tick)) this.#onChange();
            },
            onGap: (gap) => {
                reach(gap.to);
                this.series.addGap(gap);
                this.#onChange();
            },
            isReached: (id) => comparePositions(id, this.#liveFrom) >= 0,
        });
        if (outcome === "aborted" || stop.signal.aborted) return;
        // A part that could not be loaded is not shown as a time without prices.
        this.series.setAwaited(outcome === "failed" ? { from: last, to: this.#liveFrom } : null);
        this.#onChange();
        if (outcome !== "failed") return;
        setTimeout(() => {
            if (!stop.signal.aborted) this.#load(ms, Math.min(againMaxMs, againMs * 2), last);
        }, againMs * (0.5 + Math.random()));
    }
}
