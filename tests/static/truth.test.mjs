import assert from "node:assert/strict";
import { test } from "node:test";
import { Announcer } from "../../static/model/announcer.js";
import { troubleOf, truthOf } from "../../static/model/truth.js";

const newest = { at: 1_000_000, price: 1 };
const now = 1_003_000;

function truth(connection, more = {}) {
    const facts = { newest, isStale: false, ageMs: 3_000, hereNow: now };
    return truthOf({ ...facts, connection: { retryAt: null, ...connection }, ...more });
}

function trouble(connection, more = {}) {
    const facts = {
        symbol: "BTC-USD", newest, problem: null, awaySince: null, ageMs: 3_000, hereNow: now,
        outcome: "silent", status: 0, answeredAt: -Infinity, askAgainAt: null,
        connection: { retryAt: null, why: "", ...connection },
    };
    return troubleOf({ ...facts, ...more, truth: truth(connection, more) });
}

test("only an open stream with a price that is not stale is live", () => {
    assert.equal(truth({ name: "open" }).word, "Live");
    assert.equal(truth({ name: "open" }, { newest: null }).name, "waiting");
    assert.equal(truth({ name: "open" }, { isStale: true }).name, "stale");
    for (const name of ["idle", "connecting"]) assert.equal(truth({ name }).name, "connecting");
    for (const name of ["reconnecting", "offline"])
        assert.equal(truth({ name }, { isStale: true }).name, name, "what is worse is told first");
});

test("a stream on which nothing is heard is not live", () => {
    const quiet = truth({ name: "open" }, { isQuiet: true, ageMs: 12_000 });
    assert.equal(quiet.name, "quiet");
    assert.equal(quiet.word, "Quiet, last tick 12 s ago");
    assert.equal(truth({ name: "open" }, { isQuiet: true, ageMs: null }).word, "Quiet");
    assert.equal(truth({ name: "open" }, { isQuiet: true, isStale: true }).name, "stale");
    assert.equal(truth({ name: "reconnecting" }, { isQuiet: true }).name, "reconnecting");
    assert.equal(trouble({ name: "open" }, { isQuiet: true }), null);
    assert.equal(
        trouble({ name: "open" }, { isQuiet: true, problem: "the input has ended" }).title,
        "No new price for BTC-USD: the input has ended.");
});

test("a feed that says that no price comes is not live, unless one has come since", () => {
    const ended = { problem: "the input has ended", feedAgeMs: 2_000 };
    assert.equal(truth({ name: "open" }, ended).name, "quiet");
    assert.equal(truth({ name: "open" }, ended).word, "Quiet, last tick 3 s ago");
    assert.equal(truth({ name: "open" }, ended).spoken, "Quiet: no new price");
    assert.equal(trouble({ name: "open" }, ended).title,
        "No new price for BTC-USD: the input has ended.");
    assert.equal(truth({ name: "open" }, { ...ended, ageMs: 1_000 }).name, "live");
    assert.equal(truth({ name: "open" }, { ...ended, ageMs: null }).name, "quiet");
    assert.equal(truth({ name: "open" }, { ...ended, isStale: true }).name, "stale");
    assert.equal(truth({ name: "reconnecting" }, ended).name, "reconnecting");
});

test("a refusal is told in the server's words", () => {
    assert.equal(truth({ name: "refused" }).word, "Refused");
    const refusal = "there is no symbol 'XYZ-USD' here";
    const { title, detail } = trouble({ name: "refused" }, { refusal, newest: null, ageMs: null });
    assert.equal(title, "The server refuses to send prices: there is no symbol 'XYZ-USD' here.");
    assert.equal(detail, "There is no price to show yet.");
    assert.equal(trouble({ name: "refused" }, { refusal: "" }).title,
        "The server refuses to send prices.");
});

