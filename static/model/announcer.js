// What is spoken by a screen reader. A state is said once it has lasted for a moment, so that one
// that comes and goes is not, and nothing is said twice.

const settleMs = 1_000;

export class Announcer {
    #said = "";
    #offered = "";
    #offeredAt = 0;

    // Returns what stands to be spoken now.
    offer(words, now) {
        if (words !== this.#offered) {
            this.#offered = words;
            this.#offeredAt = now;
        }
        if (now - this.#offeredAt >= settleMs) this.#said = this.#offered;
        return this.#said;
    }
}
