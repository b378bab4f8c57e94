// What is imported: its candles are there at once, and a server that is started afterwards serves them.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pipePlace, publish, serve, stop, tool } from "./support/archive.mjs";
import { json } from "./support/http.mjs";

const timeout = 120_000;
const day = 86_400;

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
});
