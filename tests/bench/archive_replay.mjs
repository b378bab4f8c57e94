// What live subscribers feel of clients that ask for a day of the archive.
// docs/performance.md says what was measured with it.
//
//   node tests/bench/archive_replay.mjs [--replays 10000] [--live 1000] [--seconds 20] [--lanes 1]
//
// The same 1,000 subscribers at 2 ticks a second of each symbol: alone, while the others read, and
// alone again. The server has one core, the feed and all clients the other, where those that read the
// day have a low priority: they must not be what delays the measurement.
//
// Exit status 1: a replay was not exact, or a live tick was missed. Latency is only reported.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { pipePlace } from "../e2e/support/archive.mjs";
import { Figures } from "../e2e/support/figures.mjs";
import { request } from "../e2e/support/http.mjs";
import { PastTicks, forget } from "../e2e/support/past_ticks.mjs";
import { ReplayReader, readAll } from "../e2e/support/replay_reader.mjs";
import { contestants, loader, startOn } from "./contestants.mjs";
import { during } from "./lifetime.mjs";
import { table } from "./tables.mjs";

const { values: options } = parseArgs({
    options: {
        replays: { type: "string", default: "10000" },
        live: { type: "string", default: "1000" },
        seconds: { type: "string", default: "20" }, // of each measurement
        lanes: { type: "string", default: "1" },
        store: { type: "string", default: "256" }, // STORE_SIZE: all else comes from the archive
        readers: { type: "string", default: "" }, // this is the process of the readers: its work
    },
});
const symbols = ["S0-USD", "S1-USD", "S2-USD", "S3-USD"];
const ticks = 8_640; // of each symbol
const ticksPerSecond = 2 * symbols.length;
const serverCore = "0";
const loadCore = "1";
const warmUp = 3_000;

if (options.readers) {
    const { port, past: { since, count, step }, replays } = JSON.parse(options.readers);
    const past = Object.assign(new PastTicks(symbols, count), { since, step });
    const owed = symbols.map((symbol) => past.eventsOf(symbol));
    const readers = Array.from({ length: replays }, (_, i) =>
        new ReplayReader(port, symbols[i % symbols.length], since, owed[i % symbols.length]));
    await once(process.stdin, "data"); // the word to begin
    const found = await during((t) => readAll(t, readers, { withinMs: 10_000, timeout: 900_000 }));
    console.log(JSON.stringify({ ...found, faults: found.faults.slice(0, 5) }));
    process.exit(0);
}

const residentOf = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

let passedBefore = 0; // ticks that were shown without the archive

async function live(t, server) {
    const child = startOn(t, loadCore, loader, [
        "--url", `${server.url}?symbols={random:1}`, "--symbols", symbols.join(), "--connections", options.live,
        "--ramp", "1000", "--warmup", `${warmUp}ms`, "--duration", `${options.seconds}s`, "--sources", "4",
        "--expect", String(ticksPerSecond), "--pid", server.pids.join(), "--json"]);
    await child.exited(300_000);
    if (child.exit.code !== 0) throw new Error(`tickertape-bench: ${child.stderr}`);
    const { text } = await request(`${new URL(server.url).origin}/metrics`, { timeout: 30_000 });
    const passed = new Figures(text).sum("tickertape_archive_passed_total");
    const run = { ...JSON.parse(child.stdout), passed: passed - passedBefore };
    passedBefore = passed;
    return run;
}

await during(async (t) => {
    const place = await pipePlace(t);
    const past = new PastTicks(symbols, ticks);
    await past.addTo(place);
    const server = await contestants.tickertape(
        t, { cores: serverCore, loadCores: loadCore, lanes: Number(options.lanes), symbols: symbols.length },
        { ARCHIVE: `sqlite:${place.data}`, STORE_SIZE: options.store });
    server.feed({ perSecond: ticksPerSecond, symbols: symbols.length });
    await pause(1_000);
    const rows = [];
    const load = loadavg()[0];
    rows.push(["alone", await live(t, server)]);

    const port = Number(new URL(server.url).port);
    const reading = startOn(t, loadCore, "nice", ["-n", "10", process.execPath, fileURLToPath(import.meta.url),
        "--readers", JSON.stringify({ port, past, replays: Number(options.replays) })]);
    const cached = forget(place.pipe);
    const measured = live(t, server);
    await pause(Number(options.live) + warmUp);
    const before = residentOf(server.pids[0]);
    let most = before;
    const look = setInterval(() => { most = Math.max(most, residentOf(server.pids[0])); }, 200);
    reading.process.stdin.write("\n");
    rows.push([`beside ${options.replays} that read a day`, await measured]);
    await reading.exited(1_000_000);
    clearInterval(look);
    if (reading.exit.code !== 0) throw new Error(`the readers: ${reading.stderr}`);
    const found = JSON.parse(reading.stdout);
    await pause(2_000);
    rows.push(["alone again", await live(t, server)]);

    const ms = (us) => (us / 1_000).toFixed(1);
    console.log(`load of the machine at the start: ${load.toFixed(2)}; ${options.live} live subscribers, ` +
        `${ticksPerSecond / symbols.length} ticks a second of each of ${symbols.length} symbols, ` +
        `${options.seconds} s each, ${options.lanes} lane\n`);
    console.log(table(rows.map(([name, run]) => ({
        "": name, "p50, ms": ms(run.latency_p50_us), "p99, ms": ms(run.latency_p99_us),
        "missing": run.missing, "passed by": run.passed,
        "server busy": run.server_busy.toFixed(2) }))));
    const ratio = rows[1][1].latency_p99_us / rows[0][1].latency_p99_us;
    console.log(`\np99 beside them against alone: ${ratio.toFixed(2)} (bar: 1.5)`);
    console.log(`${found.complete} of ${options.replays} replays exact, ${(found.bytes / 1e9).toFixed(2)} GB in ` +
        `${found.seconds.toFixed(0)} s; ${found.gaps} gaps and ${found.refusals} refusals, each asked for again`);
    console.log(`${cached} bytes of the archive in the page cache at the start; ` +
        `memory ${before.toFixed(0)} MiB, then at most ${most.toFixed(0)}`);
    for (const fault of found.faults) console.log(fault);
    const isExact = found.complete === Number(options.replays) && rows.every(([, run]) => run.missing === 0);
    if (!isExact) process.exitCode = 1;
});
