// The description of the chart for screen readers. It is renewed every few seconds at most.

const firstMs = 100; // the view is settled with the next frame
const everyMs = 5_000;

export class ChartDescription {
    #plot;
    #words;
    #describedAt = -Infinity;
    #timer = 0;

    // `words()`: the description as it is now.
    constructor(plot, words) {
        this.#plot = plot;
        this.#words = words;
    }

    renewSoon() {
        if (this.#timer) return;
        const wait = this.#describedAt + everyMs - performance.now();
        this.#timer = setTimeout(() => {
            this.#timer = 0;
            this.#describedAt = performance.now();
            this.#plot.setAttribute("aria-label", this.#words());
        }, Math.max(firstMs, wait));
    }

    stop() {
        clearTimeout(this.#timer);
    }
}
