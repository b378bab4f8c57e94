// Readers that cannot keep up, and those who never wanted every tick.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Attack } from "./support/attacker.mjs";
import { figuresOf } from "./support/figures.mjs";
import { request } from "./support/http.mjs";
import { namespace, whyNot } from "./support/namespace.mjs";
import { brokenAt, Recorder, wronglySkipped } from "./support/recorder.mjs";
import { startServer } from "./support/server.mjs";
import { Subscriber } from "./support/subscriber.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;
// Without an archive: a disk that is slow makes every reader late.
const small = {
    SEND_BUFFER: "4KiB", STORE_SIZE: "1000000", LOG_LEVEL: "warn", ARCHIVE: "none",
};

// Feeds ticks 1, 2, 3, ...
class Feed {
    count = 0;
    others = []; // symbols that tick once a turn, so that there is more to send

    constructor(server) {
        this.server = server;
    }

    some(count) {
        let lines = "";
        for (let i = 0; i < count; i += 1)
            lines += `${JSON.stringify({ symbol: "BTC-USD", price: (this.count += 1) })}\n`;
        for (const symbol of this.others) lines += `${JSON.stringify({ symbol, price: 1 })}\n`;
        this.server.child.process.stdin.write(lines);
    }

    // Until that is true of the figures; as fast as a reader that takes nothing needs.
    async until(what, condition, perTurn = 2_000) {
        await until(what, async () => {
            this.some(perTurn);
            return condition(await figuresOf(this.server));
        }, { timeout: 20_000 });
    }

    async quietUntil(what, condition) {
        await until(what, async () => condition(await figuresOf(this.server)), { timeout: 20_000 });
    }
}

async function setUp(t, settings, path = "/prices/stream") {
    const server = await startServer(t, { ...small, ...settings });
    const feed = new Feed(server);
    feed.some(1);
    const join = async (query = "") => {
        const member = new Subscriber(server.port, path + query, new Recorder(), { isChunked: true });
        t.after(() => member.close());
        member.connect();
        await until("it has the newest tick", () => member.ledger.prices.includes(feed.count));
        return member;
    };
    return { server, feed, join };
}

