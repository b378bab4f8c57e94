// Event streams taken apart to the letter, and what must be true of every one of them.

import assert from "node:assert/strict";
import http from "node:http";
import { until } from "./wait.mjs";

// The complete blocks of a stream, each as { id, event, data, retry, text }. What follows the last
// blank line is not complete and belongs to nobody.
export function parseEvents(text) {
    const end = text.lastIndexOf("\n\n");
    if (end < 0) return [];
    return text.slice(0, end).split("\n\n").map((block) => {
        const event = { text: `${block}\n\n` };
        for (const line of block.split("\n")) {
            const colon = line.indexOf(":");
            const name = line.slice(0, colon);
            const value = line.slice(colon + 1).replace(/^ /, "");
            event[name] = name === "data" ? JSON.parse(value) : value;
        }
        return event;
    });
}

export const isTick = (event) => event.data !== undefined && event.event === undefined;
export const pricesOf = (events) => events.filter(isTick).map((event) => event.data.price);

// Reads a stream over plain HTTP; `text` is the body, without the framing of the transfer.
export class EventReader {
    text = "";
    status = 0;
    headers = {};
    hasEnded = false; // as a response ends, not as a connection breaks
    isBroken = false;

    // `from`: an address of ours.
    constructor(url, headers = {}, from = undefined) {
        const options = {
            agent: false,
            headers: { accept: "text/event-stream", ...headers },
            localAddress: from,
        };
        this.request = http.get(url, options, (response) => {
            this.status = response.statusCode;
            this.headers = response.headers;
            response.setEncoding("utf8");
            response.on("data", (text) => { this.text += text; });
            response.on("end", () => { this.hasEnded = true; });
            response.on("error", () => { this.isBroken = true; });
        });
        this.request.on("error", () => { this.isBroken = true; });
    }

    get events() {
        return parseEvents(this.text);
    }

    get prices() {
        return pricesOf(this.events);
    }

    async sees(what, condition, options) {
        return until(
            () => `${what}; read so far:\n${this.text.slice(-1500)}`,
            () => condition(this.events, this), options);
    }

    close() {
        this.request.destroy();
    }
}

export function readEvents(t, url, headers, from) {
    const reader = new EventReader(url, headers, from);
    t.after(() => reader.close());
    return reader;
}

// Positions as numbers that compare.
export function positionOf(id) {
    const parts = /^(\d{1,14})-(\d{1,7})$/.exec(id);
    assert.ok(parts, `${id} is a position`);
    return BigInt(parts[1]) * 2n ** 20n + BigInt(parts[2]);
}

export const textOfPosition = (at) => `${at / 2n ** 20n}-${at % 2n ** 20n}`;

// Ids of ticks and gaps strictly increase.
export function checkOrder(events) {
    const ids = events.filter((event) => event.id !== undefined).map((event) => event.id);
    for (let i = 1; i < ids.length; i += 1)
        assert.ok(positionOf(ids[i - 1]) < positionOf(ids[i]), `${ids[i - 1]} comes before ${ids[i]}`);
}

// `seen` is a part of `sent` without a hole, a duplicate or a change of order.
export function checkUnbroken(seen, sent) {
    if (seen.length === 0) return;
    const begin = sent.indexOf(seen[0]);
    assert.ok(begin >= 0, `${seen[0]} was sent`);
    assert.deepEqual(seen, sent.slice(begin, begin + seen.length));
}

// What a client saw over the end of one server and the life of the next: no duplicate, no hole
// within either, and between them one gap that begins at the last id seen and says why.
export function checkRestart(events, sentBefore, sentAfter) {
    checkOrder(events);
    const gaps = events.filter((event) => event.event === "gap");
    assert.equal(gaps.length, 1, `one gap: ${JSON.stringify(gaps.map((gap) => gap.data))}`);
    const [gap] = gaps;
    const at = events.indexOf(gap);
    const before = events.slice(0, at).filter(isTick);
    const after = events.slice(at + 1).filter(isTick);
    assert.equal(gap.data.reason, "restarted");
    assert.equal(gap.data.from, before.at(-1).id);
    assert.equal(gap.data.to, gap.id);
    checkUnbroken(pricesOf(before), sentBefore);
    assert.deepEqual(pricesOf(after), sentAfter);
}
