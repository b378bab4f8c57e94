// Redis is split: the old master, one Sentinel and the instance that leads are on one side of a cable
// that is pulled, two replicas, two Sentinels and two instances on the other. For some seconds each
// side has a master and a leader of its own. Then the cable is plugged in again.
//
// SPLITS: how many kinds of them (1). `make test-long` sets 2: also one in which the old master is told to
// take nothing without a replica. It does so for a second or two before it notices.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Cluster, symbols } from "./support/cluster.mjs";
import { namespace, sideEntrance, whyNot } from "./support/namespace.mjs";
import { PartOfHistory } from "./support/one_history.mjs";
import { startProxy } from "./support/proxy.mjs";
import { startRedis, startSentinel } from "./support/redis.mjs";
import { until } from "./support/wait.mjs";

const skip = (await whyNot()) ?? false;
const clientsOfEach = 10;
const timeout = 240_000;
const slowly = { timeout: 60_000 };

// `more`: options of each Redis.
async function twoSides(t, { more = [] } = {}) {
    const away = await namespace(t);
    const entrance = await sideEntrance(t, away);
    const there = { host: away.guest, within: away.under };
    const here = { host: away.host };
    const master = await startRedis(t, { ...there, more });
    const replicas = [];
    for (let n = 0; n < 2; n += 1)
        replicas.push(await startRedis(t,
            { ...here, more: [...more, "--replicaof", master.host, String(master.port)] }));
    await until("the replicas are in step", () =>
        replicas.every((each) => says(each, /master_link_status:up/)), slowly);
    const sentinels = [];
    for (const side of [there, here, here]) sentinels.push(await startSentinel(t, master, side));
    const hosts = sentinels.map(({ host, port }) => `${host}:${port}`).join();
    const cluster = new Cluster(t, { RELAY: `redis+sentinel://${hosts}/tape` });
    // The first one leads. Clients reach it by a way that is not cut.
    const first = await cluster.start("a", { LISTEN_ADDRESS: "0.0.0.0" }, away.under);
    const way = await startProxy(t, first.port, entrance);
    Object.assign(first, { port: way.port, url: way.url });
    await cluster.leader();
    for (const name of ["b", "c"]) await cluster.start(name);
    return { away, master, cluster };
}

const roles = async (cluster) =>
    Promise.all(["a", "b", "c"].map(async (name) => (await cluster.says(name))?.role));

// Whether Redis says so of its replication. One that becomes a replica breaks off those who ask.
function says(redis, what) {
    try {
        return what.test(redis.cli("INFO", "replication"));
    } catch {
        return false;
    }
}

// While the cable is out. The old master takes what it is told:
async function bothGoOn({ cluster, first }) {
    let said;
    await until(() => `both sides have a leader: ${said}`, async () => {
        said = await roles(cluster);
        return said[0] === "leader" && said.filter((role) => role === "leader").length === 2;
    }, slowly);
    await cluster.flows();
    const { ticks } = first.account;
    await until("the losing side goes on for a while", () => first.account.ticks > ticks + 50);
}

// Or it takes nothing without a replica:
async function oneGoesOn({ cluster, first, master }) {
    await until("the old master takes nothing", () => says(master, /min_slaves_good_slaves:0/), slowly);
    await until("the other side has a leader", async () =>
        (await roles(cluster)).slice(1).includes("leader"), slowly);
    await cluster.flows({ but: cluster.instances.get("a") }); // what was on its way has come
    const { ticks } = first.account;
    await cluster.flows({ but: cluster.instances.get("a") });
    assert.equal(first.account.ticks, ticks, "the losing side has no ticks");
}

const kinds = [
    { name: "both sides go on", meanwhile: bothGoOn, more: [], isTold: true },
    // What it took before it noticed is older than all that the other side has: nobody lacks it.
    { name: "a master without replicas takes nothing", meanwhile: oneGoesOn, isTold: false,
        more: ["--min-replicas-to-write", "1", "--min-replicas-max-lag", "1"] },
].slice(0, Number(process.env.SPLITS ?? 1));

describe("a split of Redis", { concurrency: false, skip }, () => {
    for (const { name, more, meanwhile, isTold } of kinds)
        test(`in which ${name}: nothing is silently missing`, { timeout }, async (t) => {
            const { away, master, cluster } = await twoSides(t, { more });
            const winning = new PartOfHistory(cluster.history);
            const losers = cluster.joinOf(["a"], clientsOfEach);
            const winners = cluster.joinOf(["b", "c"], clientsOfEach, winning);
            cluster.feed();
            await cluster.flows();

            await away.pull();
            await meanwhile({ cluster, master, first: losers[0] });
            await away.plug();
            await until("the old master is a replica", () => says(master, /role:slave/), slowly);
            let said;
            await until(() => `one leads, on the other side: ${said}`, async () => {
                said = await roles(cluster);
                return said[0] === "follower" && said.filter((role) => role === "leader").length === 1;
            }, slowly);
            await cluster.flows();
            await cluster.rest();

            const { top } = winning;
            assert.deepEqual(cluster.history.faults, []);
            assert.deepEqual(winners.flatMap(({ account }) => account.finalFaults(top)), []);
            assert.deepEqual(winners.flatMap(({ account }) => account.gaps), []);
            // What only the losing side had, it has for ever; of what the other had it lacks nothing
            // without being told.
            assert.deepEqual(losers.flatMap(({ account }) => account.finalFaults(top, winning)), []);
            const own = symbols.reduce((sum, symbol) =>
                sum + cluster.history.of(symbol).length - winning.of(symbol).length, 0);
            assert.ok(own > 0, "both sides had ticks of their own");
            for (const { account } of losers)
                assert.ok(!isTold || account.gaps.length > 0, "a gap was told");
            for (const each of ["a", "b", "c"]) assert.equal((await cluster.says(each)).conflicts, 0);
            t.diagnostic(`the losing side had ${own} ticks of its own`);
        });
});
