// Invariant 1 under load, from outside: 250 symbols at a tick a second each, 2,000 subscribers with
// sets of symbols of their own that come, go, break off and read as people do.
//
// SOAK_SECONDS: for how long prices are fed (15; fewer are too few for people to be overtaken).
// SOAK_SEED: what a failed run printed; it repeats what every subscriber is like, though not what
// the kernel and the clock make of it.

import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { positionOf, textOfPosition } from "./support/events.mjs";
import { History, Ledger } from "./support/ledger.mjs";
import { startServer } from "./support/server.mjs";
import { Subscriber } from "./support/subscriber.mjs";
import { until } from "./support/wait.mjs";

const seconds = Number(process.env.SOAK_SECONDS ?? 15);
const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 32));
const subscriberCount = 2_000;
const everySymbolAt = 64; // each 64th subscriber wants all symbols
const pages = 2; // sets that many want: a lane serves those who want the same as a group
const connectAtOnce = 100;
// So short that a client that is away for a moment, or stops reading for some more, loses ticks.
const ticksHeld = 4;
const symbols = Array.from({ length: 250 }, (_, i) => `S${i}-USD`);

// Numbers that look random and are the same for the same seed (mulberry32).
class Random {
    #state;

    constructor(from) {
        this.#state = from | 0;
    }

    // At least 0, less than 1.
    next() {
        this.#state = (this.#state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    }

    chance(p) {
        return this.next() < p;
    }

    between(low, high) {
        return low + this.next() * (high - low);
    }

    below(end) {
        return Math.floor(this.next() * end);
    }

    pick(from) {
        return from[this.below(from.length)];
    }
}

// A tick of each symbol a second, evenly spread. Returns when it is over.
async function feed(server, history) {
    const began = performance.now();
    const total = Math.round(seconds * symbols.length);
    for (let fed = 0; fed < total;) {
        await pause(20);
        const due = Math.floor(((performance.now() - began) / 1_000) * symbols.length);
        let lines = "";
        for (; fed < Math.min(due, total); fed += 1) {
            const symbol = symbols[fed % symbols.length];
            lines += `${JSON.stringify({ symbol, price: history.add(symbol) })}\n`;
        }
        if (lines) server.child.process.stdin.write(lines);
    }
}

function anySymbols(random) {
    const wanted = new Set();
    const count = 1 + random.below(20);
    while (wanted.size < count) wanted.add(random.pick(symbols));
    return [...wanted];
}

// One subscriber's life. Until the feed is over it comes and goes; then it comes back, and stays.
class Life {
    cuts = 0;
    subscriber = null;
    #random;
    #over;

    // `over`: the signal that the feed is.
    constructor({ server, history, over, popular }, index, seedOfThis) {
        const random = (this.#random = new Random(seedOfThis));
        const wantsAll = index % everySymbolAt === 0;
        const set = random.chance(0.3) ? random.pick(popular) : anySymbols(random);
        this.wanted = wantsAll ? symbols : set;
        this.#over = over;
        this.server = server;
        this.history = history;
        this.ledger = new Ledger(history, this.wanted);
        this.path = `/prices/stream?symbols=${wantsAll ? "*" : this.wanted.join()}`;
        this.start = random.pick(["the newest", "since", "an id"]);
        this.isHereFirst = random.chance(0.5);
        this.isSlow = random.chance(wantsAll ? 0.6 : 0.05);
        this.isCut = random.chance(this.isSlow ? 0.4 : 0.85);
    }

    async live() {
        const random = this.#random;
        if (!this.isHereFirst) {
            await this.#wait(random.between(0, seconds / 2));
            this.come();
        }
        if (this.isSlow) this.#readInBouts();
        while (this.isCut && !this.#over.aborted) {
            await this.#wait(random.between(1, 12));
            if (this.subscriber.isAnswered && !this.#over.aborted) await this.#breakOff();
        }
    }

    come() {
        const options = { isChunked: this.#random.chance(0.5) };
        if (this.start === "since") options.since = this.#anyTime();
        if (this.start === "an id") this.ledger.lastId = this.#anyId();
        this.subscriber = new Subscriber(this.server.port, this.path, this.ledger, options);
        this.subscriber.connect();
    }

    // Between before what is held, perhaps before the server was there, and now; or to the
    // millisecond that of a tick it wants.
    #anyTime() {
        const at = this.#random.chance(0.5) ? this.#recent(this.wanted) : undefined;
        const ago = this.#random.between(0, 2 * ticksHeld) * 1_000;
        const ms = at === undefined ? Date.now() - Math.floor(ago) : Number(at >> 20n);
        const text = this.#random.chance(0.5) ? `${ms}` : (ms / 1_000).toFixed(3);
        return { text, after: positionOf(`${ms}-0`) - 1n };
    }

    // Of any symbol, as another instance may have sent it; null where there has been none.
    #anyId() {
        const at = this.#recent(symbols);
        return at === undefined ? null : textOfPosition(at);
    }

    // The position of a tick of one of these symbols that may be held still.
    #recent(among) {
        const { positions } = this.history.of.get(this.#random.pick(among));
        return this.#random.pick(positions.slice(-2 * ticksHeld).filter(Boolean));
    }

    async #breakOff() {
        const random = this.#random;
        const how = random.chance(0.5) ? "destroy" : "resetAndDestroy";
        const inTheMiddle = random.chance(0.7);
        this.subscriber.resume();
        await this.subscriber.cut(inTheMiddle ? random.below(300) : Infinity, how);
        this.cuts += 1;
        await this.#wait(random.chance(0.7) ? random.between(0, 0.5) : random.between(0.5, 9));
        this.subscriber.connect();
    }

