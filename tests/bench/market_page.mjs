// What the market's tab costs while all rows of a full table change every second.
//
//   node tests/bench/market_page.mjs [--minutes 2] [--rows 250]
//
// A source of our own gives a new table each second, in which every price, volume and change is
// another one. The page has it over its event stream.
//
// Exit status 1: a task took longer than 50 ms after the page had loaded, or the table did not
// change all the time.

import { parseArgs } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { launch, openPage } from "../e2e/support/browser.mjs";
import { good, says, startSources } from "../e2e/support/market.mjs";
import { scratch, startServer } from "../e2e/support/server.mjs";
import { makeCertificates } from "../e2e/support/tls.mjs";
import { until } from "../e2e/support/wait.mjs";
import { during } from "./lifetime.mjs";
import { columnsOf, sample, summaryOf, tasksOf, watchTasks } from "./long_tasks.mjs";
import { manyRows, moveRows } from "./market_rows.mjs";
import { table } from "./tables.mjs";

const { values: options } = parseArgs({
    options: { minutes: { type: "string", default: "2" }, rows: { type: "string", default: "250" } },
});
const minutes = Number(options.minutes);
const count = Number(options.rows);
const rowsFirst = 100; // the page shows more of them when it is asked to
const perSecondLeast = 0.5; // of the tables that the page has drawn

await during(async (t) => {
    const certificates = await makeCertificates(await scratch(t), "trusted");
    const { sources, settings } = await startSources(t, certificates);
    const rows = manyRows(count);
    sources.coingecko.respond = (request, response) => {
        if (!request.url.startsWith("/coins/markets?")) return good.coingecko(request, response);
        moveRows(rows);
        return says(response, JSON.stringify(rows));
    };
    const server = await startServer(t, settings);
    server.publish(rows[0].current_price);
    const browser = await launch();
    t.after(() => browser.close());
    const { page, complaints } = await openPage(t, browser, `${server.url}/market`,
        { viewport: { width: 1360, height: 900 } });
    if (count > rowsFirst) await page.click(".more-rows", { timeout: 60_000 });
    await until("all rows", async () =>
        (await page.$$(".coins tbody tr")).length === count, { timeout: 60_000 });
    const devtools = await watchTasks(page);
    // How often the last row, which is out of sight, and the first were drawn anew.
    await page.evaluate(() => {
        window.drawn = 0;
        const cell = document.querySelector(".coins tbody tr:last-child .price-cell");
        new MutationObserver(() => { window.drawn += 1; }).observe(cell,
            { childList: true, characterData: true, subtree: true, attributes: true });
    });
    const samples = [await sample(page, devtools)];
    for (let minute = 1; minute <= minutes; minute += 1) {
        await pause(60_000);
        samples.push(await sample(page, devtools));
    }
    const tasks = await tasksOf(page, samples);
    console.log(table(samples.slice(1).map((now, i) =>
        ({ minute: i + 1, rows: count, ...columnsOf(samples[i], now, tasks) }))));
    const drawn = await page.evaluate(() => window.drawn);
    const seconds = minutes * 60;
    console.log(`${summaryOf(tasks)}; the last row was drawn ${drawn} times in ${seconds} s`);
    if (complaints.length > 0) console.log(`complaints: ${complaints.join("; ")}`);
    if (tasks.length > 0 || drawn < seconds * perSecondLeast || complaints.length > 0)
        process.exitCode = 1;
});
