// The stream of candles: what it sends is what the REST route has, each closed candle once, across
// a kill in mid-minute, with curl and with the npm package eventsource.

import assert from "node:assert/strict";
import net from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { EventSource } from "eventsource";
import { curl } from "./support/curl.mjs";
import { checkOrder, positionOf, readEvents } from "./support/events.mjs";
import { figuresOf } from "./support/figures.mjs";
import { json, request } from "./support/http.mjs";
import { freePort } from "./support/port.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 240_000;
const symbols = ["BTC-USD", "ETH-USD"];
const path = `/prices/candles/stream?symbols=${symbols.join().toLowerCase()}&interval=1m`;

const closedOf = (events) => events.filter(({ event }) => event === "closed");
const keyOf = ({ data }) => `${data.symbol} ${data.time}`;

// Ticks at random until stop().
class Feed {
    constructor(t, of = symbols) {
        this.symbols = of;
        t.after(() => this.stop());
    }

    start(server) {
        this.timer = setInterval(() => {
            for (const symbol of this.symbols)
                server.publish(Math.round(100 * (1_000 + 10 * Math.random())) / 100, symbol);
        }, 200);
    }

    stop() {
        clearInterval(this.timer);
    }
}

// No closed candle twice, none left out, and each as the REST route has it.
async function checkClosed(server, events) {
    const closed = closedOf(events);
    assert.deepEqual([...new Set(closed.map(keyOf))], closed.map(keyOf), "none twice");
    for (const symbol of symbols) {
        const ours = closed.filter(({ data }) => data.symbol === symbol)
            .map(({ data: { symbol: _, interval, ...candle } }) => candle);
        assert.ok(ours.length > 0);
        const address = `${server.url}/api/prices/${symbol.toLowerCase()}/candles?interval=1m` +
            `&forming=false&since=${ours[0].time}&until=${ours.at(-1).time + 60}`;
        // Where no tick follows, the archive closes a candle some seconds later.
        const candles = await until("the archive has closed them", async () => {
            const { body } = await json(address);
            return body.candles.at(-1)?.time >= ours.at(-1).time && body.candles;
        }, { timeout: 60_000 });
        assert.deepEqual(ours, candles, symbol);
    }
}

async function waitForMinute(events, count) {
    await until(
        () => `${count} minutes have closed; seen: ${JSON.stringify(events().slice(-4))}`,
        () => symbols.every((symbol) =>
            closedOf(events()).filter(({ data }) => data.symbol === symbol).length >= count),
        { timeout: 150_000 });
}

