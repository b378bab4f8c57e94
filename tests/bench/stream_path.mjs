// From a provider's socket to the subscriber: what a message costs the server, and how long it is
// under way. docs/performance.md says what was measured with it, and what it means.
//
//   node tests/bench/stream_path.mjs [--runs 1] [--only throughput|latency] [--captures DIR] ...
//
// The fake venues play recorded messages over real WebSockets and TLS to a server of the same
// machine, pinned to one core; they and the subscribers have the other one. Beside each way of
// running it stands the same number of ticks fed through a pipe: the difference is what WebSocket,
// TLS, the provider's JSON and the price policy cost.

import { fork } from "node:child_process";
import { availableParallelism, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { json, request } from "../e2e/support/http.mjs";
import { scratch, startServer } from "../e2e/support/server.mjs";
import { startVenues } from "../e2e/support/venue.mjs";
import { until } from "../e2e/support/wait.mjs";
import { gather, streamers } from "./captures.mjs";
import { Meter, middle, pin } from "./cost.mjs";
import { during } from "./lifetime.mjs";
import { nowNs, Pipe, priceOf, Streams } from "./sources.mjs";
import { spread, table } from "./tables.mjs";

const { values: options } = parseArgs({
    options: {
        captures: {
            type: "string",
            default: fileURLToPath(new URL("../fixtures/upstreams", import.meta.url)),
        },
        runs: { type: "string", default: "1" },
        messages: { type: "string", default: "300000" }, // of a run at full speed
        symbols: { type: "string", default: "150" }, // at full speed without subscribers
        subscribers: { type: "string", default: "1000" },
        seconds: { type: "string", default: "5" }, // of a run with subscribers
        ways: { type: "string", default: "" }, // only those whose names begin so, between commas
        only: { type: "string", default: "" },
        json: { type: "boolean", default: false }, // to standard output; the tables go to the other
    },
});
for (const name of ["runs", "messages", "symbols", "subscribers", "seconds"])
    options[name] = Number(options[name]);

const serverCore = 0;
const loadCore = 1;
const isPinned = availableParallelism() > loadCore;
const ticksPerSecondMost = 1_000; // what the setting takes
const latencySymbols = 10;

const say = options.json ? console.error : console.log;
const symbolNames = (count) => Array.from({ length: count }, (_, i) => `S${i}-USD`);

// The sum over all labels of each metric that was asked for.
async function figures(server, ...names) {
    const { text } = await request(`${server.url}/metrics`);
    return names.map((name) => text.split("\n")
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0));
}

async function priceAt(server, symbol) {
    return (await json(`${server.url}/api/prices/${symbol.toLowerCase()}`)).body.price;
}

// The subscribers' process.
class Crowd {
    constructor(t) {
        this.child = fork(new URL("crowd.mjs", import.meta.url), { serialization: "advanced" });
        t.after(() => this.child.kill());
        if (isPinned) pin(this.child.pid, loadCore);
    }

    ask(ask, what = {}) {
        return new Promise((resolve, reject) => {
            this.child.once("message", resolve).once("exit", reject);
            this.child.send({ ask, ...what });
        }).finally(() => this.child.removeAllListeners("exit"));
    }
}

// Starts a server that is fed by `way`, and waits until it hears all of its symbols.
async function start(t, way, symbols, ticksPerSecond = ticksPerSecondMost) {
    const usual = {
        SYMBOLS: symbols.join(), THREADS: "1", TICKS_PER_SECOND: String(ticksPerSecond),
    };
    if (way.providers.length === 0) {
        const server = await startServer(t, usual);
        if (isPinned) pin(server.pid, serverCore);
        return { server, source: new Pipe(server, symbols) };
    }
    const directory = await scratch(t);
    const recordings = Object.fromEntries(way.providers.map((name) =>
        [name, gather(name, options.captures, directory)]));
    // Nothing is sent but what is played.
    const venues = await startVenues(t, { symbols, args: ["--rate", "0"] });
    if (isPinned) pin(venues.child.pid, loadCore);
    const server = await startServer(t, {
        ...usual, FEED: "stream", FETCH_INTERVAL: "1h", FETCH_DEADLINE: "500ms",
        ...venues.settings(...way.providers), ...way.settings,
    });
    if (isPinned) pin(server.pid, serverCore);
    const source = new Streams(venues, way.providers, recordings);
    await until("the streams are live", () => source.isReady(server, symbols.length),
        { timeout: 120_000 });
    await pause(1_000); // of the first round of fetches, too, nothing is left
    return { server, source };
}

