// An instance without an archive that comes late knows only what the relay holds. What was before is
// told as a gap, never passed over.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Cluster } from "./support/cluster.mjs";
import { isTick, positionOf, readEvents } from "./support/events.mjs";
import { startRedis } from "./support/redis.mjs";
import { until } from "./support/wait.mjs";

const stream = "tickertape:{pipe}:stream";
const path = "/prices/stream?symbols=*";

async function oneOver(t, settings = {}) {
    const redis = await startRedis(t);
    const cluster = new Cluster(t, { RELAY: redis.url, ...settings });
    const first = await cluster.start("a");
    await cluster.leader();
    return { redis, cluster, first };
}

// Publishes so many ticks behind that id, and returns the ids with which the instance has shown them.
async function publish(t, cluster, server, count, after = "0-0") {
    const all = readEvents(t, `${server.url}${path}`);
    const shown = () => all.events.filter((event) =>
        isTick(event) && positionOf(event.id) > positionOf(after)).map(({ id }) => id);
    await all.sees("the stream begins", () => all.status === 200);
    for (let n = 0; n < count; n += 1) cluster.publish();
    await all.sees(`${count} ticks`, () => shown().length >= count);
    return shown();
}

// A client that has seen the ticks up to that one comes to `server`: each later one of `ids` comes, or
// lies in a gap that was told before the first tick that comes.
async function isOwedNothing(t, server, ids, seen) {
    const client = readEvents(t, `${server.url}${path}`, { "last-event-id": ids[seen] });
    await client.sees("the newest tick", (events) => events.some(({ id }) => id === ids.at(-1)));
    const { events } = client;
    const came = new Set(events.filter(isTick).map(({ id }) => id));
    const gaps = events.filter(({ event }) => event === "gap").map(({ data }) =>
        ({ from: positionOf(data.from), to: positionOf(data.to) }));
    const owed = ids.slice(seen + 1).filter((id) => !came.has(id) &&
        !gaps.some(({ from, to }) => from < positionOf(id) && positionOf(id) <= to));
    assert.deepEqual(owed, [], `${came.size} ticks came, and ${JSON.stringify(gaps.length)} gaps`);
    return { came, gaps };
}

describe("an instance without an archive", { concurrency: false }, () => {
    test("that begins where all is forgotten tells a gap for what was before", async (t) => {
        const { redis, cluster, first } = await oneOver(t);
        const before = await publish(t, cluster, first, 20);
        await cluster.kill("a");
        redis.cli("FLUSHALL");
        const fresh = await cluster.start("b");
        await cluster.leader();
        const after = await publish(t, cluster, fresh, 10);
        const { gaps } = await isOwedNothing(t, fresh, [...before, ...after], 5);
        assert.equal(gaps.length, 1);
    });

    test("that begins with what another has put back tells a gap for what that one lacks", async (t) => {
        const { redis, cluster, first } = await oneOver(t);
        const before = await publish(t, cluster, first, 30);
        redis.cli("XTRIM", stream, "MAXLEN", "10");
        const second = await cluster.start("b");
        await until("it follows", async () => (await cluster.says("b"))?.role === "follower");
        await isOwedNothing(t, second, before, 5);
        await cluster.kill("a");
        redis.cli("FLUSHALL");
        await until("b has put its entries back", () => Number(redis.cli("XLEN", stream)) >= 10);
        const fresh = await cluster.start("c");
        await cluster.leader();
        const after = await publish(t, cluster, fresh, 5, before.at(-1));
        const ids = [...before, ...after];
        const { came, gaps } = await isOwedNothing(t, fresh, ids, 5);
        assert.ok(came.size >= 15, "what was put back came");
        assert.ok(gaps.length >= 1);
        await isOwedNothing(t, second, ids, 5);
        // A client that has seen all that was not put back is told no gap.
        const { gaps: none } = await isOwedNothing(t, fresh, ids, 20);
        assert.deepEqual(none, []);
    });
});
