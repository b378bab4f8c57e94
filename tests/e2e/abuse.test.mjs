// Those who mean harm: each attack is made while good subscribers listen, who must get every tick
// exactly once. Meanwhile the server answers, and afterwards it holds no more than before, and a
// counter tells what happened.
//
// No limit of time here is tight: what is measured is said, and compared by tests/bench/abuse.mjs.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Attack } from "./support/attacker.mjs";
import { figuresOf } from "./support/figures.mjs";
import { GoodSubscribers } from "./support/good_subscribers.mjs";
import { connect, parseResponses, request } from "./support/http.mjs";
import { namespace, whyNot } from "./support/namespace.mjs";
import { start } from "./support/process.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 90_000;
const get = (target, headers = "") => `GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;

// Asks /healthz again and again, as somebody who watches the server does.
class Probe {
    slowestMs = 0;
    failures = [];
    #over = false;

    constructor(server) {
        this.done = this.#ask(`${server.url}/healthz`);
    }

    async #ask(url) {
        while (!this.#over) {
            const began = performance.now();
            await request(url, { timeout: 15_000 }).then(
                ({ status }) => { if (status !== 200) this.failures.push(status); },
                (error) => { if (!this.#over) this.failures.push(error.message); });
            this.slowestMs = Math.max(this.slowestMs, performance.now() - began);
            await pause(100);
        }
    }

    async stop() {
        this.#over = true;
        await this.done;
    }
}

// A server with good subscribers, and what must hold of both after an attack.
class House {
    // `memoryMiB`: by how much it may have grown afterwards, because freed memory does not always
    // go back to the system.
    static async open(t, settings = {}, { count = 40, under, memoryMiB = 24 } = {}) {
        const house = new House();
        house.t = t;
        house.memoryMiB = memoryMiB;
        house.server = await startServer(t, { LOG_LEVEL: "warn", ...settings }, [], under);
        house.good = await GoodSubscribers.start(t, house.server, { count });
        await until("nothing else is open", async () =>
            (await figuresOf(house.server)).sum("tickertape_subscribers") === count);
        await pause(1_000);
        house.quiet = house.good.latency();
        house.figures = await figuresOf(house.server);
        house.before = { files: house.server.openSockets(), memory: house.server.memory() };
        house.probe = new Probe(house.server);
        t.after(() => house.probe.stop());
        return house;
    }

    // By how much a counter has grown since the attack began.
    async grown(name, labels) {
        const now = await figuresOf(this.server);
        return now.sum(name, labels) - this.figures.sum(name, labels);
    }

    refused(reason) {
        return this.grown("tickertape_refused_total", { reason });
    }

    async isUnharmed({ answers = true } = {}) {
        const { server, before, good, probe, quiet } = this;
        const attacked = good.latency();
        await probe.stop();
        assert.equal(server.child.exit, null, server.child.stderr.slice(-2_000));
        const peak = server.memory();
        await until(
            () => `descriptors are back to ${before.files}; there are ${server.openSockets()}`,
            () => server.openSockets() <= before.files, { timeout: 15_000 });
        const ms = (value) => value?.toFixed(1);
        this.t.diagnostic(
            `ticks took ${ms(quiet.p50)} ms, p99 ${ms(quiet.p99)} ms; under attack ` +
            `${ms(attacked.p50)} ms, p99 ${ms(attacked.p99)} ms; /healthz at most ` +
            `${ms(probe.slowestMs)} ms; memory ${ms(before.memory)}, ${ms(peak)}, ` +
            `${ms(server.memory())} MiB`);
        assert.ok(server.memory() < before.memory + this.memoryMiB,
            `memory goes back to ${before.memory}: ${server.memory()} MiB`);
        const faults = await good.faults();
        assert.deepEqual(faults.slice(0, 10), [], `${faults.length} faults`);
        assert.ok(attacked.count > 0);
        assert.ok(attacked.p99 < 3_000, `ticks took ${attacked.p99} ms`);
        if (answers) {
            assert.deepEqual(probe.failures, []);
            assert.ok(probe.slowestMs < 10_000, `/healthz took ${probe.slowestMs} ms`);
        }
        const began = performance.now();
        assert.equal((await request(`${server.url}/healthz`)).status, 200);
        assert.ok(performance.now() - began < 3_000);
        assert.doesNotMatch(server.child.stderr, /a session failed|a route failed/);
    }
}

// Holds an attack for so long, or until `isEnough`, and returns what the attacker says of it.
async function endure(t, house, kind, options = {}, seconds = 2, isEnough = () => true) {
    const attack = new Attack(t, kind, house.server.port, options);
    await pause(seconds * 1_000);
    await until(`enough of ${kind}`, isEnough, { timeout: 40_000 });
    const made = await attack.stop();
    t.diagnostic(JSON.stringify(made));
    return made;
}

// Whether so many were refused for that reason.
const hasRefused = (house, reason, count) => async () => await house.refused(reason) >= count;

// What waits in the kernel on each connection to that server, in bytes.
function queues({ port }) {
    const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
    return readFileSync("/proc/net/tcp", "latin1").split("\n")
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local]) => local?.endsWith(hex))
        .map(([, , , , both]) => both.split(":").map((text) => parseInt(text, 16)))
        .map(([unsent, unread]) => ({ unsent, unread }));
}

// Most of these wait.
const atOnce = { timeout: 300_000, concurrency: 4 };

describe("those who are slow, and those who are gone", atOnce, () => {
    describe("slow peers", atOnce, () => {
        for (const kind of ["slow_headers", "slow_body", "slow_chunks"])
            test(`${kind} end after HEADER_TIMEOUT`, { timeout }, async (t) => {
                const house = await House.open(t, { HEADER_TIMEOUT: "1s" });
                const made = await endure(t, house, kind, { connections: 200 }, 2,
                    hasRefused(house, "slow_request", 250));
                assert.ok(made.closed >= 200, "each was closed at least once");
                assert.ok(made.answers["408"] >= 200);
                await house.isUnharmed();
            });

        test("thousands who connect and say nothing", { timeout }, async (t) => {
            // 3,000 sessions at once take about 8 KB each, which the allocator keeps for the next.
            const house = await House.open(t, { HEADER_TIMEOUT: "1s" }, { memoryMiB: 32 });
            const made = await endure(t, house, "silent", { connections: 3_000 }, 2,
                hasRefused(house, "silent", 3_000));
            assert.ok(made.closed > 0, "they see it: how many have by now is for their machine to say");
            await house.isUnharmed();
        });

        // Peers who ask for more than all buffers hold, and take none of it.
        async function refuseAnswers(t, house) {
            const attack = new Attack(
                t, "slow_read", house.server.port, { connections: 100, once: true });
            await until("they are there", async () => (await openSessions(house)) > 100);
            return attack;
        }

        const openSessions = async (house) =>
            (await figuresOf(house.server)).sum("tickertape_sessions");

        test("peers who take no answer are closed", { timeout }, async (t) => {
            const house = await House.open(t);
            const attack = await refuseAnswers(t, house);
            await until("they are closed", async () => (await openSessions(house)) < 5,
                { timeout: 30_000 });
            await attack.stop();
            assert.ok(await house.refused("slow_reader") >= 90);
            await house.isUnharmed();
        });

        test("what the kernel keeps for them is bounded", { timeout }, async (t) => {
            const house = await House.open(t);
            const attack = await refuseAnswers(t, house);
            await pause(2_000);
            const unsent = Math.max(...queues(house.server).map((queue) => queue.unsent));
            await attack.stop();
            t.diagnostic(`at most ${unsent} bytes unsent to one`);
            assert.ok(unsent <= 512 * 1024, `${unsent} bytes`);
            await house.isUnharmed();
        });

        test("subscribers who never read", { timeout }, async (t) => {
            const house = await House.open(t, { SEND_BUFFER: "4KiB", STORE_SIZE: "100" });
            await endure(t, house, "stalled", { connections: 500, once: true }, 4);
            await house.isUnharmed();
        });
    });

    describe("no descriptors left", atOnce, () => {
        test("nobody who is there suffers, nothing spins, and it ends", { timeout }, async (t) => {
            // More are allowed than there are descriptors for, which is a mistake somebody may make.
            const house = await House.open(
                t, { HEADER_TIMEOUT: "60s", IDLE_TIMEOUT: "60s", MAX_CONNECTIONS: "1000" },
                { count: 20, under: ["prlimit", "--nofile=80:80"] });
            const attack = new Attack(t, "silent", house.server.port, { connections: 300 });
            await until("there are none left", () => house.server.openFiles() >= 78);
            const began = house.server.cpu();
            await pause(3_000);
            const used = house.server.cpu() - began;
            t.diagnostic(`${used.toFixed(2)} s of CPU in 3 s`);
            assert.ok(used < 1.5, "it does not ask for what there is none of as fast as it can");
            await attack.stop();
            await until("there is room again", () =>
                request(`${house.server.url}/healthz`, { timeout: 1_000 }).then(
                    ({ status }) => status === 200, () => false));
            assert.ok(await house.grown("tickertape_accept_failures_total") > 0);
            assert.match(house.server.child.stderr, /cannot accept connections/);
            await house.isUnharmed({ answers: false });
        });
    });

    describe("peers that vanish", atOnce, () => {
        test("half open connections", { timeout }, async (t) => {
            const reason = await whyNot();
            if (reason) return t.skip(reason);
            const net = await namespace(t);
            const house = await House.open(t, {
                LISTEN_ADDRESS: "0.0.0.0", HEADER_TIMEOUT: "2s", PEER_TIMEOUT: "2s",
            });
            const { port } = house.server;
            const there = { host: net.host, connections: 100, once: true };
            const attacks = ["silent", "slow_headers", "stalled"].map((kind) =>
                new Attack(t, kind, port, there, net.under));
            await until("they are all there", () => house.server.openSockets() >= house.before.files + 300);
            await net.vanish();
            for (const attack of attacks) await attack.stop();
            await until("requests that were not finished are given up",
                async () => (await figuresOf(house.server)).sum("tickertape_sessions") < 5);
            await until("subscribers that acknowledge nothing are given up",
                () => house.server.openSockets() <= house.before.files, { timeout: 15_000 });
            assert.ok(await house.grown("tickertape_vanished_total") +
                await house.grown("tickertape_stalled_total") > 0);
            await house.isUnharmed();
        });

        test("handshakes that are never finished", { timeout }, async (t) => {
            const reason = await whyNot();
            if (reason) return t.skip(reason);
            const net = await namespace(t);
            const house = await House.open(t, { LISTEN_ADDRESS: "0.0.0.0" });
            const attack = new Attack(t, "silent", house.server.port,
                { host: net.host, from: net.strangers, connections: 6_000, once: true }, net.under);
            await pause(4_000);
            const { connected } = await attack.stop();
            assert.equal(connected, 0, "none of them was finished");
            await house.isUnharmed();
        });
    });

    describe("slowhttptest", atOnce, () => {
        const isThere = spawnSync("slowhttptest", ["-h"]).error === undefined;
        const skip = !isThere && "slowhttptest is not installed";
        const modes = {
            "slow headers": ["-H", "-i", "1"],
            "slow bodies": ["-B", "-i", "1"],
            "overlapping ranges": ["-R", "-a", "5", "-b", "3000"],
            "slow reads": ["-X", "-k", "3", "-n", "1", "-w", "1", "-y", "16", "-z", "1"],
        };
        for (const [name, flags] of Object.entries(modes))
            test(name, { timeout, skip }, async (t) => {
                const house = await House.open(t);
                const path = name === "slow reads" ? "/static/page.js" : "/api/prices";
                const child = start(t, "slowhttptest", [
                    ...flags, "-c", "1500", "-r", "150", "-l", "10", "-p", "5",
                    "-u", `${house.server.url}${path}`]);
                await child.exited(40_000);
                const said = child.stdout.replaceAll(/\u001b\[[\d;]*m/g, "");
                const available = [...said.matchAll(/service available:\s+(\w+)/g)].map(([, word]) => word);
                assert.ok(available.length > 0, said.slice(-2_000));
                assert.ok(!available.includes("NO"), said.slice(-2_000));
                await house.isUnharmed();
            });
    });
});

describe("floods", { timeout: 300_000, concurrency: 2 }, () => {
    test("requests as fast as they are answered", { timeout }, async (t) => {
        const house = await House.open(t);
        const made = await endure(t, house, "flood", { connections: 50 });
        assert.ok(made.bytesOut > 100_000);
        await house.isUnharmed();
    });

    test("requests whose answers nobody takes", { timeout }, async (t) => {
        const house = await House.open(t);
        await endure(t, house, "pipelined", { connections: 50 });
        await house.isUnharmed();
    });

    test("a connection for each request", { timeout }, async (t) => {
        const house = await House.open(t);
        const made = await endure(t, house, "hello", { connections: 100, pauseMs: 0 });
        assert.ok(made.connected > 200);
        await house.isUnharmed();
    });

    test("a storm of resets", { timeout }, async (t) => {
        const house = await House.open(t);
        const made = await endure(t, house, "resets", { connections: 100, pauseMs: 0 });
        assert.ok(made.connected > 200);
        await house.isUnharmed();
    });

    // Ten thousand ticks of a symbol that nobody here subscribes to, so that there is much to ask for.
    async function openWithHistory(t, options = {}) {
        const house = await House.open(
            t, { SYMBOLS: "BTC-USD,ETH-USD", STORE_SIZE: "20000" }, options);
        for (let i = 0; i < 10_000; i += 1) house.server.publish(2_000 + i / 4, "ETH-USD");
        await until("they are there", async () => (await figuresOf(house.server))
            .sum("tickertape_ticks_total", { symbol: "ETH-USD" }) === 10_000);
        house.good.latency();
        return house;
    }

    test("all history there is, again and again", { timeout }, async (t) => {
        const house = await openWithHistory(t);
        const target = "/prices/stream?since=0&symbols=ETH-USD";
        await endure(t, house, "ask_and_leave", { connections: 50, pauseMs: 1, target });
        await house.isUnharmed();
    });

    test("the largest answer there is, again and again", { timeout }, async (t) => {
        const house = await openWithHistory(t);
        const target = "/api/prices/eth-usd/history?since=0&limit=1000";
        await endure(t, house, "ask_and_leave", { connections: 50, pauseMs: 1, target });
        await house.isUnharmed();
    });

    test("large answers that nobody takes", { timeout }, async (t) => {
        // What two lanes hold of them is freed, and may be used again before the system has it.
        const house = await openWithHistory(t, { memoryMiB: 40 });
        const target = "/api/prices/eth-usd/history?since=0&limit=1000";
        const asks = { connections: 600, once: true, target };
        await endure(t, house, "slow_read", asks, 4, hasRefused(house, "max_answers", 1));
        await house.isUnharmed();
    });

    test("heads without end", { timeout }, async (t) => {
        const house = await House.open(t);
        await endure(t, house, "large_heads", { connections: 20 }, 2, hasRefused(house, "header_too_large", 20));
        await house.isUnharmed();
    });

    test("bodies without end", { timeout }, async (t) => {
        const house = await House.open(t);
        await endure(t, house, "large_bodies", { connections: 20 }, 2, hasRefused(house, "body_too_large", 20));
        await house.isUnharmed();
    });

    test("bytes that are no request", { timeout }, async (t) => {
        const house = await House.open(t);
        const made = await endure(
            t, house, "garbage", { connections: 50 }, 2, hasRefused(house, "bad_request_line", 50));
        assert.deepEqual(Object.keys(made.answers).filter((status) => status < 400), []);
        await house.isUnharmed();
    });

    test("what subscribers say without end is not kept", { timeout }, async (t) => {
        const house = await House.open(t);
        const attack = new Attack(t, "endless_body", house.server.port, { connections: 30 });
        await pause(3_000);
        const unread = queues(house.server).map(({ unread }) => unread);
        await attack.stop();
        const most = Math.max(...unread);
        t.diagnostic(`at most ${most} bytes unread of one`);
        assert.ok(unread.length >= 70, "they are there");
        assert.ok(most <= 512 * 1024, `${most} bytes`);
        await house.isUnharmed();
    });
});