describe("a stream of candles", { concurrency: true }, () => {
    test("is what the REST route has, also across a kill in mid-minute", { timeout }, async (t) => {
        const settings = {
            ARCHIVE: `sqlite:${join(await scratch(t), "data")}`,
            SYMBOLS: symbols.join(),
            PORT: String(await freePort()),
        };
        const feed = new Feed(t);
        let server = await startServer(t, settings);
        feed.start(server);
        await until("there is a price", async () =>
            (await request(`${server.url}/readyz`)).status === 200);

        const fromPackage = [];
        const source = new EventSource(server.url + path);
        t.after(() => source.close());
        for (const event of ["candle", "closed", "gap"])
            source.addEventListener(event, (e) =>
                fromPackage.push({ id: e.lastEventId, event, data: JSON.parse(e.data) }));
        const first = curl(t, server.url + path);
        const afterFirst = () => first.events.filter(({ event }) => event === "candle");
        await first.sees("candles form", () => afterFirst().length >= 4);
        // The kill is to be in the middle of a minute, and the next start as well.
        await until("the minute has begun, and has some time left", () =>
            Date.now() % 60_000 < 35_000 &&
            afterFirst().at(-1).data.time === Math.floor(Date.now() / 60_000) * 60,
        { timeout: 60_000 });
        server.child.signal("SIGKILL");
        feed.stop();
        await server.child.exited();
        await first.child.ended;
        const lastId = first.events.filter(({ id }) => id !== undefined).at(-1).id;

        server = await startServer(t, settings);
        feed.start(server);
        const second = curl(t, server.url + path, "--header", `Last-Event-ID: ${lastId}`);
        await waitForMinute(() => second.events, 1);
        await waitForMinute(() => fromPackage, 1);
        // Once more by the parameter, from the id of the first symbol of a minute.
        const [half] = closedOf(second.events);
        const third = readEvents(t, `${server.url}${path}&last_event_id=${half.id}`);
        await third.sees("the other symbol of that minute",
            (events) => closedOf(events).length >= 1);
        feed.stop();

        const whole = [...first.events, ...second.events];
        await checkClosed(server, whole);
        await checkClosed(server, fromPackage);
        // Both clients lost nothing: the kill is no gap, and not in any candle after the first.
        for (const events of [second.events, third.events])
            assert.deepEqual(events.filter(({ event }) => event === "gap"), []);
        assert.ok(fromPackage.filter(({ event }) => event === "gap").every(({ data }) =>
            data.from === "0-0"), "the time before the archive");
        checkOrder(first.events);
        checkOrder(second.events);
        assert.deepEqual(
            closedOf(third.events).map(keyOf),
            closedOf(second.events).filter(({ id }) => positionOf(id) > positionOf(half.id))
                .map(keyOf));
        // The forming candle is sent again to one that resumes in its minute.
        assert.equal(second.events.find(({ event }) => event === "candle").data.time,
            afterFirst().at(-1).data.time);

        // At most about one event a second of each symbol while it forms.
        const span = 10_000;
        const forming = second.events.filter(({ event, data }) =>
            event === "candle" && data.symbol === "BTC-USD");
        for (let i = 0; i + 15 < forming.length; i += 1)
            assert.ok(positionOf(forming[i + 15].id) - positionOf(forming[i].id) >
                BigInt(span) << 20n, "fifteen take longer than ten seconds");

        const figures = await figuresOf(server);
        assert.ok(figures.sum("tickertape_candle_deliveries_total") > 10);
        assert.ok(figures.sum("tickertape_candle_streams") >= 2);
    });

    test("without an archive begins with what is held, and says so", { timeout }, async (t) => {
        const server = await startServer(t, { ARCHIVE: "none", SYMBOLS: symbols.join() });
        for (const price of [10, 12, 11]) server.publish(price);
        server.publish(20, "ETH-USD");
        await until("the price is there", async () =>
            (await request(`${server.url}/api/prices/eth-usd`)).status === 200);
        const stream = readEvents(t, server.url + path);
        await stream.sees("both form", (events) =>
            events.filter(({ event }) => event === "candle").length >= 2);
        const gaps = stream.events.filter(({ event }) => event === "gap");
        assert.deepEqual(gaps.map(({ data }) => data.symbols[0]).sort(), symbols);
        const btc = stream.events.find(({ event, data }) =>
            event === "candle" && data.symbol === "BTC-USD").data;
        // The server was started in this minute, or in the one before.
        const { time, gap, ...rest } = btc;
        assert.deepEqual(rest, {
            symbol: "BTC-USD", interval: "1m", open: 10, high: 12, low: 10, close: 11, ticks: 3,
            complete: false, forming: true,
        });
        assert.equal(time % 60, 0);
        // No tick comes any more: the clock closes it.
        await waitForMinute(() => stream.events, 1);
        const closed = closedOf(stream.events).find(({ data }) => data.symbol === "BTC-USD");
        assert.equal(closed.data.ticks, 3);
        // An id of another server begins anew, and says so.
        const stranger = readEvents(t, server.url + path, { "last-event-id": "99999999999999-0" });
        await stranger.sees("a gap and a closed candle", (events) =>
            events.some(({ event, data }) => event === "gap" && data.reason === "restarted" &&
                data.symbols === undefined) && closedOf(events).length >= 2);
    });

    test("tells what it accepts", { timeout }, async (t) => {
        const many = Array.from({ length: 33 }, (_, i) => `A${i}-USD`);
        const server = await startServer(t, { ARCHIVE: "none", SYMBOLS: many.join() });
        const refused = async (query) => {
            const answer = await json(`${server.url}/prices/candles/stream?${query}`);
            assert.equal(answer.headers["content-type"], "application/problem+json");
            return [answer.status, answer.body.parameter, answer.body.accepted];
        };
        assert.deepEqual(await refused("symbols=*"),
            [400, "symbols", "1 to 32 symbols; open another stream for more"]);
        assert.deepEqual((await refused("interval=7m")).slice(0, 2), [400, "interval"]);
        assert.match((await refused("interval=7m"))[2], /^1m, 5m, .* seconds$/);
        assert.deepEqual((await refused("since=abc")).slice(0, 2), [400, "since"]);
        assert.deepEqual(await refused("limit=5"),
            [400, "limit", "symbols, symbol, interval, since, last_event_id"]);
        assert.deepEqual((await refused("symbols=nope-usd")).slice(0, 1), [404]);
        assert.deepEqual((await refused("intervall=1m")).slice(0, 2), [400, "intervall"]);
    });

    test("a reader that takes nothing harms nobody, and is closed", { timeout }, async (t) => {
        const many = Array.from({ length: 32 }, (_, i) => `A${i}-USD`);
        const server = await startServer(t, {
            ARCHIVE: "none", SYMBOLS: many.join(), SEND_BUFFER: "4KiB", PEER_TIMEOUT: "3s",
            THREADS: "1",
        });
        const feed = new Feed(t, many);
        feed.start(server);
        await until("there is a price", async () =>
            (await request(`${server.url}/readyz`)).status === 200);
        const target = "/prices/candles/stream?symbols=*&interval=1m";
        const good = readEvents(t, server.url + target);
        const silent = net.connect({ port: server.port, host: "127.0.0.1" });
        t.after(() => silent.destroy());
        silent.on("error", () => {});
        silent.pause();
        silent.write(`GET ${target} HTTP/1.1\r\nHost: here\r\n\r\n`);
        await until("the silent one is closed", async () => {
            const figures = await figuresOf(server);
            return figures.sum("tickertape_stalled_total") +
                figures.sum("tickertape_vanished_total") > 0;
        }, { timeout: 200_000 });
        const seen = good.events.length;
        await good.sees("more candles", (events) => events.length > seen + 40);
        assert.equal((await figuresOf(server)).sum("tickertape_candle_streams"), 1);
        checkOrder(good.events);
    });

    test("says goodbye when the server stops, and sends heartbeats", { timeout }, async (t) => {
        const server = await startServer(t, {
            ARCHIVE: "none", SYMBOLS: symbols.join(), HEARTBEAT: "1s", DRAIN_TIME: "1s",
        });
        server.publish(10);
        await until("there is a price", async () =>
            (await request(`${server.url}/readyz`)).status === 200);
        const stream = readEvents(t, `${server.url}/prices/candles/stream?interval=1d`);
        await stream.sees("a heartbeat", (events) =>
            events.some(({ event }) => event === "heartbeat"));
        server.child.signal("SIGTERM");
        await stream.sees("moving", (events) => events.at(-1)?.event === "moving");
        await until("it has ended", () => stream.hasEnded);
        await server.child.exited();
    });
});
