// All that is held of the symbol shown: what was before the page came is asked for once, what is
// new comes from the stream, and both end up in one series, in order and each once.

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

    // After a restart positions may begin anew before those that were there. What is under way then
    // would wait for one that does not come again for long.
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

    // Asks for what there is from `ms` on, unless it is there or under way.
    reachBackTo(ms) {
        this.#wantedTo = Math.min(this.#wantedTo, ms);
        this.#catchUp();
    }

    // Before the stream has brought a tick it is not known where the history ends: most likely
    // there is none, and a connection that waits for its end would only be one too many.
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
        // What could not be had is not shown as a time without prices.
        this.series.setAwaited(outcome === "failed" ? { from: last, to: this.#liveFrom } : null);
        this.#onChange();
        if (outcome !== "failed") return;
        setTimeout(() => {
            if (!stop.signal.aborted) this.#load(ms, Math.min(againMaxMs, againMs * 2), last);
        }, againMs * (0.5 + Math.random()));
    }
}
