// What the page costs that is left open: its memory and its longest tasks, minute by minute.
//
//   node tests/bench/page.mjs [--minutes 10] [--per-second 10] [--symbols 6]
//
// The first symbol, which is the one shown, has that many ticks a second; each of the others, which
// are on the watchlist, one.
//
// Exit status 1: a task took longer than 50 ms after the page had loaded, or the heap grew by more
// than what the ticks themselves take.

import { parseArgs } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { launch, openPage } from "../e2e/support/browser.mjs";
import { startServer } from "../e2e/support/server.mjs";
import { during } from "./lifetime.mjs";
import { columnsOf, sample, summaryOf, tasksOf, watchTasks } from "./long_tasks.mjs";
import { format, table } from "./tables.mjs";

const { values: options } = parseArgs({
    options: {
        minutes: { type: "string", default: "10" },
        "per-second": { type: "string", default: "10" },
        symbols: { type: "string", default: "6" },
    },
});
const minutes = Number(options.minutes);
const perSecond = Number(options["per-second"]);
const symbols = ["BTC", "ETH", "SOL", "XRP", "ADA", "DOT", "LTC", "BCH", "UNI", "ATOM"]
    .slice(0, Number(options.symbols)).map((base) => `${base}-USD`);

// What is kept of a tick: its object, two strings and its places in lists.
const tickBytesMost = 600;

// A walk of small steps, so that the chart has something to draw.
function feed(server) {
    const prices = symbols.map((_, i) => 64_000 / 10 ** i);
    let ticks = 0;
    const step = (i) => {
        prices[i] *= 1 + (Math.random() - 0.5) / 2_000;
        server.publish(Number(prices[i].toPrecision(8)), symbols[i]);
        ticks += 1;
    };
    const timers = [
        setInterval(() => step(0), 1_000 / perSecond),
        ...symbols.slice(1).map((_, i) => setInterval(() => step(i + 1), 1_000)),
    ];
    return { stop: () => timers.forEach(clearInterval), ticks: () => ticks };
}

await during(async (t) => {
    const server = await startServer(t, { SYMBOLS: symbols.join(","), STORE_SIZE: "100000" });
    const prices = feed(server);
    t.after(() => prices.stop());
    const browser = await launch();
    t.after(() => browser.close());
    const { page, complaints } = await openPage(t, browser, `${server.url}/?range=1h`);
    const devtools = await watchTasks(page);

    const samples = [{ ...await sample(page, devtools), ticks: prices.ticks() }];
    for (let minute = 1; minute <= minutes; minute += 1) {
        await pause(60_000);
        samples.push({ ...await sample(page, devtools), ticks: prices.ticks() });
    }
    const tasks = await tasksOf(page, samples);
    const rows = samples.slice(1).map((now, i) =>
        ({ minute: i + 1, ticks: format(now.ticks, 0), ...columnsOf(samples[i], now, tasks) }));
    console.log(table(rows));
    const grown = samples.at(-1).heap - samples[0].heap;
    const ticks = samples.at(-1).ticks - samples[0].ticks;
    const perTick = grown / ticks;
    console.log(`heap: ${format(grown / 1e6, 2)} MB more after ${format(ticks, 0)} ticks, ` +
        `${format(perTick, 0)} B each (at most ${tickBytesMost})`);
    console.log(summaryOf(tasks));
    if (complaints.length > 0) console.log(`complaints: ${complaints.join("; ")}`);
    if (perTick > tickBytesMost || tasks.length > 0 || complaints.length > 0) process.exitCode = 1;
});
