// The tab of Bitcoin in a real browser, over sources of its network that tests answer for.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { coinbaseCandles, day, priceOf, today } from "./support/candles_of_before.mjs";
import { axeFinds, widthOf } from "./support/looks.mjs";
import { bodies, dead, good, says, startSources } from "./support/market.mjs";
import { openClean, showsState } from "./support/page.mjs";
import { startProvider } from "./support/provider.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 90_000;
const desktop = { viewport: { width: 1360, height: 900 } };
const shots = process.env.SHOTS; // a directory: pictures of the page are left there
const isMissing = (time) => [10, 11, 40].includes((today - time) / day); // days before today

// Fees that nobody pays beside good figures.
const absurd = (request, response) => {
    if (!request.url.endsWith("/fees/recommended")) return good.mempool(request, response);
    says(response, JSON.stringify({ ...JSON.parse(bodies.fees), fastestFee: 2_000_000 }));
};

describe("the tab of Bitcoin", { timeout: 600_000 }, () => {
    let browser;
    let certificates;
    const cleanUp = [];
    before(async () => {
        certificates = await makeCertificates(
            await scratch({ after: (step) => cleanUp.push(step) }), "trusted");
        browser = await launch();
    });
    after(async () => {
        await browser?.close();
        for (const step of cleanUp) await step();
    });

    async function start(t, respond = {}, settings = {}) {
        const { sources, settings: market } = await startSources(t, certificates);
        for (const [name, answer] of Object.entries(respond)) sources[name].respond = answer;
        const server = await startServer(t, { ...market, MARKET_INTERVAL: "30s", ...settings });
        return { sources, server };
    }

    const answerOf = async ({ url }, of = "network") => (await fetch(`${url}/api/bitcoin/${of}`)).json();
    const hasCards = (page) => until("cards", () => page.isVisible(".card"), { timeout: 30_000 });

    // A page that shows what the sources say.
    async function open(t, { respond, settings, ...options } = {}) {
        const started = await start(t, respond, settings);
        await until("figures", async () => (await answerOf(started.server)).height > 0 &&
            (await answerOf(started.server, "kpis")).dominance > 0, { timeout: 30_000 });
        const opened = await openClean(
            t, browser, `${started.server.url}/bitcoin`, { ...desktop, ...options });
        await hasCards(opened.page);
        await until("both answers", async () =>
            await opened.page.locator(".card").filter({ hasText: "not known yet" }).count() === 0);
        return { ...started, ...opened };
    }

    test("is a link with an address, loaded when it is opened", { timeout }, async (t) => {
        const { server } = await start(t);
        server.publish(69420.25);
        await until("figures", async () => (await answerOf(server)).height > 0, { timeout: 30_000 });
        const { page, isClean } = await openClean(t, browser, `${server.url}/`, desktop);
        await showsState(page, "live");
        await page.waitForLoadState("networkidle", { timeout: 4_000 }).catch(() => {});
        const loaded = await page.evaluate(() =>
            performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname));
        assert.deepEqual(loaded.filter((path) => /bitcoin|tab[-.]/.test(path)), []);
        assert.deepEqual(await page.locator(".tabs a:visible").allTextContents(),
            ["Price", "Market", "Bitcoin", "Compare"], "the server has no news");
        await page.focus('.tabs [data-tab="bitcoin"]');
        await page.keyboard.press("Enter");
        await hasCards(page);
        assert.equal(new URL(page.url()).pathname, "/bitcoin");
        assert.equal(await page.getAttribute('.tabs [aria-current="page"]', "data-tab"), "bitcoin");
        assert.equal(await page.title(), "Bitcoin · Tickertape");
        assert.equal(await page.isVisible("#state"), false, "nothing here is live");
        await page.click('.tabs [data-tab="market"]');
        await until("the table", () => page.isVisible(".coins"));
        assert.equal(await page.isVisible("#bitcoin"), false);
        await page.goBack();
        await until("the cards", () => page.isVisible(".card"));
        await page.goBack();
        await until("the price", () => page.isVisible("#price"));
        isClean();
    });

    test("shows the figures of the answer, each with its source and age", { timeout }, async (t) => {
        const { server, page, isClean } = await open(t);
        const answers = { kpis: await answerOf(server, "kpis"), network: await answerOf(server) };
        const cards = await page.$$eval(".card:not([hidden])", (nodes) => nodes.map((node) => ({
            of: node.dataset.of, field: node.dataset.field, value: node.dataset.value,
            computed: node.dataset.computed, by: node.querySelector(".by").innerText,
        })));
        // No archive has closes, and the recorded supply is not that of today's height.
        const unknown = ["volatility_30d", "volatility_90d", "market_cap"];
        assert.ok(cards.length > 30);
        assert.ok(!cards.some(({ field }) => /realised|mvrv/.test(field)), "nobody asks Coin Metrics");
        for (const { of, field, value, computed, by } of cards) {
            const answer = answers[of];
            const [whole, part] = field.split(".");
            const figure = part ? answer[whole][part] : answer[whole];
            assert.equal(value, String(figure ?? ""), field);
            assert.equal(figure === null, unknown.includes(field), field);
            if (figure === null) continue;
            const { source, computed: isComputed } = answer.sources[whole];
            assert.equal(computed, String(isComputed), field);
            assert.equal(by.startsWith("computed from "), isComputed, field);
            if (source !== "protocol") assert.match(by, /(ago|just now)/, field);
            if (of === "network") assert.ok(by.includes(source), field);
        }
        const { network: answer } = answers;
        const shown = (field) => page.innerText(`[data-field="${field}"] .value`);
        assert.equal(await shown("height"), answer.height.toLocaleString("en-US"));
        assert.equal(await shown("fees.fastest"), `${answer.fees.fastest} sat/vB`);
        assert.match(await page.innerText('[data-field="hash_rate"]'), /EH\/s[^]*over 144 blocks/);
        assert.doesNotMatch(await page.innerText("#bitcoin"), /\blive\b/i);
        isClean();
    });

    // A server whose archive has ten years of days, but for some.
    async function startWithPast(t) {
        const coinbase = await startProvider(t, certificates);
        coinbase.respond = coinbaseCandles({ change: (row) => (isMissing(row[0]) ? null : row) });
        const { server } = await start(t, {}, {
            PROVIDERS: "coinbase", COINBASE_URL: coinbase.url, COINBASE_RATE: "6000", FETCH_INTERVAL: "1s",
            SYMBOLS: "BTC-USD", BACKFILL: "10y", ARCHIVE: `sqlite:${join(await scratch(t), "data")}`,
        });
        await until("ten years", async () => {
            const { closes } = await (await fetch(`${server.url}/api/bitcoin/history?range=10y`)).json();
            return closes?.length > 3_600 && closes.at(-1).running;
        }, { timeout: 120_000 });
        return server;
    }
    const chartOf = (page) => page.evaluate(() => ({
        pressed: [...document.querySelectorAll('.closes [aria-pressed="true"]')].map(({ dataset }) => dataset.range),
        lines: document.querySelectorAll("#bitcoin .percent-plot path.series").length,
        rings: document.querySelectorAll("#bitcoin circle.so-far").length,
        note: document.querySelector(".closes .hint").innerText,
    }));

    test("has a chart of closes, broken where days are missing, over ranges that are chosen", { timeout: 240_000 }, async (t) => {
        const server = await startWithPast(t);
        const { page, isClean } = await openClean(t, browser, `${server.url}/bitcoin`, desktop);
        await until("the line", () => page.isVisible("#bitcoin .percent-plot path.series"));
        const month = await chartOf(page);
        assert.deepEqual(month.pressed, ["30d"]);
        assert.deepEqual([month.lines, month.rings], [2, 1], "two days are missing in the middle");
        assert.match(month.note, /from Coinbase and this server's own prices.*2 days are missing.*ring is today so far/);
        // The accent, and no other button has it.
        const colours = await page.$$eval(".closes .choices button", (all) =>
            all.map((node) => getComputedStyle(node).backgroundColor));
        assert.equal(colours[0], "rgb(245, 184, 61)");
        assert.ok(colours.slice(1).every((colour) => colour !== colours[0]), colours.join());
        // By keys: the range, then a day of the line.
        await page.focus('.closes [data-range="90d"]');
        await page.keyboard.press("Enter");
        await until("three months", async () => (await chartOf(page)).lines === 3);
        assert.match((await chartOf(page)).note, /3 days are missing/);
        for (const range of ["12mo", "10y"]) {
            await page.click(`.closes [data-range="${range}"]`);
            await until(range, async () => {
                const { pressed, lines, note } = await chartOf(page);
                return pressed.join() === range && lines === 3 && /3 days are missing/.test(note);
            });
        }
        const written = (price) => price.toLocaleString("en-US", { style: "currency", currency: "USD" });
        await page.focus("#bitcoin .percent-plot");
        await page.keyboard.press("ArrowLeft");
        assert.match(await page.innerText("#bitcoin .readout"), /so far\s+\$63,212\.97/);
        await page.keyboard.press("ArrowLeft");
        assert.ok((await page.innerText("#bitcoin .readout")).includes(written(priceOf(today - day) + 5)));
        for (let i = 0; i < 9; i += 1) await page.keyboard.press("ArrowLeft");
        assert.ok((await page.innerText("#bitcoin .readout")).includes(written(priceOf(today - 12 * day) + 5)),
            "a missing day is no point");
        for (const [width, colorScheme] of [[320, "light"], [320, "dark"], [768, "light"], [1360, "light"], [1360, "dark"]]) {
            await page.emulateMedia({ colorScheme });
            await page.setViewportSize({ width, height: 900 });
            for (const range of ["30d", "10y"]) {
                await page.click(`.closes [data-range="${range}"]`);
                await until("the line", () => page.isVisible("#bitcoin .percent-plot path.series"));
                if (shots) await page.screenshot({ path: join(shots, `bitcoin-${width}-${colorScheme}-${range}.png`) });
            }
            assert.equal(await widthOf(page), width);
            assert.deepEqual(await axeFinds(page), []);
        }
        isClean();
    });

    test("without an archive there is a word instead of the chart", { timeout }, async (t) => {
        const { page, isClean } = await open(t, { settings: { ARCHIVE: "none" } });
        await until("a word", async () => /this server keeps no archive/.test(await page.innerText(".closes")));
        assert.equal(await page.isVisible("#bitcoin .percent-chart"), false);
        assert.equal(await page.isVisible(".closes [data-range]"), false);
        isClean();
        const empty = await open(t);
        await until("a word", async () => /has no close in this range yet/.test(await empty.page.innerText(".closes")));
        assert.equal(await empty.page.isVisible("#bitcoin .percent-chart"), false);
    });

    test("has a dash with its reason where a figure is withheld or unknown", { timeout }, async (t) => {
        const { page, isClean } = await open(t, { respond: { mempool: absurd } });
        const words = (field) => page.innerText(`[data-field="${field}"]`);
        assert.match(await words("fees.fastest"), /–\s+withheld: nobody pays that/);
        assert.doesNotMatch(await words("fees.hour"), /–|withheld/);
        const other = await open(t, { respond: { mempool: dead } });
        const of = (field) => other.page.innerText(`[data-field="${field}"]`);
        assert.match(await of("height"), /blockchain\.info/);
        assert.match(await of("fees.fastest"), /–\s+no data yet/);
        assert.match(await of("seconds_since_block"), /–\s+unknown/);
        isClean();
        other.isClean();
    });

    test("says what is stale, and that nothing answers", { timeout }, async (t) => {
        const { sources, server } = await start(t, {}, { MARKET_INTERVAL: "1s" });
        server.publish(69420.25);
        await until("figures", async () => (await answerOf(server)).height > 0, { timeout: 30_000 });
        for (const name of ["mempool", "blockchain"]) sources[name].respond = dead;
        await until("they are old", async () => (await answerOf(server)).stale, { timeout: 60_000 });
        const { page, isClean } = await openClean(t, browser, `${server.url}/`, desktop);
        await page.clock.install();
        await page.goto(`${server.url}/bitcoin`);
        await until("words", () => page.isVisible("text=Figures are old."));
        assert.match(await page.innerText('[data-field="height"] .by'), /stale/);
        let asked = 0;
        page.on("request", (request) => (asked += /\/api\/bitcoin/.test(request.url())));
        await page.click('.tabs [data-tab="price"]');
        asked = 0;
        await page.clock.runFor(600_000);
        assert.equal(asked, 0, "nothing is asked for a tab that is not open");
        await page.click('.tabs [data-tab="bitcoin"]');
        await until("it is asked at once", () => asked > 0);
        await server.child.kill();
        for (let i = 0; i < 20; i += 1) await page.clock.runFor(10_000);
        await until("words", () => page.isVisible("text=/These figures were not refreshed for/"));
        assert.match(await page.textContent(".told"), /cannot be reached/);
        isClean();
    });

    test("before a source has answered it says so, and where there are none there is no tab", { timeout }, async (t) => {
        const { sources, server } = await start(t,
            Object.fromEntries(Object.keys(good).map((name) => [name, dead])));
        const { page, complaints } = await openClean(t, browser, `${server.url}/bitcoin`, desktop);
        await until("words", () => page.isVisible("text=There are no figures yet."));
        assert.equal(await page.isVisible(".card"), false);
        sources.mempool.respond = good.mempool;
        await until("then the figures", async () => {
            await page.click("text=Ask now", { timeout: 1_000 }).catch(() => {});
            return page.isVisible(".card");
        }, { timeout: 80_000 });
        assert.equal(await page.isVisible(".told"), false);
        const off = await startServer(t, { MARKET: "off" });
        off.publish(69420.25);
        await page.goto(`${off.url}/bitcoin`);
        await until("words", () => page.isVisible("text=This server has no figures of Bitcoin."));
        assert.equal(await page.isVisible('.tabs [data-tab="bitcoin"]'), false);
        await page.click('.told [data-tab="price"]');
        await showsState(page, "live");
        assert.deepEqual(complaints, []);
    });

    for (const colorScheme of ["light", "dark"])
        for (const width of [320, 768, 1360])
            test(`at ${width} pixels in the ${colorScheme} theme axe finds nothing, and nothing is wider`, { timeout }, async (t) => {
                const { page, isClean } = await open(t, {
                    respond: { mempool: absurd }, settings: { MARKET_INTERVAL: "1s" },
                    colorScheme, viewport: { width, height: 900 },
                });
                assert.equal(await widthOf(page), width);
                const cut = await page.$$eval(".card", (nodes) =>
                    nodes.filter((node) => node.scrollWidth > node.clientWidth).map(({ dataset }) => dataset.field));
                assert.deepEqual(cut, []);
                assert.deepEqual(await axeFinds(page), []);
                isClean();
            });
});
