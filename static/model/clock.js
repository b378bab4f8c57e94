// The clocks of the page. Ages and waits are measured by the steady clock, which cannot be set and
// may stand still while the computer sleeps. The time of the server is learned from what it sends;
// it tells where "now" is among the positions of ticks, and never how old something is. The wall
// clock of the computer is used only to notice that the computer has slept.

const windowMs = 3 * 60_000;
const dateMs = 1_000; // a Date header says whole seconds
const slackMs = 2_000;
const sleptMs = 10_000;

export class Clock {
    #steady;
    #wall;
    #windowFrom = -Infinity;
    #smallest = Infinity; // in this window: how far the steady clock is ahead of the server's
    #smallestBefore = Infinity; // in the one before
    #wallAheadMs;

    constructor(steady = () => performance.now(), wall = () => Date.now()) {
        this.#steady = steady;
        this.#wall = wall;
        this.#wallAheadMs = wall() - steady();
    }

    // Milliseconds since some moment.
    steady() {
        return this.#steady();
    }

    // Something arrived that the server wrote at `ms`. Every message was sent before it arrived, so
    // the smallest difference is the best estimate; only that of the last minutes, because no two
    // clocks run at the same speed.
    note(ms) {
        if (!Number.isFinite(ms)) return;
        const here = this.#steady();
        if (here - this.#windowFrom > windowMs) {
            this.#windowFrom = here;
            this.#smallestBefore = this.#smallest;
            this.#smallest = Infinity;
        }
        this.#smallest = Math.min(this.#smallest, here - ms);
    }

    // The same for an answer that took `tookMs`: the clock of the server cannot be much further
    // than this now. If it was taken to be further, it has been set back.
    noteAnswer(ms, tookMs) {
        this.note(ms);
        if (this.now() > ms + dateMs + tookMs + slackMs) this.#restart(ms);
    }

    // A tick of this time arrived. Positions may be ahead of the clock of the server, so a tick
    // counts only if it fits.
    noteTick(ms) {
        const aheadMs = ms - this.now();
        if (!this.isKnown || (aheadMs > 0 && aheadMs < slackMs)) this.note(ms);
    }

    // The positions of the server begin anew at this time, because its clock was set back to it.
    begin(ms) {
        if (this.now() > ms) this.#restart(ms);
    }

    #restart(ms) {
        this.#smallest = this.#smallestBefore = this.#steady() - ms;
        this.#windowFrom = this.#steady();
    }

    get isKnown() {
        return Math.min(this.#smallest, this.#smallestBefore) < Infinity;
    }

    // The time by the clock of the server; by that of the computer before anything is known.
    now() {
        const aheadMs = Math.min(this.#smallest, this.#smallestBefore);
        return this.isKnown ? this.#steady() - aheadMs : this.#wall();
    }

    // Whether the wall clock has gone on much further than the steady clock since the last call:
    // the computer has slept, or its clock was set forward.
    hasSlept() {
        const aheadMs = this.#wall() - this.#steady();
        const hasSlept = aheadMs - this.#wallAheadMs > sleptMs;
        this.#wallAheadMs = aheadMs;
        return hasSlept;
    }
}
