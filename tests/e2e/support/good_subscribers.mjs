// Subscribers that mean no harm, while somebody else does: each must get every tick exactly once,
// and this says how long the ticks took to come.

import { performance } from "node:perf_hooks";
import { History, Ledger } from "./ledger.mjs";
import { Subscriber } from "./subscriber.mjs";
import { until } from "./wait.mjs";

const symbol = "BTC-USD";
const connectAtOnce = 100;

export const quantile = (sorted, q) =>
    sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

// In milliseconds.
function summary(latencies) {
    const sorted = Float64Array.from(latencies).sort();
    return {
        count: sorted.length,
        p50: quantile(sorted, 0.5),
        p99: quantile(sorted, 0.99),
        most: sorted.at(-1),
    };
}

class TimedLedger extends Ledger {
    constructor(history, crowd) {
        super(history, [symbol]);
        this.crowd = crowd;
    }

    take(event) {
        super.take(event);
        if (event.event === undefined && event.data) this.crowd.hasCome(event.data.price);
    }
}

export class GoodSubscribers {
    #fedAt = []; // by number of the tick
    #latencies = [];
    #timer = null;

    constructor(server) {
        this.server = server;
        this.history = new History([symbol]);
        this.members = [];
    }

    // Connects `count` of them, and feeds `server` a tick every `everyMs` from then on.
    static async start(t, server, { count = 40, everyMs = 50, path = "/prices/stream" } = {}) {
        const crowd = new GoodSubscribers(server);
        t.after(() => crowd.#leave());
        crowd.#feed();
        for (let i = 0; i < count; i += connectAtOnce) {
            const some = Array.from({ length: Math.min(connectAtOnce, count - i) }, (_, k) => {
                const ledger = new TimedLedger(crowd.history, crowd);
                return new Subscriber(server.port, path, ledger, { isChunked: k % 2 === 0 });
            });
            crowd.members.push(...some);
            for (const member of some) member.connect();
            await until("good subscribers are answered",
                () => some.every(({ isAnswered }) => isAnswered), { timeout: 30_000 });
        }
        crowd.#timer = setInterval(() => crowd.#feed(), everyMs);
        return crowd;
    }

    #feed() {
        this.#fedAt.push(performance.now());
        this.server.publish(this.history.add(symbol));
    }

    hasCome(price) {
        const fedAt = this.#fedAt[price - 1_000];
        if (fedAt !== undefined) this.#latencies.push(performance.now() - fedAt);
    }

    // How long ticks took since this was last asked.
    latency() {
        return summary(this.#latencies.splice(0));
    }

    // No more ticks.
    stop() {
        clearInterval(this.#timer);
    }

    // No more ticks; resolves when all have come, with all that was wrong.
    async faults({ timeout = 20_000 } = {}) {
        this.stop();
        await until("the last tick has come",
            () => this.members.every(({ ledger }) => ledger.isUpToDate()), { timeout }).catch(() => {});
        return [
            ...this.history.finalFaults(),
            ...this.members.flatMap(({ ledger, hasBeenDropped }, i) => [
                ...ledger.finalFaults().map((fault) => `subscriber ${i}: ${fault}`),
                ...ledger.gaps.map((gap) => `subscriber ${i} was told of a gap: ${gap.reason}`),
                ...(hasBeenDropped ? [`subscriber ${i} was left`] : []),
            ]),
        ];
    }

    #leave() {
        this.stop();
        for (const member of this.members) member.close();
    }
}
