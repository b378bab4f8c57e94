// How far this computer's clock is ahead of the server's. Every message was sent before it arrived,
// so the smallest difference seen is the closest to the truth; of the last minutes only, because a
// clock may be set.

const windowMs = 3 * 60_000;

export class Clock {
    #here;
    #windowFrom = -Infinity;
    #smallest = Infinity; // in this window
    #smallestBefore = Infinity; // in the one before

    constructor(here = Date.now) {
        this.#here = here;
    }

    // Something arrived that the server wrote at `ms`.
    note(ms) {
        if (!Number.isFinite(ms)) return;
        const here = this.#here();
        if (Math.abs(here - this.#windowFrom) > windowMs) {
            this.#windowFrom = here;
            this.#smallestBefore = this.#smallest;
            this.#smallest = Infinity;
        }
        this.#smallest = Math.min(this.#smallest, here - ms);
    }

    // What the server's clock says now.
    now() {
        const aheadMs = Math.min(this.#smallest, this.#smallestBefore);
        return this.#here() - (Number.isFinite(aheadMs) ? aheadMs : 0);
    }
}
