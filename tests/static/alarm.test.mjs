import assert from "node:assert/strict";
import { test } from "node:test";
import { Alarms, alarmsMax, cleanAlarms } from "../../static/model/alarm.js";
import { alarmsKey } from "../../static/model/store.js";
import { Storage, brokenStorage } from "./support.mjs";

const symbol = "BTC-USD";
const above = { symbol, side: "above", price: 100 };
const below = { symbol, side: "below", price: 100 };

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
