// Several instances as one server: the same id is the same tick everywhere, also when a leader
// is killed, stopped for a while, or ends.
//
// CLUSTER_ROUNDS: how often a leader is killed, and how often one is stopped for a while (3).
// `make test-long` sets more.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Cluster, symbols } from "./support/cluster.mjs";
import { readEvents, isTick } from "./support/events.mjs";
import { json } from "./support/http.mjs";
import { startRedis } from "./support/redis.mjs";
import { until } from "./support/wait.mjs";

const rounds = Number(process.env.CLUSTER_ROUNDS ?? 3);
const names = ["a", "b", "c"];

async function threeOver(t, settings = {}) {
    const redis = await startRedis(t);
    const cluster = new Cluster(t, { RELAY: redis.url, ...settings });
    await cluster.startAll(names);
    return { redis, cluster };
}

describe("three instances over Redis", { concurrency: false }, () => {
    test("have one leader, and the same ids", async (t) => {
        const { cluster } = await threeOver(t);
        cluster.join(30);
        cluster.feed();
        await cluster.flows();
        let said;
        await until(() => `all know one leader: ${JSON.stringify(said)}`, async () => {
            said = await Promise.all(names.map((name) => cluster.says(name)));
            return said.filter(({ role }) => role === "leader").length === 1 &&
                said.filter(({ role }) => role === "follower").length === 2 &&
                said.every(({ leader }) => leader === said[0].leader);
        });
        await until("each knows the others", async () => (await Promise.all(
            names.map((name) => cluster.says(name)))).every(({ instances }) => instances.length === 3));
        await cluster.isWhole();
        const prices = await Promise.all([...cluster.instances.values()].map(
            async ({ url }) => (await json(`${url}/api/prices?symbols=${symbols.join()}`)).body.prices
                .map(({ symbol, price }) => `${symbol} ${price}`)));
        assert.deepEqual(prices[1], prices[0]);
        assert.deepEqual(prices[2], prices[0]);
    });

    test(`lose nothing where a leader is killed, ${rounds} times`, { timeout: 1_200_000 }, async (t) => {
        const { cluster } = await threeOver(t);
        cluster.join(30);
        cluster.feed();
        await cluster.flows();
        const took = [];
        for (let round = 0; round < rounds; round += 1) {
            const leader = await cluster.leader();
            const began = performance.now();
            await cluster.kill(leader);
            await cluster.leader();
            took.push(performance.now() - began);
            await cluster.flows();
            await cluster.start(leader);
        }
        t.diagnostic(`takeovers took ${took.map((ms) => ms.toFixed(0)).join(", ")} ms; the lease is 1,000 ms`);
        await cluster.isWhole();
    });

    test("hand over at once where a leader is told to stop", async (t) => {
        const { cluster } = await threeOver(t, { RELAY_LEASE: "20s" });
        cluster.join(30);
        cluster.feed();
        await cluster.flows();
        // A lease that has to run out would take longer than this test waits.
        for (const end of ["SIGTERM", "SIGINT"]) {
            const leader = await cluster.leader();
            const ended = cluster.kill(leader, end);
            await cluster.leader({ timeout: 10_000 });
            await ended;
            await cluster.flows();
            await cluster.start(leader);
        }
        await cluster.isWhole();
    });

    test(`are not harmed by a leader that wakes up, ${rounds} times`, { timeout: 1_200_000 }, async (t) => {
        const { cluster } = await threeOver(t);
        cluster.feed();
        await cluster.flows();
        for (let round = 0; round < rounds; round += 1) {
            const sleeper = await cluster.leader();
            const server = cluster.instances.get(sleeper);
            cluster.instances.delete(sleeper); // clients do not come to it meanwhile
            if (round === 0) cluster.join(30);
            server.child.signal("SIGSTOP");
            await cluster.leader();
            await cluster.flows({ but: server });
            server.child.signal("SIGCONT");
            cluster.instances.set(sleeper, server);
            await until("it follows", async () => (await cluster.says(sleeper))?.role === "follower",
                { timeout: 20_000 });
            await cluster.flows();
        }
        await cluster.isWhole();
    });

    test("give what the relay holds to one that comes without a disk", async (t) => {
        const { cluster } = await threeOver(t);
        const [first] = cluster.instances.values();
        const all = readEvents(t, `${first.url}/prices/stream?symbols=*`);
        await all.sees("the stream begins", () => all.status === 200);
        for (let n = 0; n < 40; n += 1) cluster.publish();
        await all.sees("40 ticks", (events) => events.filter(isTick).length === 40);
        const late = await cluster.start("d");
        const ids = all.events.filter(isTick).map(({ id }) => id);
        const resumed = readEvents(t, `${late.url}/prices/stream?symbols=*`, { "last-event-id": ids[9] });
        await resumed.sees("the ticks after that id", (events) => events.filter(isTick).length === 30);
        assert.deepEqual(resumed.events.filter(isTick).map(({ id }) => id), ids.slice(10));
        assert.equal(resumed.events.some(({ event }) => event === "gap"), false);
    });

    test("let a client wait that is ahead of them", async (t) => {
        const { cluster } = await threeOver(t);
        const leader = await cluster.leader();
        const [slow] = await cluster.followers();
        const stopped = cluster.instances.get(slow);
        const fast = readEvents(t, `${cluster.instances.get(leader).url}/prices/stream?symbols=*`);
        cluster.publish();
        await fast.sees("a tick", (events) => events.some(isTick));
        stopped.child.signal("SIGSTOP");
        for (let n = 0; n < 20; n += 1) cluster.publish();
        await fast.sees("all ticks", (events) => events.filter(isTick).length === 21);
        const last = fast.events.filter(isTick).at(-1).id;
        const ahead = readEvents(t, `${stopped.url}/prices/stream?symbols=*`, { "last-event-id": last });
        stopped.child.signal("SIGCONT");
        await until("it is connected", () => ahead.status === 200);
        cluster.publish();
        await ahead.sees("the next tick", (events) => events.some(isTick));
        const [next] = ahead.events.filter(isTick);
        assert.equal(next.data.price, 22);
        assert.equal(ahead.events.some(({ event }) => event === "gap"), false);
    });
});

test("the newest prices are in Redis for other programs", async (t) => {
    const { redis, cluster } = await threeOver(t);
    for (let n = 0; n < symbols.length; n += 1) cluster.publish();
    const wanted = await until("the key is there", () => {
        const text = redis.cli("GET", `tickertape:pipe:price:${symbols[4]}`);
        return text ? JSON.parse(text) : null;
    });
    assert.equal(wanted.price, 5);
    assert.equal(wanted.symbol, symbols[4]);
    const left = Number(redis.cli("PTTL", `tickertape:pipe:price:${symbols[4]}`));
    assert.ok(left > 0 && left <= 60_000, `${left} ms`);
    // What other programs take for a live price is one.
    assert.equal(redis.cli("EXISTS", `tickertape:price:${symbols[4]}`), "0");
});
