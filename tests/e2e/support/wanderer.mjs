// A client that goes from one instance to another, with the last id it has seen. The price of the
// k-th tick of a symbol is k, so whatever is lost, doubled or out of order is seen at once.

import http from "node:http";
import { parseEvents, positionOf } from "./events.mjs";

export class Wanderer {
    #url = null;
    #request = null;
    #rest = "";
    #lastId = null;
    #lastAt = -1n;
    #isOver = false;
    #gapUntil = null; // the end of a gap that was told since the last tick
    price = null; // the last one seen
    seen = 0;
    resumed = 0;
    gaps = []; // as they were told
    faults = [];

    // `history`: of id to content, over all clients and instances. `mayJump`: a gap explains a
    // jump; otherwise a gap is a fault.
    constructor(symbol, history, { mayJump = false } = {}) {
        Object.assign(this, { symbol, history, mayJump });
    }

    get lastId() {
        return this.#lastId;
    }

    // As if that had been the last id it saw.
    resumeAfter(id) {
        [this.#lastId, this.#lastAt] = [id, positionOf(id)];
    }

    turnTo(url) {
        this.#url = url;
        this.#request?.destroy();
        this.#connect();
    }

    close() {
        this.#isOver = true;
        this.#request?.destroy();
    }

    #connect() {
        const headers = { accept: "text/event-stream" };
        if (this.#lastId) headers["last-event-id"] = this.#lastId;
        this.#rest = "";
        const request = http.get(
            `${this.#url}/prices/stream?symbols=${this.symbol}`, { agent: false, headers },
            (response) => {
                if (response.statusCode !== 200) this.faults.push(`status ${response.statusCode}`);
                if (this.#lastId) this.resumed += 1;
                response.setEncoding("utf8");
                response.on("data", (text) => { if (request === this.#request) this.#take(text); });
                response.on("error", () => {});
                response.on("close", again);
            });
        const again = () => {
            if (this.#isOver || request !== this.#request) return;
            this.#request = null;
            setTimeout(() => { if (!this.#isOver && this.#request === null) this.#connect(); }, 50);
        };
        this.#request = request;
        request.on("error", again);
    }

    #take(text) {
        this.#rest += text;
        const end = this.#rest.lastIndexOf("\n\n");
        if (end < 0) return;
        const whole = this.#rest.slice(0, end + 2);
        this.#rest = this.#rest.slice(end + 2);
        for (const event of parseEvents(whole)) this.#note(event);
    }

    #note({ event, id, data }) {
        if (event === "gap") this.#noteGap(id, data);
        if (id === undefined || event !== undefined) return;
        const at = positionOf(id);
        if (at <= this.#lastAt) this.faults.push(`${id} comes after ${this.#lastId}`);
        if (this.price !== null && data.price !== this.price + 1) {
            const isTold = this.#gapUntil !== null && data.price > this.price;
            if (!isTold) this.faults.push(`${data.price} comes after ${this.price}`);
        }
        this.#gapUntil = null;
        const content = `${data.symbol} ${data.price} ${data.source}`;
        const known = this.history.get(id) ?? content;
        if (known !== content) this.faults.push(`${id} was ${known} and is ${content}`);
        this.history.set(id, content);
        [this.#lastId, this.#lastAt, this.price] = [id, at, data.price];
        this.seen += 1;
    }

    #noteGap(id, data) {
        this.gaps.push(data);
        if (!this.mayJump) this.faults.push(`a gap ${JSON.stringify(data)}`);
        this.#gapUntil = positionOf(data.to);
        if (id !== undefined) [this.#lastId, this.#lastAt] = [id, positionOf(id)];
    }
}

// Feeds a server one tick of one symbol after the other.
export class CountingFeed {
    #turn = 0;
    #timer = null;
    #server = null;

    constructor(symbols, { ticksPerSecond = 200, everyMs = 20 } = {}) {
        Object.assign(this, { symbols, ticksPerSecond, everyMs });
        this.next = new Map(symbols.map((symbol) => [symbol, 1]));
    }

    start(server) {
        this.#server = server;
        this.#timer = setInterval(() => {
            for (let n = 0; n < (this.ticksPerSecond * this.everyMs) / 1_000; n += 1) this.tick();
        }, this.everyMs);
    }

    tick(server = this.#server) {
        const symbol = this.symbols[this.#turn++ % this.symbols.length];
        const price = this.next.get(symbol);
        this.next.set(symbol, price + 1);
        server.publish(price, symbol);
    }

    stop() {
        clearInterval(this.#timer);
    }

    // The price of the newest tick of that symbol that was fed.
    newest(symbol) {
        return this.next.get(symbol) - 1;
    }

    // Goes on after what that server knows: what was fed to one that was killed may be lost.
    follow(prices) {
        for (const { symbol, price } of prices)
            if (price !== null) this.next.set(symbol, price + 1);
    }
}
