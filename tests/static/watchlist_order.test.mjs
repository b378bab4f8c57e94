import assert from "node:assert/strict";
import { test } from "node:test";
import { ChangeOrder } from "../../static/model/watchlist_order.js";

const symbols = ["A", "B", "C", "D"];
const by = (ratios) => (symbol) => ratios[symbol] ?? null;

test("the largest rise is first, and what is not known last", () => {
    const order = new ChangeOrder();
    assert.deepEqual(order.of(symbols, by({ A: -0.1, B: 0.2, D: 0.3 }), 0, false), ["D", "B", "A", "C"]);
});

test("equal changes, and none at all, leave the visitor's order", () => {
    assert.deepEqual(new ChangeOrder().of(symbols, by({ A: 0.1, C: 0.1 }), 0, false), ["A", "C", "B", "D"]);
    assert.deepEqual(new ChangeOrder().of(symbols, by({}), 0, false), symbols);
});

test("rows do not hop: the order stays for seconds, and while somebody is at the list", () => {
    const order = new ChangeOrder();
    const first = order.of(symbols, by({ A: 1 }), 0, false);
    const later = by({ B: 1 });
    assert.deepEqual(order.of(symbols, later, 4_999, false), first);
    assert.deepEqual(order.of(symbols, later, 60_000, true), first);
    assert.equal(order.of(symbols, later, 60_000, false)[0], "B");
    assert.deepEqual(order.of(["A", "B"], later, 60_001, true), ["B", "A"], "another list is sorted at once");
});
