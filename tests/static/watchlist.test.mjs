import assert from "node:assert/strict";
import { test } from "node:test";
import { watchlistKey } from "../../static/model/store.js";
import { Watchlist } from "../../static/model/watchlist.js";
import { Storage, brokenStorage } from "./support.mjs";

const served = ["BTC-USD", "ETH-USD", "SOL-USD"];

function listOf(storage = new Storage(), symbols = served) {
    const list = new Watchlist(storage);
    list.serve(symbols);
    return list;
}

test("before the visitor has chosen, the list is the server's, cut short", () => {
    assert.deepEqual(listOf().symbols, served);
    const many = Array.from({ length: 40 }, (_, i) => `S${i}-USD`);
    assert.deepEqual(listOf(new Storage(), many).symbols, many.slice(0, 8));
});

test("what is added, moved and removed survives the page", () => {
    const storage = new Storage();
    const list = listOf(storage);
    list.remove("ETH-USD");
    list.moveBy("SOL-USD", -1);
    list.add("ETH-USD");
    assert.deepEqual(list.symbols, ["SOL-USD", "BTC-USD", "ETH-USD"]);
    assert.deepEqual(listOf(storage).symbols, list.symbols);
});

test("the last one may go too", () => {
    const storage = new Storage();
    const list = listOf(storage);
    for (const symbol of served) list.remove(symbol);
    assert.deepEqual(listOf(storage).symbols, []);
});

test("what cannot be done changes nothing", () => {
    const list = listOf();
    let told = 0;
    list.addEventListener("change", () => { told += 1; });
    assert.equal(list.add("BTC-USD"), false);
    assert.equal(list.add("NONE-USD"), false);
    assert.equal(list.remove("NONE-USD"), false);
    assert.equal(list.moveBy("BTC-USD", -1), false);
    assert.equal(list.moveBy("SOL-USD", 1), false);
    assert.equal(told, 0);
});

test("what this server lacks is kept for one that has it", () => {
    const storage = new Storage({ [watchlistKey]: '["XRP-EUR","ETH-USD"]' });
    const list = listOf(storage);
    assert.deepEqual(list.symbols, ["ETH-USD"]);
    list.add("BTC-USD");
    list.moveTo("BTC-USD", 0);
    assert.deepEqual(list.symbols, ["BTC-USD", "ETH-USD"]);
    const elsewhere = listOf(storage, [...served, "XRP-EUR"]);
    assert.deepEqual(elsewhere.symbols, ["BTC-USD", "ETH-USD", "XRP-EUR"]);
});

for (const text of ["{", "7", '{"a":1}', "null"])
    test(`what is no list is none: ${text}`, () => {
        assert.deepEqual(listOf(new Storage({ [watchlistKey]: text })).symbols, served);
    });

test("of a spoilt list the symbols are left", () => {
    const text = JSON.stringify(["ETH-USD", 7, null, "<b>", "ETH-USD", "BTC-USD"]);
    assert.deepEqual(listOf(new Storage({ [watchlistKey]: text })).symbols, ["ETH-USD", "BTC-USD"]);
});

test("without a storage the list holds as long as the page", () => {
    const list = listOf(brokenStorage);
    list.remove("BTC-USD");
    assert.deepEqual(list.symbols, ["ETH-USD", "SOL-USD"]);
});

test("another tab's list is taken over", () => {
    const list = listOf();
    list.follow(["SOL-USD"]);
    assert.deepEqual(list.symbols, ["SOL-USD"]);
    list.follow(null);
    assert.deepEqual(list.symbols, served);
});
