// The widget, framed by a page of another origin in a real browser.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, before, describe, test } from "node:test";
import { launch, openPage } from "./support/browser.mjs";
import { request } from "./support/http.mjs";
import { axeFinds } from "./support/looks.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 90_000;

// Somebody's page, on another site than the server (localhost, not 127.0.0.1).
async function startHost(t, body) {
    const host = http.createServer((_, response) => {
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
        response.end(`<!doctype html><html lang="en"><title>Somebody's page</title>${body}`);
    });
    host.listen(0, "127.0.0.1");
    await once(host, "listening");
    t.after(() => host.close());
    return `http://localhost:${host.address().port}/`;
}

const stateOf = (frame) => frame.getAttribute("#widget", "data-state");
const wordOf = (frame) => frame.innerText("#word");

async function shows(frame, wanted, options) {
    let last;
    await until(() => `the widget is ${wanted}; it is ${last}`,
        async () => (last = await stateOf(frame)) === wanted, options);
}

async function showsPrice(frame, price) {
    let last;
    await until(() => `the widget shows ${price}; it shows ${last}`,
        async () => (last = await frame.innerText("#price")) === price);
}

// Every state that the widget takes from now on.
async function recordStates(frame) {
    await frame.evaluate(() => {
        globalThis.states = [];
        new MutationObserver(() => globalThis.states.push(widget.dataset.state))
            .observe(widget, { attributeFilter: ["data-state"] });
    });
    return () => frame.evaluate(() => globalThis.states);
}

