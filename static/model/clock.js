// The clocks of the page. Ages and waits are measured by the steady one, which nobody sets and which
// may stand still while the computer sleeps. What the server's clock says is learned from what it
// sends: it tells where now is among the positions of ticks, and never how old something is. The
// computer's own clock is only looked at to notice that it has slept.

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
    // the smallest difference seen is the closest to the truth; of the last minutes only, because no
    // two clocks are equally fast.
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

    // The same of an answer that took so long: the server's clock cannot be much further now. Where
    // it was taken to be, it has been set back.
    noteAnswer(ms, tookMs) {
        this.note(ms);
        if (this.now() > ms + dateMs + tookMs + slackMs) this.#restart(ms);
    }

    // A tick of this time arrived. Positions may lead the server's clock, so only what fits is news.
    noteTick(ms) {
        const aheadMs = ms - this.now();
        if (!this.isKnown || (aheadMs > 0 && aheadMs < slackMs)) this.note(ms);
    }

    // The server's positions begin anew at this time, and its clock has been set back to it.
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

    // What the server's clock says now; what the computer's says before anything is known.
    now() {
        const aheadMs = Math.min(this.#smallest, this.#smallestBefore);
        return this.isKnown ? this.#steady() - aheadMs : this.#wall();
    }

    // Whether the computer's clock has gone on much further than the steady one since this was asked
    // before: the computer has slept, or its clock was set ahead.
    hasSlept() {
        const aheadMs = this.#wall() - this.#steady();
        const hasSlept = aheadMs - this.#wallAheadMs > sleptMs;
        this.#wallAheadMs = aheadMs;
        return hasSlept;
    }
}
