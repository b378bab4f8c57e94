// A client that does as a browser's EventSource does: it comes back with its last id after the time
// that it was told, and it is dead for ever once an answer is not 200 or no event stream.

import https from "node:https";
import { isTick, parseEvents } from "./events.mjs";

export class EventSourceLike {
    deadBecause = null; // of an answer that ends it for ever
    events = [];
    #retry = 300;
    #lastId = null;
    #timer = null;
    #request = null;
    #isClosed = false;

    constructor(t, url, ca) {
        this.url = url;
        this.ca = ca;
        t.after(() => this.close());
        this.#connect();
    }

    close() {
        this.#isClosed = true;
        clearTimeout(this.#timer);
        this.#request?.destroy();
    }

    get ticks() {
        return this.events.filter(isTick).length;
    }

    // How often it was told that there is no room.
    get timesBusy() {
        return this.events.filter((event) => event.event === "busy").length;
    }

    #connect() {
        const headers = { Accept: "text/event-stream" };
        if (this.#lastId) headers["Last-Event-ID"] = this.#lastId;
        const request = https.get(this.url, { headers, ca: this.ca, agent: false }, (response) => {
            const type = response.headers["content-type"] ?? "none";
            if (response.statusCode !== 200 || !type.startsWith("text/event-stream")) {
                this.deadBecause = `${response.statusCode} ${type}`;
                this.close();
                return;
            }
            let text = "";
            response.setEncoding("utf8").on("data", (more) => {
                text += more;
                const end = text.lastIndexOf("\n\n") + 2;
                if (end < 2) return;
                const whole = text.slice(0, end);
                text = text.slice(end);
                for (const [, retry] of whole.matchAll(/^retry: (\d+)$/gm)) this.#retry = Number(retry);
                for (const event of parseEvents(whole)) {
                    this.events.push(event);
                    if (event.id !== undefined) this.#lastId = event.id;
                }
            });
            response.on("close", () => this.#again());
            response.on("error", () => {});
        });
        request.on("error", () => this.#again());
        this.#request = request;
    }

    #again() {
        if (this.#isClosed || this.#request === null) return;
        this.#request = null;
        this.#timer = setTimeout(() => this.#connect(), this.#retry);
    }
}
