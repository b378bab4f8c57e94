import assert from "node:assert/strict";
import { test } from "node:test";
import { Alarms, alarmsMax, cleanAlarms, sideOf } from "../../static/model/alarm.js";
import { configureFormats } from "../../static/format.js";
import { hitWords } from "../../static/view/alarm_words.js";
import { alarmsKey } from "../../static/model/store.js";
import { Storage, brokenStorage } from "./support.mjs";

configureFormats({ locale: "en-US", currencyDisplay: "symbol", timeZone: "UTC" });
const symbol = "BTC-USD";
const above = { symbol, side: "above", price: 100 };
const below = { symbol, side: "below", price: 100 };

test("which side an alarm waits on follows from the price now", () => {
    assert.deepEqual([101, 99, 100].map((price) => sideOf(price, 100)), ["above", "below", null]);
    assert.equal(sideOf(100, undefined), "above", "without a price it is expected to rise");
});

test("an alarm that is set beside a known price goes off with the next one that crosses it", () => {
    const alarms = new Alarms(new Storage());
    alarms.add(above, 99);
    assert.equal(alarms.check({ symbol, price: 101 }, 0).length, 1);
    const unknown = new Alarms(new Storage());
    unknown.add(above);
    assert.equal(unknown.check({ symbol, price: 101 }, 0).length, 0, "it may have been there before");
});

test("when an alarm went off last is known until it is removed", () => {
    const alarms = new Alarms(new Storage());
    alarms.add(above);
    alarms.check({ symbol, price: 99 }, 0);
    assert.equal(alarms.wentOffAt(above), null);
    const before = Date.now();
    alarms.check({ symbol, price: 100 }, 1);
    assert.ok(alarms.wentOffAt(above) >= before);
    assert.deepEqual(alarms.of(symbol), [above]);
    assert.deepEqual(alarms.of("ETH-USD"), []);
    alarms.remove(above);
    alarms.add(above);
    assert.equal(alarms.wentOffAt(above), null);
});

// How often each of these prices, a minute and a second apart, sets the alarm off.
function hits(alarm, prices, stepMs = 61_000) {
    const alarms = new Alarms(new Storage());
    alarms.add(alarm);
    return prices.map((price, i) => alarms.check({ symbol, price }, i * stepMs).length);
}

test("an alarm goes off when the price comes to it", () => {
    assert.deepEqual(hits(above, [99, 99.5, 100, 101]), [0, 0, 1, 0]);
    assert.deepEqual(hits(below, [101, 100, 99]), [0, 1, 0]);
});

test("one that was reached from the start says nothing until it was left", () => {
    assert.deepEqual(hits(above, [101, 102, 99, 100]), [0, 0, 0, 1]);
});

test("a price that trembles sets it off once a minute at most", () => {
    assert.deepEqual(hits(above, [99, 100, 99, 100, 99, 100], 1_000), [0, 1, 0, 0, 0, 0]);
    assert.deepEqual(hits(above, [99, 100, 99, 100]), [0, 1, 0, 1]);
});

test("another symbol's price is nothing to it", () => {
    const alarms = new Alarms(new Storage());
    alarms.add(above);
    alarms.check({ symbol, price: 99 });
    assert.deepEqual(alarms.check({ symbol: "ETH-USD", price: 200 }), []);
    assert.deepEqual(alarms.symbols, [symbol]);
});

test("alarms survive the page, each once", () => {
    const storage = new Storage();
    const alarms = new Alarms(storage);
    assert.equal(alarms.add(above), true);
    assert.equal(alarms.add(above), false);
    alarms.add(below);
    alarms.remove(above);
    assert.deepEqual(new Alarms(storage).list, [below]);
});

test("what is no alarm is not kept", () => {
    const raw = [
        above, null, 7,
        { symbol, side: "above", price: "1" }, { symbol, side: "up", price: 1 },
        { symbol, side: "below", price: -1 }, { side: "below", price: 1 },
    ];
    assert.deepEqual(cleanAlarms(raw), [above]);
    assert.deepEqual(cleanAlarms({}), []);
    assert.deepEqual(new Alarms(new Storage({ [alarmsKey]: "{" })).list, []);
    assert.equal(new Alarms(brokenStorage).add(above), true);
});

test("there is room for so many", () => {
    const alarms = new Alarms(new Storage());
    for (let price = 1; price <= alarmsMax; price += 1) {
        assert.equal(alarms.isFull, false);
        assert.equal(alarms.add({ symbol, side: "above", price }), true);
    }
    assert.equal(alarms.isFull, true);
    assert.equal(alarms.add({ symbol, side: "above", price: 1000 }), false);
});

test("an alarm that went off says what happened, and the price now", () => {
    assert.equal(hitWords({ symbol, side: "below", price: 68_980 }, 68_961),
        "BTC-USD fell to $68,980.00, now $68,961.00");
    assert.equal(hitWords(above, 101), "BTC-USD rose to $100.00, now $101.00");
});
