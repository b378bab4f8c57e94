// The side of a tab: the worker in the shape of an EventSource. If the worker refuses the tab, drops
// it or does not answer, this fails as an EventSource does that gives up.

import { hereMs } from "./limits.js";

export class SharedSource extends EventTarget {
    readyState = EventSource.CONNECTING;
    #port;
    #taken = 0;
    // The worker has not answered in time.
    #timer = setTimeout(() => this.#take({ type: "refused" }), hereMs);

    // `worker`: the SharedWorker; `wish`: what the tab wants of it.
    constructor(worker, wish) {
        super();
        worker.onerror = () => this.#take({ type: "refused" });
        this.#port = worker.port;
        this.#port.onmessage = ({ data }) => this.#take(data);
        this.#port.postMessage(wish);
    }

    wake() {
        this.#port.postMessage({ isNews: true });
    }

    close() {
        clearTimeout(this.#timer);
        this.#port.onmessage = null;
        this.#port.postMessage({ isOver: true });
        this.#port.close();
    }

    // A message without data is the last one.
    #take({ type, data, lastEventId }) {
        clearTimeout(this.#timer);
        this.#taken += 1;
        if (!data) this.readyState = EventSource.CLOSED;
        if (type === "here") this.readyState = Number(data.name === "open");
        // Shows the worker that this tab is alive, also if very many messages come between two
        // `here`.
        if (type === "here" || this.#taken % 1_000 === 0) this.#port.postMessage({});
        this.dispatchEvent(new MessageEvent(type, { data, lastEventId }));
        if (!data) this.dispatchEvent(new Event("error"));
    }
}
