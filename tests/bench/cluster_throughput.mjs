// How many ticks a second go through Redis: of one caller that appends, beside bare XADD of
// redis-benchmark, and of a leader and a follower that are offered more and more.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startRedis } from "../e2e/support/redis.mjs";
import { callsOf, cores, figuresOf, startCluster } from "./cluster_rig.mjs";
import { build, startOn } from "./contestants.mjs";
import { pin } from "./cost.mjs";
import { during } from "./lifetime.mjs";
import { format, spread, table } from "./tables.mjs";

const batches = [1, 20, 100, 1_000];
const offers = [1_000, 5_000, 20_000, 50_000, 100_000, 150_000];

// One client of redis-benchmark, which sends `batch` commands at a time.
function bareXadd(redis, batch) {
    const requests = batch === 1 ? 30_000 : 300_000;
    const out = execFileSync("taskset", ["-c", cores.loadCores, "redis-benchmark", "-p", String(redis.port),
        "-c", "1", "-P", String(batch), "-n", String(requests), "--csv",
        "XADD", "bare", "MAXLEN", "~", "1000000", "*", "p", "1712525476002-0",
        "d", "v1 t BTC-USD 69420.25 coinbase 0"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return Number(out.trim().split("\n").at(-1).split('","')[1]);
}

async function appends(seconds) {
    return during(async (t) => {
        const redis = await startRedis(t);
        pin(redis.child.pid, cores.cores);
        const child = startOn(t, cores.loadCores, join(build, "tests/bench/relay_figures"),
            [redis.url, String(seconds), ...batches.map(String)]);
        await child.exited(120_000);
        if (child.exit.code !== 0) throw new Error(child.stderr);
        return child.stdout.trim().split("\n").map((line) => {
            const [batch, ticks, p50, p99] = line.split(" ").map(Number);
            return { batch, ticks, p50, p99, bare: bareXadd(redis, batch) };
        });
    });
}

async function offered(perSecond, seconds) {
    return during(async (t) => {
        const { redis, instances } = await startCluster(t, 2);
        const [leader, follower] = instances;
        leader.feed({ perSecond, symbols: leader.symbols.length });
        await pause(1_000);
        const look = async () => {
            const [of, calls] = [await figuresOf(follower), callsOf(redis)];
            return { at: performance.now(), ticks: of.sum("tickertape_ticks_total"), ...calls };
        };
        const before = await look();
        await pause(seconds * 1_000);
        const now = await look();
        const at = await figuresOf(leader);
        const took = (now.at - before.at) / 1_000;
        return {
            ticks: (now.ticks - before.ticks) / took,
            ofEach: (now.xadd - before.xadd) / (now.evalsha - before.evalsha),
            dropped: at.sum("tickertape_relay_dropped_total"),
            waiting: at.sum("tickertape_relay_waiting"),
        };
    });
}

export async function throughput({ runs, seconds }) {
    const found = new Map();
    const add = (key, value) => found.set(key, [...(found.get(key) ?? []), value]);
    for (let run = 0; run < runs; run += 1) {
        for (const row of await appends(seconds)) add(`batch ${row.batch}`, row);
        for (const perSecond of offers) add(`offer ${perSecond}`, await offered(perSecond, seconds));
    }
    const digits = (name, of = 0) => [name, of];
    const row = (key, names) => Object.fromEntries(Object.entries(names).map(([title, [name, of]]) =>
        [title, spread(found.get(key), (one) => one[name], of)]));
    return [
        table(batches.map((batch) => ({ "ticks of one append": format(batch, 0),
            ...row(`batch ${batch}`, { "ticks a second": digits("ticks"), "p50, µs": digits("p50"),
                "p99, µs": digits("p99"), "bare XADD a second": digits("bare") }) }))),
        table(offers.map((offer) => ({ "offered a second": format(offer, 0),
            ...row(`offer ${offer}`, { "ticks a second at the follower": digits("ticks"),
                "ticks of one call": digits("ofEach", 1), dropped: digits("dropped"),
                "waiting at the end": digits("waiting") }) }))),
    ].join("\n");
}
