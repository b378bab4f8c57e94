import assert from "node:assert/strict";
import { test } from "node:test";
import { LastState, lastState } from "../../static/model/last_state.js";
import { lastKey } from "../../static/model/store.js";
import { Market } from "../../static/model/market.js";
import { troubleOf } from "../../static/model/truth.js";
import { Storage, brokenStorage } from "./support.mjs";

const at = Date.UTC(2026, 10, 23, 5);
const newest = { symbol: "BTC-USD", price: 69420.25, at, source: "pipe" };

test("the last prices are kept, and not more often than needed", () => {
    const storage = new Storage();
    const last = new LastState(storage);
    const facts = { symbols: ["BTC-USD", "ETH-USD"], quotes: [{ newest }, { newest: null }] };
    assert.equal(last.note(facts, at), true);
    assert.equal(last.note(facts, at + 5_000), false);
    assert.equal(last.note(facts, at + 10_000), true);
    assert.equal(last.note(facts, at - 3_600_000), true, "the clock was set back");
    const { symbols, prices } = lastState(storage);
    assert.deepEqual(symbols, ["BTC-USD", "ETH-USD"]);
    assert.deepEqual(prices, [{
        symbol: "BTC-USD", price: 69420.25, timestamp: at / 1000, source: "pipe", stale: true,
    }]);
});

for (const text of ["", "{", "7", "null", '{"at":1}', '{"at":1,"prices":[],"symbols":["<b>"]}', '{"at":"x","prices":[],"symbols":["A-B"]}'])
    test(`what is no state is none: ${text}`, () =>
        assert.equal(lastState(new Storage({ [lastKey]: text })), null));

test("of a spoilt state the right prices are left", () => {
    const price = { symbol: "A-B", price: 1, timestamp: 2, source: "x", stale: true };
    const raw = { at: 1, symbols: ["A-B", 7], prices: [price, { ...price, price: -1 }, { ...price, timestamp: "2" }, null] };
    assert.deepEqual(lastState(new Storage({ [lastKey]: JSON.stringify(raw) })), { at: 1, symbols: ["A-B"], prices: [price] });
    assert.equal(lastState(brokenStorage), null);
});

test("a price that was kept takes the place of an older one of the page, and of nothing else", () => {
    const quote = new Market().of("BTC-USD");
    const seed = (price, timestamp) => quote.takeSeed({ price, timestamp, source: "x", stale: true }, true);
    seed(1, 100);
    seed(2, 90);
    assert.equal(quote.newest.price, 1);
    seed(3, 110);
    assert.equal(quote.newest.price, 3);
    assert.equal(quote.ageAt(0), null, "its age is not known until the server says it");
    quote.takeTick({ id: "120000-0", at: 120_000, price: 4, symbol: "BTC-USD", source: "x" }, 0);
    seed(5, 130);
    assert.equal(quote.newest.price, 4);
});

test("the banner says when the server was last heard", () => {
    const heardAt = Date.now() - 12 * 60_000;
    const facts = {
        truth: { name: "reconnecting" }, connection: { name: "reconnecting", retryAt: null }, symbol: "BTC-USD",
        newest, ageMs: null, awaySince: 0, hereNow: 60_000, answeredAt: -Infinity, outcome: "silent", heardAt,
    };
    const { title, detail } = troubleOf(facts);
    assert.match(title, /cannot be reached/);
    assert.match(detail, /^The price shown is the last one that was kept\. The server was last heard at .*, 12 min ago\.$/);
    assert.doesNotMatch(troubleOf({ ...facts, heardAt: null }).detail, /last heard/);
});
