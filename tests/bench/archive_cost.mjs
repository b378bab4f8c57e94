// What an archive costs a whole server: how much later a tick comes, how many it takes in a second, what
// they take on the disk, and how long a start with a full day of them is.
// docs/performance.md says what was measured with it.
//
//   node tests/bench/archive_cost.mjs [--seconds 10] [--symbols 250] [--ticks 2160000] [--pace 20000]
//       [--only sqlite,postgresql]
//
// Latency is that of tickertape-bench, from the moment at which a tick was due to its arrival, with ten
// subscribers: what a row has more than the first one is the time between placed and committed. Servers
// are measured in turn, each with an archive of its own.

import { execFileSync } from "node:child_process";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Figures } from "../e2e/support/figures.mjs";
import { json, request } from "../e2e/support/http.mjs";
import { startPostgres } from "../e2e/support/postgres.mjs";
import { scratch } from "../e2e/support/server.mjs";
import { until } from "../e2e/support/wait.mjs";
import { contestants, loader, startOn } from "./contestants.mjs";
import { during } from "./lifetime.mjs";
import { table } from "./tables.mjs";

const { values: options } = parseArgs({
    options: {
        seconds: { type: "string", default: "10" }, // of each measurement of latency
        symbols: { type: "string", default: "250" },
        ticks: { type: "string", default: "2160000" }, // of the day
        pace: { type: "string", default: "20000" }, // ticks a second, to fill it
        only: { type: "string", default: "" },
    },
});
const symbols = Number(options.symbols);
const ticks = Number(options.ticks);
const paces = [25, 1_000]; // ticks a second of all symbols
const settle = 3_000;
const cores = { cores: "0", loadCores: "1" };

const sqlite = async (t, more = {}) => {
    const directory = join(await scratch(t), "data");
    const bytes = () => Number(execFileSync("du", ["-sB1", directory], { encoding: "utf8" }).split("\t")[0]);
    return { settings: { ARCHIVE: `sqlite:${directory}`, ...more }, bytes };
};
const postgresql = async (t, more = {}) => {
    const database = await startPostgres(t);
    const bytes = () => Number(database.sql(
        "SELECT sum(pg_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace " +
        "WHERE n.nspname = 'tickertape_pipe'"));
    return { settings: { ARCHIVE: database.url(), ARCHIVE_STATE: await scratch(t), ...more }, bytes };
};
const always = { ARCHIVE_SYNC: "always" };
const archives = {
    "none": async () => ({ settings: { ARCHIVE: "none" } }),
    "sqlite": (t) => sqlite(t),
    "postgresql": (t) => postgresql(t),
    "sqlite, always": (t) => sqlite(t, always),
    "postgresql, always": (t) => postgresql(t, always),
};
const chosen = options.only ? options.only.split(",") : Object.keys(archives);

const startWith = (t, archive, more = {}) =>
    contestants.tickertape(t, { ...cores, symbols }, { ...archive.settings, ...more });
const baseOf = (server) => new URL(server.url).origin;
const figuresOf = async (server) => new Figures((await request(`${baseOf(server)}/metrics`)).text);

async function latency(name, perSecond) {
    return during(async (t) => {
        const server = await startWith(t, await archives[name](t));
        server.feed({ perSecond, symbols });
        await pause(settle); // the first tick of a day makes a file, or a partition
        const child = startOn(t, cores.loadCores, loader, [
            "--url", `${server.url}?symbols=${server.symbols.join()}`, "--connections", "10",
            "--duration", `${options.seconds}s`, "--expect", String(perSecond), "--pid", server.pids.join(), "--json"]);
        await child.exited(120_000);
        if (child.exit.code !== 0) throw new Error(child.stderr);
        const run = JSON.parse(child.stdout);
        const passed = (await figuresOf(server)).sum("tickertape_archive_passed_total");
        return { p50: run.latency_p50_us / 1e3, p99: run.latency_p99_us / 1e3, busy: run.server_busy, passed };
    });
}

const stateOf = async (server) => (await json(`${baseOf(server)}/api/archive`)).body;

// A day of ticks comes in, faster than a day; then the server is started anew with them.
async function fill(name) {
    return during(async (t) => {
        const archive = await archives[name](t);
        const first = await startWith(t, archive, { ARCHIVE_PATIENCE: "10s" });
        const began = performance.now();
        first.feed({ perSecond: Number(options.pace), symbols, count: ticks });
        const kept = async () => (await figuresOf(first)).sum("tickertape_archive_ticks_total");
        await until("all ticks are kept", async () => {
            await pause(100);
            return await kept() >= ticks;
        }, { timeout: 900_000 });
        const seconds = (performance.now() - began) / 1_000;
        const passed = (await figuresOf(first)).sum("tickertape_archive_passed_total");
        const holes = (await stateOf(first)).holes_known - 1; // what came before the first start
        const [pid] = first.pids;
        process.kill(pid, "SIGTERM"); // which was started here
        await until("it ends", () => first.pids.every((id) => {
            try {
                process.kill(id, 0);
                return false;
            } catch {
                return true;
            }
        }), { timeout: 60_000 });
        const bytes = archive.bytes();
        const starting = performance.now();
        const second = await startWith(t, archive);
        const { body } = await json(`${baseOf(second)}/api/prices`);
        const start = (performance.now() - starting) / 1_000;
        if (body.prices.filter(({ price }) => price !== null).length !== symbols)
            throw new Error("prices are missing after the start");
        return { perSecond: ticks / seconds, passed, holes, bytes: bytes / ticks, start };
    });
}

console.log(`load of the machine at the start: ${loadavg()[0].toFixed(2)}; ${symbols} symbols, ` +
    `${options.seconds} s each\n`);
const rows = [];
for (const perSecond of paces)
    for (const name of chosen) {
        const run = await latency(name, perSecond);
        rows.push({ "ticks a second": perSecond, archive: name, "p50, ms": run.p50.toFixed(2),
            "p99, ms": run.p99.toFixed(2), "server busy": run.busy.toFixed(3), "passed by": run.passed });
    }
console.log(table(rows));
const days = [];
for (const name of chosen.filter((each) => !/none|always/.test(each))) {
    const run = await fill(name);
    days.push({ archive: name, "ticks a second kept": run.perSecond.toFixed(0), "passed by": run.passed,
        holes: run.holes, "bytes a tick": run.bytes.toFixed(1), "start, s": run.start.toFixed(2) });
}
console.log(table(days));
