// kill -9, again and again, under load, with clients that resume: what any of them has seen is one
// history, without a gap, a hole or a duplicate. The price of the k-th tick of a symbol is k.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { json } from "./http.mjs";
import { startServer } from "./server.mjs";
import { until } from "./wait.mjs";
import { CountingFeed, Wanderer } from "./wanderer.mjs";

const symbols = Array.from({ length: 250 }, (_, n) => `S${String(n).padStart(3, "0")}-USD`);
export const ticksPerSecond = 1_000;

// Feeds a server the ticks that follow those which it knows.
async function goOn(server) {
    const { body } = await json(`${server.url}/api/prices?symbols=${symbols.join()}`);
    const feed = new CountingFeed(symbols, { ticksPerSecond });
    feed.follow(body.prices);
    feed.start(server);
    return feed;
}

// `archive`: the settings of the archive. `kills`: how often; `clients`: how many.
export async function killAgainAndAgain(t, { archive, kills, clients }) {
    const settings = {
        ...archive, SYMBOLS: symbols.join(), LOG_LEVEL: "warn",
        // A busy disk must not be passed by: then the next life could not know what was shown.
        ARCHIVE_PATIENCE: "10s",
    };
    const history = new Map();
    const all = Array.from({ length: clients }, (_, n) =>
        new Wanderer(symbols[n % symbols.length], history));
    t.after(() => all.forEach((client) => client.close()));
    let slowest = 0;
    for (let life = 0; life <= kills; life += 1) {
        const began = performance.now();
        const server = await startServer(t, settings);
        slowest = Math.max(slowest, performance.now() - began);
        const feed = await goOn(server);
        for (const client of all) client.turnTo(server.url);
        if (life < kills) {
            await pause(200 + Math.random() * (life % 10 === 0 ? 2_800 : 800));
            server.child.signal("SIGKILL");
            feed.stop();
            await server.child.exited();
            continue;
        }
        await pause(1_000);
        feed.stop();
        const lacking = () => all.filter(({ price, symbol }) => price !== feed.newest(symbol));
        await until(() => `all have all: ${lacking().length} have not`, () =>
            lacking().length === 0, { timeout: 60_000 });
    }
    const sum = (what) => all.reduce((total, client) => total + client[what], 0);
    t.diagnostic(`${clients} clients saw ${sum("seen")} ticks and resumed ${sum("resumed")} times; ` +
        `${history.size} ids; the slowest start took ${slowest.toFixed(0)} ms`);
    assert.deepEqual(all.flatMap((client) => client.faults).slice(0, 10), []);
    assert.ok(sum("resumed") >= clients, "clients did resume");
}
