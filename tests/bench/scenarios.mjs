// What `make bench` measures, and the bar each scenario is held to.
//
// An entry is run once for each of its `rows` in turn, and all of that --runs times. A row is a
// contestant and what is different for it; `load` becomes options of tickertape-bench.

const ofDeliveries = (run, value) => (run.deliveries > 0 ? value : NaN);
const us = (run) => ofDeliveries(run, run.server_cpu_us_per_delivery);
const userUs = (run) => ofDeliveries(run, run.server_user_us_per_delivery);
// A figure there is none of stays none.
const ms = (value) => (value === null ? NaN : value / 1e3);
const p99 = (run) => ms(run.latency_p99_us);

const column = (pick, digits) => ({ pick, digits });
const cost = {
    "CPU per delivery, µs": column(us, 2),
    "of it user": column(userUs, 2),
};
const arrival = {
    "p50, ms": column((run) => ms(run.latency_p50_us), 1),
    "p99, ms": column(p99, 1),
    "first to last, ms": column((run) => ms(run.spread_p50_us), 1),
    "deliveries/s": column((run) => run.deliveries_per_s, 0),
    "missing": column((run) => run.missing, 0),
    "server busy": column((run) => run.server_busy, 2),
    "load busy": column((run) => run.load_busy, 2),
};
const bytes = {
    "user space, B per subscriber":
        column((run) => run.server_resident_bytes_per_subscriber, 0),
};
const slab = {
    "kernel's slab, B per connection, both ends":
        column((run) => run.slab_bytes_per_connection, 0),
};
const kernel = {
    "process at most, MB": column((run) => run.server_resident_bytes_most / 1e6, 1),
    "kernel's TCP buffers, growth at most, MB":
        column((run) => (run.tcp_bytes_most - run.tcp_bytes_before) / 1e6, 1),
};

// A bar: the median of `pick` of one row, or its ratio to that of another, and what it is to be.
const ratio = (what, of, to, pick, limit) => ({ what, of, to, pick, ...limit });
const value = (what, of, pick, limit) => ({ what, of, pick, ...limit });

const crowd = { connections: 10_000, ramp: 4_000 };

