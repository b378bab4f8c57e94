// The page's history beyond what the server has in memory: ranges of days and years from the
// archive, changes, statistics, averages, and files of what is shown.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { json } from "./support/http.mjs";
import { drawn, openClean, showsPrice, text } from "./support/page.mjs";
import { binary, scratch, startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 120_000;
const minute = 60_000;
const day = 24 * 60 * minute;

// A price every half hour of the past 40 days, up to an hour ago.
function past(now) {
    const lines = [];
    const end = Math.floor(now / (30 * minute)) * 30 * minute - 60 * minute;
    for (let at = end - 40 * day; at <= end; at += 30 * minute) {
        const price = Math.round(6e6 + 3e5 * Math.sin(at / day)) / 100;
        lines.push({ symbol: "BTC-USD", price, timestamp: at / 1000, source: "elsewhere" });
    }
    return lines;
}

// Imports a text into an archive of its own; resolves with that.
async function imports(t, text, flags) {
    const directory = join(await scratch(t), "data");
    const env = { PATH: process.env.PATH, PROVIDERS: "pipe", ARCHIVE: `sqlite:${directory}` };
    const child = spawn(binary, ["import", "-", ...flags], { env });
    let words = "";
    child.stderr.on("data", (chunk) => { words += chunk; });
    child.stdin.end(text);
    const code = await new Promise((resolve) => child.on("close", resolve));
    assert.equal(code, 0, words);
    return `sqlite:${directory}`;
}

const importPast = (t, lines) =>
    imports(t, lines.map((line) => JSON.stringify(line)).join("\n"), ["--format", "jsonl"]);

async function startWithPast(t, settings = {}) {
    const lines = past(Date.now());
    const archive = await importPast(t, lines);
    // Memory has 16 ticks: all else is from the archive.
    const server = await startServer(t, { ARCHIVE: archive, STORE_SIZE: "16", ...settings });
    server.publish(60_000);
    return { server, lines };
}

async function shows(page, words, isRight) {
    let last;
    await until(() => `${words}; it has ${JSON.stringify(last)?.slice(0, 400)}`, async () => {
        const { bars, gaps, range, widthMs, visible } = await drawn(page);
        last = { range, widthMs, bars: bars.length, gaps, visible, newest: bars.at(-1) };
        return isRight({ ...last, all: bars });
    });
    return drawn(page);
}

const note = (page) => text(page, "#history-note");

// The time that tasks of pages have had a processor, in milliseconds, the longest first: what a
// busy machine does meanwhile does not count.
function busiest(events) {
    const threads = new Set(events.filter(({ name, args }) =>
        name === "thread_name" && args?.name === "CrRendererMain").map(({ pid, tid }) => `${pid} ${tid}`));
    return events.filter(({ ph, pid, tid, name, tdur }) =>
        ph === "X" && tdur && threads.has(`${pid} ${tid}`) && /RunTask/.test(name))
        .map(({ tdur }) => Math.round(tdur / 1000)).sort((a, b) => b - a);
}

describe("the page's history", { timeout: 600_000 }, () => {
    let browser;
    before(async () => (browser = await launch()));
    after(() => browser.close());

    test("each range is drawn, kept in the link, and goes on with the stream", { timeout }, async (t) => {
        const { server, lines } = await startWithPast(t);
        const { page, isClean } = await openClean(t, browser, server.url);
        await showsPrice(page, 60_000);
        // 40 days are drawn as finely in a year or ten as they are in 90 days.
        const widths = {
            "7d": 5 * minute, "30d": 30 * minute, "90d": 60 * minute, "12mo": 60 * minute,
            "10y": 60 * minute,
        };
        let price = 60_000;
        for (const [range, widthMs] of Object.entries(widths)) {
            await page.click(`[data-range="${range}"]`);
            const { bars } = await shows(page, range, (chart) => chart.range === range &&
                chart.widthMs === widthMs && chart.bars > 30);
            assert.match(page.url(), new RegExp(`range=${range}`));
            await until("the note", async () => /^Drawn from candles of /.test(await note(page)));
            // Every bar has the prices of the ticks in its slot.
            const of = (bar) => lines.filter(({ timestamp }) =>
                timestamp * 1000 >= bar.at && timestamp * 1000 < bar.at + widthMs);
            for (const bar of bars.slice(1, -2).filter((_, i) => i % 50 === 0)) {
                const prices = of(bar).map((line) => line.price);
                assert.equal(bar.close, prices.at(-1));
                assert.equal(bar.high, Math.max(...prices));
                assert.equal(bar.low, Math.min(...prices));
                assert.equal(bar.count, prices.length);
            }
            server.publish((price += 1));
            await shows(page, "the tick", ({ newest }) => newest.close === price);
        }
        await page.reload();
        await shows(page, "the range of the link", ({ range, bars }) => range === "10y" && bars > 30);
        isClean();
    });

    test("few ticks are drawn as ticks, also where candles are known", { timeout }, async (t) => {
        const { server, lines } = await startWithPast(t);
        const { page, isClean } = await openClean(t, browser, `${server.url}/?range=24h`);
        const from = Date.now() - day;
        const expected = lines.filter(({ timestamp }) => timestamp * 1000 >= from).length + 1;
        await shows(page, "ticks", ({ all }) =>
            Math.abs(all.reduce((sum, { count }) => sum + count, 0) - expected) <= 1);
        await until("the note", async () => (await note(page)) === "Drawn from ticks");
        isClean();
    });

    test("what was loaded is shown at once, and only the rest is asked for", { timeout }, async (t) => {
        const { server } = await startWithPast(t);
        const { page } = await openClean(t, browser, `${server.url}/?range=30d`);
        await shows(page, "30 d", ({ bars }) => bars > 1_000);
        await page.click('[data-range="7d"]');
        await shows(page, "7 d", ({ widthMs }) => widthMs === 5 * minute);
        const asked = [];
        page.on("request", (request) => asked.push(request.url()));
        const bars = await page.evaluate(async () => {
            document.querySelector('[data-range="30d"]').click();
            const { chart } = await import(document.querySelector("script[type=module]").src);
            return chart.data().bars.length;
        });
        assert.ok(bars > 1_000, `${bars} without waiting`);
        await until("the newest are asked for", () => asked.some((url) => /interval=30m/.test(url)));
        const { searchParams } = new URL(asked.find((url) => /interval=30m/.test(url)));
        assert.ok(Date.now() / 1000 - Number(searchParams.get("since")) < 2 * 3600);
    });

    test("without an archive it says so, and goes on with memory", { timeout }, async (t) => {
        const server = await startServer(t, { ARCHIVE: "none" });
        server.publish(100);
        const { page, isClean } = await openClean(t, browser, `${server.url}/?range=30d`);
        await until("it says so", async () =>
            /^This server keeps no archive: the chart has what is in its memory, since /
                .test(await note(page)));
        await shows(page, "the tick of memory", ({ newest }) => newest?.close === 100);
        server.publish(101);
        await shows(page, "the next", ({ newest }) => newest.close === 101);
        assert.equal(await page.isHidden("#statistics"), true);
        await page.click('[data-range="5m"]');
        await until("5 min needs none", async () => await note(page) === "Drawn from ticks");
        isClean();
    });

    test("the changes of 1 h and 24 h are from the archive", { timeout }, async (t) => {
        const { server, lines } = await startWithPast(t);
        for (let i = 0; i < 40; i += 1) server.publish(61_000 + i); // memory forgets all before
        const { page } = await openClean(t, browser, server.url);
        await showsPrice(page, 61_039);
        await until("24 h", async () => /%/.test(await text(page, "#over-24h")));
        const then = (Date.now() - day) / 1000;
        const { price } = lines.findLast(({ timestamp }) => timestamp <= then);
        const percent = Math.abs(61_039 / price - 1) * 100;
        assert.match(await text(page, "#over-24h"), new RegExp(`[+−]${percent.toFixed(2)}%`));
    });

    test("a hole is drawn as a hole, and no change is claimed across it", { timeout }, async (t) => {
        const server = await startServer(t, { ARCHIVE: "none" });
        server.publish(100);
        const context = await browser.newContext({ locale: "en-US" });
        t.after(() => context.close());
        const page = await context.newPage();
        const now = Math.floor(Date.now() / minute) * minute;
        const holeFrom = now - 30 * 60 * minute;
        const holeTo = now - 20 * 60 * minute;
        await page.route("**/stats?*", (route) => route.fulfill({ status: 500, body: "{}" }));
        await page.route("**/candles?*", async (route) => {
            const { searchParams } = new URL(route.request().url());
            const stepMs = { "1m": 1, "5m": 5, "15m": 15 }[searchParams.get("interval")] * minute;
            const since = Math.max(Number(searchParams.get("since") ?? 0) * 1000, now - 3 * day);
            const end = Number(searchParams.get("until") ?? now / 1000) * 1000;
            const candles = [];
            for (let at = Math.ceil(since / stepMs) * stepMs; at < end; at += stepMs)
                if (at + stepMs <= holeFrom || at >= holeTo)
                    candles.push({
                        time: at / 1000, open: 90, high: 95, low: 85, close: 90, ticks: 20,
                        complete: true,
                    });
            const gaps = [{ from: `${holeFrom}-0`, to: `${holeTo}-0` }];
            await route.fulfill({ json: { candles, gaps, has_more: false, next: null } });
        });
        await page.goto(`${server.url}/?range=7d`);
        const { bars, gaps } = await shows(page, "candles", (chart) => chart.bars > 500);
        assert.deepEqual(gaps.filter(({ isLeading }) => !isLeading)
            .map(({ fromAt, toAt }) => [fromAt, toAt]), [[holeFrom, holeTo]]);
        assert.equal(bars.some(({ at }) => at >= holeFrom && at < holeTo), false);
        assert.equal(bars.filter(({ beginsRun }) => beginsRun).length, 1);
        await until("the reason is told", async () =>
            /prices are missing there/.test(await text(page, "#over-24h")));
    });

    test("the statistics are those of the server, renewed once a minute", { timeout }, async (t) => {
        const { server } = await startWithPast(t);
        const { page, isClean } = await openClean(t, browser, `${server.url}/?range=30d`);
        const asked = [];
        page.on("request", (request) => {
            if (request.url().includes("/stats?")) asked.push(request.url());
        });
        await until("the card", async () => page.isVisible("#statistics"));
        const { searchParams } = new URL(asked[0] ?? `${server.url}/?since=0`);
        const since = Number(searchParams.get("since")) || Math.floor((Date.now() - 30 * day) / 1000);
        const { body: said } = await json(`${server.url}/api/prices/btc-usd/stats?since=${since}`);
        const card = await text(page, "#statistics-list");
        const dollars = (value) => value.toLocaleString("en-US",
            { style: "currency", currency: "USD" });
        for (const figure of ["min", "max", "mean", "median", "standard_deviation"])
            assert.ok(card.includes(dollars(said[figure])), `${figure} in ${card}`);
        assert.match(card, /r²\s\d\.\d\d/);
        for (const range of ["7d", "30d", "7d", "30d"]) await page.click(`[data-range="${range}"]`);
        await page.waitForTimeout(1_500);
        assert.ok(asked.length <= 2, `asked ${asked.length} times`);
        isClean();
    });

    test("averages are those of the server, and stay switched on", { timeout }, async (t) => {
        const { server } = await startWithPast(t);
        const { page, isClean } = await openClean(t, browser, `${server.url}/?range=30d`);
        await shows(page, "30 d", ({ bars }) => bars > 1_000);
        for (const key of ["sma20", "band20"]) await page.click(`[data-overlay="${key}"]`);
        const since = Math.floor((Date.now() - 20 * day) / 1000);
        const until1 = Math.floor((Date.now() - 5 * day) / 1000);
        const { body: said } = await json(`${server.url}/api/prices/btc-usd/stats?since=${since}` +
            `&until=${until1}&sma=20&band=20&interval=30m`);
        const check = async () => {
            const { overlays } = await drawn(page);
            assert.deepEqual(overlays.map(({ key }) => key), ["sma20", "band20"]);
            const valueAt = (line) => new Map(line.map(({ at, value }) => [at / 1000, value]));
            const [sma] = overlays[0].lines.map(valueAt);
            const [upper, lower] = overlays[1].lines.map(valueAt);
            const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9 * Math.abs(b), `${a}, ${b}`);
            assert.ok(said.sma["20"].length > 600);
            for (const { time, value } of said.sma["20"]) near(sma.get(time), value);
            for (const value of said.band["20"]) {
                near(upper.get(value.time), value.upper);
                near(lower.get(value.time), value.lower);
            }
        };
        await check();
        await page.reload();
        await shows(page, "30 d again", ({ bars }) => bars > 1_000);
        await check();
        assert.equal(await page.getAttribute('[data-overlay="sma20"]', "aria-pressed"), "true");
        await page.click('[data-overlay="sma20"]');
        assert.deepEqual((await drawn(page)).overlays.map(({ key }) => key), ["band20"]);
        isClean();
    });

    test("what is shown can be downloaded", { timeout }, async (t) => {
        const { server } = await startWithPast(t);
        const { page, isClean } = await openClean(t, browser, `${server.url}/?range=30d`);
        const { bars } = await shows(page, "30 d", (chart) => chart.bars > 1_000);
        const load = async (format) => {
            const [download] = await Promise.all([
                page.waitForEvent("download"), page.click(`[data-format="${format}"]`),
            ]);
            return [download.suggestedFilename(), await readFile(await download.path(), "utf8")];
        };
        const [csvName, csv] = await load("csv");
        assert.match(csvName, /^BTC-USD_30d_30m_\d{4}-[\dT-]+Z_\d{4}-[\dT-]+Z\.csv$/);
        const rows = csv.trim().split("\n");
        assert.equal(rows[0], "time,symbol,open,high,low,close,ticks,complete");
        assert.ok(Math.abs(rows.length - 1 - bars.length) <= 4, `${rows.length} rows`);
        const [, json30d] = await load("json");
        const { interval, candles, gaps } = JSON.parse(json30d);
        assert.equal(interval, "30m");
        assert.equal(candles.filter(({ time }) => time + 1800 <= Date.now() / 1000).length,
            rows.length - 1);
        assert.ok(Array.isArray(gaps));
        await page.click('[data-range="5m"]');
        await shows(page, "5 min", ({ range }) => range === "5m");
        const [name, ticks] = await load("csv");
        assert.match(name, /^BTC-USD_5m_/);
        assert.match(ticks, /^timestamp,symbol,price,source,id\n[\d.]+,BTC-USD,60000,pipe,\d+-\d+\n/);
        const [, jsonTicks] = await load("json");
        isClean();

        // The import takes what was downloaded, as it was.
        const flags = ["--format", "coinbase", "--interval", "30m", "--symbol", "BTC-USD"];
        const ofCandles = await startServer(t, { ARCHIVE: await imports(t, csv, flags) });
        const since = Number(rows[1].split(",")[0]);
        const { body } = await json(`${ofCandles.url}/api/prices/btc-usd/candles?interval=30m` +
            `&since=${since}&limit=5000&forming=false`);
        assert.deepEqual(body.candles.map(({ time, close }) => [time, close]),
            rows.slice(1).map((row) => row.split(",")).map((row) => [Number(row[0]), Number(row[5])]));
        for (const [text, format] of [[ticks, "csv"], [jsonTicks, "json"]])
            await imports(t, text, ["--format", format]);
    });

    // A figure of this machine, so `make bench-page` asks for it and `make test` does not.
    const skip = !process.env.PAGE_LONG_TASKS && "a measurement: make bench-page";
    test("switching among ranges of 5,000 candles keeps the page quick", { timeout, skip }, async (t) => {
        const server = await startServer(t, { ARCHIVE: "none" });
        server.publish(60_000);
        const context = await browser.newContext({ locale: "en-US" });
        t.after(() => context.close());
        const page = await context.newPage();
        const steps = { "1m": 1, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "4h": 240, "6h": 360,
            "1d": 1440, "1w": 10_080 };
        await page.route("**/stats?*", (route) => route.fulfill({ status: 500, body: "{}" }));
        await page.route("**/candles?*", async (route) => {
            const { searchParams } = new URL(route.request().url());
            const stepMs = steps[searchParams.get("interval")] * minute;
            const last = Math.floor(Date.now() / stepMs) * stepMs;
            const candles = Array.from({ length: 5_000 }, (_, i) => {
                const price = 60_000 + 3_000 * Math.sin(i / 40) + (i % 13) * 20;
                return { time: (last - (4_999 - i) * stepMs) / 1000, open: price, high: price + 50,
                    low: price - 50, close: price + 10, ticks: 90, complete: true };
            });
            await route.fulfill({ json: { candles, gaps: [], has_more: false, next: null } });
        });
        await page.goto(`${server.url}/?range=7d`);
        await shows(page, "candles", ({ bars }) => bars > 1_900);
        for (const key of ["sma20", "sma50", "ema20", "ema50", "band20"])
            await page.click(`[data-overlay="${key}"]`);
        await browser.startTracing(page, { categories: ["toplevel"] });
        for (const range of ["90d", "30d", "12mo", "10y", "24h", "6h", "all", "7d"]) {
            await page.click(`[data-range="${range}"]`);
            await page.waitForTimeout(700);
        }
        const longest = busiest(JSON.parse(await browser.stopTracing()).traceEvents);
        t.diagnostic(`longest tasks of the page, ms of CPU: ${longest.slice(0, 8).join(", ")}`);
        assert.ok(longest.length > 0 && longest[0] < 50, `${longest.slice(0, 8)}`);
    });
});
