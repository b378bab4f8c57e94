// Two instances of a cluster, each with a provider of its own: one whose provider does not answer does
// not keep the lease.

import assert from "node:assert/strict";
import { test } from "node:test";
import { json } from "./support/http.mjs";
import { coinbaseTicker, failing, startProvider } from "./support/provider.mjs";
import { startRedis } from "./support/redis.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 240_000;

test("a leader from whose feed no price comes lets another one lead", { timeout }, async (t) => {
    const redis = await startRedis(t);
    const certificates = await makeCertificates(await scratch(t), "provider");
    const providers = {};
    const instances = {};
    for (const name of ["a", "b"]) {
        providers[name] = await startProvider(t, certificates);
        providers[name].respond = coinbaseTicker("100.5");
        instances[name] = await startServer(t, {
            PROVIDERS: "coinbase", COINBASE_URL: providers[name].url, CA_FILE: certificates.caFile,
            FETCH_INTERVAL: "1s", ARCHIVE: "none", RELAY: redis.url, INSTANCE: name,
            LOG_LEVEL: "info",
        });
    }
    const says = async (name) => (await json(`${instances[name].url}/api/cluster`)).body;
    const leader = async () => {
        for (const name of Object.keys(instances))
            if ((await says(name)).role === "leader") return name;
        return null;
    };
    const first = await until("one leads", leader);
    const second = first === "a" ? "b" : "a";
    await until("both know each other", async () =>
        (await says(first)).instances.length === 2 && (await says(second)).instances.length === 2);
    await until("a price has come", async () =>
        (await json(`${instances[second].url}/api/prices`)).body.prices[0].price === 100.5);
    assert.equal(redis.cli("EXISTS", "tickertape:{live}:stream"), "1");

    providers[first].respond = failing["answers 500"];
    await instances[first].child.says(/gives the lease back .*why="no price comes from its feed"/,
        { timeout: 120_000 });
    await until("the other one leads", async () => await leader() === second);
    providers[second].respond = coinbaseTicker("200.5");
    await until("its price has come", async () =>
        (await json(`${instances[first].url}/api/prices`)).body.prices[0].price === 200.5);
    const { problem } = (await json(`${instances[first].url}/api/feed`)).body.symbols[0];
    assert.equal(problem, null);
    await until("other programs find it", () =>
        JSON.parse(redis.cli("GET", "tickertape:price:BTC-USD")).price === 200.5);
});
