// A Redis and instances that share it, pinned to the server's core, as `make bench-cluster` uses
// them; the feed goes to the first one, which leads.

import { Figures } from "../e2e/support/figures.mjs";
import { json, request } from "../e2e/support/http.mjs";
import { startRedis } from "../e2e/support/redis.mjs";
import { until } from "../e2e/support/wait.mjs";
import { contestants, loader, startOn } from "./contestants.mjs";
import { pin } from "./cost.mjs";

export const cores = { cores: "0", loadCores: "1" };

const roleOf = async ({ origin }) => (await json(`${origin}/api/cluster`)).body.role;

export async function startInstance(t, settings = {}, symbols = 10) {
    const server = await contestants.tickertape(t, { ...cores, symbols },
        { ARCHIVE: "none", STALE_AFTER: "1h", ...settings });
    return { ...server, origin: new URL(server.url).origin, port: Number(new URL(server.url).port) };
}

// `count` instances; the first of them leads.
export async function startCluster(t, count, { settings = {}, symbols = 10 } = {}) {
    const redis = await startRedis(t);
    pin(redis.child.pid, cores.cores);
    const instances = [];
    for (let i = 0; i < count; i += 1) {
        const server = await startInstance(t,
            { RELAY: redis.url, INSTANCE: `i${i}`, ...settings }, symbols);
        instances.push(server);
        const role = i === 0 ? "leader" : "follower";
        await until(`i${i} is the ${role}`, async () => await roleOf(server) === role);
    }
    return { redis, instances };
}

export const figuresOf = async ({ origin }) =>
    new Figures((await request(`${origin}/metrics`, { timeout: 30_000 })).text);

// How often Redis was asked by each command, those within scripts included.
export function callsOf(redis) {
    const text = redis.cli("INFO", "commandstats");
    return Object.fromEntries([...text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)]
        .map(([, name, calls]) => [name, Number(calls)]));
}

// What tickertape-bench finds.
export async function load(t, url, options) {
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = startOn(t, cores.loadCores, loader, ["--url", url, ...args, "--json"]);
    await child.exited(300_000);
    if (child.exit.code !== 0) throw new Error(`tickertape-bench: ${child.stderr}`);
    return JSON.parse(child.stdout);
}
