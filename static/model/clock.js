// How far this computer's clock is ahead of the server's. Every message was sent before it arrived,
// so the smallest difference seen is the closest to the truth.

export class Clock {
    #aheadMs = Infinity;
    #here;

    constructor(here = Date.now) {
        this.#here = here;
    }

    // Something arrived that the server wrote at `ms`.
    note(ms) {
        if (Number.isFinite(ms)) this.#aheadMs = Math.min(this.#aheadMs, this.#here() - ms);
    }

    // What the server's clock says now.
    now() {
        return this.#here() - (Number.isFinite(this.#aheadMs) ? this.#aheadMs : 0);
    }
}
