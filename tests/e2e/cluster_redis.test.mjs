// A Redis that dies, forgets, hangs, is trimmed or cut, under three instances with clients.
//
// CLUSTER_ROUNDS: faults of the random sequence (6). `make test-long` sets more.

import assert from "node:assert/strict";
import { readdir, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Cluster, symbols } from "./support/cluster.mjs";
import { request } from "./support/http.mjs";
import { startRedis } from "./support/redis.mjs";
import { until } from "./support/wait.mjs";

const rounds = Number(process.env.CLUSTER_ROUNDS ?? 6);
const names = ["a", "b", "c"];
const stream = "tickertape:{pipe}:stream";

async function threeOver(t, settings = {}, more = []) {
    const redis = await startRedis(t, { more });
    const cluster = new Cluster(t, { RELAY: redis.url, ...settings });
    await cluster.startAll(names);
    cluster.join(20);
    cluster.feed();
    await cluster.flows();
    return { redis, cluster };
}

// The end of the newest append-only file is lost, as in a loss of power.
async function cutLog(redis, bytes) {
    const files = (await readdir(redis.log)).filter((name) => name.endsWith(".incr.aof")).sort();
    const path = join(redis.log, files.at(-1));
    const { size } = await stat(path);
    await truncate(path, Math.max(0, size - bytes));
}

const faults = {
    "killed and started again": async (redis) => {
        await redis.kill();
        await pause(300);
        await redis.start();
    },
    "asleep for 5 s": (redis) => redis.tell("DEBUG", "SLEEP", "5"),
    "emptied": (redis) => redis.cli("FLUSHALL"),
    "robbed of the stream": (redis) => redis.cli("DEL", stream),
    "without its scripts": (redis) => redis.cli("SCRIPT", "FLUSH"),
    "robbed of the lease": (redis) => redis.cli("DEL", "tickertape:{pipe}:lease"),
    "cut off from all": (redis) => redis.cli("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"),
    "back without its last entries": async (redis) => {
        await redis.kill();
        await cutLog(redis, Math.floor(Math.random() * 4_000));
        await redis.start();
    },
};

describe("a Redis that is", { concurrency: false }, () => {
    for (const [name, happens] of Object.entries(faults))
        test(`${name}: one history`, { timeout: 120_000 }, async (t) => {
            const { redis, cluster } = await threeOver(t);
            await happens(redis);
            await cluster.flows();
            await cluster.isWhole();
        });

    test(`harmed in ${rounds} ways, one after the other`, { timeout: 1_800_000 }, async (t) => {
        const { redis, cluster } = await threeOver(t);
        const all = Object.entries(faults);
        const done = [];
        for (let round = 0; round < rounds; round += 1) {
            const [name, happens] = all[Math.floor(Math.random() * all.length)];
            done.push(name);
            await happens(redis);
            await pause(Math.random() * 1_000);
            await cluster.flows();
        }
        t.diagnostic(done.join(", "));
        await cluster.isWhole();
    });

    test("robbed of its scripts all the time, at 500 ticks a second: one history", { timeout: 120_000 },
        async (t) => {
            const { redis, cluster } = await threeOver(t);
            cluster.stopFeed();
            cluster.feed(2);
            const isRobbed = setInterval(() => redis.tell("SCRIPT", "FLUSH"), 50);
            t.after(() => clearInterval(isRobbed));
            const loads = () => Number(/cmdstat_script\|load:calls=(\d+)/.exec(
                redis.cli("INFO", "commandstats"))?.[1] ?? 0);
            const before = loads();
            await until("it is told its scripts again, 50 times", () => loads() > before + 50);
            clearInterval(isRobbed);
            await cluster.flows();
            await cluster.isWhole();
        });

    test("trimmed while an instance sleeps: that one's clients are told a gap", async (t) => {
        const { redis, cluster } = await threeOver(t);
        const [slow] = await cluster.followers();
        const server = cluster.instances.get(slow);
        server.child.signal("SIGSTOP");
        const before = Number(redis.cli("XLEN", stream));
        await until("more entries are there", () => Number(redis.cli("XLEN", stream)) > before + 60);
        redis.cli("XTRIM", stream, "MAXLEN", "20");
        server.child.signal("SIGCONT");
        await cluster.flows();
        const faults = await cluster.settle();
        assert.deepEqual(faults.slice(0, 10), []);
        assert.ok(cluster.gaps.length > 0, "a gap was told");
    });
});

