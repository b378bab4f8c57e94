// What is shown beside prices, in a cluster: the leader asks, all show the same, and who takes over
// goes on from what it has.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { json } from "./support/http.mjs";
import { startSources } from "./support/market.mjs";
import { always, item, rss, startFeeds } from "./support/news.mjs";
import { coinbaseTicker, startProvider } from "./support/provider.mjs";
import { startRedis } from "./support/redis.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 240_000;
const routes = ["/api/cryptos", "/api/bitcoin/network", "/api/bitcoin/kpis", "/api/news"];

describe("the market in a cluster", { timeout: 900_000 }, () => {
    let certificates;
    const cleanUp = [];

    before(async () => {
        certificates = await makeCertificates(
            await scratch({ after: (step) => cleanUp.push(step) }), "trusted");
    });
    after(async () => {
        for (const step of cleanUp) await step();
    });

    // Two instances over one Redis. Each asks sources of its own, so that who asked is seen.
    async function setUp(t, more = {}) {
        const redis = await startRedis(t);
        const places = {};
        const news = item("One", "https://x.test/1");
        // One address of the news for both: a feed is known by it.
        const { feeds, settings: newsSettings } =
            await startFeeds(t, certificates, [always(rss(news))]);
        for (const name of ["a", "b"]) {
            const { sources, settings } = await startSources(t, certificates);
            places[name] = { sources, settings,
                asked: () => Object.values(sources)
                    .reduce((sum, { requests }) => sum + requests.length, 0) };
        }
        const instances = {};
        const start = async (name) => {
            instances[name] = await startServer(t, {
                ...places[name].settings, ...newsSettings, ARCHIVE: "none", RELAY: redis.url,
                RELAY_LEASE: "1s", INSTANCE: name, LOG_LEVEL: "info", ...more,
            });
            return instances[name];
        };
        const kill = async (name) => {
            const { child } = instances[name];
            delete instances[name];
            await child.kill();
        };
        const leader = () => until("an instance leads", async () => {
            for (const [name, { url }] of Object.entries(instances))
                if ((await json(`${url}/api/cluster`)).body.role === "leader") return name;
            return null;
        });
        const shows = (name) => until(`${name} shows all figures`, async () => {
            const answers = {};
            for (const route of routes)
                answers[route] = await json(instances[name].url + route);
            const is = routes.every((route) => answers[route].status === 200) &&
                answers["/api/cryptos"].body.market !== null &&
                answers["/api/bitcoin/kpis"].body.fear_greed !== null;
            return is ? answers : null;
        }, { timeout: 90_000 });
        return { redis, feeds, places, instances, start, kill, leader, shows };
    }

    // Both, and who of them leads.
    async function setUpTwo(t, more) {
        const all = await setUp(t, more);
        await all.start("a");
        await all.start("b");
        const first = await all.leader();
        return { ...all, first, second: first === "a" ? "b" : "a" };
    }

    test("only the leader asks, and the other one shows what the leader has", { timeout }, async (t) => {
        const { places, feeds, first, second, shows } =
            await setUpTwo(t, { MARKET_INTERVAL: "1h", NEWS_INTERVAL: "1h" });
        const theirs = await shows(first);
        const ours = await shows(second);
        const table = ours["/api/cryptos"].body;
        assert.deepEqual(table.coins, theirs["/api/cryptos"].body.coins);
        assert.deepEqual(table.market, theirs["/api/cryptos"].body.market);
        assert.equal(table.updated_at, theirs["/api/cryptos"].body.updated_at);
        assert.equal(table.source, "coingecko");
        assert.equal(table.stale, false);
        for (const name of ["height", "fees", "hash_rate"])
            assert.deepEqual(ours["/api/bitcoin/network"].body[name],
                theirs["/api/bitcoin/network"].body[name], name);
        assert.deepEqual(ours["/api/bitcoin/kpis"].body.fear_greed,
            theirs["/api/bitcoin/kpis"].body.fear_greed);
        assert.deepEqual(ours["/api/news"].body.items, theirs["/api/news"].body.items);
        assert.equal(places[second].asked(), 0);
        assert.ok(places[first].asked() >= 8);
        assert.equal(feeds[0].requests.length, 1);
    });

    test("who reads on an instance that follows makes the leader ask", { timeout }, async (t) => {
        const { places, instances, first, second } = await setUpTwo(t);
        const seen = new Set();
        // While nobody reads it a table is asked for once an hour.
        await until("four tables have come", async () => {
            const { status, body } = await json(`${instances[second].url}/api/cryptos`);
            if (status === 200) seen.add(body.updated_at);
            return seen.size >= 4;
        }, { timeout: 90_000 });
        assert.equal(places[second].asked(), 0);
        assert.ok(places[first].asked() >= 4);
    });

    test("single coins are asked for by the leader alone, once for all", { timeout }, async (t) => {
        const { places, instances, first, second, shows } =
            await setUpTwo(t, { MARKET_INTERVAL: "1h", NEWS_INTERVAL: "1h" });
        await shows(first);
        await shows(second);
        const coin = (name, path = "") => until(`${name} has the coin${path}`, async () => {
            const { status, body } = await json(`${instances[name].url}/api/cryptos/bitcoin${path}`);
            if (status !== 200) return null;
            return (path === "" ? body.detail : body.points[0]) ? body : null;
        }, { timeout: 60_000 });
        const theirs = (await coin(second)).detail;
        const history = await coin(second, "/history?range=30d");
        assert.equal(theirs.source, "coingecko");
        assert.equal(theirs.stale, false);
        assert.equal(places[second].asked(), 0);
        const ofCoins = () => places[first].sources.coingecko.requests
            .filter(({ url }) => url.startsWith("/coins/bitcoin")).length;
        assert.equal(ofCoins(), 2);
        // What it asked for the other is kept by the leader too.
        const ours = (await coin(first)).detail;
        assert.equal(ours.description, theirs.description);
        assert.equal(ours.updated_at, theirs.updated_at);
        assert.deepEqual((await coin(first, "/history?range=30d")).points, history.points);
        const { status, body } = await json(`${instances[second].url}/api/trending`);
        assert.equal(status, 200);
        assert.ok(body.coins.length > 0);
        assert.equal(ofCoins(), 2);
        assert.equal(places[second].asked(), 0);
    });

    test("where the leader is killed the other one goes on, and asks", { timeout }, async (t) => {
        const { places, instances, first, second, shows, kill, leader } = await setUpTwo(t);
        await shows(second);
        const before = (await json(`${instances[second].url}/api/cryptos`)).body;
        await kill(first);
        assert.equal(await leader(), second);
        const { status, body } = await json(`${instances[second].url}/api/cryptos`);
        assert.equal(status, 200);
        assert.ok(body.updated_at >= before.updated_at);
        await until("it asks", () => places[second].asked() > 0);
        await until("it has a newer table", async () => {
            const now = (await json(`${instances[second].url}/api/cryptos`)).body;
            return now.updated_at > body.updated_at && !now.stale;
        }, { timeout: 90_000 });
    });

    test("a takeover, and a start of all, ask for nothing that is known", { timeout }, async (t) => {
        const { places, instances, feeds, first, second, shows, kill, leader, start } =
            await setUpTwo(t, { MARKET_INTERVAL: "1h", NEWS_INTERVAL: "1h" });
        const was = await shows(first);
        await shows(second);
        await kill(first);
        assert.equal(await leader(), second);
        const asked = () => places.a.asked() + places.b.asked() + feeds[0].requests.length;
        await pause(4_000);
        const before = asked();
        assert.equal(places[second].asked(), 0);
        assert.deepEqual((await shows(second))["/api/cryptos"].body.coins,
            was["/api/cryptos"].body.coins);
        // Nobody is left, but what Redis has.
        await kill(second);
        await start("a");
        await leader();
        assert.deepEqual((await shows("a"))["/api/cryptos"].body.coins,
            was["/api/cryptos"].body.coins);
        await pause(3_000);
        assert.equal(asked(), before);
        assert.equal(Object.keys(instances).length, 1);
    });

    test("a Redis that forgets is given the figures again", { timeout }, async (t) => {
        const { redis, second, shows, start, places, leader } =
            await setUpTwo(t, { MARKET_INTERVAL: "1h", NEWS_INTERVAL: "1h" });
        await shows(second);
        redis.cli("FLUSHALL");
        await leader();
        await until("they are there again", () =>
            redis.cli("EXISTS", "tickertape:{pipe}:figures:table") === "1");
        places.c = places.a;
        const before = places.a.asked() + places.b.asked();
        await start("c");
        await shows("c");
        assert.equal(places.a.asked() + places.b.asked(), before);
    });

    test("a text of another version is left out and said once", { timeout }, async (t) => {
        const { redis, instances, second, shows } =
            await setUpTwo(t, { MARKET_INTERVAL: "1h", NEWS_INTERVAL: "1h" });
        await shows(second);
        // What the leader puts again once it sees it, and the follower may see first.
        for (let round = 0; round < 100; round += 1) {
            redis.cli("SET", "tickertape:{pipe}:figures:table", '{"kept":"market table","version":99}');
            redis.cli("SET", "tickertape:{pipe}:figures:table:version", `other-${round}`);
            await pause(100);
            if (/figures of the leader cannot be read/.test(instances[second].child.stderr)) break;
        }
        await instances[second].child.says(/WARN .*figures of the leader cannot be read.*table/);
        await shows(second);
    });

    test("with real prices it is on without a word, and on an edge it is off", { timeout }, async (t) => {
        const coinbase = await startProvider(t, certificates);
        coinbase.respond = coinbaseTicker("63212.97");
        const { start, places } = await setUp(t, {
            MARKET: "", PROVIDERS: "coinbase", COINBASE_URL: coinbase.url, FETCH_INTERVAL: "1s",
        });
        const { url } = await start("a");
        const table = await until("a table", async () => {
            const { status, body } = await json(`${url}/api/cryptos`);
            return status === 200 ? body : null;
        }, { timeout: 60_000 });
        assert.equal(table.coins[0].id, "bitcoin");
        const before = places.b.asked();
        const edge = await startServer(t, {
            ...places.b.settings, MARKET: "", RELAY: `${url}/prices/stream`, ARCHIVE: "none", PROVIDERS: "coinbase",
            NEWS_FEEDS: "default",
        });
        assert.equal((await json(`${edge.url}/api/cryptos`)).status, 404);
        assert.equal((await json(`${edge.url}/api/news`)).status, 404);
        assert.equal(places.b.asked(), before);
    });
});
