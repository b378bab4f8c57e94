// What is imported: its candles are there at once, and a server that is started afterwards serves them.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pipePlace, publish, serve, stop, tool } from "./support/archive.mjs";
import { json } from "./support/http.mjs";

const timeout = 120_000;
const day = 86_400;
const fixtures = fileURLToPath(new URL("../fixtures/candles/", import.meta.url));

// Ticks by chance that are the same each time, with their times in milliseconds.
function someTicks(firstDay, days, symbol = "BTC-USD") {
    let state = 7;
    const chance = () => {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        return state / 2_147_483_648;
    };
    const ticks = [];
    const end = (Date.parse(`${firstDay}T00:00:00Z`) / 1_000 + days * day) * 1_000;
    for (let ms = Date.parse(`${firstDay}T00:00:00Z`) + 1_000; ms < end; ms += 20_000 + Math.floor(chance() * 200_000))
        ticks.push({ symbol, price: Math.round(6_000_000 + 100_000 * chance()) / 100, ms });
    return ticks;
}

const asText = (ticks) => ticks.map(({ symbol, price, ms }) => JSON.stringify({
    symbol, price, timestamp: `${new Date(ms).toISOString()}`, source: "elsewhere" })).join("\n");

function candlesOf(ticks, length) {
    const candles = [];
    for (const { price, ms } of ticks) {
        const time = Math.floor(ms / 1_000 / length) * length;
        const last = candles.at(-1);
        if (last?.time !== time) candles.push({ time, open: price, high: price, low: price, close: price, ticks: 1 });
        else Object.assign(last, { high: Math.max(last.high, price), low: Math.min(last.low, price), close: price,
            ticks: last.ticks + 1 });
    }
    return candles;
}

const plain = ({ time, open, high, low, close, ticks }) => ({ time, open, high, low, close, ticks });
const lengths = { "1m": 60, "5m": 300, "1h": 3_600, "4h": 14_400, "1d": day };

async function candles(server, interval, since, until, symbol = "btc-usd") {
    const all = [];
    let next = `/api/prices/${symbol}/candles?interval=${interval}&since=${since}&until=${until}&limit=1000&forming=false`;
    while (next) {
        const answer = await json(`${server.url}${next}`);
        assert.equal(answer.status, 200, JSON.stringify(answer));
        all.push(...answer.body.candles);
        next = answer.body.next;
    }
    return all;
}

