// Whatever happens in whatever order, each tab is told of each of its symbols every tick from the
// first on, in order and once, or of a gap that covers what is missing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SharedPriceStream, comparePositions } from "../../static/stream.js";
import {
    FakeEventSource as Source, FakeSharedWorker, Owner, killWorkers, pass, settle, startBrowser,
} from "./support/browser.mjs";
import { FakeServer } from "./support/server.mjs";

const symbols = ["BTC-USD", "ETH-USD", "SOL-USD"];
const steps = 400;
const rounds = Number(process.env.ROUNDS ?? 12);
const firstSeed = Number(process.env.SEED ?? 1);

// The same numbers for the same seed.
function dice(seed) {
    let state = seed * 2_654_435_761 % 2 ** 32;
    const next = () => {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        return (state >>> 0) / 2 ** 32;
    };
    return {
        below: (n) => Math.floor(next() * n),
        one: (list) => list[Math.floor(next() * list.length)],
        some: (list) => {
            const picked = list.filter(() => next() < 0.5);
            return picked.length > 0 ? picked : [list[0]];
        },
    };
}

class Tab {
    owner = new Owner();
    runs = []; // of one symbol each, from when it was added: { symbol, told, isOver }
    gaps = [];
    log = [];

    constructor(browser, wanted) {
        this.wanted = wanted;
        for (const symbol of wanted) this.runs.push({ symbol, told: [], gaps: [] });
        this.stream = this.owner.run(() => browser.owns(new SharedPriceStream({ symbols: wanted })));
        this.stream.addEventListener("tick", ({ detail }) => this.#take(detail));
        this.stream.addEventListener("gap", ({ detail }) => {
            for (const run of this.runs)
                if (!run.isOver && (detail.symbols?.includes(run.symbol) ?? true))
                    run.gaps.push(detail);
        });
        this.owner.run(() => this.stream.open());
    }

    #take({ id, symbol }) {
        const run = this.runs.find((one) => one.symbol === symbol && !one.isOver);
        assert.ok(run, `${symbol} is wanted`);
        run.told.push(id);
    }

    setSymbols(wanted) {
        for (const run of this.runs) if (!wanted.includes(run.symbol)) run.isOver = true;
        for (const symbol of wanted)
            if (!this.wanted.includes(symbol)) this.runs.push({ symbol, told: [], gaps: [] });
        this.wanted = wanted;
        this.owner.run(() => this.stream.setSymbols(wanted));
    }

    check(all) {
        for (const { symbol, told, gaps } of this.runs) {
            for (let i = 1; i < told.length; i += 1)
                assert.ok(comparePositions(told[i - 1], told[i]) < 0, `${told[i]} after ${told[i - 1]}`);
            if (told.length === 0) continue;
            const mine = all.filter((tick) => tick.symbol === symbol && told[0] !== undefined &&
                comparePositions(tick.id, told[0]) >= 0 && comparePositions(tick.id, told.at(-1)) <= 0);
            const isTold = new Set(told);
            for (const { id } of mine)
                assert.ok(
                    isTold.has(id) || gaps.some(({ from, to }) =>
                        comparePositions(from, id) < 0 && comparePositions(id, to) <= 0),
                    `a silent hole: ${symbol} ${id}; told ${told.slice(-5)}`);
        }
    }

    // That the newest of all has arrived, after all has come to rest.
    checkEnd(all) {
        this.check(all);
        for (const { symbol, told, isOver } of this.runs)
            if (!isOver) assert.equal(told.at(-1), all.findLast((t) => t.symbol === symbol)?.id, symbol);
    }
}

async function live(browser, seed) {
    const { below, one, some } = dice(seed);
    const server = new FakeServer(symbols);
    const tabs = [];
    const done = [];
    const awake = () => tabs.filter(({ owner }) => !owner.isFrozen);
    const isHidden = new WeakSet();
    const deeds = {
        publish: () => server.publish(one(symbols)),
        evict: () => { if (below(4) === 0) server.evict(one(symbols)); },
        open: () => { if (tabs.length < 5) tabs.push(new Tab(browser, some(symbols))); },
        close: () => {
            const tab = tabs.length > 2 && one(awake());
            if (!tab) return;
            tab.owner.run(() => tab.stream.close());
            done.push(...tabs.splice(tabs.indexOf(tab), 1));
        },
        change: () => one(awake())?.setSymbols(some(symbols)),
        changeTwice: () => {
            const tab = one(awake());
            tab?.setSymbols(some(symbols));
            tab?.setSymbols(some(symbols));
        },
        cut: () => { if (Source.live.length > 0) server.cut(one(Source.live)); },
        fail: () => { if (Source.live.length > 0) server.cut(one(Source.live), { forGood: true }); },
        freeze: () => { if (below(4) === 0 && tabs.length > 0) one(tabs).owner.isFrozen = true; },
        thaw: () => tabs.forEach(({ owner }) => owner.thaw()),
        hide: () => {
            const tab = one(awake());
            if (!tab) return;
            browser.happens(isHidden.has(tab) ? "pageshow" : "pagehide", tab.owner);
            if (!isHidden.delete(tab)) isHidden.add(tab);
        },
        wake: () => { const tab = one(awake()); if (tab) browser.happens("online", tab.owner); },
        kill: () => { if (below(5) === 0) killWorkers(); },
        missing: () => { FakeSharedWorker.isMissing = below(4) === 0; },
        restart: () => {
            if (below(6) !== 0) return;
            if (server.isUp) server.stop();
            else server.start();
        },
    };
    const often = ["publish", "publish", "publish", "publish", ...Object.keys(deeds)];
    const log = [];
    try {
        for (let step = 0; step < steps; step += 1) {
            const name = one(often);
            log.push(name);
            deeds[name]();
            if (below(3) > 0) await settle();
            for (const source of Source.live)
                if (below(4) > 0) {
                    server.flow(source, 1 + below(4));
                    if (below(2) === 0) await settle();
                }
            if (below(3) === 0) await pass(one([100, 1_000, 4_000, 20_000]), 500);
            for (const tab of tabs) tab.check(server.ticks);
        }
        deeds.thaw();
        if (!server.isUp) server.start();
        for (const tab of tabs) if (isHidden.has(tab)) browser.happens("pageshow", tab.owner);
        for (const symbol of symbols) server.publish(symbol);
        for (let i = 0; i < 240; i += 1) {
            await pass(1_000, 500);
            for (const source of Source.live) while (server.flow(source, 100)) await settle();
            if (i % 30 === 0) for (const symbol of symbols) server.publish(symbol);
        }
        for (const source of Source.live) while (server.flow(source, 100)) await settle();
        await settle();
        for (const tab of tabs) tab.checkEnd(server.ticks);
        for (const tab of done) tab.check(server.ticks);
    } catch (error) {
        error.message += `\nSEED=${seed} after ${log.slice(-12)}`;
        throw error;
    }
}

for (let seed = firstSeed; seed < firstSeed + rounds; seed += 1)
    test(`nothing is missing and nothing told twice, however it comes (${seed})`, async (t) =>
        live(await startBrowser(t), seed));
