// The tab of the news in a real browser, over feeds that tests answer for.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { axeFinds, widthOf } from "./support/looks.mjs";
import { always, item, recordedFeeds, rss, says, startFeeds } from "./support/news.mjs";
import { openClean, showsState } from "./support/page.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 90_000;
const desktop = { viewport: { width: 1360, height: 900 } };

describe("the news' tab", { timeout: 600_000 }, () => {
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

    const answerOf = async ({ url }, query = "?limit=200") =>
        (await fetch(`${url}/api/news${query}`)).json();

    async function start(t, answers, settings = {}) {
        const { feeds, settings: of } = await startFeeds(t, certificates, answers);
        const server = await startServer(t, { ...of, ...settings });
        return { feeds, server };
    }

    const linksOf = (page) => page.$$eval(".items a", (nodes) => nodes.map(({ href }) => href));
    const hasItems = (page, count) => until(
        `${count} items`, async () => (await page.locator(".item").count()) === count, { timeout: 30_000 });

    // A page that shows what the feeds say, each of which has answered or failed.
    async function open(t, answers, { settings, ...options } = {}) {
        const started = await start(t, answers, settings);
        let answer;
        await until("all feeds were asked", async () => {
            answer = await answerOf(started.server);
            return answer.feeds?.every(({ updated_at: at, why }) => at !== null || why);
        }, { timeout: 30_000 });
        const opened = await openClean(
            t, browser, `${started.server.url}/news`, { ...desktop, ...options });
        await hasItems(opened.page, Math.min(50, answer.total));
        return { ...started, ...opened, answer };
    }

    const recorded = recordedFeeds.map((body) => always(body));

    test("is a link with an address, loaded when it is opened", { timeout }, async (t) => {
        const { server } = await start(t, recorded);
        server.publish(69420.25);
        await until("items", async () => (await answerOf(server)).total > 0, { timeout: 30_000 });
        const { page, isClean } = await openClean(t, browser, `${server.url}/`, desktop);
        await showsState(page, "live");
        await page.waitForLoadState("networkidle", { timeout: 4_000 }).catch(() => {});
        const loaded = await page.evaluate(() =>
            performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname));
        assert.deepEqual(loaded.filter((path) => /news|tab[-.]/.test(path)), []);
        assert.deepEqual(await page.locator(".tabs a:visible").allTextContents(), ["Price", "News", "Compare"],
            "the server has no market");
        await page.focus('.tabs [data-tab="news"]');
        await page.keyboard.press("Enter");
        await until("items", async () => (await page.locator(".item").count()) > 0, { timeout: 30_000 });
        assert.equal(new URL(page.url()).pathname, "/news");
        assert.equal(await page.getAttribute('.tabs [aria-current="page"]', "data-tab"), "news");
        assert.equal(await page.title(), "News · Tickertape");
        assert.equal(await page.isVisible("#price"), false);
        assert.equal(await page.isVisible("#state"), false, "nothing here is live");
        await page.goBack();
        await until("the price", () => page.isVisible("#price"));
        assert.equal(await page.isVisible("#news"), false);
        await page.goForward();
        await until("the news", () => page.isVisible(".items"));
        isClean();
    });

    test("shows the items of the answer as text, and loads nothing from their sites", { timeout }, async (t) => {
        const { page, isClean, answer } = await open(t, [
            ...recorded,
            always(rss(
                item("About &amp;lt;img src=x onerror=alert(1)&amp;gt;", "https://x.test/1"),
                item("Undated", "https://x.test/2", ""))),
        ]);
        const shown = await page.$$eval(".item", (nodes) => nodes.map((node) => ({
            title: node.querySelector("h2").textContent,
            link: node.querySelector("a").getAttribute("href"),
            source: node.querySelector(".source-name").textContent,
            at: Date.parse(node.querySelector("time").dateTime) / 1000,
            summary: node.querySelector(".summary").textContent || null,
        })));
        assert.deepEqual(shown, answer.items.map(({ title, link, source, published_at: at, summary }) =>
            ({ title, link, source, at: Math.round(at * 1000) / 1000, summary })));
        assert.ok(shown.some(({ title }) => title === "About <img src=x onerror=alert(1)>"));
        assert.equal(await page.locator("#news img").count(), 0);
        for (const link of await page.$$(".item a")) {
            assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
            assert.equal(await link.getAttribute("target"), "_blank");
        }
        assert.match(await page.textContent('.item:has(a[href="https://x.test/2"]) time'), /^first seen /);
        assert.match(await page.textContent(".age"), /ago|just now/);
        assert.doesNotMatch(await page.innerText("#news"), /\blive\b/i);
        isClean();
    });

    test("is searched and filtered by keys alone, over all items and not only those shown", { timeout }, async (t) => {
        const many = Array.from({ length: 120 }, (_, i) => item(
            i === 119 ? "A needle" : `Straw ${i}`, `https://x.test/${i}`,
            `<pubDate>${new Date(Date.UTC(2026, 0, 1) - i * 60_000).toUTCString()}</pubDate>`));
        const { server, page, feeds, isClean } = await open(t, [always(rss(...many)), recorded[5]]);
        assert.equal(await page.textContent(".count"), "50 of 124 items");
        assert.ok(!(await linksOf(page)).includes("https://x.test/119"));
        await page.focus('#news input[type="search"]');
        await page.keyboard.type("NEEDLE");
        await hasItems(page, 1);
        assert.deepEqual(await linksOf(page), ["https://x.test/119"]);
        assert.equal(await page.textContent(".count"), "1 item fits");
        await page.keyboard.type(" nowhere");
        await until("words", () => page.isVisible("text=No item matches “NEEDLE nowhere”."));
        await page.fill('#news input[type="search"]', "");
        await hasItems(page, 50);
        await page.focus("#news select");
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("ArrowDown");
        await hasItems(page, 4);
        const { items } = await answerOf(server, `?source=${feeds[1].source}`);
        assert.deepEqual(await linksOf(page), items.map(({ link }) => link));
        await page.selectOption("#news select", "");
        await hasItems(page, 50);
        await page.focus(".more-rows");
        await page.keyboard.press("Enter");
        await hasItems(page, 100);
        await page.keyboard.press("Enter");
        await hasItems(page, 124);
        assert.equal(await page.isVisible(".more-rows"), false);
        isClean();
    });

    test("says which feeds are missing and why, and when the news are old", { timeout }, async (t) => {
        const { server, feeds, page, isClean } = await open(t, [
            recorded[0], (request, response) => says(response, "", { status: 403 }),
        ]);
        const [good, bad] = feeds;
        assert.match(await page.textContent(".missing-feeds"),
            new RegExp(`^1 of 2 feeds is missing: ${bad.source} \\(.+\\)\\.$`));
        assert.match(await page.textContent(`.feeds li:has-text("${bad.source}")`), /missing: .+ It has not answered yet\./);
        assert.match(await page.textContent(`.feeds li:has-text("${good.source}")`), /answered /);
        assert.equal(await page.isVisible(".told"), false);
        good.respond = (request, response) => response.destroy();
        await until("they are old", async () => (await answerOf(server)).stale, { timeout: 30_000 });
        await page.reload();
        await until("words", () => page.isVisible("text=These news are old."));
        assert.equal(await page.getAttribute(".age", "data-stale"), "true");
        assert.ok((await page.locator(".item").count()) > 0, "and stay");
        isClean();
    });

    test("asks while it is in sight only, and says when nothing answers", { timeout }, async (t) => {
        const { server } = await start(t, [always(rss(item("First", "https://x.test/1")))],
            { NEWS_INTERVAL: "10m" });
        server.publish(69420.25);
        await until("items", async () => (await answerOf(server)).total > 0, { timeout: 30_000 });
        const { page, isClean } = await openClean(t, browser, `${server.url}/`, desktop);
        await page.clock.install();
        await page.goto(`${server.url}/news`);
        await hasItems(page, 1);
        let asked = 0;
        page.on("request", (request) => (asked += /\/api\/news/.test(request.url())));
        await page.clock.runFor(61_000);
        await until("it is asked again", () => asked > 0);
        await page.click('.tabs [data-tab="price"]');
        asked = 0;
        await page.clock.runFor(600_000);
        assert.equal(asked, 0);
        await page.click('.tabs [data-tab="news"]');
        await until("it is asked at once", () => asked > 0);
        await server.child.kill();
        for (let i = 0; i < 20; i += 1) await page.clock.runFor(10_000);
        await until("words", () => page.isVisible("text=/These news were not refreshed for/"));
        assert.match(await page.textContent(".told"), /cannot be reached/);
        assert.equal(await page.locator(".item").count(), 1);
        isClean();
    });

    test("before a feed has answered it says so, and where there are no news there is no tab", { timeout }, async (t) => {
        const { feeds, server } = await start(t, [(request, response) => response.destroy()]);
        const { page, complaints } = await openClean(t, browser, `${server.url}/news`, desktop);
        await until("words", () => page.isVisible("text=There are no news yet."));
        feeds[0].respond = always(rss(item("First", "https://x.test/1")));
        await until("then the item", async () => {
            await page.click("text=Ask now", { timeout: 1_000 }).catch(() => {});
            return (await page.locator(".item").count()) === 1;
        }, { timeout: 80_000 });
        assert.equal(await page.isVisible(".told"), false);
        const off = await startServer(t, { NEWS_FEEDS: "off" });
        off.publish(69420.25);
        await page.goto(`${off.url}/news`);
        await until("words", () => page.isVisible("text=This server has no news."));
        assert.equal(await page.isVisible('.tabs [data-tab="news"]'), false);
        await page.click('.told [data-tab="price"]');
        await showsState(page, "live");
        assert.deepEqual(complaints, []);
    });

    test("nothing is shown without its styles", { timeout }, async (t) => {
        const { server } = await start(t, recorded);
        const { page, isClean } = await openClean(t, browser, `${server.url}/settings`, desktop);
        let arrive;
        const held = new Promise((done) => { arrive = done; });
        await page.route(/news[^/]*\.css/, async (route) => {
            await held;
            await route.continue();
        });
        await page.goto(`${server.url}/news`);
        await until("items", async () => await page.locator(".item").count() > 0);
        assert.equal(await page.isVisible(".item"), false);
        arrive();
        await until("they are shown", () => page.isVisible(".item"));
        isClean();
    });

    for (const colorScheme of ["light", "dark"])
        for (const width of [320, 768, 1360])
            test(`at ${width} pixels in the ${colorScheme} theme axe finds nothing, and nothing is wider`, { timeout }, async (t) => {
                const { page, isClean } = await open(t, [
                    ...recorded, (request, response) => says(response, "", { status: 403 }),
                    always(rss(item("W".repeat(120), `https://x.test/${"w".repeat(200)}`))),
                ], { colorScheme, viewport: { width, height: 900 } });
                assert.equal(await widthOf(page), width);
                assert.deepEqual(await axeFinds(page), []);
                isClean();
            });
});
