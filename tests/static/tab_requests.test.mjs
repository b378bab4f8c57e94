// How often a tab asks the server, and when it does not.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { noticeOf } from "../../static/model/tab_words.js";
import { Repeated, requestJson } from "../../static/tab_requests.js";

let now;
let answers; // what the server says, the last of them for good
let asked;
let look; // what the interval calls
globalThis.document = { visibilityState: "visible" };

const says = (body, { status = 200, headers = {} } = {}) => () => Promise.resolve({
    ok: status < 300, status, headers: new Headers({ date: "Sat, 03 Oct 2026 20:00:00 GMT", ...headers }),
    json: () => Promise.resolve(body),
});
const dies = () => Promise.reject(new TypeError("failed"));

globalThis.performance = { now: () => now };
globalThis.setInterval = (call) => (look = call, 1);
globalThis.fetch = (path) => {
    asked.push(path);
    return (answers.length > 1 ? answers.shift() : answers[0])();
};

beforeEach(() => {
    now = 1_000_000;
    asked = [];
    answers = [says({ n: 1 })];
    document.visibilityState = "visible";
});

const settle = () => new Promise((done) => setImmediate(done));
async function pass(ms) {
    now += ms;
    look();
    await settle();
}
const begin = async (path = "a") => {
    const repeated = new Repeated(path, () => 60_000);
    repeated.open();
    await settle();
    return repeated;
};

test("a question is repeated after its interval, and ages go on meanwhile", async () => {
    const repeated = await begin();
    assert.deepEqual(asked, ["a"]);
    await pass(59_000);
    assert.deepEqual([asked.length, repeated.sinceMs], [1, 59_000]);
    assert.equal(repeated.now, Date.parse("2026-10-03T20:00:59Z"));
    await pass(1_000);
    assert.deepEqual([asked.length, repeated.sinceMs], [2, 0]);
});

test("nothing is asked while the page is out of sight", async () => {
    await begin();
    document.visibilityState = "hidden";
    await pass(3_600_000);
    assert.equal(asked.length, 1);
    document.visibilityState = "visible";
    await pass(1_000);
    assert.equal(asked.length, 2);
});

test("nothing is asked after the tab was left, until it is opened again", async () => {
    const repeated = await begin();
    repeated.close();
    await pass(3_600_000);
    assert.equal(asked.length, 1);
    repeated.open();
    await settle();
    assert.equal(asked.length, 2);
});

test("pauses grow with each failure in a row, and what was there stays", async () => {
    const repeated = await begin();
    answers = [dies];
    await pass(60_000);
    assert.deepEqual([repeated.trouble.kind, repeated.answer], ["silent", { n: 1 }]);
    for (const waitMs of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
        assert.equal(repeated.retryMs, waitMs);
        const count = asked.length;
        await pass(waitMs - 1);
        assert.equal(asked.length, count);
        await pass(1);
        assert.equal(asked.length, count + 1);
    }
    answers = [says({ n: 2 })];
    repeated.hurry();
    await settle();
    assert.deepEqual([repeated.trouble, repeated.answer, repeated.retryMs], [null, { n: 2 }, 60_000]);
});

test("a server that says when to come back is believed; one that has nothing is not asked again", async () => {
    answers = [says({ type: "urn:tickertape:no-news-yet" }, { status: 503, headers: { "retry-after": "7" } })];
    const repeated = await begin();
    assert.deepEqual([repeated.trouble.kind, repeated.retryMs], ["early", 7_000]);
    answers = [says({ type: "urn:tickertape:no-news" }, { status: 404 })];
    await pass(7_000);
    assert.deepEqual([repeated.trouble.kind, repeated.retryMs], ["off", Infinity]);
    await pass(86_400_000);
    assert.equal(asked.length, 2);
});

test("what is wanted meanwhile is asked at once, and an answer to something else is dropped", async () => {
    const repeated = await begin("a");
    const late = [];
    answers = [() => new Promise((done) => late.push(done)), says({ n: "of c" })];
    repeated.want("b");
    await settle();
    repeated.want("c");
    assert.deepEqual([asked, repeated.isBehind], [["a", "b"], true]);
    late[0](await says({ n: "of b" })());
    await settle();
    await settle();
    assert.deepEqual([asked, repeated.answer, repeated.isBehind], [["a", "b", "c"], { n: "of c" }, false]);
});

test("refusals have their kinds", async () => {
    const kindOf = async (status, type) => {
        answers = [says({ type }, { status })];
        return (await requestJson("a")).trouble.kind;
    };
    assert.equal(await kindOf(404, "urn:tickertape:no-market"), "off");
    assert.equal(await kindOf(404, "urn:tickertape:not-found"), "error");
    assert.equal(await kindOf(503, "urn:tickertape:no-network-yet"), "early");
    assert.equal(await kindOf(503, "urn:tickertape:full"), "busy");
    assert.equal(await kindOf(429, ""), "often");
    assert.equal(await kindOf(500, ""), "error");
});