    async #readInBouts() {
        while (!this.#over.aborted) {
            this.subscriber.pause();
            await this.#wait(this.#random.between(2, 14));
            this.subscriber.resume();
            await this.#wait(this.#random.between(0, 1));
        }
    }

    // That many seconds, or until the feed is over.
    async #wait(duration) {
        await pause(duration * 1_000, undefined, { signal: this.#over }).catch(() => {});
    }
}

function memoryOf(server) {
    const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
    return `${(Number(status.match(/VmRSS:\s+(\d+)/)[1]) / 1024).toFixed(1)} MiB`;
}

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

// With an archive, what memory has lost comes from the disk.
for (const archive of ["none", "sqlite:data"]) test(
    `${subscriberCount} subscribers get every tick once, or are told what they lost, archive ${archive}`,
    { timeout: (4 * seconds + 120) * 1_000 }, async (t) => {
        t.diagnostic(`SOAK_SEED=${seed}`);
        const server = await startServer(t, {
            SYMBOLS: symbols.join(),
            STORE_SIZE: String(ticksHeld),
            SEND_BUFFER: "4KiB",
            ARCHIVE: archive,
        });
        const memory = [memoryOf(server)];
        const history = new History(symbols);
        const random = new Random(seed);
        const over = new AbortController();
        setMaxListeners(0, over.signal);
        const popular = Array.from({ length: pages }, () => anySymbols(random));
        const world = { server, history, over: over.signal, popular };
        const everybody = Array.from({ length: subscriberCount }, (_, i) =>
            new Life(world, i, random.below(2 ** 32)));
        t.after(() => {
            over.abort();
            for (const { subscriber } of everybody) subscriber?.close();
        });

        // Somebody is there for the very first tick of every symbol.
        const first = everybody.filter((life) => life.isHereFirst);
        for (let i = 0; i < first.length; i += connectAtOnce) {
            const some = first.slice(i, i + connectAtOnce);
            for (const life of some) life.come();
            await until("they are answered",
                () => some.every(({ subscriber }) => subscriber.isAnswered), { timeout: 30_000 });
        }
        const began = performance.now();
        const lives = everybody.map((life) => life.live());
        await feed(server, history);
        memory.push(memoryOf(server));
        over.abort();
        for (const { subscriber } of everybody) {
            subscriber?.breakNow();
            subscriber?.resume();
        }
        await Promise.all(lives);
        const late = () => everybody.filter(({ ledger }) => !ledger.isUpToDate());
        // Who is not up to date by then has a fault to its name.
        await until("all are up to date", () => late().length === 0, { timeout: 30_000 })
            .catch(() => {});
        const took = (performance.now() - began) / 1_000;
        memory.push(memoryOf(server));

        const faults = [
            ...history.finalFaults(),
            ...everybody.flatMap(({ ledger }, i) =>
                ledger.finalFaults().map((fault) => `subscriber ${i}: ${fault}`)),
        ];
        const gaps = everybody.flatMap(({ ledger }) => ledger.gaps);
        const told = (reason) => gaps.filter((gap) => gap.reason === reason).length;
        const figures = {
            fed: sum([...history.of.values()].map((symbol) => symbol.fed)),
            delivered: sum(everybody.map(({ ledger }) => ledger.ticks)),
            cuts: sum(everybody.map((life) => life.cuts)),
            dropped: everybody.filter(({ subscriber }) => subscriber.hasBeenDropped).length,
        };
        t.diagnostic(
            `${figures.fed} ticks fed, ${figures.delivered} deliveries checked, ` +
            `${gaps.length} gaps (${told("evicted")} evicted, ${told("lapped")} lapped, ` +
            `${told("restarted")} restarted), ${figures.cuts} cuts, ${took.toFixed(1)} s, server ` +
            `${memory.join(", ")} at the start, at the end of the feed, at the end`);
        assert.equal(server.child.exit, null, server.child.stderr.slice(-2_000));
        assert.equal(figures.dropped, 0, "the server has no reason to leave anybody");
        assert.equal(faults.length, 0, `${faults.length} faults, seed ${seed}:\n${
            faults.slice(0, 20).join("\n")}`);
        // The run was worth something: people came back, lost ticks, and got most of them.
        assert.ok(figures.cuts > subscriberCount / 2);
        if (archive === "none") assert.ok(told("evicted") > subscriberCount / 4);
        assert.ok(told("lapped") > 0);
        assert.ok(figures.delivered > figures.fed * 40);
    });
