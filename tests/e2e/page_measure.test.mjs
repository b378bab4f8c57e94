// The scale of the chart, and measuring on it, in a real browser.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { axeFinds } from "./support/looks.mjs";
import { drawn, openClean, showsPrice, showsState, text } from "./support/page.mjs";
import { binary, scratch, startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;
const scales = { normal: 0, log: 1, percent: 2 };

describe("the chart as a tool", { timeout: 300_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    // A page with a chart of a day: three prices of the past, hours apart, so that the chart hardly
    // moves while it is measured, and one of now.
    async function open(t, options = {}) {
        const archive = `sqlite:${join(await scratch(t), "data")}`;
        const now = Math.floor(Date.now() / 1_800_000) * 1_800;
        const lines = [[20, 100], [12, 110], [4, 99]].map(([hours, price]) => JSON.stringify(
            { symbol: "BTC-USD", price, timestamp: now - hours * 3_600, source: "elsewhere" }));
        execFileSync(binary, ["import", "-", "--format", "jsonl"], {
            input: lines.join("\n"), stdio: ["pipe", "ignore", "ignore"],
            env: { PATH: process.env.PATH, PROVIDERS: "pipe", ARCHIVE: archive },
        });
        const server = await startServer(t, { SYMBOLS: "BTC-USD,ETH-USD", ARCHIVE: archive });
        server.publish(105);
        server.publish(2500, "ETH-USD");
        const opened = await openClean(t, browser, `${server.url}/?range=24h`,
            { viewport: { width: 1360, height: 900 }, ...options });
        await showsPrice(opened.page, 105);
        await until("four bars", async () => (await drawn(opened.page)).bars.length === 4);
        return { server, ...opened };
    }

    // Where the bars are on the screen.
    const places = (page) => page.evaluate(async () => {
        const { chart } = await import(document.querySelector("script[type=module]").src);
        const { left, top } = document.querySelector(".measure").getBoundingClientRect();
        const { ground } = chart;
        return ground.bars().map(({ lastAt, close }) =>
            ({ x: left + ground.xOf(lastAt), y: top + ground.yOf(close) }));
    });
    const begin = async (page) => {
        await page.click("#measure");
        await page.waitForSelector(".measure");
        await page.locator(".measure").scrollIntoViewIfNeeded();
    };
    const label = (page) => text(page, ".measure-label");
    const becomes = (page, words) => until(
        () => `it says ${words}`, async () => words.test(await label(page)));

    test("has a log and a percent scale, by keys too, which are kept", { timeout }, async (t) => {
        const { page, isClean } = await open(t);
        const isScale = (name) => until(name, async () => (await drawn(page)).scale === scales[name]);
        const pressed = () => page.$$eval('#scales [aria-pressed="true"]',
            (buttons) => buttons.map((button) => button.dataset.scale).join());
        await isScale("normal");
        assert.equal(await pressed(), "");
        await page.focus('[data-scale="percent"]');
        await page.keyboard.press("Enter");
        await isScale("percent");
        assert.equal(await pressed(), "percent");
        await page.click('[data-kind="candles"]');
        await isScale("percent");
        await page.click('[data-scale="log"]');
        await isScale("log");
        await page.reload();
        await showsPrice(page, 105);
        await isScale("log");
        assert.equal(await pressed(), "log");
        await page.click('[data-scale="log"]');
        await isScale("normal");
        assert.equal(await pressed(), "");
        isClean();
    });

    test("measures between two points by dragging and by clicks", { timeout }, async (t) => {
        const { page, server, isClean } = await open(t);
        await begin(page);
        assert.equal(await page.getAttribute("#measure", "aria-pressed"), "true");
        await becomes(page, /Drag, click two points/);
        const [first, second] = await places(page);
        await page.mouse.move(first.x, first.y);
        await page.mouse.down();
        await page.mouse.move(second.x, second.y, { steps: 4 });
        await page.mouse.up();
        await becomes(page, /^▲ \+\$10\.00 \(\+10\.00%\) in 8 h$/);
        assert.match(await text(page, "#said"), /\+\$10\.00/);
        server.publish(150);
        await showsPrice(page, 150);
        await becomes(page, /\+\$10\.00/); // what was measured stays
        const click = async (i) => {
            const { x, y } = (await places(page))[i]; // the new price has changed the scale
            await page.mouse.click(x, y);
        };
        await click(2);
        await becomes(page, /second point/);
        await click(1);
        await becomes(page, /^▼ −\$11\.00 \(−10\.00%\) in 8 h$/);
        assert.deepEqual(await axeFinds(page), []);
        await page.keyboard.press("Escape");
        assert.equal(await page.locator(".measure").count(), 0);
        assert.equal(await page.getAttribute("#measure", "aria-pressed"), "false");
        isClean();
    });

    test("measures by keys, and says what it measures", { timeout }, async (t) => {
        const { page, isClean } = await open(t);
        await page.focus("#measure");
        await page.keyboard.press("Enter");
        await page.waitForSelector(".measure");
        const said = (words) => until(
            `it says ${words}`, async () => words.test(await text(page, "#said")));
        await page.keyboard.press("Home");
        await said(/\$100\.00/);
        await page.keyboard.press("Enter");
        await said(/^From .*\$100\.00/);
        await page.keyboard.press("ArrowRight");
        await said(/\+\$10\.00/);
        await page.keyboard.press("ArrowRight");
        await said(/−\$1\.00 \(−1\.00%\)/);
        await page.keyboard.press("Enter");
        await becomes(page, /−\$1\.00 \(−1\.00%\)/);
        await page.keyboard.press("Escape");
        assert.equal(await page.evaluate(() => document.activeElement.id), "measure");
        await page.click("#measure");
        await becomes(page, /Drag, click/);
        await page.click('#watched [data-symbol="ETH-USD"] a');
        await showsPrice(page, 2500);
        await becomes(page, /Drag, click/);
        await page.click("#measure");
        assert.equal(await page.locator(".measure").count(), 0);
        isClean();
    });

    test("measures by fingers on a phone of 320 pixels", { timeout }, async (t) => {
        const { page, isClean } = await open(t,
            { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });
        await page.tap("#measure");
        await page.waitForSelector(".measure");
        await page.evaluate(() =>
            document.querySelector("#chart").scrollIntoView({ block: "center" }));
        const [first, second] = await places(page);
        await page.touchscreen.tap(first.x, first.y);
        await becomes(page, /second point/);
        await page.touchscreen.tap(second.x, second.y);
        await becomes(page, /^▲ \+\$10\.00 \(\+10\.00%\) in 8 h$/);
        assert.equal(await page.evaluate(() =>
            document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
        await showsState(page, "live");
        isClean();
    });
});
