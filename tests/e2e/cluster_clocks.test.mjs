// Clocks that step by seconds and by an hour, of the leader, of a follower and of Redis, under three
// instances with clients that come back all the time: one history, and who has a wrong clock does
// not lead.
//
// CLOCK_STEPS: how many of the steps (2). `make test-long` takes all.

import { describe, test } from "node:test";
import { clocksOf } from "./support/clock.mjs";
import { Cluster } from "./support/cluster.mjs";
import { fakeTime, forget } from "./support/faketime.mjs";
import { figuresOf } from "./support/figures.mjs";
import { startRedis } from "./support/redis.mjs";
import { until } from "./support/wait.mjs";

const names = ["a", "b", "c"];
const hour = 3_600;
const steps = [hour, -2, -hour, 2].slice(0, Number(process.env.CLOCK_STEPS ?? 2));
const timeout = 240_000;

// Each instance has a clock of its own.
async function threeOver(t, redis) {
    const cluster = new Cluster(t, { RELAY: redis.url });
    const clocks = new Map();
    for (const name of names) {
        clocks.set(name, await fakeTime(t));
        const { pid } = await cluster.start(name, clocks.get(name).settings);
        t.after(() => forget(pid));
    }
    await cluster.leader();
    cluster.join(20);
    cluster.feed();
    await cluster.flows();
    return { cluster, clocks };
}

// All clients come back with the last id that they saw, wherever they are by turns.
async function allComeBack(cluster) {
    for (const client of cluster.clients) client.breakOff();
    await cluster.flows();
}

async function leads(cluster, isRight) {
    let leader;
    await until(() => `the right instance leads; ${leader} does`, async () => {
        leader = await cluster.leader();
        return isRight(leader);
    });
    return leader;
}

const skewOf = async (cluster, name) =>
    (await figuresOf(cluster.instances.get(name))).sum("tickertape_relay_clock_skew_seconds");

// The instance knows by how much its clock differs.
async function knows(cluster, name, seconds) {
    let skew;
    await until(() => `${name} knows that it is ${seconds} s off; it says ${skew}`, async () => {
        skew = await skewOf(cluster, name);
        return Math.abs(skew - seconds) < 1;
    });
}

describe("three instances over Redis, of which", { concurrency: false }, () => {
    test("the leader's clock steps: another one leads", { timeout }, async (t) => {
        const { cluster, clocks } = await threeOver(t, await startRedis(t));
        for (const seconds of steps) {
            const skewed = await cluster.leader();
            clocks.get(skewed).set(seconds);
            await leads(cluster, (leader) => leader !== skewed);
            await cluster.flows();
            await allComeBack(cluster);
            await knows(cluster, skewed, seconds);
            clocks.get(skewed).set(0);
            await knows(cluster, skewed, 0);
            await allComeBack(cluster);
        }
        await cluster.isWhole();
    });

    test("a follower's clock steps: it serves on, and does not lead", { timeout }, async (t) => {
        const { cluster, clocks } = await threeOver(t, await startRedis(t));
        const first = await cluster.leader();
        const [skewed, other] = await cluster.followers();
        for (const seconds of steps) {
            clocks.get(skewed).set(seconds);
            await knows(cluster, skewed, seconds);
            await allComeBack(cluster);
        }
        // The one that is left is not asked whether it wants to.
        await cluster.kill(first);
        await leads(cluster, (leader) => leader === other);
        await allComeBack(cluster);
        await cluster.isWhole();
    });

    test("none has the clock of Redis: there are no ticks, and then they go on", { timeout }, async (t) => {
        const clock = await clocksOf(t);
        const redis = await startRedis(t, { settings: clock.settings });
        const { cluster } = await threeOver(t, redis);
        for (const seconds of [hour, -hour]) {
            clock.step(seconds);
            await until("nobody leads", async () => (await Promise.all(
                names.map((name) => cluster.says(name)))).every(({ role }) => role === "follower"));
            clock.step(-seconds);
            await cluster.leader();
            await allComeBack(cluster);
        }
        await cluster.isWhole();
    });
});
