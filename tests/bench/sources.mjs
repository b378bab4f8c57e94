// What feeds the server: the fake venues, or a pipe. Both say the same prices at the same pace, and
// remember when they said each.
//
// Message N, from 0 on, is of symbol N modulo their number and has the price 10000 + 0.01 N.

import { setTimeout as pause } from "node:timers/promises";
import { json } from "../e2e/support/http.mjs";
import { until } from "../e2e/support/wait.mjs";

export const priceOf = (sequence) => (1_000_000 + sequence) / 100;

// Of the monotonic clock, which is the venues' as well.
export const nowNs = () => Number(process.hrtime.bigint());

// Messages of one or more venues, over their sockets.
export class Streams {
    constructor(venues, names, recordings) {
        Object.assign(this, { venues, names, recordings });
    }

    get pid() {
        return this.venues.child.pid;
    }

    async isReady(server, symbolCount) {
        const feed = await json(`${server.url}/api/feed`);
        return feed.body.providers.every(({ stream }) => stream.subscribed === symbolCount);
    }

    // Sends `messages` of each of the venues; resolves once the last has been handed to its socket.
    async play(messages, perSecond) {
        for (const name of this.names)
            await this.venues.playback(name, this.recordings[name].path, { messages, perSecond });
        await until("all is played", async () => {
            const counts = await this.venues.counts();
            return this.names.every((name) => counts[name].played === messages);
        }, { timeout: 120_000 });
    }

    // When each message was handed to the socket; where there are several venues, that of the last.
    async sentNs(messages) {
        const at = new Float64Array(messages).fill(NaN);
        const most = 100_000; // in one answer
        for (const name of this.names)
            for (let from = 0; from < messages; from += most)
                for (const [sequence, ns] of await this.venues.sent(name, from, from + most - 1))
                    if (!(at[sequence] > ns)) at[sequence] = ns;
        return at;
    }
}

// The same prices as lines of a pipe.
export class Pipe {
    pid = process.pid;

    constructor(server, symbols) {
        Object.assign(this, { server, symbols });
        this.names = ["pipe"];
    }

    async isReady() {
        return true;
    }

    #line(sequence) {
        const symbol = this.symbols[sequence % this.symbols.length];
        return `{"symbol":"${symbol}","price":${priceOf(sequence)}}\n`;
    }

    async play(messages, perSecond) {
        const { stdin } = this.server.child.process;
        this.sent = new Float64Array(messages);
        const began = nowNs();
        for (let next = 0; next < messages;) {
            const most = perSecond ? Math.floor((nowNs() - began) * perSecond / 1e9) : next + 1_000;
            const lines = [];
            for (const from = next; next < Math.min(most, messages, from + 1_000); next += 1)
                lines.push(this.#line(next));
            const now = nowNs();
            this.sent.fill(now, next - lines.length, next);
            const isFull = lines.length > 0 && !stdin.write(lines.join(""));
            if (isFull && !perSecond) await new Promise((drained) => stdin.once("drain", drained));
            else if (perSecond) await pause(1);
        }
    }

    async sentNs() {
        return this.sent;
    }
}