const median3 = {
    name: "median of 3",
    providers: ["coinbase", "kraken", "bitstamp"],
    // Venues that play at full speed are not at the same message at the same time.
    settings: { PRICE_POLICY: "median", MAX_DEVIATION: "50" },
};
const pipe = { name: "pipe", providers: [] };
const ways = [
    ...streamers.map((name) => ({
        name, providers: [name], settings: name === "binance" ? { ACCEPT_AS_USD: "USDT" } : {},
    })),
    // Read and judged, but hardly ever published: what publishing costs is the difference.
    { name: "coinbase, 5 ticks/s", providers: ["coinbase"], settings: {}, ticksPerSecond: 5 },
    median3,
    pipe,
];

// One run at full speed without subscribers.
async function fullSpeed(server, source, symbols, messages) {
    const [ticks] = await figures(server, "tickertape_ticks_total");
    const meter = new Meter(server.pid);
    const load = new Meter(source.pid);
    const began = nowNs();
    await source.play(messages, 0);
    const last = priceOf(messages - 1);
    const ofLast = symbols[(messages - 1) % symbols.length];
    await until("the last price is there", async () => await priceAt(server, ofLast) === last,
        { timeout: 60_000 });
    const wall = (nowNs() - began) / 1e9;
    const cpu = meter.read();
    const loadCpu = load.read();
    const [ticksAfter] = await figures(server, "tickertape_ticks_total");
    const all = messages * source.names.length;
    return {
        messages: all,
        ticks: ticksAfter - ticks,
        messagesPerSecond: all / wall,
        messagesPerCpuSecond: all / cpu.seconds,
        ticksPerSecond: (ticksAfter - ticks) / wall,
        cpuPerMessageUs: cpu.seconds / all * 1e6,
        userPerMessageUs: cpu.user / all * 1e6,
        systemPerMessageUs: cpu.system / all * 1e6,
        feedPart: cpu.feed / cpu.seconds,
        serverBusy: cpu.seconds / wall,
        loadBusy: loadCpu.seconds / wall,
    };
}

async function throughput(way) {
    return during(async (t) => {
        const symbols = symbolNames(options.symbols);
        const { server, source } = await start(t, way, symbols, way.ticksPerSecond);
        const runs = [];
        for (let run = 0; run < options.runs; run += 1) {
            const messages = Math.floor(options.messages / source.names.length);
            runs.push(await fullSpeed(server, source, symbols, messages));
        }
        const bytes = way.providers.map((name) => source.recordings[name].bytes);
        return { way: way.name, messageBytes: middle(bytes).median ?? null, runs };
    });
}

const scenes = [
    // Everybody wants everything: each tick is sent to all.
    { name: "20/s, all", perSecond: 20, wants: "all" },
    { name: "100/s, all", perSecond: 100, wants: "all" },
    // Each tick is sent to a tenth of them.
    { name: "1,000/s, one each", perSecond: 1_000, wants: "one" },
    // As fast as the socket takes them, thinned out as the default has it.
    { name: "full speed, 5 ticks/s", perSecond: 0, wants: "all", ticksPerSecond: 5 },
];

async function withSubscribers(server, source, crowd, scene, wantedBy) {
    const { perSecond } = scene;
    const messages = perSecond ? Math.round(perSecond * options.seconds) : options.messages;
    await crowd.ask("begin", { messages, symbols: wantedBy.length });
    const names = ["tickertape_ticks_total", "tickertape_deliveries_total",
        "tickertape_stream_writes_total", "tickertape_gaps_total"];
    const before = await figures(server, ...names);
    const meter = new Meter(server.pid);
    const load = new Meter(source.pid);
    const began = nowNs();
    await source.play(messages, perSecond);
    const readers = wantedBy[(messages - 1) % wantedBy.length];
    await until("everybody has the last price",
        async () => (await crowd.ask("progress")).ofLast >= readers, { timeout: 20_000 });
    const wall = (nowNs() - began) / 1e9;
    const cpu = meter.read();
    const loadCpu = load.read();
    const crowdSeconds = await crowd.ask("used");
    await pause(200); // of the others, too, the last
    const after = await figures(server, ...names);
    const [ticks, deliveries, writes, gaps] = after.map((value, i) => value - before[i]);
    const sentNs = await source.sentNs(messages);
    const heard = await crowd.ask("report", { sentNs, wantedBy });
    const { dropped } = await crowd.ask("progress");
    const run = {
        ...heard, messages, ticks, conflated: messages - ticks, gaps, dropped,
        missing: heard.lost + (ticks - heard.published) * readers,
        messagesPerSecond: messages / wall,
        deliveriesPerSecond: deliveries / wall,
        ticksPerWrite: deliveries / writes,
        serverBusy: cpu.seconds / wall,
        loadBusy: loadCpu.seconds / wall,
        crowdBusy: crowdSeconds / wall,
    };
    if (run.missing || run.disordered || run.gaps || run.dropped)
        say(`NOT ALL ARRIVED IN ORDER: ${JSON.stringify(run)}`);
    return run;
}

