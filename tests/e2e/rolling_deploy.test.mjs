// Three instances behind a balancer are replaced one after the other, while clients that
// behave as EventSource does are connected: none is silenced, none lacks a tick or gets one twice.
//
// DEPLOY_CLIENTS: how many clients (150). `make test-long` sets 9,000, for which 20,000 open files are
// enough: a balancer has two for each.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startHaproxy, startNginxOfDeploy } from "./support/balancer.mjs";
import { Cluster } from "./support/cluster.mjs";
import { json, request } from "./support/http.mjs";
import { freePort } from "./support/port.mjs";
import { startRedis } from "./support/redis.mjs";
import { until } from "./support/wait.mjs";

const count = Number(process.env.DEPLOY_CLIENTS ?? 150);
const rounds = count > 1_000 ? 2 : 1;
const names = ["a", "b", "c"];

// What an instance says of itself; 0 where nobody answers.
async function statusOf(url) {
    try {
        return (await request(`${url}/readyz`)).status;
    } catch {
        return 0;
    }
}

// The name of the instance that answers there, or null.
async function instanceAt(port) {
    try {
        return (await json(`http://127.0.0.1:${port}/api/cluster`)).body.instance;
    } catch {
        return null;
    }
}

async function streamsAt(port) {
    const { text } = await request(`http://127.0.0.1:${port}/metrics`);
    return [...text.matchAll(/^tickertape_subscribers\{.*\} (\d+)$/mg)]
        .reduce((sum, [, count]) => sum + Number(count), 0);
}

// Until the balancer knows that instance again, which has streams then, or is asked before the others.
// nginx leaves out one that has failed until a request to it has ended well; a stream does not end.
async function finds(balancer, instance, port) {
    let found;
    await until(() => `the balancer finds ${instance}; it found ${found} and said ${balancer.child.stderr}`,
        async () => {
            found = await instanceAt(balancer.port);
            return found === instance || await streamsAt(port) > 1;
        });
}

for (const [name, startBalancer] of [["HAProxy", startHaproxy], ["nginx", startNginxOfDeploy]])
    describe(`a rolling deploy behind ${name}`, { timeout: 1_200_000 }, () => {
        test(`harms none of ${count} clients`, { timeout: 1_200_000 }, async (t) => {
            const redis = await startRedis(t);
            const cluster = new Cluster(t, {
                RELAY: redis.url, DRAIN_DELAY: "3s", DRAIN_TIME: "3s", RETRY: "500ms",
            });
            const ports = new Map();
            for (const each of names) ports.set(each, await freePort());
            const begin = (each) => cluster.start(each, { PORT: String(ports.get(each)) });
            for (const each of names) await begin(each);
            await cluster.leader();
            cluster.feed(count > 1_000 ? 500 : 100);
            const balancer = await startBalancer(t, [...ports.values()], {
                streams: count + 100, isPlain: true,
            });
            await until(() => `the balancer finds an instance; it said ${balancer.child.stderr}`,
                async () => names.includes(await instanceAt(balancer.port)));
            cluster.joinAt(balancer.port, count);
            await cluster.flows({ timeout: 120_000 });
            for (let round = 0; round < rounds; round += 1)
                for (const each of names) {
                    // The last one dies instead.
                    const how = round === rounds - 1 && each === "c" ? "SIGKILL" : "SIGTERM";
                    await cluster.kill(each, how);
                    await begin(each);
                    await until(`${each} is ready`, async () =>
                        await statusOf(`http://127.0.0.1:${ports.get(each)}`) === 200);
                    await finds(balancer, each, ports.get(each));
                    await cluster.flows({ timeout: 120_000 });
                }
            await cluster.isWhole();
            assert.equal(cluster.clients.filter(({ isDead }) => isDead).length, 0);
            const sum = (what) => cluster.clients.reduce((all, client) => all + client[what], 0);
            t.diagnostic(`${count} clients: ${sum("connections")} connections, ${sum("moved")} times moving, ` +
                `${sum("busy")} times busy; ${cluster.history.ids} ids`);
        });
    });
