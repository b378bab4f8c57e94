// What an instance costs that has no subscribers, and one whose feed is quiet: alone, and as one of
// three over Redis.

import { setTimeout as pause } from "node:timers/promises";
import { usageOf } from "./cost.mjs";
import { callsOf, startCluster, startInstance } from "./cluster_rig.mjs";
import { during } from "./lifetime.mjs";
import { spread, table } from "./tables.mjs";

const perSecond = 25;

// Of each process and of Redis over `seconds`.
async function watch(servers, redis, seconds) {
    const pids = servers.map(({ pids: [pid] }) => pid);
    const all = [...pids, ...(redis ? [redis.child.pid] : [])];
    const before = all.map(usageOf);
    const calls = redis ? callsOf(redis) : {};
    await pause(seconds * 1_000);
    const now = all.map(usageOf);
    const asked = redis ? callsOf(redis) : {};
    const each = now.map(({ cpu, resident }, i) =>
        ({ busy: (cpu - before[i].cpu) / seconds * 100, resident: resident / 2 ** 20 }));
    const rate = (name) => ((asked[name] ?? 0) - (calls[name] ?? 0)) / seconds;
    return { each, scripts: rate("evalsha"), reads: rate("xread") };
}

async function measure(count, isFed, seconds) {
    return during(async (t) => {
        const { redis, instances } = count > 1
            ? await startCluster(t, count) : { redis: null, instances: [await startInstance(t)] };
        if (isFed) instances[0].feed({ perSecond, symbols: instances[0].symbols.length });
        await pause(3_000);
        return watch(instances, redis, seconds);
    });
}

export async function idle({ runs, seconds }) {
    const rows = [];
    for (const isFed of [false, true]) {
        const [one, three] = [[], []];
        for (let run = 0; run < runs; run += 1) {
            one.push(await measure(1, isFed, 2 * seconds));
            three.push(await measure(3, isFed, 2 * seconds));
        }
        const row = (name, found, at) => rows.push({
            "ticks a second": isFed ? perSecond : 0, "": name,
            "of a core, %": spread(found, ({ each }) => each[at].busy, 2),
            "memory, MiB": spread(found, ({ each }) => each[at].resident, 1),
        });
        row("alone", one, 0);
        row("leader", three, 0);
        row("follower", three, 2);
        row("Redis", three, 3);
        rows.at(-1)["scripts a second"] = spread(three, ({ scripts }) => scripts, 1);
        rows.at(-1)["reads a second"] = spread(three, ({ reads }) => reads, 1);
    }
    const names = [...new Set(rows.flatMap(Object.keys))];
    return table(rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name] ?? ""]))));
}
