// What is shown beside prices outlives the server: after a restart it is there at once, with its true
// age, and nobody is asked before the schedule says so.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fakeTime } from "./support/faketime.mjs";
import { json, request } from "./support/http.mjs";
import { dead, startSources } from "./support/market.mjs";
import { always, item, rss, startFeeds } from "./support/news.mjs";
import { startPostgres } from "./support/postgres.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 180_000;
const routes = ["/api/cryptos", "/api/bitcoin/network", "/api/bitcoin/kpis", "/api/currencies", "/api/news"];

describe("figures after a restart", { timeout: 600_000 }, () => {
    let certificates;
    const cleanUp = [];

    before(async () => {
        certificates = await makeCertificates(
            await scratch({ after: (step) => cleanUp.push(step) }), "trusted");
    });
    after(async () => {
        for (const step of cleanUp) await step();
    });

    // Sources, a feed of news and a directory for the archive; servers are started with them.
    async function setUp(t, more = {}) {
        const { sources, settings: market } = await startSources(t, certificates);
        const { feeds, settings: news } =
            await startFeeds(t, certificates, [always(rss(item("One", "https://x.test/1")))]);
        const directory = await scratch(t);
        const settings = {
            ...market, ...news, ARCHIVE: `sqlite:${directory}`, MARKET_INTERVAL: "1h",
            NEWS_INTERVAL: "1h", ...more,
        };
        const asked = () => [...Object.values(sources), ...feeds]
            .reduce((sum, { requests }) => sum + requests.length, 0);
        const start = (again = {}, under = []) =>
            startServer(t, { ...settings, ...again }, [], under);
        const allDie = () => {
            for (const each of [...Object.values(sources), ...feeds]) each.respond = dead;
        };
        return { sources, feeds, directory, start, asked, allDie };
    }

    async function all(server) {
        const answers = {};
        for (const route of routes) answers[route] = await json(server.url + route);
        return answers;
    }
    const figure = async (server, name) => Number(new RegExp(`^${name} (\\S+)$`, "m")
        .exec((await request(`${server.url}/metrics`)).text)[1]);

    // The answers once all of them are there and the archive has them.
    async function kept(server) {
        const answers = await until("all figures are there", async () => {
            const now = await all(server);
            const is = routes.every((route) => now[route].status === 200) &&
                now["/api/cryptos"].body.market !== null &&
                now["/api/bitcoin/kpis"].body.fear_greed !== null;
            return is ? now : null;
        }, { timeout: 60_000 });
        await until("all are kept", async () => {
            const before = await figure(server, "tickertape_kept_figures_written_total");
            await new Promise((resolve) => setTimeout(resolve, 1_500));
            return before >= 6 &&
                before === await figure(server, "tickertape_kept_figures_written_total");
        }, { timeout: 60_000 });
        return answers;
    }

    test("they are those of before the kill, with their age, while all sources are down", { timeout }, async (t) => {
        const { start, asked, allDie } = await setUp(t);
        const first = await start();
        const was = await kept(first);
        await first.child.kill();
        allDie();
        const before = asked();
        const second = await start();
        const is = await all(second);
        for (const route of routes) assert.equal(is[route].status, 200, route);
        const table = is["/api/cryptos"].body;
        assert.deepEqual(table.coins, was["/api/cryptos"].body.coins);
        assert.deepEqual(table.market, was["/api/cryptos"].body.market);
        assert.equal(table.source, "coingecko");
        assert.equal(table.updated_at, was["/api/cryptos"].body.updated_at);
        assert.ok(table.age_seconds > was["/api/cryptos"].body.age_seconds + 1,
            `${table.age_seconds} after ${was["/api/cryptos"].body.age_seconds}`);
        assert.equal(table.stale, false);
        const network = is["/api/bitcoin/network"].body;
        for (const name of ["height", "hash_rate", "difficulty", "fees", "mempool_vsize"])
            assert.deepEqual(network[name], was["/api/bitcoin/network"].body[name], name);
        const kpis = is["/api/bitcoin/kpis"].body;
        assert.deepEqual(kpis.fear_greed, was["/api/bitcoin/kpis"].body.fear_greed);
        assert.deepEqual(is["/api/news"].body.items, was["/api/news"].body.items);
        assert.equal(await figure(second, "tickertape_kept_figures_restored_total"), 7);
        // They were asked for a moment ago, and are due in an hour.
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        assert.equal(asked(), before);
    });

    test("they are kept in PostgreSQL too", { timeout }, async (t) => {
        const database = await startPostgres(t);
        const { start, asked, allDie } = await setUp(t, {
            ARCHIVE: database.url(), ARCHIVE_STATE: join(await scratch(t), "state") });
        const first = await start();
        const was = await kept(first);
        await first.child.kill();
        allDie();
        const before = asked();
        const second = await start();
        const is = await all(second);
        for (const route of routes) assert.equal(is[route].status, 200, route);
        assert.deepEqual(is["/api/cryptos"].body.coins, was["/api/cryptos"].body.coins);
        assert.deepEqual(is["/api/news"].body.items, was["/api/news"].body.items);
        assert.equal(asked(), before);
    });

    test("they are stale by the same rule as before, and asked for when they are due", { timeout }, async (t) => {
        const { start, asked, sources } = await setUp(t);
        const first = await start();
        await kept(first);
        await first.child.kill();
        const { respond } = sources.coingecko;
        for (const name of ["coingecko", "coinpaprika", "coinlore"]) sources[name].respond = dead;
        await new Promise((resolve) => setTimeout(resolve, 3_500));
        const before = asked();
        const second = await start({ MARKET_INTERVAL: "1s", NEWS_INTERVAL: "1s" });
        const { body } = await json(`${second.url}/api/cryptos`);
        assert.equal(body.stale, true);
        assert.ok(body.age_seconds > 3, String(body.age_seconds));
        await until("they are asked for", () => asked() > before);
        sources.coingecko.respond = respond;
        await until("a fresh table", async () =>
            !(await json(`${second.url}/api/cryptos`)).body.stale, { timeout: 60_000 });
    });

    test("a server that starts again and again asks once", { timeout }, async (t) => {
        const { start, asked } = await setUp(t);
        const first = await start();
        await kept(first);
        await first.child.kill();
        const before = asked();
        for (let round = 0; round < 5; round += 1) {
            const server = await start();
            const now = await all(server);
            for (const route of routes) assert.equal(now[route].status, 200, route);
            server.child.signal(round % 2 ? "SIGTERM" : "SIGKILL");
            await server.child.exited();
        }
        assert.equal(asked(), before);
    });

    test("a clock that was set back makes nothing fresh", { timeout }, async (t) => {
        const { start, allDie } = await setUp(t);
        const first = await start();
        await kept(first);
        await first.child.kill();
        allDie();
        const clock = await fakeTime(t);
        clock.set(-7200);
        const second = await start(clock.settings);
        const now = await all(second);
        assert.equal(now["/api/cryptos"].body.stale, true);
        assert.equal(now["/api/news"].body.stale, true);
        assert.equal(now["/api/bitcoin/network"].body.stale, true);
        assert.equal(now["/api/bitcoin/kpis"].body.sources.fear_greed.stale, true);
    });

    test("a text that cannot be read is left out, and said once", { timeout }, async (t) => {
        const { start, directory, allDie } = await setUp(t);
        const first = await start();
        await kept(first);
        first.child.signal("SIGTERM");
        await first.child.exited();
        allDie();
        // With a check that is right: as another version of the program would have written it.
        execFileSync("python3", ["-c", `
import sqlite3, sys, zlib
db = sqlite3.connect(sys.argv[1])
text = db.execute("SELECT text FROM texts WHERE name = 'table'").fetchone()[0]
text = text.replace('"version":1', '"version":99')
db.execute("UPDATE texts SET text = ?, \\"check\\" = ? WHERE name = 'table'", (text, zlib.crc32(text.encode())))
db.execute("UPDATE texts SET text = text || ' ' WHERE name = 'news'")
db.commit()`, join(directory, "pipe", "texts.db")]);
        const second = await start();
        await second.child.says(/WARN .*kept figures cannot be read.*table.*another version/);
        const now = await all(second);
        assert.equal(now["/api/cryptos"].status, 503);
        assert.equal(now["/api/news"].status, 503);
        assert.equal(now["/api/bitcoin/network"].status, 200);
        assert.equal(await figure(second, "tickertape_kept_figures_unreadable_total"), 1);
    });
});
