// What the page asks of the server: little, and less where it is refused.

import assert from "node:assert/strict";
import http from "node:http";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { openClean, showsState, text } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;
// With the files, asked for by a browser that has none of them, two of which are for what the first
// view does without; and what the archive has: the statistics of the range, and prices of an hour
// and a day ago.
const startMax = 16;

const ours = ["/metrics", "/api/prices/{}"]; // what the tests ask

const names = (count) => Array.from({ length: count }, (_, i) => `C${i}-USD`);

// Asked by other clients than the browser, which is 127.0.0.1, and each time by another.
let asker = 0;
const ask = (server, path) => new Promise((resolve, reject) => {
    asker += 1;
    const localAddress = `127.0.${1 + (asker >> 8) % 250}.${asker % 256}`;
    http.get(`${server.url}${path}`, { localAddress, agent: false }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (more) => { text += more; });
        answer.on("end", () => resolve(text));
    }).on("error", reject);
});
const figures = (server) => ask(server, "/metrics");

// How many requests the server has answered, by route and status, but those for its figures.
async function answered(server) {
    const metrics = await figures(server);
    const found = metrics.matchAll(
        /^tickertape_requests_total\{route="([^"]+)",status="(\d+)"\} (\d+)/gm);
    const counts = {};
    for (const [, route, status, n] of found)
        if (!ours.includes(route) && Number(n) > 0)
            counts[status === "200" ? route : `${route} ${status}`] = Number(n);
    return counts;
}

// Whether each has a price. What is asked for it is not among what a page asks.
async function priced(server, symbols) {
    for (const symbol of symbols)
        if (!/"price"/.test(await ask(server, `/api/prices/${symbol.toLowerCase()}`))) return false;
    return true;
}

const sumOf = (counts) => Object.values(counts).reduce((sum, n) => sum + n, 0);

describe("what the page asks", { timeout: 600_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    // A server that has priced all its symbols, and a page that watches them.
    async function open(t, { symbols, watched = symbols, settings = {} }) {
        const server = await startServer(t, { SYMBOLS: symbols.join(), ...settings });
        symbols.forEach((symbol, i) => server.publish(100 + i, symbol));
        await until("all have a price", async () =>
            priced(server, symbols));
        const storageState = { cookies: [], origins: [{
            origin: server.url,
            localStorage: [{ name: "tickertape.watchlist", value: JSON.stringify(watched) }],
        }] };
        const opened = await openClean(t, browser, `${server.url}/`, { storageState });
        return { server, ...opened };
    }

    const showsAll = (page, symbols) => until("every row has a price", async () =>
        (await page.$$eval("#watched .figure > span:first-child",
            (prices) => prices.filter((price) => /\d/.test(price.textContent)).length)) ===
        (symbols.length > 1 ? symbols.length : 0) || symbols.length === 1);

    for (const count of [1, 6, 33])
        test(`is sixteen requests for ${count} symbols, and none too often`, { timeout },
            async (t) => {
                const symbols = names(count);
                const { server, page, isClean } =
                    await open(t, { symbols, settings: { MAX_REQUESTS_PER_SECOND_PER_IP: "5" } });
                await showsState(page, "live");
                await showsAll(page, symbols);
                await until("what it tells of the feed", async () =>
                    (await answered(server))["/api/feed"]);
                const counts = await answered(server);
                t.diagnostic(JSON.stringify(counts));
                assert.ok(sumOf(counts) <= startMax, JSON.stringify(counts));
                assert.ok(Object.keys(counts).every((name) => !/429|503/.test(name)));
                assert.equal(counts["/api/watchlist"], 1);
                assert.ok(!(await page.isVisible("#banner")));
                server.publish(7, symbols[0]);
                await until("it goes on", async () =>
                    (await page.getAttribute("#price", "data-price")) === "7");
                isClean();
            });

    test("thirty-three symbols that are added are one question of the page", { timeout },
        async (t) => {
            const symbols = names(34);
            const { server, page, isClean } =
                await open(t, { symbols, watched: symbols.slice(0, 1) });
            await showsState(page, "live");
            await until("its start is over", async () => (await answered(server))["/api/feed"]);
            const asked = [];
            page.on("request", (request) => asked.push(new URL(request.url()).pathname));
            const earlier = await answered(server);
            // As another tab would: all at once.
            await page.evaluate((list) => {
                const value = JSON.stringify(list);
                localStorage.setItem("tickertape.watchlist", value);
                const key = "tickertape.watchlist";
                dispatchEvent(new StorageEvent("storage", { key, newValue: value }));
            }, symbols);
            await showsAll(page, symbols);
            await until("the stream has them too", async () =>
                (await answered(server))["/api/watchlist"] >= earlier["/api/watchlist"] + 2);
            assert.equal(asked.filter((path) => path === "/api/watchlist").length, 1);
            const more = await answered(server);
            t.diagnostic(JSON.stringify(more));
            // The worker's stream asks once for the newest ticks, for all tabs.
            assert.equal(more["/api/watchlist"], earlier["/api/watchlist"] + 2);
            assert.equal(more["/api/prices/{}/history"], undefined);
            isClean();
        });

    test("styles that are refused are asked for again", { timeout }, async (t) => {
        const { page } = await open(t, { symbols: names(2) });
        let refused = 0;
        await page.route("**/static/late-*.css", (route) => {
            refused += 1;
            return refused > 1 ? route.continue() : route.fulfill({ status: 429 });
        });
        await page.reload();
        await showsState(page, "live");
        await until("its rules", () => page.evaluate(() =>
            document.querySelector('link[href*="/static/late-"]')?.sheet?.cssRules.length > 0));
        assert.equal(refused, 2);
    });

    test("waits for as long as a refusal says, and says so", { timeout }, async (t) => {
        const { server, page, isClean } = await open(t, { symbols: names(2) });
        await showsState(page, "live");
        const address = page.url();
        await page.goto("about:blank"); // what it still asks for is none of the refused
        let refused = 0;
        const times = [];
        const context = page.context();
        await context.route("**/api/**", (route) => {
            times.push(Date.now());
            refused += 1;
            const headers = { "retry-after": "3" };
            return refused > 2 ? route.continue() : route.fulfill({ status: 429, headers });
        });
        await page.goto(address);
        await until("words", async () =>
            /^This page has asked too often; trying again in [123] s\./.test(
                await text(page, "#banner")));
        assert.match(await text(page, "#state-word"), /^Reconnecting in \d s$/);
        await showsState(page, "live", { timeout: 20_000 });
        assert.ok(times[1] - times[0] >= 2_900, `${times[1] - times[0]} ms`);
        assert.ok(times[2] - times[1] >= 2_900, `${times[2] - times[1]} ms`);
        assert.ok(!(await page.isVisible("#banner")));
        server.publish(5, "C0-USD");
        await until("it goes on", async () =>
            (await page.getAttribute("#price", "data-price")) === "5");
        isClean();
    });
});
