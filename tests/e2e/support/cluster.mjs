// Several instances over one relay, clients that wander between them, and what all of them saw.
//
// Every instance is fed the same prices, which count up. Only the leader publishes them, so a price
// that came while nobody led was never a tick.

import assert from "node:assert/strict";
import { ReturningClient } from "./returning_client.mjs";
import { json } from "./http.mjs";
import { Account, OneHistory } from "./one_history.mjs";
import { startServer } from "./server.mjs";
import { until } from "./wait.mjs";

export const symbols = Array.from({ length: 5 }, (_, n) => `S${n}-USD`);
const path = `/prices/stream?symbols=${symbols.join()}`;

export class Cluster {
    instances = new Map(); // by name, those that live
    history = new OneHistory();
    clients = [];
    #t;
    #settings;
    #price = 0;
    #timer = null;
    #turn = 0;

    constructor(t, settings) {
        this.#t = t;
        this.#settings = settings;
        t.after(() => this.close());
    }

    // `more`: settings of this instance alone; `under`: a command that becomes it.
    async start(name, more = {}, under = []) {
        const server = await startServer(this.#t, {
            SYMBOLS: symbols.join(), ARCHIVE: "none", RELAY_LEASE: "1s", DRAIN_DELAY: "300ms",
            DRAIN_TIME: "500ms", STALE_AFTER: "60s", LOG_LEVEL: "info", INSTANCE: name,
            ...this.#settings, ...more,
        }, [], under);
        this.instances.set(name, server);
        return server;
    }

    async startAll(names) {
        for (const name of names) await this.start(name);
        await this.leader();
    }

    // Prices go to all instances from now on, one symbol after the other.
    feed(everyMs = 20) {
        this.#timer = setInterval(() => this.publish(), everyMs);
    }

    publish() {
        const symbol = symbols[this.#price % symbols.length];
        this.#price += 1;
        for (const server of this.instances.values()) server.publish(this.#price, symbol);
    }

    stopFeed() {
        clearInterval(this.#timer);
    }

    async kill(name, signal = "SIGKILL") {
        const server = this.instances.get(name);
        this.instances.delete(name);
        server.child.signal(signal);
        await server.child.exited(20_000);
    }

    // What an instance says of the cluster; null where it does not answer.
    async says(name) {
        try {
            return (await json(`${this.instances.get(name).url}/api/cluster`)).body;
        } catch {
            return null;
        }
    }

    // The name of the instance that leads, once one does.
    async leader({ timeout = 20_000 } = {}) {
        return until("an instance leads", async () => {
            for (const name of this.instances.keys())
                if ((await this.says(name))?.role === "leader") return name;
            return null;
        }, { timeout });
    }

    async followers() {
        const leader = await this.leader();
        return [...this.instances.keys()].filter((name) => name !== leader);
    }

    // Clients that are on another instance each time they come.
    join(count) {
        this.#join(count, () => {
            const all = [...this.instances.values()];
            return all[this.#turn++ % all.length]?.port ?? 1;
        });
    }

    // Clients of a balancer.
    joinAt(port, count) {
        this.#join(count, () => port);
    }

    // Clients of those instances alone. `history`: what they learn goes there.
    joinOf(names, count, history = this.history) {
        let turn = 0;
        return this.#join(count, () =>
            this.instances.get(names[turn++ % names.length])?.port ?? 1, history);
    }

    #join(count, where, history = this.history) {
        const joined = [];
        for (let i = 0; i < count; i += 1) {
            const client = new ReturningClient(where, path, new Account(history, symbols));
            joined.push(client);
            client.connect();
        }
        this.clients.push(...joined);
        return joined;
    }

    // All clients have begun, and get what is published now. `but`: those of an instance that sleeps
    // do not.
    async flows({ timeout = 30_000, but = null } = {}) {
        const before = this.#price;
        const lacking = () => this.clients.filter(({ account, port }) =>
            !(account.newestPrice > before) && port !== but?.port);
        await until(() => `all clients get what is published: ${lacking().length} do not`,
            () => lacking().length === 0, { timeout });
    }

    // Feeds one more round and waits until everybody has all there is.
    async rest({ timeout = 60_000 } = {}) {
        this.stopFeed();
        for (let i = 0; i < symbols.length; i += 1) this.publish();
        await until(() => `all clients have all: ${this.clients.filter(
            ({ account }) => account.newestPrice < this.#price).length} have not`,
        () => this.clients.every(({ account }) => account.newestPrice >= this.#price), { timeout });
    }

    // Says what was wrong, once everybody has all there is.
    async settle(options) {
        await this.rest(options);
        const top = this.history.top;
        return [...this.history.faults,
            ...this.clients.flatMap(({ account }) => account.finalFaults(top))];
    }

    // One history, and no gap was told.
    async isWhole() {
        const faults = await this.settle();
        assert.deepEqual(faults.slice(0, 10), []);
        assert.deepEqual(this.gaps.slice(0, 5), []);
        for (const name of this.instances.keys())
            assert.equal((await this.says(name)).conflicts, 0);
    }

    get gaps() {
        return this.clients.flatMap(({ account }) => account.gaps);
    }

    close() {
        this.stopFeed();
        for (const client of this.clients) client.close();
    }
}
