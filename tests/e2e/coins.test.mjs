// Single coins and what is trending, from a fake of CoinGecko over real TLS to the answer.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { json, request } from "./support/http.mjs";
import { bodies, good, says, startSources } from "./support/market.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;

describe("coins in depth", { timeout: 300_000 }, () => {
    let certificates;
    const cleanUp = [];
    before(async () => (certificates = await makeCertificates(
        await scratch({ after: (step) => cleanUp.push(step) }), "trusted")));
    after(async () => {
        for (const step of cleanUp) await step();
    });

    // `answer`: what the source says of coins; the table is always there.
    async function start(t, answer = good.coingecko, more = {}) {
        const { sources, settings } = await startSources(t, certificates);
        const asked = [];
        sources.coingecko.respond = (request, response) => {
            if (!/^\/(coins\/markets|global)/.test(request.url)) {
                asked.push(request.url);
                return answer(request, response);
            }
            return good.coingecko(request, response);
        };
        const server = await startServer(t, { ...settings, MARKET_INTERVAL: "30s", ...more });
        await until("a table", async () => (await json(`${server.url}/api/cryptos`)).status === 200,
            { timeout: 30_000 });
        const get = (path) => json(`${server.url}${path}`);
        return { get, asked, server };
    }

    test("a coin has its row and what the source says beyond it, and is asked for once", { timeout }, async (t) => {
        const { get, asked } = await start(t);
        assert.deepEqual(asked, [], "nothing is asked before somebody wants it");
        const both = await Promise.all([get("/api/cryptos/bitcoin"), get("/api/cryptos/bitcoin")]);
        for (const { status, body } of both) {
            assert.equal(status, 200);
            const row = JSON.parse(bodies.coingecko).find(({ id }) => id === "bitcoin");
            const said = JSON.parse(bodies.coin);
            assert.equal(body.coin.price, row.current_price);
            assert.equal(body.detail.description, said.description.en);
            assert.deepEqual(body.detail.homepages, ["http://www.bitcoin.org"]);
            assert.equal(body.detail.ath, said.market_data.ath.usd);
            assert.equal(body.detail.atl, said.market_data.atl.usd);
            assert.equal(body.detail.genesis_date, "2009-01-03");
            assert.equal(body.why, null);
        }
        assert.equal(asked.length, 1, asked.join());
        assert.match(asked[0], /tickers=false&market_data=true&community_data=false&developer_data=false/);
        const unlisted = await get("/api/cryptos/dogwifhat-is-not-here");
        assert.equal(unlisted.status, 404);
        assert.match(unlisted.body.detail, /GET \/api\/cryptos\?limit=250/);
        assert.equal(asked.length, 1, "a coin that is not in the table costs nothing");
    });

    test("what the source had in store for weeks is not new because it was sent now", { timeout }, async (t) => {
        const { get } = await start(t, (request, response) => says(response, bodies.coin));
        const { body } = await get("/api/cryptos/bitcoin");
        assert.equal(body.detail.updated_at, Date.parse(JSON.parse(bodies.coin).last_updated) / 1000);
        assert.equal(body.detail.stale, true);
        assert.equal(body.stale, false, "the table is new");
    });

    test("histories are those of the source, two requests for all ranges", { timeout }, async (t) => {
        const { get, asked } = await start(t);
        for (const [range, points] of [["7d", 168], ["30d", 31], ["90d", 91], ["365d", 366]]) {
            const { status, body } = await get(`/api/cryptos/bitcoin/history?range=${range}`);
            assert.equal(status, 200);
            assert.deepEqual(body.sources, ["coingecko"]);
            assert.ok(Math.abs(body.points.length - points) <= 1, `${range}: ${body.points.length}`);
            assert.ok(body.points.every(([at, price]) => at > 1.7e9 && price > 50_000));
        }
        assert.equal(asked.length, 2, asked.join());
        const wall = await get("/api/cryptos/bitcoin/history?range=10y");
        assert.equal(wall.status, 400);
        assert.match(wall.body.detail, /only the last 365 days/);
    });

    test("what the source says wrong is told, the row stays, and it is not asked again at once", { timeout }, async (t) => {
        const wrong = {
            limited: (request, response) =>
                says(response, '{"status":{"error_code":429}}', { status: 429, headers: { "retry-after": "60" } }),
            page: (request, response) => says(response, "<html><body>wall</body></html>",
                { headers: { "content-type": "text/html" } }),
            garbage: (request, response) => says(response, '{"id":'),
            other: (request, response) => says(response, '{"id":"ethereum"}'),
            dead: (request, response) => response.destroy(),
        };
        for (const [name, answer] of Object.entries(wrong)) {
            const { get, asked } = await start(t, answer);
            const first = await get("/api/cryptos/bitcoin");
            assert.equal(first.status, 200, name);
            assert.equal(first.body.coin.id, "bitcoin");
            assert.equal(first.body.detail, null);
            assert.match(first.body.why, /CoinGecko gave no answer that can be read|being asked/, name);
            assert.ok(first.body.retry_after > 0);
            await until("the failure", async () =>
                /gave no answer/.test((await get("/api/cryptos/bitcoin")).body.why), { timeout: 20_000 });
            const before = asked.length;
            await get("/api/cryptos/bitcoin");
            assert.equal(asked.length, before, name);
            const table = await get("/api/cryptos");
            assert.equal(table.status, 200, "the table is as it was");
        }
    });

    test("a question that hangs keeps no other waiting", { timeout }, async (t) => {
        const { get } = await start(t, (request, response) =>
            request.url.startsWith("/coins/ethereum") || good.coingecko(request, response));
        const stuck = get("/api/cryptos/ethereum");
        const { body } = await get("/api/cryptos/bitcoin");
        assert.ok(body.detail);
        assert.equal((await stuck).body.why, "it is being asked for");
    });

    test("at the usual rate the first visit is told the truth, and the answer comes", { timeout: 120_000 }, async (t) => {
        const { get, asked, server } = await start(t, good.coingecko, { COINGECKO_RATE: "" });
        // The two requests that may follow each other at once are the table and the whole.
        await until("the whole", async () => (await get("/api/cryptos")).body.market !== null);
        const first = (await get("/api/cryptos/bitcoin")).body;
        assert.equal(first.detail, null);
        assert.match(first.why, /its turn has not come yet/);
        assert.ok(first.retry_after > 0 && first.retry_after <= 60, String(first.retry_after));
        await until("the answer", async () => asked.length > 0, { timeout: 60_000 });
        await until("the detail", async () => (await get("/api/cryptos/bitcoin")).body.detail !== null);
        assert.equal(asked.length, 1);
        const { text } = await request(`${server.url}/metrics`);
        assert.match(text, /^tickertape_coin_failures_total 0$/m);
    });

    test("a coin that the source does not know is kept as such", { timeout }, async (t) => {
        const { get, asked } = await start(t);
        for (let i = 0; i < 3; i += 1) {
            const { status, body } = await get("/api/cryptos/ethereum");
            assert.equal(status, 200, "the table has it");
            assert.equal(body.detail, null);
            assert.match(body.why, /does not know/);
        }
        assert.equal(asked.length, 1);
    });

    test("a spent budget is said, and what is kept is there on", { timeout }, async (t) => {
        // A fourth of it, and of that a twenty-fifth at once: one question.
        const { get, asked } = await start(t, good.coingecko, { MARKET_CALLS: "100" });
        assert.ok((await get("/api/cryptos/bitcoin")).body.detail);
        const { body } = await get("/api/cryptos/ethereum");
        assert.equal(body.detail, null);
        assert.match(body.why, /MARKET_CALLS/);
        assert.ok(body.retry_after > 3_600);
        assert.ok((await get("/api/cryptos/bitcoin")).body.detail);
        assert.equal(asked.length, 1);
    });

    test("what is trending is in the source's order, with money read from text", { timeout }, async (t) => {
        const { get, asked } = await start(t);
        const { status, body } = await get("/api/trending");
        assert.equal(status, 200);
        const rows = JSON.parse(bodies.trending).coins.map(({ item }) => item);
        assert.deepEqual(body.coins.map(({ id }) => id), rows.map(({ id }) => id));
        const [first] = body.coins;
        assert.equal(first.market_cap, 1_399_077_267_893);
        assert.equal(first.price, rows[0].data.price);
        assert.equal(first.in_table, true);
        await get("/api/trending");
        assert.equal(asked.length, 1, "it is kept for half an hour");
        assert.doesNotMatch(JSON.stringify(body), /https?:/, "no pictures");
    });
});
