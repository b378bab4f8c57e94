// How long there are no ticks after the leader of three is killed, and after it is told to stop: from the
// signal to the first tick of another leader, as a subscriber of another instance gets it. The low bits of
// an id say which leader gave it. Kills come at any time between two renewals of the lease.

import { setTimeout as pause } from "node:timers/promises";
import { Cluster } from "../e2e/support/cluster.mjs";
import { startRedis } from "../e2e/support/redis.mjs";
import { ReturningClient } from "../e2e/support/returning_client.mjs";
import { until } from "../e2e/support/wait.mjs";
import { quantile } from "./cost.mjs";
import { during } from "./lifetime.mjs";
import { format, table } from "./tables.mjs";

const names = ["a", "b", "c"];
const everyMs = 5; // between ticks
const slotOf = (id) => Number(id.split("-")[1]) & 15;

// Stands where an Account does: notes when the first tick of each leader comes.
class Watch {
    lastId = null;
    faults = [];
    slot = null; // of the newest tick
    newestAt = 0;

    take({ id, event }) {
        if (id === undefined || event !== undefined) return;
        this.lastId = id;
        const slot = slotOf(id);
        if (slot !== this.slot) this.changedAt = performance.now();
        this.slot = slot;
        this.newestAt = performance.now();
    }
}

function watch(t, cluster, name) {
    const watched = new Watch();
    const client = new ReturningClient(() => cluster.instances.get(name)?.port ?? 1,
        "/prices/stream?symbols=*", watched);
    client.connect();
    t.after(() => client.close());
    return watched;
}

async function takeOver(cluster, watches, signal) {
    const leader = await cluster.leader();
    const followers = names.filter((name) => name !== leader);
    await until("all others follow", async () => (await Promise.all(
        followers.map((name) => cluster.says(name)))).every((said) => said?.role === "follower"));
    const others = followers.map((name) => watches.get(name));
    const since = performance.now();
    await until("ticks flow", () => others.every((each) => each.newestAt > since) &&
        others[0].slot === others[1].slot);
    const { slot } = others[0];
    await pause(Math.random() * 1_000);
    const began = performance.now();
    const ended = cluster.kill(leader, signal);
    await until("another leader's tick", () => others.some((each) => each.slot !== slot));
    const took = Math.min(...others.filter((each) => each.slot !== slot)
        .map(({ changedAt }) => changedAt)) - began;
    await ended;
    await cluster.start(leader);
    return took;
}

async function measure(signal, lease, count) {
    return during(async (t) => {
        const redis = await startRedis(t);
        const cluster = new Cluster(t, { RELAY: redis.url, RELAY_LEASE: lease, DRAIN_DELAY: "0s",
            DRAIN_TIME: "200ms" });
        await cluster.startAll(names);
        cluster.feed(everyMs);
        const watches = new Map(names.map((name) => [name, watch(t, cluster, name)]));
        const took = [];
        for (let n = 0; n < count; n += 1) took.push(await takeOver(cluster, watches, signal));
        return took.sort((a, b) => a - b);
    });
}

async function tableOf(cases, count) {
    const rows = [];
    for (const { name, signal, lease, most } of cases) {
        const took = await measure(signal, lease, count);
        const ms = (value) => format(value, 0);
        rows.push({ "": name, times: took.length, "p50, ms": ms(quantile(took, 0.5)),
            "p99, ms": ms(quantile(took, 0.99)), "max, ms": ms(took.at(-1)), "promised, ms": ms(most),
            "within it": took.filter((each) => each <= most).length });
    }
    return table(rows);
}

export const takeover = ({ kills }) => tableOf([
    { name: "kill -9, RELAY_LEASE=3s", signal: "SIGKILL", lease: "3s", most: 3_500 },
    { name: "kill -9, RELAY_LEASE=1s", signal: "SIGKILL", lease: "1s", most: 1_500 },
], kills);

export const handover = ({ kills }) => tableOf([
    { name: "SIGTERM, RELAY_LEASE=3s", signal: "SIGTERM", lease: "3s", most: 100 },
], kills);
