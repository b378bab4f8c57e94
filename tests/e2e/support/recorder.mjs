// What one subscriber is told, in order and with its times: stands where a Ledger does when the
// events themselves are what a test is about.

export class Recorder {
    events = []; // of all connections, as { id, event, data, at }
    faults = [];
    lastId = null;

    asks() {}

    isAnswered() {
        this.answeredAt = performance.now();
    }

    take(event) {
        if (event.id !== undefined) this.lastId = event.id;
        this.events.push({ ...event, at: performance.now() });
    }

    get ticks() {
        return this.events.filter(({ event, data }) => event === undefined && data !== undefined);
    }

    get prices() {
        return this.ticks.map(({ data }) => data.price);
    }

    of(name) {
        return this.events.filter(({ event }) => event === name);
    }
}

// Prices that count up by one: what is wrong with them as a part of all there were, or null.
export function brokenAt(prices) {
    for (let i = 1; i < prices.length; i += 1)
        if (prices[i] !== prices[i - 1] + 1) return `${prices[i]} comes after ${prices[i - 1]}`;
    return null;
}

// The same where a tick says how many it stands for.
export function wronglySkipped(ticks) {
    for (let i = 1; i < ticks.length; i += 1) {
        const before = ticks[i - 1].data.price;
        const { data } = ticks[i];
        if (data.price !== before + 1 + (data.skipped ?? 0))
            return `${data.price} comes after ${before} and says it skipped ${data.skipped}`;
    }
    return null;
}