describe("the widget", { timeout: 600_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    // A page of another origin with the widget in it.
    async function frameIt(t, server, { query = "?symbol=BTC-USD", attributes = "" } = {}) {
        const host = await startHost(t,
            `<iframe src="${server.url}/embed${query}" width="320" height="120" title="price" ${attributes}></iframe>`);
        // To keep a worker out Playwright would have to reach into a frame that lets nobody in.
        const opened = await openPage(t, browser, host, { serviceWorkers: "allow" });
        const requests = [];
        opened.page.on("request", (asked) => requests.push(asked.url()));
        const frame = opened.page.frames().find((one) => one.url().includes("/embed"));
        assert.ok(frame, "it is framed");
        return { ...opened, host, frame, requests };
    }

    // The widget alone in a window of that width.
    async function open(t, server, { query = "", width = 320, ...options } = {}) {
        const opened = await openPage(t, browser, `${server.url}/embed${query}`,
            { viewport: { width, height: 120 }, ...options });
        return { ...opened, isClean: () => assert.deepEqual([opened.complaints, opened.foreign], [[], []]) };
    }

    for (const attributes of ["", 'sandbox="allow-scripts"'])
        test(`shows prices in a page of another site ${attributes}`, { timeout }, async (t) => {
            const server = await startServer(t);
            server.publish(69420.25);
            const { page, frame, host, complaints, foreign } = await frameIt(t, server, { attributes });
            await shows(frame, "live");
            assert.equal(await wordOf(frame), "Live (piped)");
            assert.equal(await frame.innerText("h1:visible"), "BTC-USD");
            await showsPrice(frame, "$69,420.25");
            server.publish(69421.5);
            await showsPrice(frame, "$69,421.50");
            assert.equal(await frame.isVisible("#change"), false, "there is no price of an hour ago");
            // `foreign` has what is not the host's: all of it is the server's.
            assert.ok(foreign.length >= 2);
            assert.deepEqual(foreign.filter((url) => !url.startsWith(`${server.url}/`)), []);
            assert.deepEqual(
                [...new Set(foreign.map((url) => new URL(url).pathname))].sort(),
                ["/api/watchlist", "/embed", "/prices/stream"]);
            assert.deepEqual(await page.context().cookies([server.url, host]), []);
            assert.deepEqual(complaints, []);
        });

    test("is the only thing that can be framed", { timeout }, async (t) => {
        const server = await startServer(t);
        server.publish(69420.25);
        const host = await startHost(t, ["", "market", "static/icon.svg"].map((path) =>
            `<iframe src="${server.url}/${path}" title="${path}"></iframe>`).join(""));
        const { page, complaints } = await openPage(t, browser, host);
        await until("all are refused", () =>
            complaints.filter((text) => /frame-ancestors/.test(text)).length === 3);
        const shown = page.frames().slice(1).map((frame) => frame.url());
        assert.deepEqual(shown.filter((url) => url.startsWith(server.url)), []);
    });

    test("is never live once the server has gone, and is again when it is back", { timeout }, async (t) => {
        const server = await startServer(t);
        server.publish(69420.25);
        const { frame, complaints } = await frameIt(t, server);
        await shows(frame, "live");
        const states = await recordStates(frame);
        server.child.signal("SIGKILL");
        await server.child.exited();
        await shows(frame, "away");
        assert.match(await wordOf(frame), /^Not connected/);
        await until("it has tried in vain", async () => /^Not connected for ([2-9]|\d\d) s$/.test(await wordOf(frame)));
        assert.equal(await frame.innerText("#price"), "$69,420.25");
        const seen = await states();
        const later = seen.slice(seen.findIndex((state) => state !== "live"));
        assert.deepEqual(later.filter((state) => state === "live"), []);
        const next = await startServer(t, { PORT: String(server.port) });
        next.publish(70000);
        await showsPrice(frame, "$70,000.00");
        await shows(frame, "live");
        assert.deepEqual(complaints, []);
    });

    test("is not live while a server that hangs keeps the connection open", { timeout }, async (t) => {
        const server = await startServer(t, { HEARTBEAT: "1s" });
        server.publish(69420.25);
        const { frame } = await frameIt(t, server);
        await shows(frame, "live");
        server.child.signal("SIGSTOP");
        t.after(() => server.child.signal("SIGCONT"));
        await until("it is not live", async () => ["quiet", "away"].includes(await stateOf(frame)));
        await shows(frame, "away");
        server.child.signal("SIGCONT");
        await shows(frame, "live");
    });

    test("says that a price is stale, and for how long", { timeout }, async (t) => {
        const server = await startServer(t, { STALE_AFTER: "1s", HEARTBEAT: "1s" });
        server.publish(69420.25);
        const { frame } = await frameIt(t, server);
        await shows(frame, "stale");
        assert.match(await wordOf(frame), /^Stale: \d+ s old$/);
        const states = await recordStates(frame);
        await frame.evaluate(() => connect()); // another connection begins with the same price
        await until("it is connected again", async () => (await states()).at(-1) === "stale");
        assert.deepEqual((await states()).filter((state) => state === "live"), []);
        server.publish(69421);
        await until("it was live", async () => (await states()).includes("live"));
        await showsPrice(frame, "$69,421.00");
    });

    test("says that there is no price yet, and no price where the server has restarted without", { timeout }, async (t) => {
        const server = await startServer(t, { ARCHIVE: "none" });
        const { frame } = await frameIt(t, server);
        await shows(frame, "waiting");
        assert.equal(await frame.innerText("#price"), "—");
        server.publish(69420.25);
        await shows(frame, "live");
        server.child.signal("SIGKILL");
        await server.child.exited();
        const next = await startServer(t, { PORT: String(server.port), ARCHIVE: "none" });
        await shows(frame, "waiting");
        assert.equal(await wordOf(frame), "No price yet");
        next.publish(1);
        await shows(frame, "live");
    });

    test("tells an unknown symbol in words, and asks for nothing", { timeout }, async (t) => {
        const server = await startServer(t);
        const { frame, foreign } = await frameIt(t, server, { query: "?symbol=%3Cb%3Edoge" });
        assert.equal(await frame.innerText("main"),
            "there is no symbol '<b>doge' here (accepted: BTC-USD)");
        assert.deepEqual(foreign, [`${server.url}/embed?symbol=%3Cb%3Edoge`]);
        const answer = await request(`${server.url}/embed?symbol=btcusd`);
        assert.equal(answer.status, 404);
        assert.match(answer.text, /there is no symbol &#39;btcusd&#39; here; did you mean BTC-USD\?/);
    });

    test("says that the server no longer has its symbol", { timeout }, async (t) => {
        const server = await startServer(t);
        server.publish(69420.25);
        const { frame } = await frameIt(t, server);
        await shows(frame, "live");
        server.child.signal("SIGKILL");
        await server.child.exited();
        await startServer(t, { PORT: String(server.port), SYMBOLS: "ETH-USD" });
        await until("words", async () => (await wordOf(frame)) === "No BTC-USD here");
        assert.equal(await stateOf(frame), "away");
    });

    test("shows the change since the price of a day ago, where there is one", { timeout }, async (t) => {
        const server = await startServer(t,
            { PROVIDERS: "simulator", SIMULATOR_HISTORY: "2d", SIMULATOR_PERIOD: "30s" });
        const { frame } = await frameIt(t, server);
        await shows(frame, "live");
        assert.equal(await wordOf(frame), "Live (simulated)");
        await until("a change", () => frame.isVisible("#change"));
        const [{ past }] = JSON.parse(
            (await request(`${server.url}/api/watchlist?symbols=btc-usd&points=0`)).text).watchlist;
        const day = past.find(({ seconds }) => seconds === 86_400).price;
        const { price, text } = await frame.evaluate(() => ({
            price: Number(widget.dataset.price), text: document.getElementById("change").textContent,
        }));
        const [, sign, percent] = /^(?:[▲▼] ([+-]))?(\d+\.\d\d)% in 24 h$/.exec(text) ?? assert.fail(text);
        // The price of a day ago may have moved on by a tick, which is less than 0.1 %.
        assert.ok(Math.abs(Number(`${sign ?? ""}${percent}`) - 100 * (price / day - 1)) < 0.1, text);
    });

    test("shows the price of its time where there are no scripts", { timeout }, async (t) => {
        const server = await startServer(t);
        server.publish(69420.25);
        await until("a price", async () => (await request(`${server.url}/api/prices/btc-usd`)).status === 200);
        const { page } = await open(t, server, { javaScriptEnabled: false });
        assert.equal(await page.innerText("#price"), "$69,420.25");
        assert.match(await page.innerText(".state"), /^At \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, not updated$/);
    });

    test("takes its theme from the address, or else from the system", { timeout }, async (t) => {
        const server = await startServer(t);
        const paper = async (query, colorScheme) => {
            const { page } = await open(t, server, { query, colorScheme });
            await shows(page, "waiting");
            assert.deepEqual(await page.context().storageState(), { cookies: [], origins: [] });
            assert.equal(await page.evaluate(() => sessionStorage.length), 0);
            return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        };
        const [light, dark] = ["rgb(255, 254, 251)", "rgb(19, 23, 29)"];
        assert.equal(await paper("", "light"), light);
        assert.equal(await paper("", "dark"), dark);
        assert.equal(await paper("?theme=system", "dark"), dark);
        assert.equal(await paper("?theme=light", "dark"), light);
        assert.equal(await paper("?theme=dark", "light"), dark);
    });

    for (const colorScheme of ["light", "dark"])
        for (const width of [200, 320])
            test(`at ${width} pixels in the ${colorScheme} theme axe finds nothing, and nothing is cut`, { timeout }, async (t) => {
                const server = await startServer(t, { HEARTBEAT: "1s", STALE_AFTER: "4s" });
                server.publish(69420.25);
                const { page, isClean } = await open(t, server, { width, colorScheme });
                const check = async (what) => {
                    assert.deepEqual({ what, found: await axeFinds(page) }, { what, found: [] });
                    const { clientWidth, scrollWidth, clientHeight, scrollHeight } = await page.evaluate(() => {
                        const { clientWidth, scrollWidth, clientHeight, scrollHeight } = document.documentElement;
                        return { clientWidth, scrollWidth, clientHeight, scrollHeight };
                    });
                    assert.deepEqual([scrollWidth, scrollHeight], [clientWidth, clientHeight], what);
                    if (process.env.SHOTS)
                        await page.screenshot({ path: `${process.env.SHOTS}/widget_${width}_${colorScheme}_${what}.png` });
                };
                await until("it is live", async () => {
                    server.publish(69420.25 + Math.random()); // it may be stale before it is looked at
                    return await stateOf(page) === "live";
                });
                await page.evaluate(() => {
                    before = { price: 69000, hours: 24, at: steady() };
                    show();
                });
                await check("live");
                await shows(page, "stale");
                await check("stale");
                server.child.signal("SIGKILL");
                await shows(page, "away");
                await check("away");
                isClean();
                const next = await startServer(t);
                const refused = await open(t, next, { query: "?symbol=dogeusd", width, colorScheme });
                assert.deepEqual(await axeFinds(refused.page), []);
            });
});
