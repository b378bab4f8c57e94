// The service worker, with caches and a network that tests make.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const source = readFileSync(new URL("../../static/service_worker.js", import.meta.url), "utf8");
const scope = "https://x/p/";
const marker = 'const built = { version: "", files: [] };';

class FakeCache {
    entries = new Map();
    constructor(network) { this.network = network; }
    async match(to) { return this.entries.get(String(to.url ?? to))?.clone(); }
    async put(to, response) { this.entries.set(String(to.url ?? to), response); }
    async delete(to) { return this.entries.delete(String(to.url ?? to)); }
    async keys() { return [...this.entries.keys()].map((url) => ({ url })); }
    async add(to) {
        const response = await this.network(to);
        if (!response.ok) throw new TypeError("not ok");
        await this.put(to, response);
    }
}

function browser() {
    const stores = new Map();
    const state = { net: new Map(), isDown: false, asked: [] };
    const network = async (to) => {
        const url = String(to.url ?? to);
        state.asked.push(url);
        if (state.isDown) throw new TypeError("no network");
        const found = state.net.get(url);
        if (!found) return new Response("", { status: 404 });
        return found();
    };
    const caches = {
        open: async (name) => {
            if (!stores.has(name)) stores.set(name, new FakeCache(network));
            return stores.get(name);
        },
        keys: async () => [...stores.keys()],
        delete: async (name) => stores.delete(name),
        match: async (to) => {
            for (const cache of stores.values()) {
                const found = await cache.match(to);
                if (found) return found;
            }
            return undefined;
        },
    };
    // Runs a version of the worker; resolves with what it does with requests.
    const start = async (built) => {
        const listeners = {};
        const self = {
            registration: { scope }, skipWaiting() {}, clients: { claim: async () => {} },
            addEventListener: (type, take) => (listeners[type] = take),
        };
        assert.ok(source.includes(marker));
        vm.runInNewContext(source.replace(marker, `const built = ${JSON.stringify(built)};`),
            { self, caches, fetch: network, URL, Response, Headers, Date, TextEncoder });
        for (const type of ["install", "activate"]) {
            let done;
            listeners[type]({ waitUntil: (promise) => (done = promise) });
            await done;
        }
        const ask = async (path, { mode = "cors", method = "GET", headers = {} } = {}) => {
            let answer;
            const waits = [];
            listeners.fetch({
                request: { url: new URL(path, scope).href, mode, method, headers: new Headers(headers) },
                respondWith: (promise) => (answer = promise), waitUntil: (promise) => waits.push(promise),
            });
            const given = answer && await answer;
            await Promise.all(waits);
            return given;
        };
        ask.tell = async (data) => {
            const waits = [];
            listeners.message({ data, waitUntil: (promise) => waits.push(promise) });
            await Promise.all(waits);
        };
        return ask;
    };
    return { state, stores, start };
}

const page1 = "static/page-111111111111.js";
const page2 = "static/page-222222222222.js";
const versionOf = (path, version) => ({ version, files: [path.replace("static/", "")] });

function serve(state, path, version) {
    state.net.set(`${scope}`, () => new Response(`<script src="${path}"> of ${version}`));
    state.net.set(scope + path, () => new Response(version));
}

test("without a network the page and its files are there", async () => {
    const { state, start } = browser();
    serve(state, page1, "one");
    const ask = await start(versionOf(page1, "v1"));
    state.isDown = true;
    for (const path of ["", "?symbol=BTC-USD", "market", "settings"])
        assert.match(await (await ask(path, { mode: "navigate" })).text(), /of one/, path);
    assert.equal(await (await ask(page1)).text(), "one");
});

test("where the server answers, its page is used; a proxy without a server is none", async () => {
    const { state, start } = browser();
    serve(state, page1, "one");
    const ask = await start(versionOf(page1, "v1"));
    state.net.set(scope, () => new Response("newer"));
    assert.equal(await (await ask("", { mode: "navigate" })).text(), "newer");
    state.net.set(scope, () => new Response("bad gateway", { status: 502 }));
    assert.match(await (await ask("", { mode: "navigate" })).text(), /of one/);
    state.net.set(scope, () => new Response("too many", { status: 429 }));
    assert.equal((await ask("", { mode: "navigate" })).status, 429);
});

test("streams, prices, what is changed and what carries a secret are left alone", async () => {
    const { state, start, stores } = browser();
    serve(state, page1, "one");
    const ask = await start(versionOf(page1, "v1"));
    state.asked.length = 0;
    for (const [path, how] of [
        ["prices/stream?symbols=BTC-USD"], ["api/prices"], ["api/watchlist?points=60"], ["api/admin/backfill"],
        ["api/cryptos", { method: "POST" }], ["api/cryptos", { headers: { authorization: "x" } }],
        ["metrics"], ["https://y/p/"], ["api/cryptos-of-others"], ["api/news/../prices"],
    ])
        assert.equal(await ask(path, how), undefined, path);
    assert.deepEqual(state.asked, []);
    assert.deepEqual([...stores.get("tickertape files v1").entries.keys()].sort(), [scope, scope + page1].sort());
});