// Topics in the hands of the test.
class FakeTopics extends EventTarget {
    isThere = false;
    followed = [];
    isFollowed = () => this.isThere;
    follow = (name) => this.followed.push(name);
    leave = (name) => this.followed.splice(this.followed.indexOf(name), 1);
    says = (type, detail) => this.dispatchEvent(new CustomEvent(type, { detail }));
}

test("what is pushed is not asked for, until it is pushed no longer", async () => {
    const topics = new FakeTopics();
    const repeated = new Repeated("a", () => 60_000);
    repeated.follow(topics, "kpis", (answer, { n, askInMs }) => ({ answer: n && { ...answer, n }, askInMs }));
    repeated.open();
    assert.deepEqual(topics.followed, ["kpis"]);
    await settle();
    topics.isThere = true;
    topics.says("followed", { topics: ["kpis"] });
    for (let i = 0; i < 600; i += 1) await pass(1_000);
    assert.equal(asked.length, 1);
    assert.deepEqual([repeated.unheardMs, repeated.isAskedFor], [0, false]);
    topics.says("kpis", { n: 2 });
    assert.deepEqual([repeated.answer, asked.length, repeated.sinceMs], [{ n: 2 }, 1, 0]);
    topics.says("kpis", { askInMs: 0 });
    for (let i = 0; i < 5; i += 1) await pass(1_000);
    assert.equal(asked.length, 2, "what the topic lacks");
    topics.isThere = false;
    for (let i = 0; i < 90; i += 1) await pass(1_000);
    assert.deepEqual([asked.length, repeated.isAskedFor], [3, true]);
    topics.isThere = true;
    topics.says("followed", { topics: ["kpis"] });
    for (let i = 0; i < 90; i += 1) await pass(1_000);
    assert.deepEqual([asked.length, repeated.isAskedFor], [4, false], "once, for what is missing");
    repeated.close();
    assert.deepEqual(topics.followed, []);
});

test("an answer that comes between two looks is asked for again when the stream ends before the next", async () => {
    const topics = new FakeTopics();
    const repeated = new Repeated("a", () => 60_000);
    repeated.follow(topics, "kpis", (answer) => ({ answer }));
    let arrive;
    answers = [() => new Promise((done) => { arrive = () => done(says({ n: 1 })()); }), says({ n: 2 })];
    repeated.open();
    topics.isThere = true;
    arrive();
    await settle();
    topics.isThere = false;
    for (let i = 0; i < 61; i += 1) await pass(1_000);
    assert.deepEqual([asked.length, repeated.answer.n], [2, 2]);
});

test("what is shown is given to the worker, with its age; what came from it is not given back", async () => {
    const sent = [];
    globalThis.navigator = { serviceWorker: { controller: null } };
    const repeated = await begin();
    await pass(1_000);
    navigator.serviceWorker.controller = { postMessage: ({ shown }) => sent.push(shown) };
    await pass(4_000); // the worker came after the answer
    const [{ path, body, sentAt, at }] = sent;
    assert.deepEqual([path, body, sentAt], ["a", '{"n":1}', Date.parse("2026-10-03T20:00:00Z")]);
    assert.ok(Math.abs(Date.now() - 5_000 - at) < 2_000, "when it was so");
    await pass(30_000);
    assert.equal(sent.length, 1, "it is what it was");
    answers = [says({ n: 2 })];
    repeated.hurry();
    await settle();
    repeated.close();
    assert.deepEqual(sent.map(({ body: each }) => each), ['{"n":1}', '{"n":2}'], "at the end too");
    // A page that begins without the server.
    answers = [says({ n: 2 }, { headers: { "tickertape-kept-at": String(Date.now() - 40_000) } })];
    const other = await begin("b");
    await pass(2_000);
    assert.equal(sent.length, 2);
    assert.deepEqual([other.answer, other.trouble], [{ n: 2 }, { kind: "silent", isOfBefore: true }]);
    assert.ok(other.sinceMs >= 40_000);
    const words = { unheard: "These were not refreshed", old: null };
    const notice = noticeOf(words, { hasAnswer: true, trouble: other.trouble, sinceMs: other.sinceMs, retryMs: 5_000 });
    assert.match(notice.title, /^These were not refreshed for 4\d s\.$/);
    answers = [says({ n: 3 })];
    other.hurry();
    await settle();
    assert.deepEqual([other.answer, other.trouble], [{ n: 3 }, null]);
    delete globalThis.navigator;
});
