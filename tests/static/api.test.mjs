// Questions that are answered, refused, or not answered at all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Api } from "../../static/api.js";

const clock = { note() {} };

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
    assert.equal(await api.newestTicks("BTC-USD", 60), undefined);
    answers(t, async (path, { signal }) => ({
        ok: true, headers: new Headers(), json: () => silence(signal),
    }));
    assert.equal(await api.price("BTC-USD"), null, "nor where it stops halfway");
});

test("no answer is another thing than none held", async (t) => {
    const api = new Api(clock);
    answers(t, async () => new Response("{}", { status: 429 }));
    assert.equal(await api.newestTicks("BTC-USD", 60), undefined);
    assert.equal(await api.priceAt("BTC-USD", 1), undefined);
    assert.equal(await api.firstTick("BTC-USD"), undefined);
    answers(t, async () => Response.json({ ticks: [] }));
    assert.deepEqual(await api.newestTicks("BTC-USD", 60), []);
    assert.equal(await api.priceAt("BTC-USD", 1), null);
    assert.equal(await api.firstTick("BTC-USD"), null);
});

test("the first tick is that of all that is held", async (t) => {
    let asked;
    answers(t, async (path) => {
        asked = path;
        return Response.json({ ticks: [{ id: "5000-1", price: 7 }], more: true });
    });
    assert.deepEqual(await new Api(clock).firstTick("BTC-USD"), { at: 5000, price: 7 });
    assert.equal(asked, "/api/prices/btc-usd/history?since=0&limit=1");
});
