// Gives the service worker what a tab shows, for a time without the server: an answer that came before
// there was a worker, and the changes that the stream has brought since. Where there is none, nothing
// is kept.

const everyMs = 20_000;

export class KeptAnswer {
    #isNew = false;
    #dueAt = 0;

    // Something else is shown now.
    note() {
        this.#isNew = true;
    }

    // What is shown came from the worker.
    forget() {
        this.#isNew = false;
    }

    // Called once a second, and at the end (`isLast`). `shown()` is { path, answer, sentAt, ageMs }:
    // when it was so, by the server's clock, and how long ago that is.
    keep(shown, isLast = false) {
        const worker = globalThis.navigator?.serviceWorker?.controller;
        if (!this.#isNew || !worker || (!isLast && performance.now() < this.#dueAt)) return;
        this.#isNew = false;
        this.#dueAt = performance.now() + everyMs;
        const { path, answer, sentAt, ageMs } = shown();
        worker.postMessage({ shown: { path, body: JSON.stringify(answer), sentAt, at: Date.now() - ageMs } });
    }
}
