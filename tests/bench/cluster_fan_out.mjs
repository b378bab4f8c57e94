// Subscribers of three instances, at 2 ticks a second: each instance's directly, or all through HAProxy
// as docs/deploy has it. A process has no more than 20,000 descriptors here and HAProxy takes two for a
// stream, so there are two HAProxies.

import { setTimeout as pause } from "node:timers/promises";
import { startHaproxy } from "../e2e/support/balancer.mjs";
import { cores, figuresOf, load, startCluster } from "./cluster_rig.mjs";
import { pin } from "./cost.mjs";
import { during } from "./lifetime.mjs";
import { format, spread, table } from "./tables.mjs";

const perSecond = 2;
const balancers = 2;

const sum = (all) => all.reduce((a, b) => a + b, 0);

async function measure(subscribers, throughBalancer, seconds) {
    return during(async (t) => {
        const { instances } = await startCluster(t, 3, { symbols: 1, settings: { THREADS: "1" } });
        instances[0].feed({ perSecond, symbols: 1 });
        const ports = instances.map(({ port }) => port);
        const doors = [];
        for (let n = 0; throughBalancer && n < balancers; n += 1) {
            const streams = Math.ceil(subscribers / balancers) + 100;
            const door = await startHaproxy(t, ports, { streams, isPlain: true });
            pin(door.child.pid, cores.cores);
            doors.push(door);
        }
        const ways = throughBalancer ? doors.map(({ port }) => port) : ports;
        await pause(throughBalancer ? 5_000 : 500); // until it has found all instances
        const pids = instances.map(({ pids: [pid] }) => pid);
        const doorPids = doors.map(({ child }) => child.pid);
        const options = { connections: Math.floor(subscribers / ways.length), ramp: 2_000,
            warmup: "5s", duration: `${seconds}s`, settle: "5s", expect: perSecond,
            "connect-within": "120s", sources: 2 };
        const most = instances.map(() => 0); // streams of each
        const looking = setInterval(() => instances.forEach(async (server, i) => {
            const now = (await figuresOf(server)).sum("tickertape_subscribers");
            most[i] = Math.max(most[i], now);
        }), 2_000);
        const found = await Promise.all(ways.map((port, i) =>
            load(t, `http://127.0.0.1:${port}/prices/stream`, {
                ...options, pid: throughBalancer ? doorPids[i] : pids[i] })))
            .finally(() => clearInterval(looking));
        const worst = (name) => Math.max(...found.map((run) => run[name]));
        return {
            connected: sum(found.map(({ connected }) => connected)),
            failed: sum(found.map(({ failed, refused, closed }) => failed + refused + closed)),
            deliveries: sum(found.map((run) => run.deliveries_per_s)),
            missing: sum(found.map(({ missing }) => missing)),
            p50: worst("latency_p50_us") / 1e3, p99: worst("latency_p99_us") / 1e3,
            // What each of a kind took for a delivery: instances directly, or HAProxy.
            cpu: sum(found.map(({ server_cpu_s }) => server_cpu_s)) /
                sum(found.map(({ deliveries }) => deliveries)) * 1e6,
            memory: sum(found.map((run) => run.server_resident_bytes_most)) / 2 ** 20,
            spread: most.map((streams) => format(streams, 0)).join("; "),
        };
    });
}

export async function fanOut({ runs, seconds, subscribers }) {
    const found = { directly: [], "through HAProxy": [] };
    for (let run = 0; run < runs; run += 1) {
        found.directly.push(await measure(subscribers, false, 2 * seconds));
        found["through HAProxy"].push(await measure(subscribers, true, 2 * seconds));
    }
    return table(Object.entries(found).map(([name, all]) => {
        const of = (pick, digits) => spread(all, pick, digits);
        return {
            "": name, connected: of(({ connected }) => connected, 0),
            "failed or closed": of(({ failed }) => failed, 0),
            "deliveries a second": of(({ deliveries }) => deliveries, 0),
            missing: of(({ missing }) => missing, 0),
            "p50, ms": of(({ p50 }) => p50, 1), "p99, ms": of(({ p99 }) => p99, 1),
            "CPU of a delivery, µs": of(({ cpu }) => cpu, 1),
            "memory of these, MiB": of(({ memory }) => memory, 0),
            "streams of each instance": all.at(-1).spread,
        };
    }));
}
