// curl as people use it.

import { parseEvents, pricesOf } from "./events.mjs";
import { start } from "./process.mjs";
import { until } from "./wait.mjs";

export class Curl {
    constructor(child) {
        this.child = child;
    }

    get text() {
        return this.child.stdout;
    }

    get events() {
        return parseEvents(this.text);
    }

    get prices() {
        return pricesOf(this.events);
    }

    async sees(what, condition, options) {
        return until(
            () => `${what}; curl has printed:\n${this.text.slice(-1500)}\n${this.child.stderr}`,
            () => condition(this.events, this), options);
    }
}

export function curl(t, url, ...args) {
    return new Curl(start(t, "curl", ["--no-buffer", "--silent", "--show-error", ...args, url]));
}
