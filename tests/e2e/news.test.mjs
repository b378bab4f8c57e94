// News from feeds over real TLS to the answer: what is shown of recorded feeds, and what of feeds that
// lie, redirect, limit us or are cut.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { json } from "./support/http.mjs";
import { always, item, recordedFeeds, rss, says, startFeeds } from "./support/news.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 120_000;
const redirect = (location, status = 301) => (request, response) =>
    says(response, "", { status, headers: { location } });

describe("the news", { timeout: 600_000 }, () => {
    let certificates;
    const cleanUp = [];

    before(async () => {
        certificates = await makeCertificates(
            await scratch({ after: (step) => cleanUp.push(step) }), "trusted");
    });
    after(async () => {
        for (const step of cleanUp) await step();
    });

    // A feed for each of these answers, on a host of its own.
    async function setUp(t, answers, settings = {}) {
        const { feeds, settings: of } = await startFeeds(t, certificates, answers);
        const server = await startServer(t, { ...of, ...settings });
        const get = (query = "") => json(`${server.url}/api/news${query}`);
        // The first answer for which that is so.
        const shows = (what, condition) => until(what, async () => {
            const answer = await get("?limit=200");
            return answer.status === 200 && condition(answer.body) ? answer.body : null;
        }, { timeout: 60_000 });
        return { feeds, server, get, shows };
    }
    const titles = ({ items }) => items.map(({ title }) => title);
    const state = ({ feeds }, of) => feeds.find(({ source }) => source === of.source);
    const failedAs = (feed, words) => (body) => words.test(state(body, feed)?.why ?? "");

    test("recorded feeds are shown, newest first, each item as its publisher wrote it", { timeout }, async (t) => {
        const { feeds, get, shows } = await setUp(t, recordedFeeds.map((body) => always(body)));
        const all = await shows("all feeds", (body) => body.missing_feeds === 0);
        assert.equal(all.stale, false);
        assert.equal(all.total, 16);
        assert.equal(all.items.length, 16);
        const times = all.items.map(({ published_at: at }) => at);
        assert.deepEqual(times, [...times].sort((a, b) => b - a));
        assert.equal(new Set(all.items.map(({ link }) => link)).size, 16);
        assert.equal(all.items[0].published_at, Date.parse("2026-10-08T05:00:28Z") / 1000);
        for (const { title, summary, link, dated_by: by } of all.items) {
            assert.match(link, /^https:\/\/[^\s]+$/);
            assert.doesNotMatch(link, /utm_/);
            assert.doesNotMatch(`${title} ${summary}`, /&#\d|&amp;|<\/?[a-z]|\]\]>/);
            assert.equal(by, "feed");
        }
        const cardano = "Cardano (ADA) Completes First Daily Golden Cross of 2026 After 14-Month Wait";
        const { body: found } = await get("?q=golden%20cross");
        assert.deepEqual(titles(found), [cardano]);
        const { body: one } = await get(`?source=${feeds[0].source}&limit=2`);
        assert.equal(one.total, 3);
        assert.equal(one.items.length, 2);
        assert.ok(one.items.every(({ source }) => source === feeds[0].source));
        const { headers } = feeds[0].requests[0];
        assert.match(headers["user-agent"], /^tickertape\/\d/);
        assert.match(headers.accept, /rss\+xml/);
    });

    test("titles are text and links lead to http, whatever a feed says", { timeout }, async (t) => {
        const { shows } = await setUp(t, [always(rss(
            item("&lt;script&gt;alert(1)&lt;/script&gt;Once", "https://x.test/1"),
            item("About &amp;lt;script&amp;gt;", "https://x.test/2"),
            item("It&amp;#039;s", "https://x.test/3?utm_source=rss&amp;id=1"),
            item("Bad", "javascript:alert(1)"),
            item("Bad too", "data:text/html,x"),
            item("Twice", "https://x.test/3?id=1&amp;utm_medium=x"),
            item("Relative", "\n /4 \n")))]);
        const { items } = await shows("the items", () => true);
        assert.deepEqual(items.map(({ title }) => title), ["Once", "About <script>", "It's", "Relative"]);
        assert.equal(items[2].link, "https://x.test/3?id=1");
        assert.match(items[3].link, /^https:\/\/localhost:\d+\/4$/);
    });

    test("items without a date are marked, and those of the future come last", { timeout }, async (t) => {
        const soon = new Date(Date.now() + 3_600_000).toUTCString();
        const { shows } = await setUp(t, [always(rss(
            item("Future", "https://x.test/1", `<pubDate>${soon}</pubDate>`),
            item("Old", "https://x.test/2", "<pubDate>06 Nov 94 08:49:37 GMT</pubDate>"),
            item("Undated", "https://x.test/3", "<pubDate>2 hours ago</pubDate>")))]);
        const { items } = await shows("the items", () => true);
        assert.deepEqual(items.map(({ title }) => title), ["Undated", "Old", "Future"]);
        assert.deepEqual(items.map(({ dated_by: by }) => by), ["first_seen", "feed", "feed"]);
        assert.ok(Math.abs(items[0].published_at - Date.now() / 1000) < 60);
        assert.equal(items[1].published_at, 784111777);
    });

    test("feeds that fail in every way hide no other, and are missing", { timeout }, async (t) => {
        const bomb = `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "${"a".repeat(1000)}">` +
            `<!ENTITY b "${"&a;".repeat(1000)}"><!ENTITY c "${"&b;".repeat(1000)}">]>` +
            rss(item("&c;", "https://x.test/bomb")).slice(21);
        const failing = [
            [always("<!DOCTYPE html><html><body>Just a moment…</body></html>", {
                headers: { "content-type": "text/html" } }), /neither RSS nor Atom/],
            [always(bomb), /document type/],
            [redirect("/rss"), /redirect/],
            [redirect("http://localhost:1/rss"), /redirect/],
            [always("", { status: 403 }), /403/],
            [always("", { status: 503 }), /503/],
            [always(rss(item("x", "https://x.test/").repeat(60_000))), /too large/],
            [(request, response) => {
                response.writeHead(200, { "content-length": 9000 });
                response.write(rss(item("x", "https://x.test/cut")), () => response.destroy());
            }, /middle of the answer/],
            [(request, response) => response.destroy(), /./],
        ];
        const { feeds, shows, server } = await setUp(
            t, [always(rss(item("Good", "https://x.test/good"))), ...failing.map(([answer]) => answer)]);
        const all = await shows("all failures", (body) =>
            failing.every(([, words], i) => failedAs(feeds[i + 1], words)(body)));
        assert.deepEqual(titles(all), ["Good"]);
        assert.equal(all.missing_feeds, failing.length);
        assert.equal(all.stale, false);
        assert.deepEqual(all.feeds.map(({ missing }) => missing), [false, ...failing.map(() => true)]);
        await server.child.says(/WARN .*news feed failed/);
    });

    test("the items of a feed that is cut in the middle are kept up to there", { timeout }, async (t) => {
        const whole = rss(item("First", "https://x.test/1"), item("Second", "https://x.test/2"));
        const { feeds, shows } = await setUp(t, [always(whole.slice(0, whole.indexOf("Second")))]);
        assert.deepEqual(titles(await shows("the first item", () => true)), ["First"]);
        feeds[0].respond = always(whole);
        await shows("both", (body) => body.items.length === 2);
    });

    test("redirects are followed, and what did not change is not sent again", { timeout }, async (t) => {
        const sent = [];
        const { feeds, shows } = await setUp(t, [(request, response) => {
            if (request.url === "/rss") redirect("/moved/", 308)(request, response);
            else if (request.url === "/moved/") redirect("feed.xml?x=1", 302)(request, response);
            else if (request.headers["if-none-match"] === '"v1"') {
                sent.push(request.headers["if-modified-since"]);
                says(response, "", { status: 304 });
            } else {
                says(response, rss(item("Here", "https://x.test/1")), { headers: {
                    etag: '"v1"', "last-modified": "Sat, 03 Oct 2026 20:00:00 GMT" } });
            }
        }]);
        await shows("the item, and twice nothing new", () => sent.length >= 2);
        const body = await shows("the item", () => true);
        assert.deepEqual(titles(body), ["Here"]);
        assert.equal(body.missing_feeds, 0);
        assert.equal(sent[0], "Sat, 03 Oct 2026 20:00:00 GMT");
        assert.equal(feeds[0].requests[2].url, "/moved/feed.xml?x=1");
    });

    test("a feed that limits us is asked again when it said, and not before", { timeout }, async (t) => {
        const askedAt = [];
        const { shows } = await setUp(t, [(request, response) => {
            askedAt.push(Date.now());
            if (askedAt.length === 1) says(response, "", { status: 429, headers: { "retry-after": "4" } });
            else says(response, rss(item("Here", "https://x.test/1")));
        }]);
        await shows("the item", () => true);
        assert.ok(askedAt[1] - askedAt[0] >= 4_000, `asked again after ${askedAt[1] - askedAt[0]} ms`);
    });

    test("an edited item is shown with its first date, and an old one stays when all feeds die", { timeout }, async (t) => {
        const guid = '<guid isPermaLink="false">id-1</guid>';
        const { feeds, shows } = await setUp(t, [always(rss(
            item("Before", "https://x.test/1", `${guid}<pubDate>2026-10-03T20:00:00Z</pubDate>`)))]);
        await shows("the first title", (body) => titles(body)[0] === "Before");
        feeds[0].respond = always(rss(
            item("After", "https://x.test/2", `${guid}<pubDate>2026-10-04T20:00:00Z</pubDate>`)));
        const { items } = await shows("the second", (body) => titles(body)[0] === "After");
        assert.equal(items.length, 1);
        assert.equal(items[0].published_at, Date.parse("2026-10-03T20:00:00Z") / 1000);
        feeds[0].respond = (request, response) => response.destroy();
        const old = await shows("stale news", ({ stale }) => stale);
        assert.deepEqual(titles(old), ["After"]);
        assert.ok(old.age_seconds > 3);
        assert.equal(old.missing_feeds, 1);
    });

    test("before a feed has answered the answer is 503, and bad parameters are 400", { timeout }, async (t) => {
        const { feeds, get } = await setUp(t, [(request, response) => response.destroy()]);
        await until("it was asked", () => feeds[0].requests.length > 0);
        const { status, headers, body } = await get();
        assert.equal(status, 503);
        assert.equal(body.type, "urn:tickertape:problem:no-news-yet");
        assert.ok(Number(headers["retry-after"]) > 0);
        for (const query of ["?limit=0", "?limit=201", "?limit=x", "?limits=1"])
            assert.equal((await get(query)).status, 400);
        feeds[0].respond = always(rss(item("Here", "https://x.test/1")));
        await until("news", async () => (await get()).status === 200, { timeout: 60_000 });
        assert.match((await get("?source=nobody.test")).body.accepted, /^localhost:\d+$/);
    });

    test("NEWS_FEEDS=off asks nobody, and so does the default where MARKET is off", { timeout }, async (t) => {
        for (const value of ["off", "", "default"]) {
            const { feeds, get } = await setUp(t, [always(rss())], { NEWS_FEEDS: value });
            const { status, body } = await get();
            assert.equal(status, 404);
            assert.equal(body.type, "urn:tickertape:problem:no-news");
            assert.equal(feeds[0].requests.length, 0);
        }
    });
});
