// Fan-out: what a delivery and a subscriber cost, and what becomes of too many of either.
// docs/performance.md says what was measured with it, and what it means.
//
//   node tests/bench/fan_out.mjs [--runs 5] [--only steady,flood] [--json FILE] [--tls]
//   node tests/bench/fan_out.mjs --from FILE,FILE     (the tables of earlier runs, together)
//
// Scenarios are in scenarios.mjs, servers in contestants.mjs. The server has one core, feed and load
// the other. Rows of a scenario are run in turn, so that what else happens on the machine happens to
// all of them.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { scratch } from "../e2e/support/server.mjs";
import { contestants, isInstalled, loader, startOn } from "./contestants.mjs";
import { middle } from "./cost.mjs";
import { during } from "./lifetime.mjs";
import { scenarios } from "./scenarios.mjs";
import { format, spread, table } from "./tables.mjs";

const { values: options } = parseArgs({
    options: {
        runs: { type: "string", default: "1" },
        only: { type: "string", default: "" }, // scenarios, between commas
        without: { type: "string", default: "" }, // contestants, between commas
        duration: { type: "string", default: "" }, // of each run, instead of the scenario's
        json: { type: "string", default: "" }, // a file for all figures of all runs
        from: { type: "string", default: "" }, // such files, between commas, instead of measuring
        tls: { type: "boolean", default: false }, // Tickertape over TLS
        "server-core": { type: "string", default: "0" },
        "load-core": { type: "string", default: "1" },
    },
});
const runs = Number(options.runs);
const names = options.only ? options.only.split(",") : Object.keys(scenarios);
for (const name of names)
    if (!scenarios[name]) {
        console.error(`no scenario ${name}; there are ${Object.keys(scenarios).join(", ")}`);
        process.exit(2);
    }
const sources = 4; // loopback addresses, 28,000 ports each
const usualDuration = "12s";

const flags = (of) => Object.entries(of).flatMap(([name, value]) => [`--${name}`, String(value)]);

async function certificate(t) {
    const directory = await scratch(t);
    const files = { certificate: join(directory, "cert.pem"), key: join(directory, "key.pem") };
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt",
        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", files.key, "-out", files.certificate],
    { stdio: "ignore" });
    return files;
}

// What is asked for: the newest tick and then live, all there are, or picks by chance.
function urlFor(scenario, row, server) {
    if (scenario.before) return server.replayUrl ?? `${server.url}?since=${server.startedAt}`;
    if (row.random) return `${server.url}?symbols={random:${row.random}}`;
    return server.url + (row.query ?? "");
}

// One run of one row: what tickertape-bench found.
async function measure(scenario, row) {
    const contestant = row.contestant ?? row.name;
    const everywhere = `${options["server-core"]},${options["load-core"]}`;
    const loadCores = row.everywhere ? everywhere : options["load-core"];
    return during(async (t) => {
        const tls = options.tls && contestant === "tickertape" ? await certificate(t) : undefined;
        const server = await contestants[contestant](t, {
            cores: row.everywhere ? everywhere : options["server-core"],
            loadCores, lanes: row.lanes, symbols: row.symbols, tls,
        });
        await pause(300);
        server.startedAt = Date.now();
        const pace = row.ticks ?? scenario.ticks;
        const ticks = pace && { ...pace, symbols: row.symbols };
        const feed = ticks && server.feed(ticks);
        if (scenario.before) await feed.says(/all is said/, { timeout: 30_000 });
        const load = {
            duration: usualDuration, sources, pid: server.pids.join(),
            ...scenario.load, ...row.load, url: urlFor(scenario, row, server),
        };
        if (ticks && !scenario.before) load.expect = ticks.perSecond;
        if (options.duration) load.duration = options.duration;
        if (row.random) load.symbols = server.symbols.join();
        const args = [...flags(load), "--json", ...(tls ? ["--insecure"] : [])];
        const child = startOn(t, loadCores, loader, args);
        await child.exited(300_000);
        if (child.exit.code !== 0) throw new Error(`tickertape-bench: ${child.stderr}`);
        if (child.stderr) console.error(child.stderr.trim());
        return JSON.parse(child.stdout);
    });
}

function rowOf(name, found, columns) {
    const cells = Object.entries(columns)
        .map(([title, { pick, digits }]) => [title, spread(found, pick, digits)]);
    return { "": name, ...Object.fromEntries(cells) };
}

// Of a ratio, runs that stood side by side are compared with each other.
function judged(bar, results) {
    if (!results[bar.of] || (bar.to && !results[bar.to])) return null;
    const each = results[bar.of].map((run, i) =>
        bar.pick(run) / (bar.to ? bar.pick(results[bar.to][i]) : 1));
    const { median } = middle(each);
    // What there is no figure of is not met.
    const isMet = median <= (bar.most ?? Infinity) && median >= (bar.least ?? -Infinity);
    return { what: bar.what, median, least: bar.least, most: bar.most, isMet };
}

function verdict({ what, median, least, most, isMet }) {
    const limits = [least !== undefined && `at least ${least}`, most !== undefined && `at most ${most}`]
        .filter(Boolean).join(", ");
    const text = `${what}: ${Number.isFinite(median) ? format(median, median < 10 ? 2 : 0) : "-"}`;
    return limits ? `${isMet ? "met" : "NOT MET"}: ${text} (${limits})` : `      ${text}`;
}

// The runs of one row after the other, in turn.
async function measureAll(scenario, rows) {
    const results = Object.fromEntries(rows.map((row) => [row.name, []]));
    for (let run = 0; run < runs; run += 1)
        for (const row of rows) {
            results[row.name].push(await measure(scenario, row));
            await pause(500); // for the kernel to close what was left open
        }
    return results;
}

// What was measured earlier, of all files together.
function recall(name) {
    const results = {};
    for (const file of options.from.split(",")) {
        const earlier = JSON.parse(readFileSync(file, "utf8"))[name]?.results ?? {};
        for (const [row, found] of Object.entries(earlier)) (results[row] ??= []).push(...found);
    }
    return results;
}

function report(name, scenario, results) {
    // The bars are for plain connections: nothing is compared with what TLS does not cost.
    const bars = options.tls ? [] : scenario.bars.map((bar) => judged(bar, results)).filter(Boolean);
    console.log(`\n${name}: ${scenario.title}\n`);
    console.log(table(Object.entries(results).map(([row, found]) =>
        rowOf(row, found, scenario.columns))));
    for (const bar of bars) console.log(verdict(bar));
    return { title: scenario.title, results, bars };
}

const all = {};
const [busy] = loadavg();
if (!options.from && availableParallelism() < 2)
    console.error("one core: the load takes its time from the server");
if (!options.from && busy > 0.8)
    console.error(`others are busy on this machine (load ${busy.toFixed(1)})`);
for (const name of names) {
    const scenario = scenarios[name];
    const rows = scenario.rows.filter((row) => {
        const contestant = row.contestant ?? row.name;
        return isInstalled[contestant] && !options.without.split(",").includes(contestant);
    });
    const results = options.from ? recall(name) : await measureAll(scenario, rows);
    if (Object.keys(results).length > 0) all[name] = report(name, scenario, results);
    if (options.json) writeFileSync(options.json, `${JSON.stringify(all, null, 1)}\n`);
}
