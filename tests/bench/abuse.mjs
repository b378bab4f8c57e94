// What good subscribers feel of those who mean harm: latency of ticks, quiet and under each attack,
// in alternation. docs/performance.md says what was measured with it.
//
//   node tests/bench/abuse.mjs [--runs 3] [--subscribers 1000] [--seconds 10] [--only NAME] [--all]
//
// The server has one core, subscribers and attackers the other: what is measured is what the
// attackers cost the server, and slowhttptest costs little beside. With --all there are attackers
// that are as fast as they can be, which then take the core of those who measure as well.
//
// Those who never read are subscribers too, so that a sweep is twice as long with them.
//
// Exit status 1: a good subscriber missed something, or the median of a ratio of slowhttptest is
// above 1.5.

import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { Attack } from "../e2e/support/attacker.mjs";
import { GoodSubscribers } from "../e2e/support/good_subscribers.mjs";
import { request } from "../e2e/support/http.mjs";
import { start } from "../e2e/support/process.mjs";
import { startServer } from "../e2e/support/server.mjs";
import { middle, pin } from "./cost.mjs";
import { during } from "./lifetime.mjs";

const { values: options } = parseArgs({
    options: {
        runs: { type: "string", default: "3" },
        subscribers: { type: "string", default: "1000" },
        seconds: { type: "string", default: "10" },
        only: { type: "string", default: "" },
        all: { type: "boolean", default: false },
        json: { type: "boolean", default: false }, // to standard output; the table goes to the other
    },
});
for (const name of ["runs", "subscribers", "seconds"]) options[name] = Number(options[name]);

const serverCore = 0;
const loadCore = 1;
const isPinned = availableParallelism() > loadCore;
const ratioMost = 1.5;
const tickEveryMs = 100;
const slowConnections = 1_000;

const say = options.json ? console.error : console.log;

// slowhttptest for that long, with its connections made in the first half.
const slowly = (...flags) => (t, server, seconds) => {
    const rate = Math.ceil((2 * slowConnections) / seconds);
    const child = start(t, "slowhttptest", [
        ...flags, "-c", String(slowConnections), "-r", String(rate), "-l", String(seconds), "-p", "5",
        "-u", `${server.url}${flags.includes("-X") ? "/static/page.js" : "/api/prices"}`]);
    if (isPinned) pin(child.pid, loadCore);
    return { stop: () => child.kill() };
};

const ours = (kind, given = {}) => (t, server) => {
    const attack = new Attack(t, kind, server.port, given);
    if (isPinned) pin(attack.child.pid, loadCore);
    return attack;
};

const attacks = {
    "nobody": () => ({ stop: () => {} }),
    "slowhttptest -H": slowly("-H", "-i", "1"),
    "slowhttptest -B": slowly("-B", "-i", "1"),
    "slowhttptest -R": slowly("-R", "-a", "5", "-b", "3000"),
    "slowhttptest -X": slowly("-X", "-k", "3", "-n", "1", "-w", "1", "-y", "16", "-z", "1"),
    "1,000 who say nothing": ours("silent", { connections: 1_000 }),
    "1,000 who never read": ours("stalled", { connections: 1_000, once: true }),
};
const unfair = {
    "flood": ours("flood", { connections: 50 }),
    "a connection each": ours("hello", { connections: 100, pauseMs: 0 }),
    "resets": ours("resets", { connections: 100, pauseMs: 0 }),
    "heads without end": ours("large_heads", { connections: 20 }),
    "garbage": ours("garbage", { connections: 50 }),
};

// The longest of what /healthz took, asked ten times a second.
async function slowestAnswer(server, seconds) {
    const over = performance.now() + 1_000 * seconds;
    let slowest = 0;
    while (performance.now() < over) {
        const began = performance.now();
        await request(`${server.url}/healthz`, { timeout: 30_000 });
        slowest = Math.max(slowest, performance.now() - began);
        await pause(100);
    }
    return slowest;
}

// The same server and subscribers, quiet and then attacked.
const measure = (attack) => during(async (t) => {
    const server = await startServer(t, { THREADS: "1", LOG_LEVEL: "warn" });
    if (isPinned) pin(server.pid, serverCore);
    const good = await GoodSubscribers.start(
        t, server, { count: options.subscribers, everyMs: tickEveryMs });
    await pause(1_000);
    good.latency();
    await slowestAnswer(server, options.seconds);
    const quiet = good.latency();
    const before = server.cpu();
    const attacker = attack(t, server, options.seconds);
    const answer = await slowestAnswer(server, options.seconds);
    const attacked = good.latency();
    await attacker.stop();
    const cpu = (server.cpu() - before) / options.seconds;
    const faults = await good.faults();
    return {
        quiet, attacked, answer, cpu,
        faults: faults.length,
        ratio: attacked.p99 / quiet.p99,
    };
});

if (isPinned) pin(process.pid, loadCore);
const load = loadavg()[0];
if (load > 0.5) say(`the machine is busy: load ${load.toFixed(2)}`);
const chosen = Object.entries({ ...attacks, ...(options.all ? unfair : {}) })
    .filter(([name]) => name.includes(options.only));
const results = Object.fromEntries(chosen.map(([name]) => [name, []]));
for (let run = 0; run < options.runs; run += 1)
    for (const [name, attack] of chosen) results[name].push(await measure(attack));

say(`${options.subscribers} subscribers, a tick every ${tickEveryMs} ms, ${options.seconds} s each, ` +
    `medians of ${options.runs}\n`);
say("| attack | p50, p99 quiet | p50, p99 attacked | ratio of p99 | slowest /healthz | CPU | faults |");
say("| --- | --- | --- | --- | --- | --- | --- |");
let isBad = false;
for (const [name, runs] of Object.entries(results)) {
    const of = (pick) => middle(runs.map(pick)).median;
    const ms = (pick) => of(pick).toFixed(2);
    const faults = runs.reduce((sum, run) => sum + run.faults, 0);
    const ratio = of((run) => run.ratio);
    isBad ||= faults > 0 || (name.startsWith("slowhttptest") && ratio > ratioMost);
    say(`| ${name} | ${ms((r) => r.quiet.p50)}, ${ms((r) => r.quiet.p99)} ms | ` +
        `${ms((r) => r.attacked.p50)}, ${ms((r) => r.attacked.p99)} ms | ${ratio.toFixed(2)} | ` +
        `${ms((r) => r.answer)} ms | ${(100 * of((r) => r.cpu)).toFixed(0)} % | ${faults} |`);
}
if (options.json) console.log(JSON.stringify(results));
process.exitCode = isBad ? 1 : 0;