// The first tick of a stream, as text.
async function firstTick(server) {
    const text = [];
    const answer = await fetch(`${server.url}/prices/stream`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    while (!text.join("").includes("data: {\"timestamp\"")) text.push((await reader.read()).value);
    await reader.cancel();
    return text.join("");
}

const has = (name, labels) => (figures) => figures.sum(name, labels) > 0;

describe("a reader of every tick that falls behind", { timeout: 200_000, concurrency: 3 }, () => {
    test("is told and closed, and misses nothing when it resumes", { timeout }, async (t) => {
        const { server, feed, join } = await setUp(t, { MAX_LAG: "500ms", SLOW_READER: "close" });
        const [slow, good] = [await join(), await join()];
        slow.pause();
        await feed.until("it is behind", has("tickertape_subscribers_behind"));
        // It is looked for with every wake, so there has to be something new.
        const timer = setInterval(() => feed.some(1), 50);
        t.after(() => clearInterval(timer));
        await feed.quietUntil("it is given up", has("tickertape_lagging_total", { action: "closed" }));
        clearInterval(timer);
        slow.resume();
        await until("it is told, and left", () => slow.hasBeenDropped);
        const last = slow.ledger.events.at(-1);
        assert.equal(last.event, "gap");
        assert.equal(last.data.reason, "lapped");
        assert.equal(last.id, undefined, "it resumes from what it has seen");
        const before = slow.ledger.prices.at(-1);
        slow.connect();
        await until("it has everything", () => slow.ledger.prices.at(-1) === feed.count);
        t.diagnostic(`${before} of ${feed.count} ticks before it was left`);
        assert.equal(brokenAt(slow.ledger.prices), null);
        assert.equal(slow.ledger.of("gap").length, 1);
        assert.equal(good.hasBeenDropped, false);
        await until("the other has everything", () => good.ledger.prices.at(-1) === feed.count);
        assert.equal(brokenAt(good.ledger.prices), null);
        assert.deepEqual(good.ledger.of("gap"), []);
        assert.equal((await figuresOf(server)).sum("tickertape_lagging_total", { action: "closed" }), 1);
    });

    test("is brought up to date, and told what it missed", { timeout }, async (t) => {
        const { feed, join } = await setUp(t, { MAX_LAG: "500ms", SLOW_READER: "conflate" });
        const [slow, good] = [await join(), await join()];
        slow.pause();
        await feed.until("it is behind", has("tickertape_subscribers_behind"));
        const timer = setInterval(() => feed.some(1), 50);
        t.after(() => clearInterval(timer));
        await feed.quietUntil(
            "it is brought up to date", has("tickertape_lagging_total", { action: "conflated" }));
        slow.resume();
        await until("it keeps up again", () => slow.ledger.prices.at(-1) === feed.count);
        for (let i = 0; i < 10; i += 1) {
            await pause(20);
            feed.some(3);
        }
        clearInterval(timer);
        for (const { ledger } of [slow, good])
            await until("it has the last tick", () => ledger.prices.at(-1) === feed.count);
        assert.equal(slow.hasBeenDropped, false);
        assert.equal(brokenAt(good.ledger.prices), null);
        // Each hole is a gap that stands in it, and there is no other.
        const { events, prices } = slow.ledger;
        const gaps = slow.ledger.of("gap");
        assert.ok(gaps.length >= 1);
        assert.ok(gaps.every(({ data }) => data.reason === "lapped"));
        const holes = prices.filter((price, i) => i > 0 && price !== prices[i - 1] + 1);
        t.diagnostic(`${prices.length} of ${feed.count} ticks, ${gaps.length} gaps`);
        assert.equal(holes.length, gaps.length);
        for (const gap of gaps) {
            const next = events.slice(events.indexOf(gap) + 1).find(({ data, event }) => data && !event);
            assert.ok(holes.includes(next.data.price));
        }
    });

    test("is closed without a word when it takes nothing at all", { timeout }, async (t) => {
        const { feed, join } = await setUp(t, { PEER_TIMEOUT: "1s", MAX_LAG: "1h" });
        const [slow, good] = [await join(), await join()];
        slow.pause();
        await feed.until("it is behind", has("tickertape_subscribers_behind"));
        await feed.quietUntil("it is closed", (figures) => figures.sum("tickertape_subscribers") === 1);
        const figures = await figuresOf(feed.server);
        assert.equal(figures.sum("tickertape_stalled_total") + figures.sum("tickertape_vanished_total"), 1);
        await until("the other has everything", () => good.ledger.prices.at(-1) === feed.count);
        assert.equal(brokenAt(good.ledger.prices), null);
    });

    test("goes when it has vanished", { timeout }, async (t) => {
        const reason = await whyNot();
        if (reason) return t.skip(reason);
        const net = await namespace(t);
        const { server, feed, join } = await setUp(
            t, { LISTEN_ADDRESS: "0.0.0.0", PEER_TIMEOUT: "2s", HEARTBEAT: "500ms" });
        const good = await join();
        const attack = new Attack(
            t, "stalled", server.port, { host: net.host, connections: 50, once: true }, net.under);
        await feed.quietUntil("they are there", (f) => f.sum("tickertape_subscribers") === 51);
        const before = server.openSockets();
        await net.vanish();
        await attack.stop();
        await feed.quietUntil("they are gone", (f) => f.sum("tickertape_subscribers") === 1);
        await until("and their descriptors", () => server.openSockets() <= before - 50);
        const figures = await figuresOf(server);
        assert.ok(
            figures.sum("tickertape_stalled_total") + figures.sum("tickertape_vanished_total") > 0);
        feed.some(10);
        await until("the other has everything", () => good.ledger.prices.at(-1) === feed.count);
        assert.equal(brokenAt(good.ledger.prices), null);
    });
});

describe("readers that never read", { timeout: 200_000 }, () => {
    const perReader = 8 << 10;

    test("cost the same however many symbols they want", { timeout: 180_000 }, async (t) => {
        const symbols = Array.from({ length: 1_024 }, (_, i) => `SYM${i}-USD`);
        const server = await startServer(t, {
            ...small, STORE_SIZE: "50", SYMBOLS: symbols.join(), PEER_TIMEOUT: "1h", MAX_LAG: "1h" });
        let published = 0;
        const rounds = async (count) => {
            for (let i = 0; i < count; i += 1) {
                const lines = symbols.map((symbol) => JSON.stringify({ symbol, price: i + 1 }));
                server.tell(lines.join("\n"));
            }
            published += count * symbols.length;
            await until("they are there", async () =>
                (await figuresOf(server)).sum("tickertape_ticks_total") === published,
            { timeout: 60_000 });
        };
        // More than is held, so that something of every symbol is lost.
        await rounds(70);
        const [, id] = /^id: (\S+)$/m.exec(await firstTick(server));
        const wishes = [
            { target: "/prices/stream?since=0&symbols=*" },
            { target: "/prices/stream?symbols=*" },
            { target: "/prices/stream?mode=latest&symbols=*" },
            { target: "/prices/stream?mode=latest&since=0&symbols=*" },
            { target: "/prices/stream?symbols=*", headers: `Last-Event-ID: ${id}\r\n` },
            { target: `/prices/stream?since=0&symbols=${symbols.slice(0, 700).join()}` },
        ];
        await rounds(70);
        const stall = (each) => wishes.map((wish) => new Attack(
            t, "stalled", server.port, { ...wish, connections: each, once: true }));
        const come = async (all) => {
            await until("they are there", async () =>
                (await figuresOf(server)).sum("tickertape_subscribers") === all, { timeout: 60_000 });
            // Until the kernel takes no more for any of them.
            await until("they are all behind", async () => {
                await rounds(1);
                return (await figuresOf(server)).sum("tickertape_subscribers_behind") === all;
            }, { timeout: 60_000 });
        };
        // What the server needs once, for the first client.
        const first = stall(5);
        await come(30);
        await rounds(2);
        await Promise.all(first.map((attack) => attack.stop()));
        await until("they have left", async () =>
            (await figuresOf(server)).sum("tickertape_subscribers") === 0);

        const before = server.memory();
        stall(50);
        await come(300);
        for (const more of [1, 60]) {
            await rounds(more);
            const grown = ((server.memory() - before) * (1 << 20)) / 300;
            const unsent = (await figuresOf(server)).sum("tickertape_unsent_bytes") / 300;
            t.diagnostic(`${(grown / 1024).toFixed(1)} KiB each, ${unsent.toFixed()} bytes unsent`);
            assert.ok(grown <= perReader, `${grown} bytes each`);
            assert.ok(unsent > 0);
            assert.ok(unsent <= 1_024, `${unsent} bytes unsent each`);
        }
        assert.equal((await figuresOf(server)).sum("tickertape_subscribers_behind"), 300);
    });
});

describe("a reader of the latest", { timeout: 200_000, concurrency: 3 }, () => {
    test("that keeps up gets every tick", { timeout }, async (t) => {
        const { feed, join } = await setUp(t, {});
        const reader = await join("?mode=latest");
        for (let i = 0; i < 50; i += 1) {
            feed.some(1);
            await until("it has it", () => reader.ledger.prices.at(-1) === feed.count);
        }
        assert.equal(brokenAt(reader.ledger.prices), null);
        assert.ok(reader.ledger.ticks.every(({ data }) => data.skipped === undefined));
    });

    test("that does not is told how many it skipped", { timeout }, async (t) => {
        // Of one symbol alone it would be sent too little to ever be behind.
        const others = Array.from({ length: 100 }, (_, i) => `X${i}-USD`);
        const { server, feed, join } = await setUp(
            t, { MAX_LAG: "500ms", SYMBOLS: ["BTC-USD", ...others].join() });
        const reader = await join("?mode=latest&symbols=*");
        const ofBitcoin = () => reader.ledger.ticks.filter(({ data }) => data.symbol === "BTC-USD");
        feed.others = others;
        reader.pause();
        await feed.until("it is behind", has("tickertape_subscribers_behind"));
        for (let i = 0; i < 20; i += 1) {
            feed.some(1_000);
            await pause(50);
        }
        reader.resume();
        await until("it has the newest", () => ofBitcoin().at(-1).data.price === feed.count);
        const ticks = ofBitcoin();
        t.diagnostic(`${ticks.length} ticks stand for ${feed.count}`);
        assert.equal(wronglySkipped(ticks), null);
        assert.ok(ticks.length < feed.count / 2);
        assert.deepEqual(reader.ledger.of("gap"), []);
        assert.equal(reader.hasBeenDropped, false, "it is not behind, whatever MAX_LAG is");
        assert.ok((await figuresOf(server)).sum("tickertape_skipped_total") > 0);
    });

    test("is sent no more often than it asked for", { timeout }, async (t) => {
        const { feed, join } = await setUp(t, {});
        const reader = await join("?max_rate=5");
        const began = performance.now();
        while (performance.now() - began < 3_000) {
            feed.some(5);
            await pause(10);
        }
        const seconds = (performance.now() - began) / 1_000;
        await until("it has the newest", () => reader.ledger.prices.at(-1) === feed.count);
        const { ticks } = reader.ledger;
        t.diagnostic(`${ticks.length} ticks in ${seconds.toFixed(1)} s stand for ${feed.count}`);
        assert.equal(wronglySkipped(ticks), null);
        assert.ok(ticks.length <= 5 * seconds + 3, "5 a second, the first, and the last");
        assert.ok(ticks.length >= 3 * seconds, "and not many fewer");
    });

    test("with values that are none is refused", { timeout }, async (t) => {
        const { server } = await setUp(t, {});
        for (const query of ["mode=", "mode=LATEST", "mode=newest", "max_rate=", "max_rate=0", "max_rate=-1",
            "max_rate=0.001", "max_rate=1001", "max_rate=1e4", "max_rate=nan", "max_rate=inf", "max_rate=2x",
            "max_rate=2&mode=all", `max_rate=${"9".repeat(400)}`]) {
            const answer = await request(`${server.url}/prices/stream?${query}`);
            assert.equal(answer.status, 400, query);
            const body = JSON.parse(answer.text);
            assert.match(body.parameter, /^(mode|max_rate)$/, query);
            assert.ok(body.accepted.length > 0, query);
        }
    });
});