test("figures come back with the time when they were kept, unless they are not to be", async () => {
    const { state, start } = browser();
    serve(state, page1, "one");
    const ask = await start(versionOf(page1, "v1"));
    const date = "Mon, 23 Nov 2026 05:00:00 GMT";
    state.net.set(`${scope}api/cryptos?limit=250`, () => new Response("{}", { headers: { date } }));
    state.net.set(`${scope}api/news`, () => new Response("{}", { headers: { "cache-control": "no-store" } }));
    const first = await ask("api/cryptos?limit=250");
    assert.equal(first.headers.get("tickertape-kept-at"), null, "a fresh one says nothing of that");
    await ask("api/news");
    state.isDown = true;
    const kept = await ask("api/cryptos?limit=250");
    assert.ok(Math.abs(Date.now() - Number(kept.headers.get("tickertape-kept-at"))) < 60_000);
    assert.equal(kept.headers.get("date"), date);
    await assert.rejects(ask("api/news"));
    await assert.rejects(ask("api/cryptos?limit=1"));
});

test("a page below the first one finds its files, and is itself", async () => {
    const { state, start } = browser();
    state.net.set(scope, () => new Response(`<base href="./"><script src="${page1}"> of one`,
        { headers: { "content-type": "text/html", "content-security-policy": "default-src 'none'", "content-length": "9" } }));
    state.net.set(scope + page1, () => new Response("one"));
    const ask = await start(versionOf(page1, "v1"));
    state.isDown = true;
    for (const path of ["", "market", "coin/bitcoin"]) {
        const answer = await ask(path, { mode: "navigate" });
        assert.equal(await answer.text(), `<base href="/p/"><script src="${page1}"> of one`, path);
        assert.equal(answer.headers.get("content-security-policy"), "default-src 'none'");
        assert.equal(answer.headers.get("content-length"), null);
    }
});

test("what a tab shows is kept as it says, and nothing else that a page could send", async () => {
    const { state, start, stores } = browser();
    serve(state, page1, "one");
    const ask = await start(versionOf(page1, "v1"));
    const at = Date.now() - 5_000;
    const shown = { path: "api/compare?symbols=BTC-USD&range=30d", body: '{"n":2}', sentAt: at, at };
    await ask.tell({ shown });
    for (const wrong of [
        { ...shown, path: "api/prices" }, { ...shown, path: "https://y/p/api/news" }, { ...shown, path: "../api/news" },
        { ...shown, path: "api/news", body: "x".repeat(2_000_001) }, { ...shown, path: "api/news", at: NaN },
        { ...shown, path: "api/news", body: {} },
    ])
        await ask.tell({ shown: wrong });
    await ask.tell(null);
    state.isDown = true;
    const kept = await ask(shown.path);
    assert.deepEqual(await kept.json(), { n: 2 });
    assert.equal(kept.headers.get("tickertape-kept-at"), String(at));
    assert.equal(Date.parse(kept.headers.get("date")), Math.floor(at / 1000) * 1000);
    assert.equal(stores.get("tickertape answers").entries.size, 1);
});

test("where a proxy has no server figures come from before; what the server refuses is told", async () => {
    const { state, start } = browser();
    serve(state, page1, "one");
    const ask = await start(versionOf(page1, "v1"));
    const url = `${scope}api/news`;
    state.net.set(url, () => new Response('{"n":1}'));
    await ask("api/news");
    state.net.set(url, () => new Response("bad gateway", { status: 502 }));
    assert.deepEqual(await (await ask("api/news")).json(), { n: 1 });
    state.net.set(url, () => new Response("{}", { status: 503, headers: { "content-type": "application/problem+json" } }));
    assert.equal((await ask("api/news")).status, 503);
    state.net.set(`${scope}api/trending`, () => new Response("bad gateway", { status: 502 }));
    assert.equal((await ask("api/trending")).status, 502);
});

test("a new version takes over whole; a page that is still open finds its files", async () => {
    const { state, start, stores } = browser();
    serve(state, page1, "one");
    const old = await start(versionOf(page1, "v1"));
    state.net.clear();
    serve(state, page2, "two");
    const ask = await start(versionOf(page2, "v2"));
    assert.equal(await (await ask(page1)).text(), "one", "the server has it no more");
    state.isDown = true;
    assert.match(await (await ask("", { mode: "navigate" })).text(), /of two/);
    assert.equal(await (await old(page1)).text(), "one");
    state.isDown = false;
    state.net.clear();
    serve(state, "static/page-333333333333.js", "three");
    await start(versionOf("static/page-333333333333.js", "v3"));
    assert.deepEqual([...stores.keys()].filter((name) => /files/.test(name)),
        ["tickertape files v2", "tickertape files v3"]);
});

test("while the server is being replaced, no page is kept with files of another version", async () => {
    const { state, start, stores } = browser();
    serve(state, page1, "one");
    await start(versionOf(page1, "v1"));
    serve(state, page2, "two");
    state.net.set(scope, () => new Response(`<script src="${page1}">`)); // by the other instance
    await assert.rejects(start(versionOf(page2, "v2")), /another version/);
    assert.equal(stores.get("tickertape files v2").entries.has(scope), false);
});

test("in the sources, without names of files, it does nothing", async () => {
    const { state, start, stores } = browser();
    const ask = await start({ version: "", files: [] });
    state.isDown = true;
    assert.equal(await ask("", { mode: "navigate" }), undefined);
    assert.equal(await ask("api/news"), undefined);
    assert.deepEqual([...stores.keys()], []);
});
