// What it takes to serve many subscribers from three regions: arithmetic over figures that were
// measured, and a simulation of the minutes after a part is lost.
//
//   node tests/scaling/scale.mjs        prints the tables of docs/scaling.md
//
// The unit of time is the second, of data the byte. Nothing here looks at the clock, and chance comes
// from a seed, so the same figures give the same tables.

// Each with where it was measured.
export const measured = {
    deliveryCpu: 8e-6, // of a core, one tick to one subscriber in a write of its own; performance.md
    batchedCpu: 0.9e-6, // the same where a write carries many ticks; performance.md
    replayCpu: 30e-6, // a client that comes back for 100 ticks; performance.md
    handshakeCpu: 0.5e-3, // a full TLS handshake; decision 0014
    frameBytes: 114, // a tick on the wire of the chunked stream; performance.md
    userBytes: 15_000 + 220, // an encrypted subscriber; decision 0014, performance.md
    kernelBytes: 5_000, // its socket; performance.md
    entryCpu: 75e-6, // of Redis' core, an entry to one of three instances, appended too; performance.md
    balancerCpu: 19e-6, // of a core of HAProxy, one tick to one subscriber; performance.md
};

// What was not measured here, and has to be checked where it is used.
export const assumed = {
    cores: 8, // of a machine
    busy: 0.5, // of its cores, while all is well
    linkBytes: 10e9 / 8, // of a machine's network, a second
    packetBytes: 66 + 29, // Ethernet, IP, TCP with timestamps; a TLS record
    edgesOfInstance: 1_000, // streams of all symbols that an inner instance serves to edges
    readersOfRedis: 30, // instances that read the stream of one Redis
    failover: 10, // until Sentinel has another master, of which the replica's region has one
    lease: 3.5, // until another instance leads; promised, and at most 3.1 were measured; performance.md
    noticed: 30, // until clients of a region that is gone are sent elsewhere by DNS
    retry: [1, 3], // the wait before a client comes back, evenly spread; RETRY=2s
    handshakeTimeout: 10, // after which a client that was not answered tries again; HEADER_TIMEOUT
    headroom: 0.9, // of a core, the most that is planned with
    machineCost: 250, // dollars a month
    trafficCost: 0.02, // dollars a GB out
};

const month = 30 * 86_400;

// How many machines, of what, and what passes between them. `subscribers` over `regions`, each with
// `rate` ticks a second of what it wants; `feed`: ticks a second of all symbols together. The regions
// that are left can serve everybody where one is lost.
export function plan({ subscribers, regions = 3, rate = 2, feed = 25 }, with_ = { ...measured, ...assumed }) {
    const cpuEach = rate * with_.deliveryCpu;
    const bytesEach = rate * (with_.frameBytes + with_.packetBytes);
    const byCpu = (with_.cores * with_.busy) / cpuEach;
    const byLink = (with_.linkBytes * 0.5) / bytesEach;
    const perMachine = Math.floor(Math.min(byCpu, byLink));
    const perRegion = subscribers / (regions - 1);
    const edgesOfRegion = Math.max(2, Math.ceil(perRegion / perMachine));
    const edges = edgesOfRegion * regions;
    // Where few instances do, all of them read Redis, and there is one tier.
    const isTiered = edges > with_.readersOfRedis;
    const inner = isTiered ? regions * Math.max(2, Math.ceil(edgesOfRegion / with_.edgesOfInstance)) : 0;
    const readers = isTiered ? inner : edges;
    const out = subscribers * bytesEach;
    const machines = edges + inner;
    const cost = {
        machines: machines * with_.machineCost,
        traffic: (out * month / 1e9) * with_.trafficCost,
    };
    return {
        deliveries: subscribers * rate,
        perMachine,
        edges, inner, readers, machines,
        busy: (subscribers * cpuEach) / (edges * with_.cores),
        memoryOfMachine: (subscribers / edges) * (with_.userBytes + with_.kernelBytes),
        bandwidthOut: out,
        bandwidthOfMachine: out / edges,
        entriesRead: feed * readers, // by Redis, a second
        busyOfRedis: feed * readers * with_.entryCpu,
        balancers: Math.ceil((subscribers * rate * with_.balancerCpu) / (with_.cores * with_.busy)),
        bandwidthOfInner: isTiered ? feed * with_.frameBytes * (edges / inner) : 0,
        cost,
        costOfMillion: ((cost.machines + cost.traffic) / subscribers) * 1e6,
    };
}

// Numbers that look random and are the same for the same seed (mulberry32).
function random(seed) {
    let state = seed | 0;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}

