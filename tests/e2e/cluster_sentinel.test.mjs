// Three Redis servers with sentinels: a master that dies, whose replica lacks the newest entries.

import { describe, test } from "node:test";
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { Cluster } from "./support/cluster.mjs";
import { startRedis, startSentinel } from "./support/redis.mjs";
import { until } from "./support/wait.mjs";

const names = ["a", "b", "c"];

async function threeWithSentinels(t) {
    const master = await startRedis(t);
    const replicas = [];
    for (let n = 0; n < 2; n += 1)
        replicas.push(await startRedis(t, { more: ["--replicaof", "127.0.0.1", String(master.port)] }));
    await until("the replicas are in step", () =>
        replicas.every((each) => /master_link_status:up/.test(each.cli("INFO", "replication"))),
    { timeout: 30_000 });
    const sentinels = [];
    for (let n = 0; n < 3; n += 1) sentinels.push(await startSentinel(t, master));
    const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join();
    const cluster = new Cluster(t, { RELAY: `redis+sentinel://${hosts}/tape` });
    await until("the sentinels know each other", () => sentinels.every(({ master: say }) =>
        say()[1] === String(master.port)));
    await cluster.startAll(names);
    cluster.join(20);
    cluster.feed();
    await cluster.flows();
    return { master, replicas, sentinels, cluster };
}

describe("a failover", { concurrency: false }, () => {
    test("to a replica that lacks the last 2 s loses nothing", { timeout: 240_000 }, async (t) => {
        const { master, replicas, sentinels, cluster } = await threeWithSentinels(t);
        // They stop listening to the master, and do not know it.
        for (const replica of replicas) replica.signal("SIGSTOP");
        await pause(2_000);
        await master.kill();
        for (const replica of replicas) replica.signal("SIGCONT");
        await until("another is the master", () => sentinels[0].master()[1] !== String(master.port),
            { timeout: 60_000 });
        await cluster.flows({ timeout: 60_000 });
        await cluster.isWhole();
    });

    test("and the return of the old master lose nothing", { timeout: 240_000 }, async (t) => {
        const { master, sentinels, cluster } = await threeWithSentinels(t);
        await master.kill();
        await until("another is the master", () => sentinels[0].master()[1] !== String(master.port),
            { timeout: 60_000 });
        await cluster.flows({ timeout: 60_000 });
        await master.start();
        await until("it is a replica now", () => /role:slave/.test(master.cli("INFO", "replication")),
            { timeout: 60_000 });
        await cluster.flows();
        await cluster.isWhole();
        assert.equal(cluster.gaps.length, 0);
    });
});
