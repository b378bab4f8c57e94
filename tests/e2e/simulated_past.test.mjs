// The simulated past that a demonstration begins with: full charts at once, the same after a
// restart, whole or not at all whatever ends the process that makes it.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as moment } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { json } from "./support/http.mjs";
import { drawn, openClean, text } from "./support/page.mjs";
import { run, scratch, startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 120_000;
const minute = 60;
const day = 24 * 60 * minute;

const demo = (directory) => ({
    PROVIDERS: "simulator", SIMULATOR_HISTORY: "30d", ARCHIVE: `sqlite:${directory}`,
    LISTEN_ADDRESS: "127.0.0.1", PORT: "0",
});

// Closed candles of a time, as they are for good.
async function candles(server, interval, since, until_) {
    const range = `since=${since}&until=${until_}&limit=5000`;
    const url = `${server.url}/api/prices/btc-usd/candles?interval=${interval}&${range}`;
    const { status, body } = await json(url);
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(body.gaps, []);
    return body.candles;
}

// A symbol's candles without a hole, until ten minutes before `now`.
async function checkPast(server, now) {
    const end = Math.floor(now / (4 * 60 * minute)) * 4 * 60 * minute;
    const all = {};
    for (const [interval, step, span] of
        [["1m", minute, day], ["5m", 5 * minute, 7 * day], ["30m", 30 * minute, 29 * day],
            ["4h", 4 * 60 * minute, 29 * day]]) {
        const since = end - Math.floor(span / step) * step;
        const found = await candles(server, interval, since, end);
        assert.deepEqual(found.map(({ time }) => time),
            Array.from({ length: (end - since) / step }, (_, i) => since + i * step), interval);
        assert.ok(found.every(({ low, open, close, high }) =>
            low <= Math.min(open, close) && Math.max(open, close) <= high), interval);
        all[interval] = found;
    }
    return all;
}

async function stop(server) {
    server.child.signal("SIGTERM");
    await server.child.exited();
}

describe("a simulated past", { timeout: 600_000 }, () => {
    let browser;
    before(async () => (browser = await launch()));
    after(() => browser.close());

    test("is there at the first start, and the same after a restart", { timeout }, async (t) => {
        const directory = join(await scratch(t), "data");
        const first = await startServer(t, demo(directory));
        assert.match(first.child.stderr, /a past was simulated wanted="30 d" reaches_back="30 d"/);
        assert.match(first.child.stderr, /archive opened .*last_life=none/);
        const now = Date.now() / 1000;
        const past = await checkPast(first, now);
        // No server knows what was before it, so what it begins in is not whole.
        const [week] = (await json(`${first.url}/api/prices/btc-usd/candles?interval=1w&since=0`)).body.candles;
        assert.equal(week.complete, false, JSON.stringify(week));
        const state = await until("candles are counted", async () => {
            const { body } = await json(`${first.url}/api/archive`);
            return body.candles.length > 0 && body;
        });
        assert.equal(state.holes_known, 1);
        assert.equal(state.holes[0].from, "0-0");
        assert.deepEqual(state.candles.map(({ interval }) => interval),
            ["1m", "5m", "15m", "30m", "1h", "4h", "6h", "1d", "1w"]);
        assert.ok(state.candles[0].count > 29 * 1_440 && state.candle_bytes > 1e6, JSON.stringify(state));
        // Ticks go on where candles end, and the walk where they do: no step is longer than 2 %.
        const { body } = await json(`${first.url}/api/prices/btc-usd/history?since=${Math.floor(now - 1800)}&limit=1000`);
        assert.ok(body.ticks?.length > 500, JSON.stringify(body).slice(0, 300));
        body.ticks.forEach(({ price, source }, i) => {
            const before = body.ticks[Math.max(0, i - 1)].price;
            assert.ok(Math.abs(price - before) <= 0.0200001 * before, `${before} to ${price}`);
            assert.equal(source, "simulator");
        });
        const month = await json(`${first.url}/api/prices/btc-usd/stats?window=30d`);
        assert.equal(month.body.of, "1m");
        assert.ok(month.body.count > 29 * 1_440, `${month.body.count}`);
        await stop(first);
        const second = await startServer(t, demo(directory));
        assert.doesNotMatch(second.child.stderr, /a past was simulated/);
        assert.match(second.child.stderr, /archive opened .*last_life=clean/);
        assert.deepEqual(await checkPast(second, now), past);
        await stop(second);
        const check = await run(t, { settings: demo(directory), args: ["archive", "verify"] });
        assert.deepEqual(await check.exited(60_000), { code: 0, signal: null }, check.stdout);
    });

    // What a killed process leaves depends on how far it came: each of these files is a step.
    for (const step of ["LOCK", "candles.db", "candles.db-wal", "archive.db", "progress"])
        test(`is not there in part, if the process is killed at ${step}`, { timeout }, async (t) => {
            const directory = join(await scratch(t), "data");
            const killed = await run(t, { settings: demo(directory) });
            const draft = join(directory, "simulator.tmp");
            // The directory itself is there before: it is locked meanwhile.
            const whole = join(directory, "simulator/archive.db");
            while (!existsSync(join(draft, step)) && !killed.exit && !existsSync(whole)) await moment();
            await killed.kill();
            const isComplete = existsSync(whole);
            t.diagnostic(isComplete ? "it was complete" : "it was not complete");
            const server = await startServer(t, demo(directory));
            assert.equal(/a past was simulated/.test(server.child.stderr), !isComplete);
            assert.equal(existsSync(draft), false);
            await checkPast(server, Date.now() / 1000);
            await stop(server);
        });

    test("is not made for other feeds, without an archive, or where none is wanted", { timeout },
        async (t) => {
            const directory = join(await scratch(t), "data");
            for (const settings of [{ PROVIDERS: "pipe" }, { ARCHIVE: "none" },
                { SIMULATOR_HISTORY: "off" }]) {
                const server = await startServer(t, { ...demo(directory), ...settings });
                assert.doesNotMatch(server.child.stderr, /past was simulated/);
                assert.equal(existsSync(join(directory, "simulator.tmp")), false);
                await stop(server);
            }
        });

    test("fills every range of the page up to 30 d, and is said to be simulated", { timeout },
        async (t) => {
            const server = await startServer(t, demo(join(await scratch(t), "data")));
            const { page, isClean } = await openClean(t, browser, server.url);
            for (const [range, ms] of [["5m", 3e5], ["1h", 36e5], ["6h", 216e5], ["24h", 864e5],
                ["7d", 6048e5], ["30d", 2592e6]]) {
                await page.click(`[data-range="${range}"]`);
                let last;
                await until(() => `${range} is full: ${JSON.stringify(last)}`, async () => {
                    const chart = await drawn(page);
                    if (chart.range !== range || !chart.visible) return false;
                    const { fromAt, toAt } = chart.visible;
                    const within = chart.bars.filter(({ at }) => at >= fromAt && at <= toAt);
                    const first = within[0]?.at ?? Infinity;
                    const steps = within.slice(1).map(({ at }, i) => at - within[i].at);
                    last = { bars: within.length, late: first - fromAt, longest: Math.max(...steps) };
                    return last.bars > 50 && last.late < ms / 20 && last.longest < ms / 20;
                }, { timeout: 20_000 });
            }
            assert.match(await text(page, "#origin"), /simulated prices/i);
            assert.match(await page.title(), /simulated/);
            isClean();
        });
});
