// The wall clock steps, a second to a year, forward and back, and the machine sleeps: ages stay
// true, what is stale is told, ids increase, nothing is lost or doubled, and nothing that the server
// gave out itself is refused.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { clocksOf } from "./support/clock.mjs";
import { checkOrder, isTick, positionOf, readEvents } from "./support/events.mjs";
import { json, request } from "./support/http.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 120_000;
const hour = 3_600;
const year = 365 * 24 * hour;
const stepped = / the wall clock has stepped .*/g;

// A server on clocks of the test, with several symbols, a stream of all of them, and what it was
// told to publish.
class Scene {
    published = [];

    static async of(t, { symbols, settings }) {
        const scene = new Scene();
        scene.t = t;
        scene.symbols = symbols;
        scene.clocks = await clocksOf(t);
        scene.server = await startServer(t, {
            ...scene.clocks.settings, SYMBOLS: symbols.join(","), STALE_AFTER: "60s", ...settings });
        scene.stream = readEvents(t, `${scene.server.url}/prices/stream?symbols=*`);
        return scene;
    }

    // One price more of each symbol, seen by the stream when this returns.
    async publish() {
        this.before = performance.now();
        for (const symbol of this.symbols) {
            this.published.push(this.published.length + 1);
            this.server.publish(this.published.length, symbol);
        }
        await this.stream.sees("what was published", () => this.stream.prices.includes(this.published.length));
        this.after = performance.now();
    }

    // Publishes until the log has told of so many steps, and a little longer.
    async publishUntilTold(steps) {
        await until(() => `a step is told of; the log says:\n${this.server.child.stderr.slice(-2000)}`,
            async () => {
                await this.publish();
                await pause(100);
                return this.told().length >= steps;
            }, { timeout: 60_000 });
        for (let i = 0; i < 5; i += 1) await this.publish();
    }

    told() {
        return this.server.child.stderr.match(stepped) ?? [];
    }

    // The age that is said lies between what the test knows of it, `plus` what it does not.
    async checkAges({ plus = 0, stale = false } = {}) {
        const asked = performance.now();
        const { body: { prices } } = await json(`${this.server.url}/api/prices`);
        const { body: feed } = await json(`${this.server.url}/api/feed`);
        const answered = performance.now();
        for (const price of [...prices, ...feed.symbols]) {
            const least = (asked - this.after) / 1000 + plus - 0.002;
            const most = (answered - this.before) / 1000 + plus + 0.002;
            assert.ok(price.age_seconds >= least && price.age_seconds <= most,
                `${price.symbol} is ${price.age_seconds} s old, from ${least} to ${most}`);
            assert.equal(price.stale, stale);
        }
        const ready = await request(`${this.server.url}/readyz`);
        assert.equal(ready.status, stale ? 503 : 200, ready.text);
    }

    // Whatever was given out can be given back.
    async checkAccepts() {
        const newest = this.stream.events.filter(isTick).at(-1);
        const stamp = Number(positionOf(newest.id) >> 20n) / 1000;
        const symbol = newest.data.symbol.toLowerCase();
        for (const time of ["since", "until"]) {
            const { status, text } =
                await request(`${this.server.url}/api/prices/${symbol}/history?${time}=${stamp}`);
            assert.equal(status, 200, text);
            assert.ok(text.includes(newest.id), `${text} has ${newest.id}`);
        }
        const since = readEvents(
            this.t, `${this.server.url}/prices/stream?symbols=${symbol}&since=${stamp}`);
        await since.sees("the newest tick", () => since.text.includes(newest.id));
        const resumed = readEvents(
            this.t, `${this.server.url}/prices/stream?symbols=*`, { "Last-Event-ID": newest.id });
        await this.publish();
        await resumed.sees("what comes after", () => resumed.prices.includes(this.published.length));
        assert.deepEqual(resumed.prices, this.published.slice(-this.symbols.length));
        assert.ok(!resumed.events.some((event) => event.event === "gap"), resumed.text);
        since.close();
        resumed.close();
    }
}

const steps = [["-1 h", -hour], ["-2 min", -120], ["+3 min", 180], ["+1 h", hour], ["+1 year", year]];

