// The page while no price comes: it says so at once, and why, and draws it afterwards.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { openClean, showsPrice, showsState, text } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 90_000;

describe("the page and silences", { timeout: 300_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    test("a feed that has ended is not live, and its price not stale yet", { timeout }, async (t) => {
        const server = await startServer(t, { STALE_AFTER: "1h" });
        server.publish(69420.25);
        const { page, isClean } = await openClean(t, browser, `${server.url}/`);
        await showsPrice(page, 69420.25);
        await showsState(page, "live");
        server.child.process.stdin.end();
        await showsState(page, "quiet", { timeout: 60_000 });
        assert.match(await text(page, "#state-word"), /^Quiet, last tick \d+ s ago$/);
        assert.equal(await text(page, "#banner-title"),
            "No new price for BTC-USD: the input has ended.");
        isClean();
    });

    test("the statistics go on with the ticks, and say of when they are", { timeout }, async (t) => {
        const server = await startServer(t);
        server.publish(100);
        const { page, isClean } = await openClean(t, browser, `${server.url}/?range=5m`);
        await showsPrice(page, 100);
        const card = () => text(page, "#statistics-list");
        await until("the card", async () => page.isVisible("#statistics"));
        assert.match(await text(page, "#statistics-note"), /^At \d\d:\d\d:\d\d$/);
        server.publish(150);
        await showsPrice(page, 150);
        await until("the high is that of the chart", async () => /\$150\.00/.test(await card()));
        assert.match(await text(page, ".price-chart-legend"), /High \$150\.00/);
        await until("the number of ticks follows", async () => /Ticks\s+2/.test(await card()),
            { timeout: 40_000 });
        isClean();
    });
});
