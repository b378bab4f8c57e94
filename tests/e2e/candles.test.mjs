// Candles and statistics over a real archive, across a kill in the middle of a minute: they are what
// a client makes of the ticks that it was sent.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { isTick, readEvents } from "./support/events.mjs";
import { json, request } from "./support/http.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const symbols = ["BTC-USD", "ETH-USD"];
const minute = 60_000;
const msOf = ({ id }) => Number(id.split("-")[0]);

// The candles of these ticks, which are in order, as [open time in seconds, o, h, l, c, ticks].
function candlesOf(ticks, lengthMs) {
    const candles = [];
    for (const tick of ticks) {
        const time = Math.floor(msOf(tick) / lengthMs) * (lengthMs / 1_000);
        const { price } = tick.data;
        const last = candles.at(-1);
        if (last?.time !== time)
            candles.push({ time, open: price, high: price, low: price, close: price, ticks: 1 });
        else {
            last.high = Math.max(last.high, price);
            last.low = Math.min(last.low, price);
            last.close = price;
            last.ticks += 1;
        }
    }
    return candles;
}

const plain = ({ time, open, high, low, close, ticks }) => ({ time, open, high, low, close, ticks });

test("candles and statistics are those of the ticks that were sent", { timeout: 180_000 }, async (t) => {
    const settings = { ARCHIVE: `sqlite:${join(await scratch(t), "data")}`, SYMBOLS: symbols.join() };
    const seen = [];
    let server;
    let stream;
    let timer;
    const start = async (headers = {}) => {
        server = await startServer(t, settings);
        stream = readEvents(t, `${server.url}/prices/stream?symbols=${symbols.join()}`, headers);
        await until("the stream is open", () => stream.status === 200);
        const to = server;
        timer = setInterval(() => {
            for (const symbol of symbols)
                to.publish(Math.round(100 * (1_000 + 10 * Math.random())) / 100, symbol);
        }, 250);
    };
    const stop = () => {
        clearInterval(timer);
        seen.push(...stream.events.filter(isTick));
    };
    t.after(() => clearInterval(timer));
    await start();
    const began = Date.now();
    await pause(3_000);
    server.child.signal("SIGKILL");
    await server.child.exited();
    stop();
    await start({ "last-event-id": seen.at(-1).id });
    // Until the minute is over in which it began, and one more has begun.
    const boundary = Math.ceil((began + 4_000) / minute) * minute;
    await stream.sees("ticks of the next minute", (events) =>
        events.filter(isTick).some((event) => msOf(event) > boundary + 2_000), { timeout: 90_000 });
    clearInterval(timer);
    let count = -1;
    await until("nothing more comes", async () => {
        const before = count;
        count = stream.events.length;
        await pause(500);
        return count === before;
    });
    stop();

    for (const symbol of symbols) {
        const ticks = seen.filter(({ data }) => data.symbol === symbol);
        const ask = async (query) =>
            (await json(`${server.url}/api/prices/${symbol.toLowerCase()}/${query}`)).body;
        for (const [interval, lengthMs] of [["1m", minute], ["5m", 5 * minute], ["1h", 60 * minute]]) {
            const { candles } = await ask(`candles?interval=${interval}&forming=true`);
            assert.deepEqual(candles.map(plain), candlesOf(ticks, lengthMs), interval);
            assert.equal(candles.at(-1).forming, true);
            // Nobody knows what came before the first start, in the same minute.
            assert.equal(candles[0].complete, false);
        }
        const prices = ticks.map(({ data }) => data.price);
        const stats = await ask("stats?window=1h");
        assert.equal(stats.of, "ticks");
        assert.equal(stats.count, prices.length);
        assert.equal(stats.min, Math.min(...prices));
        assert.equal(stats.max, Math.max(...prices));
        assert.equal(stats.last, prices.at(-1));
        const mean = prices.reduce((sum, price) => sum + price, 0) / prices.length;
        assert.ok(Math.abs(stats.mean - mean) < 1e-6);
    }

    // A minute that is over is the same for ever, and costs nothing the second time.
    const closed = `${server.url}/api/prices/btc-usd/candles?interval=1m&since=${
        boundary / 1_000 - 60}&until=${boundary / 1_000}`;
    const first = await request(closed);
    assert.equal(first.status, 200);
    const again = await request(closed, { headers: { "if-none-match": first.headers.etag } });
    assert.equal(again.status, 304);
    const udf = (await json(`${server.url}/udf/history?symbol=BTC-USD&resolution=1&from=0&to=${
        Math.floor(Date.now() / 1_000)}&countback=1`)).body;
    assert.equal(udf.s, "ok");
    assert.equal(udf.t.length, 1);
});
