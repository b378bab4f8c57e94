// The page without its server, in a real browser with a service worker, which needs the packed page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { openClean, showsPrice, showsState, state, text } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 120_000;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const packed = { skip: process.env.TICKERTAPE_STATIC && "the sources have no service worker", timeout };

describe("the page without its server", { timeout: 300_000 }, () => {
    test("its worker may serve the whole page, is asked about each time, and is no other file's right", { timeout }, async (t) => {
        const { url } = await startServer(t);
        const head = async (name) => (await fetch(`${url}/static/${name}`)).headers;
        const worker = await head("service_worker.js");
        assert.equal(worker.get("service-worker-allowed"), "../");
        assert.equal(worker.get("cache-control"), "no-cache");
        assert.match(worker.get("content-security-policy"), /connect-src 'self'/);
        assert.equal((await head("stream.js")).get("service-worker-allowed"), null);
    });

    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    for (const colorScheme of ["light", "dark"])
        test(`shows its last state and says so, in the ${colorScheme} theme`, packed, async (t) => {
            const settings = { SYMBOLS: "BTC-USD,ETH-USD" };
            const server = await startServer(t, settings);
            server.publish(69420.25);
            server.publish(2500.5, "ETH-USD");
            const { page, complaints } = await openClean(t, browser, `${server.url}/`, {
                serviceWorkers: "allow", colorScheme, reducedMotion: "reduce",
                viewport: { width: 1360, height: 900 },
            });
            await showsState(page, "live");
            await showsPrice(page, 69420.25);
            await until("the worker has all it needs", () => page.evaluate(() =>
                navigator.serviceWorker.controller?.state === "activated"));
            server.publish(70001);
            await showsPrice(page, 70001);
            await until("the price is kept", () => page.evaluate(() =>
                /70001/.test(localStorage.getItem("tickertape.last"))), { timeout: 30_000 });
            const kept = await page.evaluate(async () => {
                const all = [];
                for (const name of await caches.keys())
                    for (const { url } of await (await caches.open(name)).keys()) all.push(new URL(url).pathname);
                return all;
            });
            assert.ok(kept.includes("/") && kept.some((path) => /settings_tab/.test(path)));
            assert.deepEqual(kept.filter((path) => /^\/(api|prices)/.test(path)), [], "no price, no stream");

            await server.child.kill();
            await page.reload();
            const said = new Set();
            await until("the banner", async () => {
                said.add(await state(page));
                return page.isVisible("#banner");
            }, { timeout: 30_000 });
            said.add(await state(page));
            assert.equal(said.has("live"), false, [...said].join());
            assert.match(await text(page, "#banner"), /cannot be reached.*last heard at/s);
            assert.equal(await page.getAttribute("#price", "data-price"), "70001");
            assert.equal(await page.getAttribute("#quote", "data-current"), "false");
            await until("the watchlist", async () => /2,500\.50/.test(await text(page, "#watched")));
            assert.doesNotMatch(await page.title(), /^\$/);
            await page.evaluate(axe);
            const { violations } = await page.evaluate(() => window.axe.run(document));
            assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), []);
            await page.click("#settings-open");
            await page.waitForSelector("#set-theme");
            await page.goBack();

            const again = await startServer(t, { ...settings, PORT: String(server.port) });
            again.publish(71000);
            await showsPrice(page, 71000, { timeout: 60_000 });
            await showsState(page, "live", { timeout: 60_000 });
            assert.equal(await page.isVisible("#banner"), false);
            assert.deepEqual(complaints, []);
        });
});
