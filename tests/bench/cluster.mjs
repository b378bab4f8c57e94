// Several instances over one Redis: how late a tick is, how many there can be, what an instance costs, how
// they serve many subscribers behind HAProxy, and how long a new leader takes. docs/performance.md says
// what was measured with it, and what it means.
//
//   node tests/bench/cluster.mjs [--runs 3] [--only latency,takeover] [--seconds 10] [--kills 50]
//       [--subscribers 15000]
//
// Instances, Redis and HAProxy have one core, feed and load the other, but where a leader goes: there all
// have both. What is compared is measured in turn.

import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { fanOut } from "./cluster_fan_out.mjs";
import { idle } from "./cluster_idle.mjs";
import { latency } from "./cluster_latency.mjs";
import { handover, takeover } from "./cluster_takeover.mjs";
import { throughput } from "./cluster_throughput.mjs";

const parts = {
    latency: { title: "From due to received, ten subscribers of each", measure: latency },
    throughput: { title: "Ticks through Redis", measure: throughput },
    idle: { title: "An instance without subscribers", measure: idle },
    fan_out: { title: "Subscribers of three instances, 2 ticks a second", measure: fanOut },
    takeover: { title: "From kill -9 to the first tick of the next leader", measure: takeover },
    handover: { title: "From SIGTERM to the first tick of the next leader", measure: handover },
};

const { values: options } = parseArgs({
    options: {
        runs: { type: "string", default: "1" },
        only: { type: "string", default: Object.keys(parts).join() },
        seconds: { type: "string", default: "10" }, // of each measurement
        kills: { type: "string", default: "50" }, // of each kind
        subscribers: { type: "string", default: "15000" },
    },
});
const { only, ...numbers } = options;
const wanted = Object.fromEntries(Object.entries(numbers).map(([name, text]) => [name, Number(text)]));
for (const name of only.split(","))
    if (!parts[name]) {
        console.error(`no part ${name}; there are ${Object.keys(parts).join(", ")}`);
        process.exit(2);
    }

if (availableParallelism() < 2) console.error("one core: the load takes its time from the server");
for (const name of only.split(",")) {
    const [busy] = loadavg();
    if (busy > 0.8) console.error(`others are busy on this machine (load ${busy.toFixed(1)})`);
    const text = await parts[name].measure(wanted);
    console.log(`\n${parts[name].title}; load of the machine ${busy.toFixed(1)} before, ` +
        `${loadavg()[0].toFixed(1)} after\n\n${text}`);
}