describe("clocks", { concurrency: true, timeout: 600_000 }, () => {
    for (const symbols of [["BTC-USD"], ["BTC-USD", "ETH-USD", "SOL-USD"]])
        for (const [name, by] of steps)
            test(`a step of ${name} and back, with ${symbols.length} of the symbols`, { timeout }, async (t) => {
                const scene = await Scene.of(t, { symbols });
                await scene.publish();
                scene.clocks.step(by);
                await scene.checkAges();
                await scene.publishUntilTold(1);
                await scene.checkAges();
                await scene.checkAccepts();
                checkOrder(scene.stream.events);
                scene.clocks.step(-by);
                await scene.checkAges();
                await scene.publishUntilTold(2);
                await scene.checkAges();
                await scene.checkAccepts();

                assert.equal(scene.told().length, 2, scene.told().join("\n"));
                const ids = scene.stream.events.filter((event) => event.id !== undefined);
                const gaps = ids.filter((event) => event.event === "gap");
                if (by === year) {
                    // Reality would not have caught up: ids begin anew behind one gap.
                    assert.equal(gaps.length, 1, scene.stream.text);
                    assert.equal(gaps[0].data.reason, "restarted");
                    const at = ids.indexOf(gaps[0]);
                    checkOrder(ids.slice(0, at));
                    checkOrder(ids.slice(at));
                    const { data: { timestamp } } = ids.at(-1);
                    assert.ok(Math.abs(timestamp - Date.now() / 1000) < 60, `${timestamp} is today`);
                } else {
                    assert.equal(gaps.length, 0, scene.stream.text);
                    checkOrder(ids);
                }
                assert.deepEqual(scene.stream.prices, scene.published);
                const { text } = await request(`${scene.server.url}/metrics`);
                assert.match(text, /^tickertape_clock_steps_total\{direction="forward"\} 1$/m);
                assert.match(text, /^tickertape_clock_steps_total\{direction="back"\} 1$/m);
            });

    for (const [name, by] of [["forward", year], ["back", -hour]])
        test(`what is quiet becomes stale in its time, also where the clock steps ${name}`, { timeout }, async (t) => {
            const scene = await Scene.of(t, { symbols: ["BTC-USD"], settings: { STALE_AFTER: "2s" } });
            await scene.publish();
            scene.clocks.step(by);
            const stale = await scene.stream.sees(
                "stale", (events) => events.find((event) => event.event === "stale"));
            const most = (performance.now() - scene.before) / 1000;
            assert.ok(stale.data.age >= 2 && stale.data.age <= most, `${stale.data.age} s of ${most}`);
            await scene.checkAges({ stale: true });
            await scene.publish();
            await scene.stream.sees(
                "fresh", (events) => events.some((event) => event.event === "fresh"));
            await scene.checkAges();
        });

    test("after a night of sleep, prices are as old as the night was long", { timeout }, async (t) => {
        const scene = await Scene.of(t, { symbols: ["BTC-USD", "ETH-USD"] });
        await scene.publish();
        scene.clocks.suspend(8 * hour);
        const stale = await scene.stream.sees("stale of both", (events) => {
            const told = events.filter((event) => event.event === "stale");
            return told.length === 2 && told;
        });
        for (const one of stale) assert.ok(one.data.age >= 8 * hour, `${one.data.age} s`);
        await scene.checkAges({ plus: 8 * hour, stale: true });
        await scene.publish();
        await scene.checkAges();
        checkOrder(scene.stream.events);
        assert.deepEqual(scene.stream.prices, scene.published);
        assert.deepEqual(scene.told(), [], "a night is no step");
    });

    test("one wrong reading is followed by nothing but a counter", { timeout }, async (t) => {
        const scene = await Scene.of(t, { symbols: ["BTC-USD"] });
        await scene.publish();
        scene.clocks.step(year);
        await scene.publish();
        scene.clocks.step(-year);
        await until("it was over before it was followed", async () =>
            /^tickertape_clock_doubts_total 1$/m.test((await request(`${scene.server.url}/metrics`)).text));
        await scene.publish();
        await scene.checkAges();
        const { timestamp } = scene.stream.events.filter(isTick).at(-1).data;
        assert.ok(Math.abs(timestamp - Date.now() / 1000) < 60, `${timestamp} is today`);
        checkOrder(scene.stream.events);
        assert.deepEqual(scene.told(), []);
    });
});
