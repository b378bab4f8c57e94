// Questions that are answered, refused, or not answered at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Api } from "../../static/api.js";

const clock = { note() {}, noteAnswer() {}, time: 0, steady: () => clock.time };

function answers(t, how) {
    const { fetch } = globalThis;
    globalThis.fetch = how;
    t.after(() => { globalThis.fetch = fetch; });
}

// Never ends by itself.
const silence = (signal) => new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
});

test("what is not answered in time is not waited for", async (t) => {
    const alive = setInterval(() => {}, 1000);
    t.after(() => clearInterval(alive));
    const api = new Api(clock, 20);
    answers(t, (path, { signal }) => silence(signal));
    assert.equal(await api.prices(), null);
    assert.equal(api.outcome, "silent");
    answers(t, async (path, { signal }) => ({
        ok: true, headers: new Headers(), json: () => silence(signal),
    }));
    assert.equal(await api.prices(), null, "nor where it stops halfway");
});

test("a whole list is one question", async (t) => {
    let asked;
    answers(t, async (path) => {
        asked = path;
        return Response.json({ watchlist: [] });
    });
    clock.time = 70;
    const api = new Api(clock);
    assert.deepEqual(await api.watchlist(["BTC-USD", "ETH-USD"], 61), { watchlist: [], askedAt: 70 });
    assert.equal(asked, "api/watchlist?points=61&symbols=BTC-USD,ETH-USD");
    assert.deepEqual([api.outcome, api.answeredAt], ["", 70]);
});

for (const [status, header, outcome, waitMs] of [
    [429, "4", "often", 4_000],
    [429, "0", "often", 1_000],
    [429, null, "often", 5_000],
    [429, "Wed, 21 Oct 2026 07:28:00 GMT", "often", 5_000],
    [503, "30", "busy", 30_000],
    [503, "1000000", "busy", 600_000],
    [503, null, "error", 0],
    [500, null, "error", 0],
    [404, null, "error", 0],
])
    test(`after ${status} with Retry-After ${header} nothing is asked for ${waitMs} ms`, async (t) => {
        let asked = 0;
        answers(t, async () => {
            asked += 1;
            return new Response("{}", { status, headers: header ? { "retry-after": header } : {} });
        });
        clock.time = 1_000;
        const api = new Api(clock);
        assert.equal(await api.prices(), null);
        assert.deepEqual([api.outcome, api.status, api.waitMs], [outcome, status, waitMs]);
        clock.time += Math.max(0, waitMs - 1);
        if (waitMs > 0) assert.equal(await api.feed("BTC-USD"), null);
        assert.equal(asked, 1);
        clock.time += 1;
        await api.prices();
        assert.equal(asked, 2);
    });

test("a server without an archive is asked about it once", async (t) => {
    const asked = [];
    const type = "https://tickertape.dev/problems/no-archive";
    answers(t, async (path) => {
        asked.push(path);
        return Response.json({ type }, { status: 404 });
    });
    const api = new Api(clock);
    const both = await Promise.all([api.stats("BTC-USD", 0), api.candles("BTC-USD", { limit: 1 })]);
    assert.deepEqual(both, [{ isAbsent: true }, { isAbsent: true }]);
    assert.deepEqual(await api.candles("ETH-USD", {}), { isAbsent: true });
    assert.deepEqual(asked, ["api/prices/btc-usd/stats?since=0"]);
});

test("whether there is an archive is asked again until it is known", async (t) => {
    let asked = 0;
    answers(t, async () => {
        asked += 1;
        if (asked === 1) throw new TypeError("no network");
        return Response.json({ candles: [] });
    });
    const api = new Api(clock);
    const all = await Promise.all([0, 1, 2].map((limit) => api.candles("BTC-USD", { limit })));
    assert.deepEqual(all.map((answer) => answer?.candles), [undefined, [], []]);
    assert.equal(asked, 3);
});
