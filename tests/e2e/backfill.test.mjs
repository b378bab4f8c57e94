// Candles of before, fetched from a provider over real TLS: by the command, and by a server that
// starts without any.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { coinbaseCandles, day, priceOf, tenYears, today } from "./support/candles_of_before.mjs";
import { readEvents } from "./support/events.mjs";
import { json, request as get } from "./support/http.mjs";
import { drawn, openClean } from "./support/page.mjs";
import { startPostgres } from "./support/postgres.mjs";
import { startProvider } from "./support/provider.mjs";
import { startRedis } from "./support/redis.mjs";
import { binary, scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 120_000;
const asked = (provider) => provider.requests.filter(({ url }) => url.includes("/candles?"));

describe("candles of before", { timeout: 600_000 }, () => {
    let certificates;
    const cleanUp = [];

    before(async () => {
        certificates = await makeCertificates(
            await scratch({ after: (step) => cleanUp.push(step) }), "trusted");
    });
    after(async () => {
        for (const step of cleanUp) await step();
    });

    async function place(t, answers = {}) {
        const root = await scratch(t);
        const provider = await startProvider(t, certificates);
        provider.respond = coinbaseCandles(answers);
        const env = {
            PROVIDERS: "coinbase", COINBASE_URL: provider.url, CA_FILE: certificates.caFile,
            COINBASE_RATE: "6000", ARCHIVE: `sqlite:${join(root, "data")}`,
        };
        return { root, provider, env, data: join(root, "data/live") };
    }

    // Runs the command to its end; `during` is given its process.
    function backfill(at, args = [], { env = {}, during } = {}) {
        return new Promise((resolve) => {
            const child = spawn(binary, ["backfill", ...args], {
                cwd: at.root, env: { PATH: process.env.PATH, ...at.env, ...env } });
            const out = { stdout: "", stderr: "" };
            child.stdout.on("data", (text) => { out.stdout += text; });
            child.stderr.on("data", (text) => { out.stderr += text; });
            child.on("close", (code, signal) => resolve({ ...out, code, signal }));
            child.stdin.end();
            during?.(child);
        });
    }

    const serve = (t, at, settings = {}) =>
        startServer(t, { ...at.env, BACKFILL: "off", FETCH_INTERVAL: "1s", ...settings });

    const candles = async (server, query, symbol = "btc-usd") => (await json(
        `${server.url}/api/prices/${symbol}/candles?forming=false&limit=5000&since=0&${query}`)).body.candles;

    async function stop(server) {
        server.child.signal("SIGTERM");
        await server.child.exited();
    }

    test("ten years are thirteen requests, and none the second time", { timeout }, async (t) => {
        const at = await place(t);
        const dry = await backfill(at, ["--dry-run"]);
        assert.equal(dry.code, 0, dry.stderr);
        assert.match(dry.stdout, /^BTC-USD 1d of coinbase: 365\d candles are missing, 13 requests\n$/);
        assert.equal(asked(at.provider).length, 0);
        assert.equal(existsSync(at.data), false);

        const first = await backfill(at);
        assert.equal(first.code, 0, first.stderr);
        assert.match(
            first.stdout,
            /^BTC-USD 1d of coinbase: 365\d candles added, 13 of 13 requests, 52\d longer ones follow\n$/);
        assert.equal(asked(at.provider).length, 13);
        const second = await backfill(at);
        assert.equal(second.code, 0, second.stderr);
        assert.match(second.stdout, /: 0 candles added, 0 of 0 requests\n$/);
        assert.equal(asked(at.provider).length, 13);

        const server = await serve(t, at);
        const days = await candles(server, "interval=1d");
        assert.ok(days.length >= tenYears - 2, `${days.length}`);
        assert.equal(days.at(-1).time, today - day);
        for (const [i, candle] of days.entries()) {
            assert.equal(candle.time, days[0].time + i * day);
            const open = priceOf(candle.time);
            assert.deepEqual(candle, {
                time: candle.time, open, high: open + 20, low: open - 10, close: open + 5,
                ticks: 0, complete: true, source: "coinbase" });
        }
        const weeks = await candles(server, "interval=1w");
        assert.ok(weeks.length >= 520);
        for (const week of weeks) {
            assert.equal(week.open, priceOf(week.time));
            assert.equal(week.close, priceOf(week.time + 6 * day) + 5);
            assert.equal(week.source, "coinbase");
        }
        // While a server has the archive the command is refused, and says what to do.
        const beside = await backfill(at);
        assert.equal(beside.code, 1);
        assert.match(beside.stderr, /a running server uses the archive; stop it/);
        assert.equal((await backfill(at, ["--dry-run"])).code, 0);
        await stop(server);
        const verified = spawn(binary, ["archive", "verify"], { cwd: at.root, env: { ...at.env } });
        assert.equal(await new Promise((resolve) => { verified.on("close", resolve); }), 0);
    });

    test("what was killed in the middle goes on where it was", { timeout }, async (t) => {
        const at = await place(t);
        const answer = coinbaseCandles();
        for (const signal of ["SIGKILL", "SIGINT"]) {
            const before = asked(at.provider).length;
            let child;
            at.provider.respond = (request, response) => {
                // The sixth is never answered.
                if (asked(at.provider).length - before < 6) answer(request, response);
                else child.kill(signal);
            };
            const cut = await backfill(at, [], { during: (process) => { child = process; } });
            if (signal === "SIGKILL") {
                assert.equal(cut.signal, signal);
            } else {
                assert.equal(cut.code, 1, cut.stderr);
                assert.match(cut.stderr, /interrupted; \d+ candles were added, and the same command goes on/);
            }
        }
        at.provider.respond = answer;
        const rest = await backfill(at);
        assert.equal(rest.code, 0, rest.stderr);
        // Five of each were answered and kept.
        assert.match(rest.stdout, / 3 of 3 requests/);
        assert.equal(asked(at.provider).length, 6 + 6 + 3);
        const server = await serve(t, at);
        assert.ok((await candles(server, "interval=1d")).length >= tenYears - 2);
    });

    test("a provider that asks for a pause gets it, and the rest follows", { timeout }, async (t) => {
        const at = await place(t);
        const answer = coinbaseCandles();
        let limited;
        at.provider.respond = (request, response) => {
            if (asked(at.provider).length !== 3) {
                if (limited && !limited.next) limited.next = Date.now();
                answer(request, response);
                return;
            }
            limited = { at: Date.now() };
            response.writeHead(429, { "retry-after": "2", "content-type": "application/json" });
            response.end('{"message":"Public rate limit exceeded"}');
        };
        const done = await backfill(at);
        assert.equal(done.code, 0, done.stderr);
        assert.equal(asked(at.provider).length, 14);
        assert.ok(limited.next - limited.at >= 1_900, `${limited.next - limited.at} ms`);
    });

    test("before a market began, and on days without a trade, nothing is made up", { timeout }, async (t) => {
        const began = today - 1_000 * day;
        const quiet = today - 500 * day;
        const bad = today - 400 * day;
        const at = await place(t, {
            begins: began,
            change: (row) => (row[0] === quiet ? null : row[0] === bad ? [row[0], 9, 8, 8, 8, 1] : row) });
        const done = await backfill(at);
        assert.equal(done.code, 0, done.stderr);
        assert.match(done.stdout, /: 998 candles added, 13 of 13 requests, .* 1 refused because of impossible figures/);
        assert.match((await backfill(at)).stdout, / 0 of 0 requests/);
        const server = await serve(t, at);
        const days = await candles(server, "interval=1d");
        assert.equal(days.length, 998);
        assert.equal(days[0].time, began);
        assert.equal(days.some(({ time }) => time === quiet || time === bad), false);
    });

    test("our own candles stay, unless --replace says otherwise", { timeout }, async (t) => {
        const at = await place(t);
        const own = today - 3 * day;
        writeFileSync(join(at.root, "own.jsonl"), `${JSON.stringify(
            { symbol: "BTC-USD", price: 777.5, timestamp: own + 3_600, source: "ours" })}\n`);
        const importing = spawn(binary, ["import", "own.jsonl"], { cwd: at.root, env: { ...at.env } });
        assert.equal(await new Promise((resolve) => { importing.on("close", resolve); }), 0);
        // A server makes candles of its ticks.
        let server = await serve(t, at, { RETENTION_TICKS: "forever" });
        await until("our own candle is there", async () =>
            (await candles(server, "interval=1d")).some(({ time }) => time === own), { timeout: 30_000 });
        await stop(server);
        const kept = await backfill(at);
        assert.equal(kept.code, 0, kept.stderr);
        server = await serve(t, at);
        const of = async () => (await candles(server, "interval=1d")).find(({ time }) => time === own);
        assert.equal((await of()).open, 777.5);
        assert.equal((await of()).source, undefined);
        await stop(server);
        const replaced = await backfill(at, ["--replace"]);
        assert.equal(replaced.code, 0, replaced.stderr);
        server = await serve(t, at);
        assert.equal((await of()).source, "coinbase");
        assert.equal((await of()).open, priceOf(own));
    });

    test("a server without daily candles fetches ten years by itself", { timeout }, async (t) => {
        const at = await place(t);
        const server = await serve(t, at, { BACKFILL: "10y", SYMBOLS: "BTC-USD,ETH-USD" });
        await server.child.says(/candles of before are there/, { timeout: 60_000 });
        for (const symbol of ["btc-usd", "eth-usd"]) {
            const days = await candles(server, "interval=1d", symbol);
            assert.ok(days.length >= tenYears - 2, `${days.length}`);
            assert.equal(days.at(-1).source, "coinbase");
        }
        const { text } = await get(`${server.url}/metrics`);
        assert.match(text, /^tickertape_backfill_requests_total 26$/m);
        assert.match(text, /^tickertape_backfill_candles_total 8\d\d\d$/m);
        await stop(server);
        const before = asked(at.provider).length;
        const again = await serve(t, at, { BACKFILL: "10y", SYMBOLS: "BTC-USD,ETH-USD" });
        await again.child.says(/candles of before are there/);
        assert.equal(asked(at.provider).length, before);
        await stop(again);
    });

    test("the page draws the ten years that were fetched", { timeout }, async (t) => {
        const at = await place(t);
        assert.equal((await backfill(at)).code, 0);
        const server = await serve(t, at);
        const browser = await launch();
        t.after(() => browser.close());
        const { page, isClean } = await openClean(t, browser, `${server.url}/?range=10y`);
        let chart;
        await until(() => `ten years of bars; it has ${chart?.bars.length}`, async () => {
            chart = await drawn(page);
            return chart.range === "10y" && chart.bars.length >= tenYears - 2;
        }, { timeout: 30_000 });
        // What the range has before the first of them is no hole.
        assert.deepEqual(chart.gaps.filter(({ isLeading }) => !isLeading), []);
        for (const bar of chart.bars.filter(({ at: time }) => time < today * 1_000)) {
            const open = priceOf(bar.at / 1_000);
            assert.equal(bar.high, open + 20);
            assert.equal(bar.low, open - 10);
            assert.equal(bar.close, open + 5);
        }
        isClean();
    });

    test("an open stream of days is told what a backfill puts behind it", { timeout }, async (t) => {
        const at = await place(t);
        const answer = coinbaseCandles();
        const held = [];
        at.provider.respond = (request, response) => {
            if (request.url.includes("/candles?")) held.push(() => answer(request, response));
            else answer(request, response);
        };
        const server = await serve(t, at, { BACKFILL: "10y" });
        await until("the server asks for candles", () => held.length > 0);
        const url = `${server.url}/prices/candles/stream?symbols=btc-usd&interval=1d`;
        const yesterday = { "Last-Event-ID": `${today * 1_000 - 1}-1047552` };
        const stream = readEvents(t, url, yesterday);
        await until("the stream is open", () => stream.status === 200);
        at.provider.respond = answer;
        for (const give of held.splice(0)) give();
        const changes = (of) => of.events.filter(
            ({ event, data }) => event === "gap" && data.reason === "changed");
        const first = (today - tenYears * day + 2 * day) * 1_000;
        const reaches = (gaps) => gaps.some(({ data }) => Number.parseInt(data.from, 10) <= first) &&
            gaps.some(({ data }) => Number.parseInt(data.to, 10) >= today * 1_000 - 1);
        await until(() => `all is told: ${JSON.stringify(changes(stream))}`,
            () => reaches(changes(stream)), { timeout: 60_000 });
        assert.ok((await candles(server, "interval=1d")).length >= tenYears - 2);
        // Who was away meanwhile is told as well, after a restart too.
        await stop(server);
        const again = await serve(t, at, { BACKFILL: "off" });
        const late = readEvents(
            t, `${again.url}/prices/candles/stream?symbols=btc-usd&interval=1d`, yesterday);
        await until(() => `it is told: ${JSON.stringify(late.events)}`, () => reaches(changes(late)));
        await stop(again);
    });

    test("a server that is stopped while it fetches ends at once", { timeout }, async (t) => {
        const at = await place(t);
        const answer = coinbaseCandles();
        at.provider.respond = (request, response) => {
            if (asked(at.provider).length < 3) answer(request, response);
        };
        const server = await serve(t, at, { BACKFILL: "10y" });
        await until("it waits for an answer", () => asked(at.provider).length === 3);
        server.child.signal("SIGTERM");
        assert.equal((await server.child.exited()).code, 0);
    });

    test("of instances that share an archive only the leader asks, and all have the candles", { timeout }, async (t) => {
        const at = await place(t);
        const [redis, database] = await Promise.all([startRedis(t), startPostgres(t)]);
        const shared = { RELAY: redis.url, RELAY_LEASE: "1s", ARCHIVE: database.url(), BACKFILL: "10y", LOG_LEVEL: "info" };
        const all = [];
        for (const INSTANCE of ["a", "b", "c"]) all.push(await serve(t, at, { ...shared, INSTANCE }));
        const done = () => all.filter(({ child }) => child.stderr.includes("candles of before are there"));
        await until("one has asked for all", () => done().length > 0, { timeout: 60_000 });
        assert.equal((await json(`${done()[0].url}/api/cluster`)).body.role, "leader");
        for (const server of all) {
            const days = await candles(server, "interval=1d");
            assert.ok(days.length >= tenYears - 2, `${days.length}`);
            assert.equal(days.at(-1).source, "coinbase");
        }
        assert.equal(asked(at.provider).length, 13);
        // The next leader finds that there is nothing left to ask for.
        done()[0].child.signal("SIGKILL");
        await until("another one leads and has looked", () => done().length > 1, { timeout: 60_000 });
        assert.equal(asked(at.provider).length, 13);
    });

    test("of instances with archives of their own one asks when it leads", { timeout }, async (t) => {
        const at = await place(t);
        const redis = await startRedis(t);
        const all = [];
        for (const INSTANCE of ["a", "b"])
            all.push(await serve(t, at, {
                RELAY: redis.url, RELAY_LEASE: "1s", BACKFILL: "10y", LOG_LEVEL: "info", INSTANCE,
                ARCHIVE: `sqlite:${join(at.root, INSTANCE)}` }));
        const done = () => all.filter(({ child }) => child.stderr.includes("candles of before are there"));
        await until("the leader has asked for all", () => done().length > 0, { timeout: 60_000 });
        const [first] = done();
        const [second] = all.filter((server) => server !== first);
        assert.equal((await json(`${first.url}/api/cluster`)).body.role, "leader");
        assert.equal(asked(at.provider).length, 13);
        assert.deepEqual((await candles(second, "interval=1d")).filter(({ source }) => source), []);
        first.child.signal("SIGKILL");
        await second.child.says(/candles of before are there/, { timeout: 60_000 });
        assert.equal(asked(at.provider).length, 26);
        assert.ok((await candles(second, "interval=1d")).length >= tenYears - 2);
    });

    test("what cannot be done is said in one line", { timeout }, async (t) => {
        const at = await place(t);
        const refused = async (args, words, env = {}) => {
            const said = await backfill(at, args, { env });
            assert.equal(said.code, 2, said.stderr);
            assert.match(said.stderr, words);
        };
        await refused(["--interval", "5m"], /--interval: '5m' is none; accepted: 1d, 1h, 1m/);
        await refused(["--provider", "gemini"], /--provider: 'gemini' has no candles here; accepted: coinbase/);
        await refused(["--from", "yesterday"], /--from: 'yesterday' is no time; accepted: 2020-01-31/);
        await refused(["--from", "2020-02-01", "--to", "2020-01-01"], /--from: is not before --to/);
        await refused(["--symbols", "BTC"], /--symbols: .*accepted: BTC-USD/);
        await refused([], /candles of an exchange never stand beside its prices/, { PROVIDERS: "simulator" });
        at.provider.respond = (request, response) => {
            response.writeHead(404, { "content-type": "application/json" });
            response.end('{"message":"NotFound"}');
        };
        const unknown = await backfill(at);
        assert.equal(unknown.code, 1);
        assert.match(unknown.stderr, /BTC-USD 1d: no provider has candles of it/);
        // Years and all, of one market in a stablecoin, marked as such.
        const other = await startProvider(t, certificates);
        other.respond = (request, response) => {
            const url = new URL(request.url, "https://localhost");
            const rows = [];
            for (let time = Number(url.searchParams.get("startTime"));
                time <= Number(url.searchParams.get("endTime")); time += day * 1_000)
                rows.push([time, "10.5", "12", "10", "11", "3", time + day * 1_000 - 1, "0", 1, "0", "0", "0"]);
            response.writeHead(200, { "content-type": "application/json" });
            response.end(JSON.stringify(rows));
        };
        const args = ["--provider", "binance", "--from", "2020-01-01", "--to", "2020-01-11"];
        const env = { BINANCE_URL: other.url };
        assert.match(
            (await backfill(at, args, { env })).stderr, /BTC-USD 1d: no provider has candles of it/);
        const accepted = await backfill(at, args, { env: { ...env, ACCEPT_AS_USD: "USDT" } });
        assert.equal(accepted.code, 0, accepted.stderr);
        assert.match(accepted.stdout, /BTC-USD 1d of binance\(USDT\): 10 candles added, 1 of 1 requests/);
        assert.match(other.requests.at(-1).url, /symbol=BTCUSDT/);
    });
});
