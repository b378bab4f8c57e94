// Bitcoin's network, from its sources over real TLS to the answer: which of them is asked, and what
// is shown when they fail.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { json } from "./support/http.mjs";
import { blockAt, blockchairStats, bodies, dead, difficulties, good, says, startSources, tip, tipAt } from "./support/market.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 180_000;

describe("Bitcoin's network", { timeout: 600_000 }, () => {
    let certificates;
    const cleanUp = [];

    before(async () => {
        certificates = await makeCertificates(
            await scratch({ after: (step) => cleanUp.push(step) }), "trusted");
    });
    after(async () => {
        for (const step of cleanUp) await step();
    });

    async function setUp(t, settings = {}, change = () => {}) {
        const { sources, settings: market } = await startSources(t, certificates);
        change(sources);
        const server = await startServer(t, { ...market, ...settings });
        const get = () => json(`${server.url}/api/bitcoin/network`);
        // The first answer for which that is so.
        const shows = (what, condition) => until(what, async () => {
            const answer = await get();
            return answer.status === 200 && condition(answer.body) ? answer.body : null;
        }, { timeout: 120_000 });
        return { sources, server, get, shows };
    }

    test("the figures are those of the sources, or follow from them", { timeout }, async (t) => {
        const { sources, shows } = await setUp(t);
        const now = await shows("the network", () => true);
        assert.equal(now.height, tip);
        assert.equal(now.block_at, tipAt);
        assert.equal(now.block_seconds, 595);
        assert.ok(now.seconds_since_block >= 120, String(now.seconds_since_block));
        // Each block of the day counts by its own difficulty.
        const changed = tip - tip % 2016;
        const newer = Math.min(144, tip - changed + 1);
        const work = newer * difficulties.now + (144 - newer) * difficulties.before;
        const rate = work * 2 ** 32 / (144 * 595);
        assert.ok(Math.abs(now.hash_rate / rate - 1) < 1e-12, `${now.hash_rate} is not ${rate}`);
        assert.equal(now.difficulty, difficulties.now);
        assert.equal(
            now.difficulty_change_percent, JSON.parse(bodies.adjustment).difficultyChange);
        assert.equal(now.retarget_height, changed + 2016);
        assert.equal(now.mempool_transactions, 90420);
        assert.equal(now.mempool_vsize, 47364518);
        assert.deepEqual(
            now.fees, { fastest: 6, half_hour: 5, hour: 4, economy: 2, minimum: 1 });
        const left = now.halving_height - tip;
        assert.equal(now.halving_height % 210_000, 0);
        assert.ok(left > 0 && left <= 210_000);
        assert.equal(now.halving_at_by_target, tipAt + left * 600);
        assert.equal(now.halving_at_by_average, tipAt + left * 595);
        assert.ok(now.inflation_percent > 0 && now.inflation_percent < 1);
        assert.equal(now.stale, false);
        assert.equal(now.withheld, undefined);
        assert.deepEqual(
            [now.sources.hash_rate.source, now.sources.hash_rate.computed,
                now.sources.hash_rate.window_blocks, now.sources.halving_at_by_average.window_blocks],
            ["mempool", true, 144, 2016]);
        assert.ok(Math.abs(now.sources.fees.at - Date.now() / 1000) < 60);
        assert.equal(sources.blockchain.requests.length, 0);
        assert.match(sources.mempool.requests[0].headers["user-agent"], /^tickertape\/\d/);
    });

    test("blockchair has the chain while both others are dead", { timeout }, async (t) => {
        const { shows } = await setUp(t, {}, (sources) => {
            sources.mempool.respond = sources.blockchain.respond = dead;
            sources.blockchair.respond = blockchairStats;
        });
        const third = await shows("blockchair", ({ sources: of }) => of.height?.source === "blockchair");
        assert.equal(third.height, tip - 1);
        assert.equal(third.sources.hash_rate.window_blocks, JSON.parse(bodies.blockchair).data.blocks_24h);
        assert.ok(third.seconds_since_block >= 120);
        assert.equal(third.fees.fastest, null);
        assert.equal(third.mempool_transactions, null);
    });

    test("blockchain.info has the chain while mempool.space is dead", { timeout }, async (t) => {
        const { sources, server, shows } = await setUp(t);
        await shows("mempool.space", ({ sources: of }) => of.height.source === "mempool");
        sources.mempool.respond = dead;
        const other = await shows("blockchain.info", ({ sources: of }) => of.height.source === "blockchain");
        assert.equal(other.height, tip - 1);
        const stats = JSON.parse(bodies.stats);
        // Theirs is in GH/s.
        assert.ok(Math.abs(other.hash_rate / (stats.hash_rate * 1e9) - 1) < 1e-12);
        assert.equal(other.sources.hash_rate.window_blocks, stats.n_blocks_mined);
        assert.equal(other.sources.hash_rate.window_seconds, 86_400);
        assert.equal(other.seconds_since_block, null);
        // The fees of before, with their own source and time.
        assert.equal(other.fees.fastest, 6);
        assert.equal(other.sources.fees.source, "mempool");
        assert.ok(other.sources.fees.at < other.sources.height.at);
        await server.child.says(/WARN .*network source failed.*mempool/);
        await shows("old fees", ({ sources: of }) => of.fees.stale && !of.height.stale);
        sources.mempool.respond = good.mempool;
        await shows("mempool.space again", ({ sources: of }) =>
            of.height.source === "mempool" && !of.fees.stale);
    });

    test("when all sources die the last figures stay, and are stale", { timeout }, async (t) => {
        const { sources, shows } = await setUp(t);
        await shows("figures", () => true);
        for (const source of Object.values(sources)) source.respond = dead;
        const old = await shows("stale figures", ({ stale }) => stale);
        assert.equal(old.height, tip);
        assert.equal(old.sources.hash_rate.stale, true);
    });

    test("a server whose sources never answered says so", { timeout }, async (t) => {
        const { sources, get } = await setUp(t, {}, ({ mempool, blockchain }) => {
            mempool.respond = (request, response) => says(response, "<html>429 Too Many Requests", {
                status: 200, headers: { "content-type": "text/html" } });
            blockchain.respond = dead;
        });
        await until("both were asked", () =>
            sources.mempool.requests.length > 0 && sources.blockchain.requests.length > 0);
        const { status, headers, body } = await get();
        assert.equal(status, 503);
        assert.equal(body.type, "urn:tickertape:problem:no-network-yet");
        assert.ok(Number(headers["retry-after"]) > 0);
    });

    test("a source that limits us is asked again when it said, and not before", { timeout }, async (t) => {
        let limitedAt = 0;
        let againAt = 0;
        const { shows } = await setUp(t, {}, ({ mempool }) => {
            mempool.respond = (request, response) => {
                if (limitedAt === 0) {
                    limitedAt = Date.now();
                    says(response, "<html>429", { status: 429,
                        headers: { "retry-after": "4", "content-type": "text/html" } });
                    return;
                }
                againAt ||= Date.now();
                good.mempool(request, response);
            };
        });
        await shows("blockchain.info meanwhile", ({ sources: of }) => of.height.source === "blockchain");
        await shows("mempool.space again", ({ sources: of }) => of.height.source === "mempool");
        assert.ok(againAt - limitedAt >= 4_000, `asked again after ${againAt - limitedAt} ms`);
    });

    test("nonsense is withheld with a reason", { timeout }, async (t) => {
        const { shows } = await setUp(t, {}, ({ mempool }) => {
            mempool.respond = (request, response) => {
                if (request.url === "/v1/fees/recommended")
                    says(response, '{"fastestFee":-6,"halfHourFee":"5.25","hourFee":null}');
                else good.mempool(request, response);
            };
        });
        const { fees, withheld } = await shows("figures", () => true);
        assert.deepEqual(
            fees, { fastest: null, half_hour: 5.25, hour: null, economy: null, minimum: null });
        assert.deepEqual(Object.keys(withheld), ["fees.fastest"]);
    });

    test("a chain of another time is refused", { timeout }, async (t) => {
        const { server, shows } = await setUp(t, {}, ({ mempool }) => {
            // As it was recorded, years ago.
            mempool.respond = (request, response) => says(response, bodies.block);
        });
        const { height, fees } = await shows("figures", () => true);
        assert.equal(height, tip - 1);
        assert.equal(fees.fastest, null);
        await server.child.says(/WARN .*network source failed.*there is no block 810613/);
    });

    // The newest blocks of mempool.space, changed; all else as it is.
    const withNewest = (change) => (request, response) => {
        if (request.url !== "/v1/blocks") return good.mempool(request, response);
        const rows = Array.from({ length: 15 }, (_, i) => blockAt(tip - i));
        return says(response, JSON.stringify(change(rows)));
    };

    test("one bad block among fifteen changes no figure", { timeout }, async (t) => {
        const { shows } = await setUp(t, {}, ({ mempool, blockchain }) => {
            blockchain.respond = dead;
            mempool.respond = withNewest((rows) => rows.with(7, { ...rows[7], height: tip + 60_000 }));
        });
        const now = await shows("figures", () => true);
        assert.deepEqual(
            [now.height, now.block_at, now.block_seconds, now.withheld],
            [tip, tipAt, 595, undefined]);
    });

    test("a difficulty that cannot be is refused, and the next source asked", { timeout }, async (t) => {
        const { sources, server, shows } = await setUp(t, {}, ({ mempool }) => {
            mempool.respond = withNewest((rows) => rows.map((row) => ({ ...row, difficulty: 1.5 })));
        });
        const other = await shows("figures", () => true);
        assert.equal(other.sources.height.source, "blockchain");
        await server.child.says(/WARN .*mempool.*not Bitcoin's chain: block \d+ has no such difficulty/);
        sources.mempool.respond = good.mempool;
        const now = await shows("mempool.space", ({ sources: of }) => of.height.source === "mempool");
        assert.equal(now.difficulty, difficulties.now);
    });

    test("a chain that one source said gives way where two others differ", { timeout }, async (t) => {
        const { sources, server, shows } = await setUp(t, {}, ({ mempool, blockchain }) => {
            // Possible by the clock, and whole in itself.
            mempool.respond = withNewest((rows) => rows.map((row) => ({ ...row, height: row.height + 20_000 })));
            blockchain.respond = dead;
        });
        await shows("the wrong chain", ({ height }) => height === tip + 20_000);
        sources.blockchain.respond = good.blockchain;
        sources.mempool.respond = good.mempool;
        await shows("mempool.space", ({ height }) => height === tip);
        await server.child.says(/WARN .*bitcoin's network was wrong/);
    });

    test("what follows from a date that is withheld is withheld too", { timeout }, async (t) => {
        const { shows } = await setUp(t, {}, ({ mempool }) => {
            mempool.respond = withNewest(([row]) => [{ ...row, timestamp: tipAt + 10 * 365 * 86_400 }]);
        });
        const now = await shows("figures", () => true);
        const names = ["block_at", "seconds_since_block", "block_seconds", "hash_rate",
            "halving_at_by_target", "halving_at_by_average"];
        for (const name of names)
            assert.deepEqual([name, now[name], now.withheld[name]], [name, null, "the block is dated in the future"]);
        assert.equal(now.height, tip);
    });

    test("MARKET=off asks nobody for the network", { timeout }, async (t) => {
        const { sources, get } = await setUp(t, { MARKET: "off" });
        const { status, body } = await get();
        assert.equal(status, 404);
        assert.equal(body.type, "urn:tickertape:problem:no-market");
        assert.equal(sources.mempool.requests.length, 0);
    });
});
