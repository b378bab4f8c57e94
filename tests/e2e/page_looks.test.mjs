// How the page carries itself while prices move: what flashes, what lies over it, what stays in sight,
// and alarms that are set where the price is.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { widthOf } from "./support/looks.mjs";
import { drawn, openClean, showsPrice, showsState, text } from "./support/page.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 90_000;
const many = ["BTC-USD", ...Array.from({ length: 29 }, (_, i) => `C${i}-USD`)];
const desktop = { viewport: { width: 1360, height: 800 } };

describe("the page's looks", { timeout: 600_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    async function open(t, { symbols = ["BTC-USD", "ETH-USD", "SOL-USD"], settings, ...options } = {}) {
        const server = await startServer(t, { SYMBOLS: symbols.join(), ...settings });
        symbols.forEach((symbol, i) => server.publish(i === 0 ? 69_420.25 : 100, symbol));
        const opened = await openClean(t, browser, `${server.url}/`, { ...desktop, ...options });
        await showsPrice(opened.page, 69_420.25);
        await showsState(opened.page, "live");
        return { server, ...opened };
    }

    test("only the digits flash that have changed", { timeout }, async (t) => {
        const { server, page, isClean } = await open(t);
        await until("the later styles", () => page.evaluate(() => [...document.styleSheets]
            .some(({ href }) => /late/.test(href ?? ""))));
        server.publish(69_427.25);
        await showsPrice(page, 69_427.25);
        assert.equal(await text(page, "#price"), "$69,427.25");
        assert.deepEqual(await page.locator("#price .changed").allTextContents(), ["7"]);
        await until("it has flashed", async () => (await page.getAttribute("#price", "data-flash")) === "up");
        const animated = await page.$eval("#price", (node) => [node, node.querySelector(".changed")]
            .map((one) => getComputedStyle(one).animationName));
        assert.deepEqual(animated, ["none", "flash"]);
        isClean();
    });

    test("messages and banners move nothing, and messages go by themselves", { timeout }, async (t) => {
        const { server, page, isClean } = await open(t);
        const topOf = () => page.$eval("#price", (node) => node.getBoundingClientRect().top);
        const before = await topOf();
        await page.click("#bell");
        await page.fill("#bell-price", "69500");
        await page.keyboard.press("Enter");
        await page.keyboard.press("Escape");
        await page.mouse.move(10, 10);
        server.publish(69_501);
        await until("the message", async () =>
            /BTC-USD rose to \$69,500\.00, now \$69,501\.00/.test(await text(page, "#toasts")));
        assert.equal(await topOf(), before);
        await page.hover(".toast");
        await new Promise((resolve) => setTimeout(resolve, 12_000));
        assert.equal(await page.locator(".toast").count(), 1, "it stays while somebody is at it");
        await page.mouse.move(10, 10);
        await until("it is gone", async () => (await page.locator(".toast").count()) === 0,
            { timeout: 30_000 });
        await page.click("#bell");
        assert.match(await text(page, "#bell-panel"), /rises to \$69,500\.00, went off at \d\d:\d\d:\d\d/);
        await server.child.kill();
        await until("the banner", () => page.isVisible("#banner"), { timeout: 20_000 });
        assert.equal(await topOf(), before);
        // The end of the page can be scrolled clear of it.
        await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
        const [foot, banner] = await page.evaluate(() => [
            document.querySelector("footer p:last-child").getBoundingClientRect().bottom,
            document.querySelector("#banner").getBoundingClientRect().top]);
        assert.ok(foot <= banner, `${foot} is above ${banner}`);
        isClean();
    });

    test("the bell has the price filled in, and the alarm is a line on the chart", { timeout }, async (t) => {
        const { page, isClean } = await open(t);
        assert.deepEqual((await drawn(page)).alarms, []);
        await page.focus("#bell");
        await page.keyboard.press("Enter");
        await page.waitForSelector("#bell-price");
        assert.equal(await page.inputValue("#bell-price"), "69,420.25");
        await page.keyboard.press("Enter");
        assert.match(await text(page, "#bell-wrong"), /the price now/);
        await page.fill("#bell-price", "69,000");
        await page.keyboard.press("Enter");
        assert.match(await text(page, "#bell-panel"), /falls to \$69,000\.00/);
        await until("the line", async () => String((await drawn(page)).alarms) === "69000");
        assert.equal(await page.getAttribute("#bell", "data-on"), "true");
        await page.keyboard.press("Escape");
        assert.equal(await page.isVisible("#bell-panel"), false);
        assert.equal(await page.evaluate(() => document.activeElement.id), "bell");
        await page.click('[data-kind="candles"]');
        await until("candles", async () => (await drawn(page)).kind === "candles");
        assert.deepEqual((await drawn(page)).alarms, [69_000], "it is there over candles too");
        await page.click('#watched [data-symbol="ETH-USD"] a');
        await until("none of another symbol", async () => (await drawn(page)).alarms.length === 0);
        await page.click('#watched [data-symbol="BTC-USD"] a');
        await page.click("#bell");
        await page.click('[aria-label="Remove: falls to $69,000.00"]');
        await until("no line", async () => (await drawn(page)).alarms.length === 0);
        isClean();
    });

    test("the line is grey while the price is stale, and in its colour again after", { timeout }, async (t) => {
        const server = await startServer(t, { STALE_AFTER: "3s", HEARTBEAT: "200ms" });
        server.publish(100);
        const { page, isClean } = await openClean(t, browser, `${server.url}/`, desktop);
        await showsState(page, "stale");
        const colours = () => page.$eval("#chart", (node) => {
            const probe = node.appendChild(document.createElement("span"));
            const found = ["--faded", "--line"].map((name) => {
                probe.style.color = `var(${name})`;
                return getComputedStyle(probe).color;
            });
            probe.remove();
            return found.map((colour) => `rgba(${colour.match(/\d+/g).join(", ")}, 1)`);
        });
        const [grey, bright] = await colours();
        await until("a grey line", async () => (await drawn(page)).colour === grey);
        let price = 100;
        await until("its colour", async () => {
            server.publish(price += 1);
            return (await drawn(page)).colour === bright;
        });
        isClean();
    });

    test("thirty symbols: the list stays in sight, goes on within itself, and is sorted by change", { timeout }, async (t) => {
        const { server, page, isClean } = await open(t, { symbols: many });
        await page.evaluate((list) =>
            localStorage.setItem("tickertape.watchlist", JSON.stringify(list)), many);
        await page.reload();
        await until("rows", async () => (await page.locator("#watched > li").count()) === 30);
        const box = () => page.$eval(".rail", (node) => {
            const { top, bottom } = node.getBoundingClientRect();
            return { top, bottom, goesOn: node.scrollHeight > node.clientHeight };
        });
        await page.evaluate(() => scrollTo(0, 120));
        const { top, bottom, goesOn } = await box();
        assert.ok(top >= 0 && bottom <= 800 && goesOn, `${top} to ${bottom}`);
        server.publish(150, "C20-USD");
        server.publish(90, "C3-USD");
        await until("the rise is known", async () =>
            /\+50\.00%/.test(await text(page, '#watched [data-symbol="C20-USD"]')));
        const order = () => page.$$eval("#watched > li", (rows) => rows.map(({ dataset }) => dataset.symbol));
        assert.deepEqual(await order(), many);
        await page.click("#watchlist-sort");
        await page.mouse.move(300, 300);
        await until("the largest rise is first", async () => (await order())[0] === "C20-USD");
        await until("the fall is below those that stay", async () => {
            const now = await order();
            return now.indexOf("C3-USD") > now.indexOf("C4-USD");
        });
        await page.reload();
        await until("it is sorted after a reload too", async () => (await order())[0] === "C20-USD");
        await page.click("#watchlist-edit");
        await until("one's own order is edited", async () => String(await order()) === String(many));
        isClean();
    });

    test("at 320 pixels the tabs are one row, and the facts can be scrolled by keys", { timeout }, async (t) => {
        const { page, isClean } = await open(t, { viewport: { width: 320, height: 720 } });
        assert.equal(await widthOf(page), 320);
        const tops = await page.$$eval(".tabs a", (links) => links
            .filter((link) => link.offsetParent).map((link) => link.getBoundingClientRect().top));
        assert.equal(new Set(tops).size, 1);
        await until("the facts take the focus", async () => (await page.getAttribute(".facts", "tabindex")) === "0");
        for (const name of ["5min", "1h", "12mo"])
            assert.equal(await page.getByRole("button", { name, exact: true }).count(), 1, name);
        isClean();
    });

    test("no range can be taken for another, and none is cut", { timeout }, async (t) => {
        const { page, isClean } = await open(t);
        for (const width of [320, 700, 1100, 1360]) {
            await page.setViewportSize({ width, height: 800 });
            const names = await page.$$eval("#ranges button", (all) => all.map((node) => node.innerText));
            assert.ok(names.every((name) => !/^\d+ ?m$/.test(name)), `${width} pixels: ${names}`);
            assert.ok(names.some((name) => /^5 ?min$/.test(name)) && names.some((name) => /^12 ?mo$/.test(name)), `${names}`);
            const cut = await page.$$eval("#ranges button", (all) => all.filter((node) => {
                const range = document.createRange();
                range.selectNodeContents(node);
                return range.getBoundingClientRect().width > node.clientWidth;
            }).length);
            assert.equal(cut, 0);
        }
        isClean();
    });

    test("the change over a span is said once", { timeout }, async (t) => {
        const server = await startServer(t, { PROVIDERS: "simulator", SIMULATOR_HISTORY: "3d" });
        const { page, isClean } = await openClean(t, browser, `${server.url}/?range=1h`, desktop);
        const said = () => page.evaluate(() => [
            document.querySelector("#change-span").innerText,
            ...[...document.querySelectorAll(".facts dt")].filter((node) => node.offsetParent).map((node) => node.innerText),
        ]);
        for (const [range, words, others] of [["1h", "· 1 h", "24 h"], ["24h", "· 24 h", "1 h"]]) {
            await page.click(`[data-range="${range}"]`);
            let all = [];
            await until(() => `${range}: ${all}`, async () => {
                all = await said();
                return all[0] === words && all[1] === others && !all.includes(words.slice(2));
            }, { timeout: 30_000 });
        }
        await page.click('[data-range="7d"]');
        await until("both", async () => (await said()).slice(1, 3).join() === "1 h,24 h");
        isClean();
    });

    test("compact has no sparklines", { timeout }, async (t) => {
        const { page, isClean } = await open(t);
        assert.equal(await page.isVisible(".watched .spark"), true);
        await page.evaluate(() => { document.documentElement.dataset.density = "compact"; });
        assert.equal(await page.isVisible(".watched .spark"), false);
        isClean();
    });
});
