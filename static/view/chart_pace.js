// A history comes tick by tick; all of it is drawn a few times a second.

const againMs = 250;

export class ChartPace {
    #drawnAt = 0;
    #timer = 0;
    #onDue;

    // `onDue()`: it is time to draw what was put off.
    constructor(onDue) {
        this.#onDue = onDue;
    }

    // All of it is being drawn.
    note() {
        clearTimeout(this.#timer);
        this.#timer = 0;
        this.#drawnAt = performance.now();
    }

    // Draws now if the last time was long enough ago, and is due later otherwise.
    soon(draw) {
        if (this.#timer) return;
        const wait = againMs - (performance.now() - this.#drawnAt);
        if (wait <= 0) draw();
        else this.#timer = setTimeout(() => {
            this.#timer = 0;
            this.#onDue();
        }, wait);
    }

    stop() {
        clearTimeout(this.#timer);
    }
}
