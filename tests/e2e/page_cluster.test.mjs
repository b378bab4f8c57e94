// What the page says of the instances that serve it, in Chromium.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { openClean, showsPrice } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;

describe("the page of a cluster", { timeout: 120_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(() => browser.close());

    test("names the instance and counts the others, and nothing where it is alone", { timeout },
        async (t) => {
            const server = await startServer(t);
            server.publish(64000.5);
            const { page, isClean } = await openClean(t, browser, server.url);
            await showsPrice(page, 64000.5);
            assert.ok(!(await page.isVisible("#providers")));

            let served = { instance: "b", instances: 3 };
            let providers = [];
            await page.route("**/api/feed?*", (route) => route.fulfill({ json: {
                at: Date.now() / 1000, mode: "poll", policy: "fallback", providers,
                symbols: [{ symbol: "BTC-USD", quotes: [] }], served_by: served,
            } }));
            await page.reload();
            await until("the instances", async () =>
                (await page.innerText("#served-by")) === "Served by 3 instances, this one is b.");
            assert.ok(await page.isVisible("#providers"));

            providers = [{ name: "somebody", last_success: 1 }];
            served = undefined;
            await page.reload();
            await until("a provider", () => page.isVisible('[data-provider="somebody"]'));
            assert.ok(!(await page.isVisible("#served-by")));
            isClean();
        });
});
