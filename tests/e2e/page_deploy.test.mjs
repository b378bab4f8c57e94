// Chromium's EventSource through HAProxy while three instances are replaced one after the other: what the
// page has at the end is the history of the cluster, without a hole, a gap or a double.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startHaproxy } from "./support/balancer.mjs";
import { launch } from "./support/browser.mjs";
import { Cluster, symbols } from "./support/cluster.mjs";
import { positionOf } from "./support/events.mjs";
import { figuresOf } from "./support/figures.mjs";
import { request } from "./support/http.mjs";
import { drawn, listed, openClean, showsState, ticksDrawn } from "./support/page.mjs";
import { freePort } from "./support/port.mjs";
import { startRedis } from "./support/redis.mjs";
import { until } from "./support/wait.mjs";

const timeout = 180_000;
const names = ["a", "b", "c"];
const [symbol] = symbols; // the one that the page shows

async function isReady(port) {
    try {
        return (await request(`http://127.0.0.1:${port}/readyz`)).status === 200;
    } catch {
        return false;
    }
}

describe("the page behind HAProxy", { timeout: 200_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    test("has every tick once after a rolling deploy", { timeout }, async (t) => {
        const redis = await startRedis(t);
        const cluster = new Cluster(t, {
            RELAY: redis.url, DRAIN_DELAY: "3s", DRAIN_TIME: "1s", RETRY: "500ms",
        });
        const ports = new Map();
        for (const name of names) ports.set(name, await freePort());
        const begin = (name) => cluster.start(name, { PORT: String(ports.get(name)) });
        for (const name of names) await begin(name);
        await cluster.leader();
        cluster.join(3); // they say what there was to get, from the first tick on
        await until("they are connected", async () => (await Promise.all(
            [...cluster.instances.values()].map(async (server) =>
                (await figuresOf(server)).sum("tickertape_subscribers"))))
            .reduce((sum, each) => sum + each, 0) === 3);
        cluster.feed(50);
        await cluster.flows();
        const balancer = await startHaproxy(t, [...ports.values()], { isPlain: true });
        await until("the balancer finds an instance", () => isReady(balancer.port));

        const { page, isClean } =
            await openClean(t, browser, `http://127.0.0.1:${balancer.port}/?range=5m`);
        let streams = 1;
        page.on("request", (sent) => { if (/\/prices\/stream/.test(sent.url())) streams += 1; });
        await showsState(page, "live");
        for (const name of names) {
            await cluster.kill(name, "SIGTERM");
            await begin(name);
            await until(`${name} is ready`, () => isReady(ports.get(name)));
            await cluster.flows();
        }
        await cluster.isWhole();

        const all = cluster.history.of(symbol);
        let newest;
        await until(() => `the page has the newest tick; it has ${newest}`, async () => {
            newest = await page.getAttribute("#price", "data-id");
            return positionOf(newest) === all.at(-1);
        });
        let counted;
        await until(() => `the chart has all ${all.length} ticks; it has ${counted}`, async () => {
            counted = await ticksDrawn(page);
            return counted >= all.length;
        });
        assert.equal(counted, all.length);
        // What was before the cluster began it is told, of course.
        assert.deepEqual((await drawn(page)).gaps.filter(({ isLeading }) => !isLeading), []);
        const rows = await listed(page);
        assert.ok(rows.length > 10);
        assert.deepEqual(rows.map(({ id, event }) => event ?? positionOf(id)), all.slice(-rows.length));
        assert.ok(streams > 1, "it was with more than one instance");
        t.diagnostic(`${counted} ticks over ${streams} streams; ${rows.length} of them listed`);
        isClean();
    });
});
