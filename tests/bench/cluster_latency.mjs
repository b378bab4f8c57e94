// From the moment at which a price was due to its arrival at ten subscribers: of a server that is
// alone, of a leader, of a follower, and of an edge of the follower. The last three at the same time.

import { setTimeout as pause } from "node:timers/promises";
import { load, startCluster, startInstance } from "./cluster_rig.mjs";
import { during } from "./lifetime.mjs";
import { spread, table } from "./tables.mjs";

const paces = [25, 1_000];
const symbols = 10;

const millis = (run) => ({ p50: run.latency_p50_us / 1e3, p99: run.latency_p99_us / 1e3,
    missing: run.missing });

async function measure(t, servers, perSecond, seconds) {
    servers[0].feed({ perSecond, symbols });
    await pause(1_000);
    return Promise.all(servers.map(async (server) => millis(await load(t, `${server.url}?symbols=*`,
        { connections: 10, duration: `${seconds}s`, expect: perSecond }))));
}

async function alone(perSecond, seconds) {
    return during(async (t) => {
        const [of] = await measure(t, [await startInstance(t, {}, symbols)], perSecond, seconds);
        return { alone: of };
    });
}

async function together(perSecond, seconds) {
    return during(async (t) => {
        const { instances } = await startCluster(t, 2, { symbols });
        const edge = await startInstance(t, { RELAY: `${instances[1].origin}/prices/stream` }, symbols);
        const [leader, follower, last] =
            await measure(t, [...instances, edge], perSecond, seconds);
        return { leader, follower, edge: last };
    });
}

export async function latency({ runs, seconds }) {
    const rows = [];
    for (const perSecond of paces) {
        const found = {};
        for (let run = 0; run < runs; run += 1)
            for (const way of [alone, together])
                for (const [name, one] of Object.entries(await way(perSecond, seconds)))
                    (found[name] ??= []).push(one);
        for (const [name, all] of Object.entries(found))
            rows.push({ "ticks a second": perSecond, "": name,
                "p50, ms": spread(all, ({ p50 }) => p50, 2), "p99, ms": spread(all, ({ p99 }) => p99, 2),
                missing: spread(all, ({ missing }) => missing, 0) });
    }
    return table(rows);
}