// What happens after `lost` clients of machines that are gone learn of it, evenly within `noticed`:
// each waits for its retry and comes to one of `machines`, which have `share` of a machine's cores for
// it. One that is not answered in time leaves and comes again. Clients are simulated in groups.
export function returnOfAll(
    { lost, machines, noticed, share, seed = 1 }, with_ = { ...measured, ...assumed }) {
    const step = 0.05;
    const groups = Math.min(5_000, lost);
    const size = lost / groups;
    const chance = random(seed);
    const wait = () => with_.retry[0] + chance() * (with_.retry[1] - with_.retry[0]);
    const cpuEach = with_.handshakeCpu + with_.replayCpu;
    const capacity = (machines * with_.cores * share * step) / cpuEach / size; // groups a step
    const comesAt = Array.from({ length: groups }, () => chance() * noticed + wait());
    let outside = comesAt.sort((a, b) => b - a); // the next one last
    const queue = []; // when each came
    let next = 0; // of the queue, the one who has waited longest
    const served = [];
    let attempts = 0;
    let peak = 0;
    let left = 0;
    let spare = 0;
    for (let now = 0; served.length < groups && now < 600; now += step) {
        let came = 0;
        for (; outside.length > 0 && outside.at(-1) <= now; came += 1) {
            queue.push(now);
            outside.pop();
        }
        attempts += came;
        peak = Math.max(peak, (came * size) / step);
        const again = [];
        for (; now - queue[next] > with_.handshakeTimeout; next += 1) again.push(now + wait());
        if (again.length > 0) outside = [...outside, ...again].sort((a, b) => b - a);
        left += again.length;
        spare = Math.min(spare + capacity, capacity * 20);
        for (; spare >= 1 && next < queue.length; next += 1, spare -= 1) served.push(now);
    }
    const at = (q) => served[Math.min(served.length - 1, Math.floor(q * served.length))] ?? Infinity;
    return {
        back: served.length * size, attempts: attempts * size, timeouts: left * size,
        peak, p50: at(0.5), p99: at(0.99), all: served.length === groups ? served.at(-1) : Infinity,
    };
}

// The events that are simulated for a plan.
export function losses({ subscribers, regions = 3, rate = 2 }, with_ = { ...measured, ...assumed }) {
    const of = plan({ subscribers, regions, rate }, with_);
    const edgesOfRegion = of.edges / regions;
    const shareAfter = (left) => with_.headroom - of.busy * (of.edges / left);
    return {
        "one machine": returnOfAll({
            lost: subscribers / of.edges, machines: of.edges - 1, noticed: 0,
            share: shareAfter(of.edges - 1),
        }, with_),
        "one region": returnOfAll({
            lost: subscribers / regions, machines: of.edges - edgesOfRegion, noticed: with_.noticed,
            share: shareAfter(of.edges - edgesOfRegion),
        }, with_),
        "one region, at once": returnOfAll({
            lost: subscribers / regions, machines: of.edges - edgesOfRegion, noticed: 0,
            share: shareAfter(of.edges - edgesOfRegion),
        }, with_),
    };
}

const number = (value) => Math.round(value).toLocaleString("en-US");
const bits = (bytes) => (bytes * 8 >= 1e9
    ? `${(bytes * 8 / 1e9).toFixed(1)} Gbit/s` : `${(bytes * 8 / 1e6).toFixed(1)} Mbit/s`);
const seconds = (value) => (value === Infinity ? "never" : `${value.toFixed(1)} s`);

function table(head, rows) {
    const line = (cells) => `| ${cells.join(" | ")} |`;
    return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

// The tables of docs/scaling.md, by name.
export function tables() {
    const sizes = [1e6, 1e8];
    const plans = sizes.map((subscribers) => plan({ subscribers }));
    const row = (name, show) => [name, ...plans.map(show)];
    const found = sizes.map((subscribers) => losses({ subscribers }));
    return {
        plan: table(["", ...sizes.map((size) => `${number(size)} subscribers`)], [
            row("deliveries a second", (p) => number(p.deliveries)),
            row("subscribers of a machine at most", (p) => number(p.perMachine)),
            row("machines that serve subscribers", (p) => number(p.edges)),
            row("instances between them and Redis", (p) => number(p.inner)),
            row("instances that read Redis", (p) => number(p.readers)),
            row("cores busy, all regions up", (p) => `${(p.busy * 100).toFixed(0)} %`),
            row("memory of a machine", (p) => `${(p.memoryOfMachine / 1e9).toFixed(1)} GB`),
            row("bandwidth out", (p) => bits(p.bandwidthOut)),
            row("of a machine", (p) => bits(p.bandwidthOfMachine)),
            row("entries that Redis hands out a second", (p) => number(p.entriesRead)),
            row("of the core of Redis", (p) => `${(p.busyOfRedis * 100).toFixed(1)} %`),
            row("out of an instance between", (p) => (p.inner ? bits(p.bandwidthOfInner) : "none")),
            row("machines of HAProxy, where all goes through it", (p) => number(p.balancers)),
            row("machines, dollars a month", (p) => number(p.cost.machines)),
            row("traffic, dollars a month", (p) => number(p.cost.traffic)),
            row("dollars a month for a million", (p) => number(p.costOfMillion)),
        ]),
        losses: table(
            ["lost", "of", "clients", "half are back after", "99 %", "all", "most attempts a second", "timeouts"],
            sizes.flatMap((size, i) => Object.entries(found[i]).map(([name, loss]) => [
                name, number(size), number(loss.back), seconds(loss.p50), seconds(loss.p99),
                seconds(loss.all), number(loss.peak), number(loss.timeouts)]))),
    };
}

if (import.meta.url === `file://${process.argv[1]}`)
    for (const [name, text] of Object.entries(tables())) console.log(`${name}\n\n${text}\n`);