test("a wait is counted down, and its end is not told as a time", () => {
    assert.equal(truth({ name: "reconnecting", retryAt: now + 2_100 }).word, "Reconnecting in 3 s");
    assert.equal(truth({ name: "offline", retryAt: now + 2_100 }).word, "Offline, next try in 3 s");
    assert.equal(truth({ name: "reconnecting", retryAt: now - 1 }).word, "Reconnecting…");
});

test("what is shown counts and what is spoken does not", () => {
    const one = truth({ name: "open" }, { isStale: true, ageMs: 130_000 });
    const other = truth({ name: "open" }, { isStale: true, ageMs: 131_000 });
    assert.equal(one.word, "Stale for 2 min 10 s");
    assert.notEqual(one.word, other.word);
    assert.equal(one.spoken, other.spoken);
});

test("no trouble while all is well, or for a moment", () => {
    assert.equal(trouble({ name: "open" }), null);
    assert.equal(trouble({ name: "reconnecting" }, { awaySince: now - 1_000 }), null);
});

test("trouble says why, and without a connection how old the price is", () => {
    const away = trouble({ name: "reconnecting" }, { awaySince: now - 10_000 });
    assert.equal(away.title, "The server cannot be reached.");
    assert.equal(away.detail, "The price shown is 3 s old.");
    const problem = "the providers disagree";
    const stale = trouble({ name: "open" }, { isStale: true, problem });
    assert.equal(stale.title, "No new price for BTC-USD: the providers disagree.");
    assert.equal(stale.detail, "", "how old it is stands in the state and in the list");
    assert.equal(trouble({ name: "open" }, { isStale: true }), null, "there is nothing to add");
    const none = trouble({ name: "open" }, { newest: null, problem: "no provider says a price" });
    assert.equal(none.title, "No price for BTC-USD: no provider says a price.");
    assert.equal(none.detail, "There is no price to show yet.");
    assert.equal(trouble({ name: "offline" }).kind, "offline");
});

test("a server that refuses can be reached, and says when to ask again", () => {
    const away = { name: "reconnecting", retryAt: now + 2_500 };
    const often = { outcome: "often", status: 429, askAgainAt: now + 4_000 };
    assert.equal(trouble(away, often).title,
        "This page has asked too often; trying again in 4 s.", "at once, and the longer wait");
    assert.equal(trouble({ name: "connecting" }, often).title,
        "This page has asked too often; trying again in 4 s.");
    assert.equal(trouble({ ...away, why: "busy" }).title, "The server is busy; trying again in 3 s.");
    assert.equal(trouble(away, { outcome: "busy", status: 503 }).title,
        "The server is busy; trying again in 3 s.");
    assert.equal(trouble({ name: "reconnecting" }, { outcome: "error", status: 502 }).title,
        "The server answers with an error (502).");
    const since = { awaySince: now - 10_000 };
    assert.equal(trouble(away, { ...since, outcome: "", answeredAt: now - 1_000 }).title,
        "The server answers, but sends no stream of prices.");
    assert.equal(trouble(away, { ...since, outcome: "", answeredAt: now - 11_000 }).title,
        "The server cannot be reached.", "what it answered before says nothing");
    assert.equal(trouble({ name: "open" }, often), null, "the page is live nevertheless");
});

test("an age that is not known is not made up", () => {
    assert.equal(truth({ name: "open" }, { isStale: true, ageMs: null }).word, "Stale");
    assert.equal(trouble({ name: "reconnecting" }, { awaySince: now - 10_000, ageMs: null }).detail,
        "The age of the price shown is not known until the server answers.");
});

test("a state that comes and goes is not spoken", () => {
    const announcer = new Announcer();
    assert.equal(announcer.offer("Live", 0), "");
    assert.equal(announcer.offer("Live", 1_000), "Live");
    assert.equal(announcer.offer("Reconnecting", 2_000), "Live");
    assert.equal(announcer.offer("Live", 2_500), "Live");
    assert.equal(announcer.offer("Stale", 4_000), "Live");
    assert.equal(announcer.offer("Stale", 5_000), "Stale");
});
