// Whether a stream is heard as often as usual. A server that hangs without closing its connections
// sends neither ticks nor heartbeats, and the page must not call its prices live meanwhile.

const quietMinMs = 5_000;
const pausesOfPace = 4; // so many usual pauses without a word are not usual
const pausesOfBeat = 1.5;
const beatFirstMs = 15_000; // the pause before a heartbeat, until one is heard
const burstMs = 500; // what comes closer together has come at once
const heldMax = 30;
const heldMin = 5; // fewer pauses say nothing of what is usual

// All times are by the steady clock.
export class Pulse {
    #heardAt = null; // null: not connected
    #burstBeganAt = 0;
    #pauses = [];
    #besideAt = -Infinity; // when something beside ticks was heard
    #beatMs = beatFirstMs;

    // A new connection: what was usual stays so.
    begin(now) {
        this.#heardAt = now;
        this.#burstBeganAt = now;
    }

    end() {
        this.#heardAt = null;
    }

    // Something has come on the stream.
    hear(now) {
        if (this.#heardAt === null) return;
        const pauseMs = now - this.#heardAt;
        this.#heardAt = now;
        if (pauseMs >= burstMs) this.#keep(pauseMs);
        else if (now - this.#burstBeganAt < 4 * burstMs) return;
        else this.#keep(burstMs); // ticks come all the time
        this.#burstBeganAt = now;
    }

    // A heartbeat has come: nothing else was sent since what was heard before it.
    hearBeat(now) {
        if (this.#heardAt !== null) this.#beatMs = Math.max(1_000, now - this.#heardAt);
        this.hear(now);
    }

    // Something beside ticks has come: it shows that the server is there, and says nothing of how
    // often ticks come.
    hearBeside(now) {
        this.#besideAt = now;
    }

    // Whether nothing has come for clearly longer than usual: for several usual pauses, or for
    // longer than from one heartbeat to the next if ticks are rarer than those.
    isQuiet(now) {
        const heardAt = Math.max(this.#heardAt, this.#besideAt);
        return this.#heardAt !== null && now - heardAt > this.#limitMs();
    }

    #keep(pauseMs) {
        this.#pauses.push(pauseMs);
        if (this.#pauses.length > heldMax) this.#pauses.shift();
    }

    // Nine of ten pauses are no longer than the usual one: where many symbols tick at once, most
    // pauses are short, and the round from one burst to the next is what counts.
    #limitMs() {
        const sorted = [...this.#pauses].sort((a, b) => a - b);
        const isKnown = sorted.length >= heldMin;
        const usualMs = isKnown ? sorted[Math.floor(sorted.length * 0.9)] : Infinity;
        const byPaceMs = pausesOfPace * usualMs;
        return Math.max(quietMinMs, Math.min(byPaceMs, pausesOfBeat * this.#beatMs));
    }
}