test("without Redis nothing is published, and it goes on when it is back", async (t) => {
    const { redis, cluster } = await threeOver(t);
    await redis.kill();
    await pause(100);
    const { ids } = cluster.history;
    for (let n = 0; n < symbols.length; n += 1) cluster.publish();
    await pause(1_500);
    assert.ok(cluster.history.ids <= ids + 1, "no tick without the relay");
    await redis.start();
    await cluster.flows();
    await cluster.isWhole();
});

test("what is observed while Redis is away for some seconds is published when it is back",
    { timeout: 120_000 }, async (t) => {
        const { redis, cluster } = await threeOver(t);
        const leader = await cluster.leader();
        const others = (await cluster.followers()).map((name) => cluster.instances.get(name).child);
        // Nobody else can be the first to find it back.
        for (const other of others) other.signal("SIGSTOP");
        t.after(() => others.forEach((other) => other.signal("SIGCONT")));
        await redis.kill();
        await pause(4_000); // four times the lease
        await redis.start();
        await until("it leads again", async () => {
            const { role, relay_away: isAway } = await cluster.says(leader) ?? {};
            return role === "leader" && !isAway;
        });
        for (const other of others) other.signal("SIGCONT");
        await cluster.flows();
        assert.equal(await cluster.leader(), leader);
        const { text } = await request(`${cluster.instances.get(leader).url}/metrics`);
        assert.match(text, /^tickertape_relay_dropped_total 0$/m);
        await cluster.isWhole();
    });

test("an instance is ready while Redis is away, says so, and is not once it is told to stop",
    { timeout: 120_000 }, async (t) => {
        const { redis, cluster } = await threeOver(t, { DRAIN_DELAY: "8s" });
        const readiness = async (name) => request(`${cluster.instances.get(name).url}/readyz`);
        redis.signal("SIGSTOP");
        t.after(() => redis.signal("SIGCONT"));
        for (const name of names) {
            await until("it says that the relay is away", async () =>
                (await cluster.says(name)).relay_away === true && (await cluster.says(name)).lag_ms > 5_000);
            const { status, text } = await readiness(name);
            assert.equal(status, 200);
            assert.match(text, /the relay does not answer/);
        }
        // The relay hangs, and does not hear its farewell.
        const [name] = names;
        const server = cluster.instances.get(name);
        server.child.signal("SIGTERM");
        await server.child.says(/draining/);
        assert.equal((await readiness(name)).status, 503);
        await server.child.exited(60_000);
        redis.signal("SIGCONT");
        await until("the others are as far as the relay", async () =>
            (await Promise.all(names.slice(1).map((each) => cluster.says(each))))
                .every(({ relay_away: away, lag_ms: lag }) => !away && lag === 0));
        assert.equal((await readiness(names[1])).status, 200);
    });

test("a Redis that is full is one line in the log, however often it refuses", { timeout: 120_000 },
    async (t) => {
        const { redis, cluster } = await threeOver(t);
        const server = cluster.instances.get(await cluster.leader());
        redis.cli("CONFIG", "SET", "maxmemory", "1");
        await until("it has refused often", async () => {
            const { text } = await request(`${server.url}/metrics`);
            return Number(/^tickertape_relay_failures_total (\d+)$/m.exec(text)[1]) > 30;
        }, { timeout: 60_000 });
        const told = server.child.stderr.match(/ the relay fails .*refuses what was asked/g);
        assert.ok(told.length >= 1 && told.length <= 3, `${told.length} lines`);
        assert.match(server.child.stderr, /its memory is full: nothing is appended \(OOM\)/);
        redis.cli("CONFIG", "SET", "maxmemory", "0");
        await cluster.flows();
        await server.child.says(/the relay answers again failures=\d+/);
    });

test("an instance whose name another one has says so, and one of the two leads", async (t) => {
    const redis = await startRedis(t);
    const cluster = new Cluster(t, { RELAY: redis.url });
    const first = await cluster.start("a");
    const second = await cluster.start("b", { INSTANCE: "a", SYMBOLS: symbols.slice(1).join() });
    const says = (line) => until(`one of them says ${line}`, () =>
        [first, second].some(({ child }) => line.test(child.stderr)));
    await says(/another instance has the same name/);
    const third = await cluster.start("c", { SYMBOLS: symbols.slice(1).join() });
    await until("it says that the symbols differ", () =>
        [first, second, third].some(({ child }) => /has other SYMBOLS/.test(child.stderr)));
});