export const scenarios = {
    steady: {
        title: "10,000 subscribers, 2 ticks a second",
        ticks: { perSecond: 2 },
        load: crowd,
        rows: [
            { name: "tickertape" }, { name: "unarchived" }, { name: "bare" }, { name: "nchan" },
        ],
        columns: { ...cost, ...arrival, ...bytes },
        bars: [
            ratio("CPU per delivery against the bare loop", "tickertape", "bare", us, { most: 1.1 }),
            ratio("against the same without an archive", "tickertape", "unarchived", us,
                { most: 1.03 }),
            ratio("nchan's against the bare loop", "nchan", "bare", us, {}),
            value("user CPU per delivery, µs", "tickertape", userUs, { most: 0.5 }),
            value("deliveries missing", "tickertape", (run) => run.missing, { most: 0 }),
        ],
    },
    idle: {
        title: "10,000 subscribers, and nothing to send",
        load: { ...crowd, stamp: "none", duration: "2s" },
        rows: [{ name: "tickertape" }, { name: "bare" }, { name: "nchan" }],
        columns: { ...bytes, ...slab },
        bars: [value("bytes per subscriber", "tickertape",
            (run) => run.server_resident_bytes_per_subscriber, { most: 1_024 })],
    },
    flood: {
        title: "10,000 subscribers, 100 ticks a second offered",
        ticks: { perSecond: 100 },
        load: { ...crowd, duration: "8s", settle: "5s" },
        rows: [{ name: "tickertape" }, { name: "bare" }, { name: "nchan" }],
        columns: { ...cost, ...arrival },
        bars: [
            ratio("deliveries/s against the bare loop", "tickertape", "bare",
                (run) => run.deliveries_per_s, { least: 5 }),
            value("p99, ms", "tickertape", p99, { most: 500 }),
            value("deliveries missing", "tickertape", (run) => run.missing, { most: 0 }),
        ],
    },
    replay: {
        title: "10,000 connect at once, each replays 100 ticks",
        ticks: { perSecond: 1_000, count: 100 },
        before: true, // the feed is through before anybody connects
        load: { connections: 10_000, each: 100, duration: "60s", stamp: "none" },
        rows: [{ name: "tickertape" }, { name: "nchan" }],
        columns: {
            "server CPU, s": column((run) => run.server_cpu_s, 2),
            "of it user": column((run) => run.server_user_s, 2),
            "all complete after, s": column((run) => run.measured_s, 2),
            "complete": column((run) => run.complete, 0),
            "failed or refused": column((run) => run.failed + run.refused + run.closed, 0),
            "load busy": column((run) => run.load_busy, 2),
        },
        bars: [
            ratio("server CPU against nchan", "tickertape", "nchan",
                (run) => run.server_cpu_s, { most: 0.5 }),
            value("failed, refused or closed", "tickertape",
                (run) => run.failed + run.refused + run.closed, { most: 0 }),
        ],
    },
    stalled: {
        title: "5,000 that read, with 5,000 that never do and without them; 10 ticks a second",
        ticks: { perSecond: 10 },
        load: { connections: 5_000, ramp: 4_000, duration: "60s" },
        rows: [
            { name: "with stalled", contestant: "tickertape", load: { stalled: 5_000 } },
            { name: "without", contestant: "tickertape" },
        ],
        columns: { ...cost, ...arrival, ...kernel },
        bars: [ratio("readers' p99 against without", "with stalled", "without", p99, { most: 1.2 })],
    },
    symbols: {
        title: "1,000 subscribers, 20,000 deliveries a second: 20 of 250 symbols each, or one",
        load: { connections: 1_000, ramp: 4_000 },
        rows: [
            { name: "20 of 250", contestant: "tickertape", symbols: 250, random: 20,
                ticks: { perSecond: 250 } },
            { name: "one symbol", contestant: "tickertape", ticks: { perSecond: 20 } },
        ],
        columns: { ...cost, ...arrival },
        bars: [ratio("CPU per delivery against one symbol", "20 of 250", "one symbol", us,
            { most: 1.3 })],
    },
    topics: {
        title: "10,000 subscribers, 2 ticks a second, and 250 coins that change once a minute",
        ticks: { perSecond: 2 },
        load: { ...crowd, duration: "60s" },
        rows: [
            { name: "all topics", contestant: "withMarket", query: "?topics=*" },
            { name: "ticks", contestant: "withMarket" },
        ],
        columns: { ...cost, ...arrival, ...bytes },
        bars: [ratio("CPU per delivery against ticks only", "all topics", "ticks", us,
            { most: 1.3 })],
    },
    lanes: {
        title: "10,000 subscribers, one lane or two, and the load on the same two cores",
        load: { ...crowd, settle: "5s" },
        rows: [2, 100].flatMap((perSecond) => [2, 1].map((lanes) => ({
            name: `${lanes === 2 ? "two lanes" : "one lane"}, ${perSecond}/s`,
            contestant: "tickertape", lanes, everywhere: true, ticks: { perSecond },
        }))),
        columns: { ...cost, ...arrival },
        bars: [
            ratio("first to last of one tick, against one lane", "two lanes, 2/s", "one lane, 2/s",
                (run) => ms(run.spread_p50_us), {}),
            ratio("CPU per delivery against one lane", "two lanes, 2/s", "one lane, 2/s", us, {}),
            ratio("the same at 100/s", "two lanes, 100/s", "one lane, 100/s", us, {}),
            ratio("p99 at 100/s against one lane", "two lanes, 100/s", "one lane, 100/s", p99, {}),
        ],
    },
    sizes: {
        title: "2 ticks a second, by the number of subscribers",
        ticks: { perSecond: 2 },
        load: { ramp: 4_000 },
        rows: [1_000, 2_000, 5_000, 10_000, 19_000].map((connections) => ({
            name: connections.toLocaleString("en"), contestant: "tickertape",
            load: { connections },
        })),
        columns: { ...cost, ...arrival, ...bytes },
        bars: [
            ...["2,000", "5,000", "10,000", "19,000"].map((of) =>
                ratio(`CPU per delivery of ${of} against 1,000`, of, "1,000", us,
                    { least: 0.8, most: 1.2 })),
        ],
    },
};
