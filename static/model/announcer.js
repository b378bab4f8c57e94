// What a screen reader speaks. A state is spoken once it has lasted for a moment, so a state that
// comes and goes is left out, and nothing is spoken twice.

const settleMs = 1_000;

export class Announcer {
    #said = "";
    #offered = "";
    #offeredAt = 0;

    // Returns the text to be spoken now.
    offer(words, now) {
        if (words !== this.#offered) {
            this.#offered = words;
            this.#offeredAt = now;
        }
        if (now - this.#offeredAt >= settleMs) this.#said = this.#offered;
        return this.#said;
    }
}
