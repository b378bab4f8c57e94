// The page in the hands of a visitor: with a list of symbols, with settings, with nothing but a
// keyboard, on a small screen, in both themes; and nobody shut out by how it is made.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { axeFinds } from "./support/looks.mjs";
import { drawn, openClean, showsPrice, showsState, state, text } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { isBuilt, startVenues } from "./support/venue.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;

const symbols = ["BTC-USD", "ETH-USD", "SOL-USD", "XRP-USD"];
const prices = [69420.25, 2500.5, 141.2, 0.5231];

const watched = (page) =>
    page.$$eval("#watched > li", (rows) => rows.map((row) => row.dataset.symbol));

async function watches(page, wanted) {
    let last;
    await until(
        () => `the list is ${wanted}; it is ${last}`,
        async () => String((last = await watched(page))) === String(wanted));
}

const focused = (page) => page.evaluate(() => {
    const { id, dataset, ariaLabel, textContent } = document.activeElement;
    return id || dataset.range || dataset.kind || ariaLabel || textContent;
});

describe("the page in use", { timeout: 600_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    // A server of four symbols, each with a price.
    async function market(t, settings = {}) {
        const server = await startServer(t, { SYMBOLS: symbols.join(), ...settings });
        symbols.forEach((symbol, i) => server.publish(prices[i], symbol));
        return server;
    }

    async function open(t, server, options = {}, path = "/") {
        const opened = await openClean(t, browser, `${server.url}${path}`, options);
        await showsState(opened.page, "live");
        return opened;
    }

    test("a watchlist is shown, changed, and there again after a reload", { timeout }, async (t) => {
        const server = await market(t);
        const { page, isClean } = await open(t, server);
        await watches(page, symbols);
        assert.match(await text(page, '#watched [data-symbol="SOL-USD"]'), /SOL-USD[^]*\$141\.20/);
        server.publish(142, "SOL-USD");
        await until("its change", async () =>
            /▲\s+\+0\.57%/.test(await text(page, '#watched [data-symbol="SOL-USD"]')));

        await page.click("#watchlist-edit");
        await page.click('[aria-label="Remove ETH-USD"]');
        await watches(page, ["BTC-USD", "SOL-USD", "XRP-USD"]);
        await page.click('[aria-label="Move XRP-USD up"]');
        await watches(page, ["BTC-USD", "XRP-USD", "SOL-USD"]);
        assert.equal(await text(page, "#said"), "XRP-USD is now 2 of 3");
        await page.click("#watchlist-edit");
        await page.reload();
        await watches(page, ["BTC-USD", "XRP-USD", "SOL-USD"]);

        await page.fill("#find-text", "eth");
        await page.click("#find-list [data-symbol=\"ETH-USD\"]");
        await watches(page, ["BTC-USD", "XRP-USD", "SOL-USD", "ETH-USD"]);
        await showsPrice(page, 2500.5);
        server.publish(2501, "ETH-USD");
        await showsPrice(page, 2501);
        isClean();
    });

    test("a row is dragged to another place", { timeout }, async (t) => {
        const server = await market(t);
        const { page, isClean } = await open(t, server);
        await page.click("#watchlist-edit");
        await page.waitForSelector("#list-name"); // comes late, and moves what is below it
        const boxOf = async (selector) => (await page.$(selector)).boundingBox();
        // Slowly: the list is in its new order before the next step.
        const drag = async (symbol, y) => {
            const grip = await boxOf(`[data-symbol="${symbol}"] .grip`);
            await page.mouse.move(grip.x + grip.width / 2, grip.y + grip.height / 2);
            await page.mouse.down();
            for (let step = 1; step <= 8; step += 1) {
                const from = grip.y + grip.height / 2;
                await page.mouse.move(grip.x + 4, from + ((y - from) * step) / 8);
                await page.evaluate(() => new Promise((resolve) => {
                    requestAnimationFrame(() => requestAnimationFrame(resolve));
                }));
            }
            await page.mouse.up();
        };
        const third = await boxOf('[data-symbol="SOL-USD"]');
        await drag("BTC-USD", third.y + third.height * 0.8);
        await watches(page, ["ETH-USD", "SOL-USD", "BTC-USD", "XRP-USD"]);
        const first = await boxOf('[data-symbol="ETH-USD"]');
        await drag("XRP-USD", first.y + first.height * 0.2);
        await watches(page, ["XRP-USD", "ETH-USD", "SOL-USD", "BTC-USD"]);
        isClean();
    });

    test("two tabs have the same list and settings", { timeout }, async (t) => {
        const server = await market(t);
        const { page, isClean } = await open(t, server);
        const other = await page.context().newPage();
        await other.goto(`${server.url}/`);
        await watches(other, symbols);
        await page.click("#watchlist-edit");
        await page.click('[aria-label="Remove BTC-USD"]');
        await watches(other, symbols.slice(1));
        assert.equal(await other.getAttribute("#price", "data-price"), "69420.25",
            "what is looked at stays");
        await other.click("#settings-open");
        await other.check('input[value="dark"]', { force: true });
        await until("the first is dark too", () =>
            page.evaluate(() => document.documentElement.dataset.theme === "dark"));
        isClean();
    });

    test("settings hold at once, and survive a reload", { timeout }, async (t) => {
        const server = await market(t);
        const { page, isClean } = await open(t, server, { colorScheme: "light" });
        const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const light = await background();
        await page.click("#settings-open");
        await page.check('input[name="theme"][value="dark"]', { force: true });
        await page.selectOption("#set-locale", "de-DE");
        await page.check('input[name="currency"][value="code"]', { force: true });
        await page.selectOption("#set-zone", "UTC");
        await page.check("#set-compact");
        await page.click("#settings-close");
        await page.click('[data-kind="candles"]');
        const check = async () => {
            await showsPrice(page, 69420.25);
            assert.notEqual(await background(), light);
            await until("the price in German", async () =>
                /^69\.420,25\sUSD$/.test(await text(page, "#price")));
            const density = await page.evaluate(() => document.documentElement.dataset.density);
            assert.equal(density, "compact");
            assert.match(await page.getAttribute("#time", "title"), /UTC$/);
            await until("candles", async () => (await drawn(page)).kind === "candles");
        };
        await check();
        await page.reload();
        assert.notEqual(await background(), light, "dark before any module has run");
        await check();
        isClean();
    });

    test("whatever the browser has kept, the page comes up", { timeout }, async (t) => {
        const server = await market(t);
        const { page, isClean } = await open(t, server);
        const wrong = '{"theme":{"x":1},"range":7,"timeZone":"Mars"}';
        for (const text of ["{", "null", "7", '["x",{"a":1}]', wrong]) {
            await page.evaluate((kept) => {
                for (const key of ["settings", "watchlist", "alarms"])
                    localStorage.setItem(`tickertape.${key}`, kept);
            }, text);
            await page.reload();
            await showsState(page, "live");
            await showsPrice(page, 69420.25);
        }
        isClean();
    });

    test("a range that fits is shown until one is chosen, which is kept", { timeout }, async (t) => {
        const server = await market(t);
        const { page, isClean } = await open(t, server);
        const pressed = () => page.$$eval('#ranges [aria-pressed="true"]',
            (buttons) => buttons.map((button) => button.dataset.range).join());
        await until("five minutes: an hour of a young server would be almost empty", async () =>
            (await pressed()) === "5m");
        assert.equal(new URL(page.url()).search, "?symbol=BTC-USD");
        const kept = await page.evaluate(() => localStorage.getItem("tickertape.settings"));
        assert.equal(kept, null, "nobody has chosen it");
        await page.click('[data-range="6h"]');
        assert.equal(new URL(page.url()).search, "?symbol=BTC-USD&range=6h");
        await page.goto(`${server.url}/`);
        await showsState(page, "live");
        assert.equal((await drawn(page)).range, "6h");
        isClean();
    });

    test("a range can be chosen before the server has answered", { timeout }, async (t) => {
        const server = await market(t);
        const { page, isClean } = await open(t, server);
        let answer;
        await page.route("**/api/prices", (route) => { answer = () => route.continue(); });
        await page.reload();
        await until("it asks", () => answer);
        await page.click('[data-range="24h"]');
        assert.equal(await page.getAttribute('[data-range="24h"]', "aria-pressed"), "true");
        answer();
        await showsState(page, "live");
        assert.equal((await drawn(page)).range, "24h");
        isClean();
    });

    test("providers of another symbol are not in sight", { timeout }, async (t) => {
        const server = await market(t);
        const { page, isClean } = await open(t, server);
        const feedOf = (symbol) => ({
            at: Date.now() / 1000, policy: "fallback",
            providers: [{ name: "somebody", symbols: [symbol], last_success: 1 }],
            symbols: [{ symbol, quotes: [] }],
        });
        let isAnswering = true;
        await page.route("**/api/feed?*", (route) => {
            const symbol = new URL(route.request().url()).searchParams.get("symbol");
            if (isAnswering) return route.fulfill({ json: feedOf(symbol) });
            return undefined;
        });
        await page.reload();
        await until("a provider", () => page.isVisible('[data-provider="somebody"]'));
        isAnswering = false;
        await page.click('#watched a:has-text("ETH-USD")');
        await showsPrice(page, 2500.5);
        assert.ok(!(await page.isVisible('[data-provider="somebody"]')), "not while it is asked");
        server.child.kill();
        await until("no answer is on its way", async () => !(await page.isVisible("#providers")));
        isClean();
    });

    test("links lead to a symbol and a range, and the address follows", { timeout }, async (t) => {
        const server = await market(t);
        const { page, isClean } = await open(t, server, {}, "/?symbol=eth-usd&range=24h");
        await showsPrice(page, 2500.5);
        assert.equal((await drawn(page)).range, "24h");
        assert.equal(await page.getAttribute('[data-range="24h"]', "aria-pressed"), "true");
        await page.click('[data-range="5m"]');
        await page.click('#watched a:has-text("XRP-USD")');
        await showsPrice(page, 0.5231);
        assert.equal(new URL(page.url()).search, "?symbol=XRP-USD&range=5m");
        const command = `curl -N '${server.url}/prices/stream?symbols=XRP-USD'`;
        assert.equal(await text(page, "#command"), command);

        await page.goto(`${server.url}/?symbol=NONE-USD`);
        await showsPrice(page, 69420.25);
        assert.match(await text(page, "#toasts"), /This server has no NONE-USD/);
        isClean();
    });

    test("a change over a time of which nothing is held is not made up", { timeout }, async (t) => {
        const server = await market(t);
        const { page, isClean } = await open(t, server);
        for (const key of ["1h", "24h"])
            await until(`why there is none over ${key}`, async () =>
                /^—\s*no data before [\d:]+$/.test(await text(page, `#over-${key}`)));
        isClean();
    });

    for (const colorScheme of ["light", "dark"])
        test(`a stale row looks stale in the ${colorScheme} theme`, { timeout }, async (t) => {
            const server = await market(t, { STALE_AFTER: "2s" });
            server.publish(2600, "ETH-USD");
            const timer = setInterval(() => server.publish(69420 + Math.random(), "BTC-USD"), 200);
            t.after(() => clearInterval(timer));
            const { page, isClean } = await open(t, server, { colorScheme });
            const row = (symbol) => `#watched [data-symbol="${symbol}"]`;
            await until("one is stale", async () =>
                /stale for \d+ s/.test(await text(page, row("ETH-USD"))));
            const colours = (selector) => page.$$eval(selector, (nodes) =>
                [...new Set(nodes.map((node) => getComputedStyle(node).color))]);
            const [faded] = await colours("#watched .sub");
            assert.deepEqual(await colours(`${row("ETH-USD")} :is(.name, .figure, .delta)`), [faded]);
            const shown = await page.getAttribute(`${row("ETH-USD")} .delta`, "data-direction");
            assert.equal(shown, "none");
            assert.notDeepEqual(await colours(`${row("BTC-USD")} .name`), [faded], "others are not");
            server.publish(2601, "ETH-USD");
            await until("it is not any more", async () =>
                !/stale/.test(await text(page, row("ETH-USD"))));
            isClean();
        });

    test("an alarm goes off at its price, and asks for nothing before", { timeout }, async (t) => {
        const server = await market(t);
        const context = { permissions: [] };
        const { page, isClean } = await open(t, server, context);
        await page.evaluate(() => {
            window.asked = 0;
            window.notified = [];
            window.Notification = class {
                static permission = "default";
                static async requestPermission() {
                    window.asked += 1;
                    return (this.permission = "granted");
                }
                constructor(title, { body }) {
                    window.notified.push(`${title}: ${body}`);
                }
            };
        });
        await page.click("#settings-open");
        await page.selectOption("#alarm-symbol", "ETH-USD");
        await page.fill("#alarm-price", "much");
        await page.keyboard.press("Enter");
        assert.equal(await text(page, "#alarm-wrong"), "A price is a number above zero.");
        await page.fill("#alarm-price", "2,600");
        await page.keyboard.press("Enter");
        assert.match(await text(page, "#alarms"), /ETH-USD rises to \$2,600\.00/);
        assert.equal(await text(page, "#alarm-wrong"), "");
        await page.fill("#alarm-price", "1");
        await page.keyboard.press("Enter");
        const met = "Set, but the price is there already: it has to be below that again first.";
        await until("it is met", async () => (await text(page, "#alarm-wrong")) === met);
        assert.equal(await page.evaluate(() => window.asked), 0);
        await page.check("#set-notification");
        await until("it is asked for now", () => page.evaluate(() => window.asked === 1));
        await page.click("#settings-close");

        server.publish(2599, "ETH-USD");
        server.publish(2601, "ETH-USD");
        await until("the page says so", async () =>
            /ETH-USD rose to \$2,600\.00, now \$2,601\.00/.test(await text(page, "#toasts")));
        // The tabs of a browser have to agree first on the one that tells it.
        await until("it is told", () => page.evaluate(() => window.notified.length > 0));
        assert.deepEqual(await page.evaluate(() => window.notified),
            ["Tickertape: ETH-USD: ETH-USD rose to $2,600.00, now $2,601.00"]);
        isClean();
    });

    test("everything can be done with a keyboard alone", { timeout }, async (t) => {
        const server = await market(t);
        const { page, isClean } = await open(t, server);
        await watches(page, symbols);
        // The focus goes once through all there is, and is seen wherever it stands.
        const seen = [];
        for (let i = 0; i < 60; i += 1) {
            await page.keyboard.press("Tab");
            const where = await page.evaluate(() => {
                const node = document.activeElement;
                if (node === document.body) return null;
                const { outlineStyle, outlineWidth } = getComputedStyle(node);
                const isSeen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
                return { isSeen, html: node.outerHTML };
            });
            if (!where) break;
            assert.ok(where.isSeen, where.html);
            seen.push(await focused(page));
        }
        const order = ["settings-open", "watch", "5m", "candles", "Markets", "Ticks", "find-text"];
        const places = order.map((name) => seen.indexOf(name));
        assert.ok(places.every((place) => place >= 0), `${seen}`);
        assert.deepEqual(places, [...places].sort((a, b) => a - b), `${seen}`);

        await page.focus('#beside [data-beside="ticks"]');
        await page.keyboard.press("Enter");
        await page.keyboard.press("Tab");
        assert.equal(await focused(page), "tape");
        await page.focus('#beside [data-beside="markets"]');
        await page.keyboard.press("Enter");

        await page.focus("#settings-open");
        await page.keyboard.press("Enter");
        await page.waitForSelector("#set-theme", { state: "visible" });
        assert.equal(await focused(page), "settings-open");
        await page.goBack();
        assert.ok(!(await page.isVisible("#settings")));

        await page.focus('#watched [data-symbol="BTC-USD"] a');
        await page.keyboard.press("Alt+ArrowDown");
        await watches(page, ["ETH-USD", "BTC-USD", "SOL-USD", "XRP-USD"]);
        assert.match(await focused(page), /BTC-USD/, "the focus moves along");
        await page.focus('#watched [data-symbol="ETH-USD"] a');
        await page.keyboard.press("Enter");
        await showsPrice(page, 2500.5);

        await page.focus("#watchlist-edit");
        await page.keyboard.press("Enter");
        await (await page.waitForSelector('[aria-label="Remove XRP-USD"]')).focus();
        await page.keyboard.press("Enter");
        await watches(page, ["ETH-USD", "BTC-USD", "SOL-USD"]);
        assert.equal(await focused(page), "Remove SOL-USD", "the focus is not lost");

        await page.focus("#find-text");
        await page.keyboard.type("xr");
        await page.keyboard.press("ArrowDown");
        assert.equal(await page.getAttribute("#find-text", "aria-activedescendant"), "found-0");
        await page.keyboard.press("Enter");
        await watches(page, ["ETH-USD", "BTC-USD", "SOL-USD", "XRP-USD"]);
        await showsPrice(page, 0.5231);

        await page.focus('[data-range="6h"]');
        await page.keyboard.press("Space");
        await until("the range", async () => (await drawn(page)).range === "6h");
        isClean();
    });

    for (const reducedMotion of ["reduce", "no-preference"])
        test(`a change flashes with ${reducedMotion} as it should`, { timeout }, async (t) => {
            const server = await market(t);
            const { page, isClean } = await open(t, server, { reducedMotion });
            const moving = () => page.evaluate(() =>
                document.getAnimations().filter(({ playState }) => playState === "running").length);
            server.publish(69421);
            await showsPrice(page, 69421);
            assert.match(await text(page, "#change"), /^▲/, "an arrow says it to everybody");
            if (reducedMotion === "reduce") assert.equal(await moving(), 0);
            else await until("something moves", async () => (await moving()) > 0);
            isClean();
        });

    test("fingers find everything on a phone of 320 pixels", { timeout }, async (t) => {
        const server = await market(t);
        const options = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true };
        const { page, isClean } = await open(t, server, options);
        const fits = async () => assert.equal(await page.evaluate(() =>
            document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
        const small = () => page.evaluate(() =>
            [...document.querySelectorAll("button, a, select, input, [role=option]")]
                .map((node) => ({ node: node.closest("label") ?? node }))
                .map(({ node }) =>
                    ({ html: node.outerHTML.slice(0, 90), box: node.getBoundingClientRect() }))
                .filter(({ box }) => box.width > 0 && (box.width < 44 || box.height < 43.9))
                .map(({ html, box }) => `${html}: ${box.width} × ${box.height}`));
        assert.deepEqual(await small(), []);
        await fits();
        await page.tap("#watchlist-edit");
        assert.deepEqual(await small(), []);
        await fits();
        await page.tap("#settings-open");
        await page.waitForSelector("#set-theme", { state: "visible" });
        assert.deepEqual(await small(), []);
        const overflow = await page.$eval("#settings", (node) => node.scrollWidth - node.clientWidth);
        assert.equal(overflow, 0);
        isClean();
    });

    for (const [colorScheme, width] of [["light", 1360], ["dark", 1360], ["light", 320], ["dark", 320]])
        test(`axe finds nothing in the ${colorScheme} theme at ${width} pixels`, { timeout: 2 * timeout }, async (t) => {
            const server = await market(t, { STALE_AFTER: "20s" });
            const viewport = { width, height: 800 };
            const { page, isClean } =
                await open(t, server, { colorScheme, viewport, reducedMotion: "reduce" });
            server.publish(69400);
            await showsPrice(page, 69400);
            const check = async (what) => {
                // That a name has the words in sight is no usual rule of axe yet.
                const rules = { "label-content-name-mismatch": { enabled: true } };
                assert.deepEqual({ what, found: await axeFinds(page, { rules }) }, { what, found: [] });
            };
            await check("live");
            await page.click("#bell");
            await page.fill("#bell-price", "70000");
            await page.keyboard.press("Enter");
            await check("with an alarm being set");
            await page.keyboard.press("Escape");
            await page.click("#watchlist-edit");
            await page.fill("#find-text", "e");
            await check("with the list being edited");
            await page.keyboard.press("Escape");
            await page.click("#settings-open");
            await page.waitForSelector("#set-theme", { state: "visible" });
            await check("with the settings open");
            await page.click("#settings-close");
            await showsState(page, "stale", { timeout: 30_000 });
            await check("stale");
            await server.child.kill();
            await until("it is not live", async () =>
                ["reconnecting", "offline"].includes(await state(page)));
            await until("the banner", () => page.isVisible("#banner"), { timeout: 20_000 });
            await check("cut off");
            isClean();
        });

    const withVenues = { skip: !isBuilt && "fake_venue is not built", timeout };
    test("names who made the price, and how they are", withVenues, async (t) => {
        const venues = await startVenues(t, { symbols: ["BTC-USD"] });
        const server = await startServer(t, {
            ...venues.settings("coinbase", "kraken", "bitstamp"),
            PRICE_POLICY: "median",
            FETCH_INTERVAL: "500ms",
        });
        const { page, isClean } = await open(t, server);
        await until("a median of three", async () =>
            (await text(page, "#source")) === "median of 3 sources", { timeout: 20_000 });
        assert.ok(!(await page.isVisible("#origin")), "these are prices of markets");
        const names = ["Coinbase", "Kraken", "Bitstamp"];
        await until("the foot of the page", async () =>
            (await text(page, "footer")).includes("Aggregated from 3 sources: Coinbase, Kraken, Bitstamp"));
        const shownNames = () => page.$$eval("#source-names:not([hidden]) li",
            (rows) => rows.map((row) => row.textContent));
        await page.hover("#source-more");
        assert.deepEqual(await shownNames(), names, "pointed at");
        await page.keyboard.press("Escape");
        assert.deepEqual(await shownNames(), []);
        await page.mouse.move(0, 0);
        await page.focus("#watch, #ranges button");
        await page.click("#source-more");
        assert.equal(await page.getAttribute("#source-more", "aria-expanded"), "true");
        assert.deepEqual(await shownNames(), names, "tapped");

        await until("each of them is used", async () =>
            (await page.$$('#provider-rows [data-used="true"]')).length === 3, { timeout: 20_000 });
        assert.match(await text(page, '[data-provider="kraken"]'),
            /Kraken[^]*\$[\d,.]+[^]*answering[^]*used/);
        isClean();
    });

    test("forced colours leave nothing out", { timeout }, async (t) => {
        const server = await market(t);
        const { page, isClean } = await open(t, server, { forcedColors: "active" });
        const dot = await page.$eval(".dot", (node) => getComputedStyle(node).borderTopColor);
        assert.notEqual(dot, "rgba(0, 0, 0, 0)");
        isClean();
    });
});