describe("imports", { timeout: 600_000 }, () => {
    test("candles and statistics follow imported ticks, also where it is killed", { timeout }, async (t) => {
        const at = await pipePlace(t);
        const first = await serve(t, at);
        await publish(t, first, 1, 20);
        await stop(first);
        const file = join(at.root, "old.jsonl");
        const ticks = someTicks("2026-03-01", 4);
        writeFileSync(file, asText(ticks));
        for (let round = 0; round < 6; round += 1)
            await tool(at, ["import", file], { kill: (child) => {
                setTimeout(() => child.kill("SIGKILL"), 20 + 40 * round);
            } });
        const done = await tool(at, ["import", file]);
        assert.equal(done.code, 0, done.stderr);
        assert.match(done.stdout, /^[0-9]+ ticks added, [0-9]+ were there already, 4 days$/m);
        assert.match(done.stdout, /^[1-9][0-9]* candles made$/m);
        const server = await serve(t, at, { RETENTION_TICKS: "forever" });
        const since = Date.parse("2026-03-01T00:00:00Z") / 1_000;
        for (const [interval, length] of Object.entries(lengths))
            assert.deepEqual((await candles(server, interval, since, since + 4 * day)).map(plain),
                candlesOf(ticks, length), interval);
        const { body } = await json(`${server.url}/api/prices/btc-usd/stats?since=${since}&until=${since + 4 * day}`);
        assert.equal(body.count, ticks.length);
        assert.equal(body.of, "ticks");
        assert.equal(body.change, Number((ticks.at(-1).price - ticks[0].price).toFixed(2)));
    });

    test("candles outlive imported ticks that are older than what is kept", { timeout }, async (t) => {
        const at = await pipePlace(t);
        const file = join(at.root, "old.jsonl");
        const ticks = someTicks("2026-03-01", 2);
        writeFileSync(file, asText(ticks));
        assert.equal((await tool(at, ["import", file])).code, 0);
        const server = await serve(t, at);
        await publish(t, server, 1, 5);
        const since = Date.parse("2026-03-01T00:00:00Z") / 1_000;
        const found = await candles(server, "1h", since, since + 2 * day);
        assert.deepEqual(found.map(plain), candlesOf(ticks, 3_600));
    });

    test("candles of exchanges are served with their source", { timeout }, async (t) => {
        const at = await pipePlace(t);
        const fixture = (name) => join(fixtures, name);
        const coinbase = ["import", fixture("coinbase.btc_usd.1m.csv"), "--symbol", "btc-usd", "--interval", "1m"];
        const dry = await tool(at, [...coinbase, "--dry-run"]);
        assert.equal(dry.stdout, "240 candles would be imported\n");
        assert.equal(existsSync(at.pipe), false);
        const first = await tool(at, coinbase);
        assert.equal(first.code, 0, first.stderr);
        assert.match(first.stdout, /^240 candles of coinbase added, 0 were there already and stay, [1-9]\d* longer/);
        const again = await tool(at, coinbase);
        assert.match(again.stdout, /^0 candles of coinbase added, 240 were there already and stay, 0 longer/);
        const binance = await tool(at, ["import", fixture("binance.btc_usd.1m.csv"), "--symbol", "ETH-USD"]);
        assert.match(binance.stdout, /^180 candles of binance added/, binance.stderr);
        const kraken = await tool(at, ["import", "--format", "kraken", "--symbol", "BTC-USDT", "--interval", "1m",
            fixture("kraken.btc_usdt.1m.csv")]);
        assert.match(kraken.stdout, /^145 candles of kraken added/, kraken.stderr);
        assert.match(kraken.stdout, /^55 rows without trades left out$/m);
        const daily = await tool(at, ["import", "-", "--format", "kraken", "--symbol", "BTC-USD", "--interval", "1d"],
            { input: "1609459200,28900,29600,28000.5,29300.25,12.5,7\n" });
        assert.equal(daily.code, 0, daily.stderr);

        const server = await serve(t, at, { SYMBOLS: "BTC-USD,ETH-USD,BTC-USDT", RETENTION_1M: "forever" });
        await publish(t, server, 1, 3);
        const rows = readFileSync(fixture("coinbase.btc_usd.1m.csv"), "utf8").trim().split("\n").slice(1)
            .map((line) => line.split(",").map(Number));
        const from = rows[0][0];
        const found = await candles(server, "1m", from, rows.at(-1)[0] + 60);
        assert.deepEqual(found.map((c) => [c.time, c.low, c.high, c.open, c.close]), rows.map((row) => row.slice(0, 5)));
        assert.ok(found.every(({ source, ticks }) => source === "coinbase" && ticks === 0));
        const hour = (await candles(server, "1h", from, from + 3_600))[0];
        assert.deepEqual([hour.open, hour.close, hour.source], [rows[0][3], rows[59][4], "coinbase"]);
        assert.equal(hour.high, Math.max(...rows.slice(0, 60).map((row) => row[2])));
        const other = await candles(server, "1m", 1_678_518_000, 1_678_518_000 + 180 * 60, "eth-usd");
        assert.equal(other.length, 180);
        assert.ok(other.every(({ source }) => source === "binance"));
        assert.deepEqual((await candles(server, "1d", 1_609_459_200, 1_609_545_600))[0], { time: 1_609_459_200,
            open: 28_900, high: 29_600, low: 28_000.5, close: 29_300.25, ticks: 0, complete: true, source: "kraken" });
        const { body } = await json(`${server.url}/api/prices/btc-usd/stats?since=${from}&until=${rows.at(-1)[0] + 60}`);
        assert.equal(body.of, "1m");
        assert.equal(body.count, rows.length);
    });

    test("candles that are exported are imported elsewhere, with their sources", { timeout }, async (t) => {
        const at = await pipePlace(t);
        const file = join(at.root, "ticks.jsonl");
        writeFileSync(file, asText([...someTicks("2021-03-01", 2), ...someTicks("2021-03-01", 1, "ETH-USD")]));
        assert.equal((await tool(at, ["import", file])).code, 0);
        const coinbase = await tool(at, ["import", join(fixtures, "coinbase.btc_usd.1m.csv"), "--symbol", "btc-usd",
            "--interval", "1m"]);
        assert.equal(coinbase.code, 0, coinbase.stderr);
        const exported = async (place, ...args) => {
            const { code, stdout, stderr } = await tool(place, ["export", "--format", "jsonl", "--candles", ...args]);
            assert.equal(code, 0, stderr);
            return stdout.trim().split("\n").map((line) => JSON.parse(line));
        };
        const hours = await exported(at, "1h");
        assert.deepEqual(new Set(hours.map(({ symbol }) => symbol)), new Set(["BTC-USD", "ETH-USD"]));
        assert.deepEqual(new Set(hours.map(({ source }) => source)), new Set([null, "coinbase"]));
        const ticks = someTicks("2021-03-01", 1, "ETH-USD");
        assert.deepEqual(hours.filter(({ symbol }) => symbol === "ETH-USD").map(plain), candlesOf(ticks, 3_600));
        const named = hours.map((candle) => ({ ...candle, source: candle.source ?? "tickertape" }));
        for (const format of ["csv", "json", "jsonl"]) {
            const to = join(at.root, `candles.${format}`);
            const written = await tool(at, ["export", "--candles", "1h", "--output", to]);
            assert.equal(written.code, 0, written.stderr);
            const other = { ...at, data: join(at.root, format) };
            const dry = await tool(other, ["import", to, "--dry-run"]);
            assert.equal(dry.stdout, `${hours.length} candles would be imported\n`, dry.stderr);
            const back = await tool(other, ["import", to]);
            assert.equal(back.code, 0, back.stderr);
            assert.match(back.stdout, new RegExp(`^${hours.length} candles added, 0 were there`));
            assert.deepEqual(await exported(other, "1h"), named);
            const again = await tool(other, ["import", to]);
            assert.match(again.stdout, new RegExp(`^0 candles added, ${hours.length} were there`));
            // Longer ones follow, of one source each.
            assert.ok((await exported(other, "1d")).some(({ symbol }) => symbol === "ETH-USD"));
        }
        const some = await exported(at, "1h", "--symbols", "eth-usd", "--since", "2021-03-01T05:00:00Z",
            "--until", "2021-03-01T08:00:00Z");
        assert.deepEqual(some.map(({ time }) => new Date(time * 1_000).getUTCHours()), [5, 6, 7]);
        const csv = await tool(at, ["export", "--candles", "1h", "--symbols", "eth-usd"]);
        assert.match(csv.stdout, /^time,symbol,interval,open,high,low,close,ticks,complete,source\n\d+,ETH-USD,1h,/);
        for (const [args, line] of [
            [["export", "--candles", "2h"], /--candles: .*1h/],
            [["import", join(at.root, "candles.csv"), "--symbol", "BTC-USD"], /--symbol: exported candles say it/],
            [["import", join(at.root, "candles.csv"), file], /some of the files are exported candles/],
        ]) {
            const run = await tool(at, args);
            assert.equal(run.code, 2, run.stderr);
            assert.match(run.stderr, line);
        }
    });

    test("candles that cannot be, or that nobody knows whose, are refused", { timeout }, async (t) => {
        const at = await pipePlace(t);
        const file = join(at.root, "candles.csv");
        const good = "1609459200,28900,29600,28000.5,29300.25,12.5,7\n";
        const kraken = ["import", file, "--format", "kraken", "--symbol", "BTC-USD", "--interval", "1d"];
        writeFileSync(file, `${good}1609545600,28900,100,28000.5,29300.25,12.5,7\n${good}`);
        const bad = await tool(at, kraken);
        assert.equal(bad.code, 1);
        assert.match(bad.stderr, /candles\.csv line 2: the high is below the low/);
        assert.match(bad.stderr, /candles\.csv line 3: has the time of line 1;/);
        assert.match(bad.stderr, /2 bad lines in all; nothing was imported/);
        writeFileSync(file, good);
        for (const [args, line] of [
            [["import", file, "--symbol", "BTC-USD"], /not certain whose.*--format coinbase, binance or kraken/],
            [["import", file, "--symbol", "BTC-USD", "--format", "kraken"], /does not say how long.*--interval 1m/],
            [["import", file, "--format", "kraken", "--interval", "1d"], /need --symbol/],
            [["import", file, "--format", "kraken", "--interval", "2d"], /--interval: /],
            [["import", file, "--format", "csv", "--interval", "1d"], /are for candles/],
        ]) {
            const run = await tool(at, args);
            assert.equal(run.code, 2, run.stderr);
            assert.match(run.stderr, line);
        }
        assert.match((await tool(at, kraken)).stdout, /^1 candles of kraken added, 0 were/);
        const other = good.replace("29300.25", "29300.5");
        writeFileSync(file, other);
        assert.match((await tool(at, kraken)).stdout, /^0 candles of kraken added, 1 were/);
        assert.match((await tool(at, [...kraken, "--replace"])).stdout, /^1 candles of kraken added, 0 were/);
        const server = await serve(t, at);
        assert.equal((await candles(server, "1d", 1_609_459_200, 1_609_545_600))[0].close, 29_300.5);
        assert.match((await tool(at, kraken)).stderr, /a running server uses the archive/);
    });
});