async function latency(way, scene) {
    return during(async (t) => {
        const symbols = symbolNames(latencySymbols);
        const { server, source } = await start(t, way, symbols, scene.ticksPerSecond);
        const crowd = new Crowd(t);
        const wantedBy = new Array(symbols.length).fill(0);
        const paths = Array.from({ length: options.subscribers }, (_, i) => {
            const mine = scene.wants === "all" ? symbols : [symbols[i % symbols.length]];
            for (const symbol of mine) wantedBy[symbols.indexOf(symbol)] += 1;
            return `/prices/stream?symbols=${scene.wants === "all" ? "*" : mine}`;
        });
        await crowd.ask("connect", { port: server.port, paths });
        const runs = [];
        for (let run = 0; run < options.runs; run += 1)
            runs.push(await withSubscribers(server, source, crowd, scene, wantedBy));
        return { way: way.name, scene: scene.name, runs };
    });
}

const percent = (pick) => (run) => 100 * pick(run);

function throughputRow({ way, messageBytes, runs }) {
    return {
        fed: way,
        "bytes": messageBytes ? Math.round(messageBytes) : "",
        "messages/s": spread(runs, (run) => run.messagesPerSecond, 0),
        "messages per CPU second": spread(runs, (run) => run.messagesPerCpuSecond, 0),
        "ticks/s": spread(runs, (run) => run.ticksPerSecond, 0),
        "CPU per message, µs": spread(runs, (run) => run.cpuPerMessageUs, 2),
        "user": spread(runs, (run) => run.userPerMessageUs, 2),
        "system": spread(runs, (run) => run.systemPerMessageUs, 2),
        "feed's part, %": spread(runs, percent((run) => run.feedPart), 0),
        "server busy, %": spread(runs, percent((run) => run.serverBusy), 0),
        "load busy, %": spread(runs, percent((run) => run.loadBusy), 0),
    };
}

function latencyRow({ way, scene, runs }) {
    const ms = (pick) => spread(runs, pick, 2);
    return {
        scene, fed: way,
        "first, median ms": ms((run) => run.first.median),
        "p99": ms((run) => run.first.p99),
        "all, median ms": ms((run) => run.all.median),
        "p99 ": ms((run) => run.all.p99),
        "max": ms((run) => run.all.max),
        "messages/s": spread(runs, (run) => run.messagesPerSecond, 0),
        "conflated": spread(runs, (run) => run.conflated, 0),
        "deliveries/s": spread(runs, (run) => run.deliveriesPerSecond, 0),
        "lost": spread(runs, (run) => run.missing, 0),
        "ticks per write": spread(runs, (run) => run.ticksPerWrite, 1),
        "server, venue, crowd busy, %": ["serverBusy", "loadBusy", "crowdBusy"]
            .map((name) => spread(runs, percent((run) => run[name]), 0)).join("; "),
    };
}

const isChosen = ({ name }) =>
    !options.ways || options.ways.split(",").some((begin) => name.startsWith(begin));

if (isPinned) pin(process.pid, loadCore);
else say("one core: the load takes its time from the server");
const [load] = loadavg();
if (load > 0.8) say(`others are busy on this machine (load ${load.toFixed(1)}): take no figures`);
const results = { options, isPinned, load, throughput: [], latency: [] };
if (options.only !== "latency") {
    for (const way of ways.filter(isChosen)) results.throughput.push(await throughput(way));
    say(`At full speed, ${options.symbols} symbols, no subscribers:\n`);
    say(table(results.throughput.map(throughputRow)));
}
if (options.only !== "throughput") {
    const compared = [ways.find(({ name }) => name === "coinbase"), pipe].filter(isChosen);
    for (const scene of scenes)
        for (const way of compared)
            if (scene.perSecond || way !== pipe) results.latency.push(await latency(way, scene));
    say(`${options.subscribers} subscribers, ${latencySymbols} symbols:\n`);
    say(table(results.latency.map(latencyRow)));
}
if (options.json) console.log(JSON.stringify(results));
