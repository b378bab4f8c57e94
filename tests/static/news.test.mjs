// What the news' tab asks for and says.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
    ageWords, countWords, feedWords, linkOf, missingWords, noticeOf, pathOf, queryOf, sentAt,
} from "../../static/model/news_words.js";

const now = 1_791_057_641_420;
const seconds = (ms) => (now - ms) / 1000;

test("what is searched for is never longer than the server takes", () => {
    assert.equal(queryOf("  golden cross "), "golden cross");
    const long = queryOf("ä".repeat(100));
    assert.equal(new TextEncoder().encode(long).length, 64);
    assert.equal(queryOf("₿".repeat(30)).length, 21, "no letter is cut in two");
});

test("the address has what was chosen, and no more than the server gives", () => {
    assert.equal(pathOf({ source: "", query: "", limit: 50 }), "api/news?limit=50");
    assert.equal(pathOf({ source: "u.today", query: "a&b c", limit: 400 }),
        "api/news?limit=200&source=u.today&q=a%26b+c");
});

test("an age is by the server's clock, and one of the future is not new", () => {
    assert.equal(sentAt({ updated_at: 1_791_057_600.12, age_seconds: 41.3 }), now);
    const by = (dated_by, ms) => ageWords({ published_at: seconds(ms), dated_by }, now);
    assert.equal(by("feed", 200_000), "3 min ago");
    assert.equal(by("first_seen", 7_200_000), "first seen 2 h ago");
    assert.equal(by("feed", -60_000), "just now", "clocks differ");
    assert.equal(by("feed", -7_200_000), "dated 2 h ahead");
});

test("only links to the web are links", () => {
    assert.equal(linkOf({ link: "https://x.test/a?b" }), "https://x.test/a?b");
    for (const link of ["javascript:alert(1)", "data:text/html,x", "//x.test", "", null])
        assert.equal(linkOf({ link }), "", link);
});

test("a feed that is missing says why, and of when its items are", () => {
    const feed = { source: "a.test", updated_at: seconds(180_000), missing: false, why: null };
    assert.deepEqual(feedWords(feed, now), { isMissing: false, words: "answered 3 min ago" });
    assert.equal(feedWords({ ...feed, missing: true, why: "the answer was 403" }, now).words,
        "missing: the answer was 403. Its items are those of its last answer, 3 min ago.");
    assert.equal(feedWords({ ...feed, missing: true, updated_at: null, why: null }, now).words,
        "missing: no reason is known. It has not answered yet.");
    const other = { ...feed, source: "b.test", missing: true };
    assert.equal(missingWords({ feeds: [feed] }), "");
    assert.equal(missingWords({ feeds: [feed, other] }), "1 of 2 feeds is missing: b.test.");
    assert.equal(missingWords({ feeds: [other, { ...other, source: "c.test", why: "it was cut" }] }),
        "2 of 2 feeds are missing: b.test, c.test (it was cut).");
    const many = Array.from({ length: 4 }, (_, i) => ({ ...other, source: `${i}.test`, why: "it was cut" }));
    assert.equal(missingWords({ feeds: many }),
        "4 of 4 feeds are missing: 0.test, 1.test, 2.test, 3.test.");
});

test("items are counted as they are shown", () => {
    const all = { source: "", query: "" };
    assert.equal(countWords({ total: 41 }, 41, all), "41 items");
    assert.equal(countWords({ total: 820 }, 50, all), "50 of 820 items");
    assert.equal(countWords({ total: 1 }, 1, { source: "", query: "x" }), "1 item fits");
    assert.equal(countWords({ total: 3 }, 3, { source: "u.today", query: "" }), "3 items fit");
    assert.equal(countWords({ total: 90 }, 50, { source: "", query: "x" }), "50 of 90 items that fit");
});

test("each failure says what it is, and old news are called old", () => {
    const of = (facts) => noticeOf(
        { answer: null, ageMs: 0, trouble: null, sinceMs: Infinity, retryMs: 4_200, ...facts });
    assert.equal(of({}), null, "still loading");
    assert.match(of({ trouble: { kind: "off" }, retryMs: Infinity }).detail, /NEWS_FEEDS/);
    assert.match(of({ trouble: { kind: "early" } }).detail, /No feed has answered.*again in 5 s/);
    assert.match(of({ trouble: { kind: "silent" } }).title, /could not be loaded/);
    const answer = { stale: false };
    assert.equal(of({ answer, sinceMs: 1_000 }), null);
    assert.equal(of({ answer, trouble: { kind: "silent" }, sinceMs: 40_000 }), null, "tried again first");
    const away = of({ answer, trouble: { kind: "silent" }, sinceMs: 200_000 });
    assert.deepEqual([away.title, away.isBad], ["These news were not refreshed for 3 min 20 s.", true]);
    assert.match(of({ answer: { stale: true }, ageMs: 7_200_000, sinceMs: 0 }).detail, /for 2 h/);
});
