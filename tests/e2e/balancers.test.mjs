// Behind the balancers of docs/deploy/: no instance that is killed, and no time without any, ends a
// browser's EventSource, which gives up for ever on any status but 200; and no tick is held back.

import assert from "node:assert/strict";
import http2 from "node:http2";
import https from "node:https";
import { describe, test } from "node:test";
import { startHaproxy, startNginxOfDeploy } from "./support/balancer.mjs";
import { EventSourceLike } from "./support/event_source.mjs";
import { readEvents } from "./support/events.mjs";
import { request } from "./support/http.mjs";
import { freePort } from "./support/port.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 120_000;
const clientsOfEach = 6;

const ask = (balancer, path, headers = {}) => new Promise((resolve, reject) => {
    https.get(`${balancer.url}${path}`, { ca: balancer.ca, agent: false, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (more) => { text += more; });
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    }).on("error", reject);
});

// The status and the first bytes of a stream over HTTP/2.
const overHttp2 = (t, balancer, path) => new Promise((resolve, reject) => {
    const session = http2.connect(balancer.url, { ca: balancer.ca });
    t.after(() => session.destroy());
    session.on("error", reject);
    const stream = session.request({ ":path": path, accept: "text/event-stream" });
    stream.on("error", () => {});
    let status = 0;
    stream.on("response", (headers) => { status = headers[":status"]; });
    stream.setEncoding("utf8").once("data", (text) => resolve({ status, text }));
});

for (const [name, startBalancer] of [["HAProxy", startHaproxy], ["nginx", startNginxOfDeploy]]) {
    describe(`behind ${name} as configured in docs/deploy`, { timeout: 180_000 }, () => {
        test("streams outlive a killed instance, and the time without any", { timeout }, async (t) => {
            const ports = [await freePort(), await freePort(), await freePort()]; // the third is down
            const begin = (port) => startServer(t, { PORT: String(port), RETRY: "200ms" });
            const servers = [await begin(ports[0]), await begin(ports[1])];
            let price = 100;
            const publish = () => {
                price += 1;
                for (const server of servers) if (!server.child.exit) server.publish(price);
            };
            publish();
            const balancer = await startBalancer(t, ports);
            await until("the balancer finds an instance",
                async () => (await ask(balancer, "/readyz")).status === 200, { timeout: 30_000 });

            const clients = Array.from({ length: clientsOfEach },
                () => new EventSourceLike(t, `${balancer.url}/prices/stream`, balancer.ca));
            const alive = () => {
                for (const client of clients) assert.equal(client.deadBecause, null);
            };
            // Each client gets the next price, whichever instance it is with by then.
            const allSee = async (what) => {
                const before = clients.map((client) => client.ticks);
                await until(what, () => {
                    alive();
                    publish();
                    return clients.every((client, i) => client.ticks > before[i]);
                }, { timeout: 60_000 });
            };
            await allSee("all get a price");
            const first = await overHttp2(t, balancer, "/prices/stream");
            assert.equal(first.status, 200);
            assert.match(first.text, /^retry: /);

            await servers[0].child.kill();
            await allSee("all get a price from the instance that is left");

            const busyBefore = clients.map((client) => client.timesBusy);
            await servers[1].child.kill();
            await until("all are told to come back", () => {
                alive();
                return clients.every((client, i) => client.timesBusy > busyBefore[i]);
            }, { timeout: 60_000 });
            const told = await ask(balancer, "/prices/stream", { Accept: "text/event-stream" });
            assert.equal(told.status, 200);
            assert.match(told.headers["content-type"], /^text\/event-stream/);
            const [, retry, again] =
                /^retry: (\d+)\nevent: busy\ndata: \{"retry":(\d+)\}\n\n$/.exec(told.text);
            assert.equal(retry, again);
            assert.ok(Number(retry) >= 2_000 && Number(retry) < 10_000, retry);
            assert.equal((await ask(balancer, "/api/prices")).status, 503);

            servers[1] = await begin(ports[1]);
            await allSee("all get a price from the instance that came back");
        });

        test("instances of which none is ready serve what they have", { timeout }, async (t) => {
            const ports = [await freePort(), await freePort(), await freePort()]; // the third is down
            const servers = [];
            for (const port of ports.slice(0, 2))
                servers.push(await startServer(t, { PORT: String(port), STALE_AFTER: "1s" }));
            for (const server of servers) server.publish(100);
            const balancer = await startBalancer(t, ports);
            const statuses = async () => Promise.all(servers.map(async ({ port }) =>
                (await fetch(`http://127.0.0.1:${port}/readyz`)).status));
            await until("no instance is ready",
                async () => (await statuses()).every((status) => status === 503));
            // HAProxy asks twice before it believes that.
            const client = new EventSourceLike(t, `${balancer.url}/prices/stream`, balancer.ca);
            await until("the price is served again and again", async () => {
                for (let n = 0; n < 10; n += 1) {
                    if ((await ask(balancer, "/api/prices")).status !== 200) return false;
                    await new Promise((resolve) => { setTimeout(resolve, 400); });
                }
                return true;
            }, { timeout: 60_000 });
            assert.equal((await ask(balancer, "/")).status, 200);
            assert.equal(client.deadBecause, null);
            servers[0].publish(101);
            servers[1].publish(101);
            await until("the stream goes on", () => client.ticks > 0);
        });

        // Without TLS HAProxy holds a tick for 200 ms, in case more follows, where it is not told
        // otherwise.
        test("no tick is held back where TLS ends before it", { timeout }, async (t) => {
            const server = await startServer(t);
            const ports = [server.port, await freePort(), await freePort()];
            server.publish(100);
            const balancer = await startBalancer(t, ports, { isPlain: true });
            const url = `http://127.0.0.1:${balancer.port}`;
            await until("the balancer finds the instance",
                async () => (await request(`${url}/readyz`)).status === 200, { timeout: 30_000 });
            const client = readEvents(t, `${url}/prices/stream`);
            await until("the first tick", () => client.prices.length > 0, { timeout: 30_000 });
            let quickest = Infinity;
            for (let price = 101; price < 121; price += 1) {
                const began = performance.now();
                server.publish(price);
                await until("the tick", () => client.prices.at(-1) === price);
                quickest = Math.min(quickest, performance.now() - began);
            }
            assert.ok(quickest < 150, `the quickest of 20 ticks took ${quickest} ms`);
        });
    });
}
