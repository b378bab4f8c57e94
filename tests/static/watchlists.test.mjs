import assert from "node:assert/strict";
import { test } from "node:test";
import { watchlistKey, watchlistsKey } from "../../static/model/store.js";
import { Watchlist } from "../../static/model/watchlist.js";
import {
    Watchlists, cleanName, linkOfList, listOfLink, listsMax, nameMax,
} from "../../static/model/watchlists.js";
import { Storage, brokenStorage } from "./support.mjs";

const served = ["BTC-USD", "ETH-USD", "SOL-USD"];

function open(storage = new Storage()) {
    const current = new Watchlist(storage);
    current.serve(served);
    return { storage, current, lists: new Watchlists(storage, current) };
}

test("the list there was before is the first", () => {
    const { current, lists } = open(new Storage({ [watchlistKey]: '["XRP-EUR","ETH-USD"]' }));
    assert.deepEqual(lists.names, ["Watchlist"]);
    lists.create("Mine");
    assert.deepEqual(current.symbols, []);
    current.add("SOL-USD");
    lists.choose("Watchlist");
    assert.deepEqual(current.all, ["XRP-EUR", "ETH-USD"], "also what this server lacks");
    lists.choose("Mine");
    assert.deepEqual(current.symbols, ["SOL-USD"]);
});

test("lists survive the page, and so does the choice", () => {
    const { storage, lists, current } = open();
    lists.create("Mine");
    current.add("ETH-USD");
    lists.create("Other");
    lists.choose("Mine");
    const again = open(storage);
    assert.deepEqual(again.lists.names, ["Watchlist", "Mine", "Other"]);
    assert.equal(again.lists.chosen, "Mine");
    assert.deepEqual(again.current.symbols, ["ETH-USD"]);
    again.lists.choose("Watchlist");
    assert.deepEqual(again.current.symbols, served);
});

test("a list is renamed and deleted, but not the last one", () => {
    const { lists, current } = open();
    assert.equal(lists.rename(" Long  term "), "");
    assert.deepEqual(lists.names, ["Long term"]);
    assert.match(lists.remove(), /only list/);
    lists.create("Mine");
    assert.match(lists.rename("Long term"), /already/);
    assert.equal(lists.rename("Mine"), "");
    assert.equal(lists.remove(), "");
    assert.equal(lists.chosen, "Long term");
    assert.deepEqual(current.symbols, served);
});

test("names have limits, and there are only so many lists", () => {
    const { lists } = open();
    for (const wrong of ["", "  ", "\u0000", null, 7]) assert.match(lists.create(wrong), /needs a name/);
    assert.equal(cleanName("x".repeat(99)).length, nameMax);
    assert.equal(cleanName("a\u202eb\n c"), "a b c");
    for (let i = 1; i < listsMax; i += 1) assert.equal(lists.create(`L${i}`), "");
    assert.match(lists.create("one more"), /delete one first/);
    assert.equal(lists.names.length, listsMax);
});

test("what was exported can be imported elsewhere, and replaces nothing", () => {
    const { lists, current } = open();
    lists.create("Mine");
    current.add("ETH-USD");
    const text = lists.exported();
    const other = open();
    assert.deepEqual(other.lists.imported(text), { added: ["Watchlist 2", "Mine"], why: "" });
    assert.deepEqual(other.lists.imported(text).added, ["Watchlist 3", "Mine 2"]);
    other.lists.choose("Mine 2");
    assert.deepEqual(other.current.symbols, ["ETH-USD"]);
    other.lists.choose("Watchlist");
    assert.deepEqual(other.current.symbols, served);
});

for (const text of ["", "{", "7", "null", '{"lists":7}', '{"lists":[{"name":"x"}]}', "x".repeat(200_000)])
    test(`what is no file of lists adds none: ${text.slice(0, 30)}`, () => {
        const { lists } = open();
        assert.deepEqual(lists.imported(text).added, []);
        assert.match(lists.imported(text).why, /no watchlists/);
        assert.deepEqual(lists.names, ["Watchlist"]);
    });

test("of a spoilt file and a spoilt storage the rest is left", () => {
    const kept = { chosen: "gone", lists: [7, { name: "A", symbols: ["BTC-USD", 7, "<b>"] }, { name: "A", symbols: [] }] };
    const { lists } = open(new Storage({ [watchlistsKey]: JSON.stringify(kept) }));
    assert.deepEqual(lists.names, ["A"]);
    assert.equal(lists.chosen, "A");
    for (const storage of [brokenStorage, null]) {
        const other = open(storage);
        assert.equal(other.lists.create("B"), "");
        assert.deepEqual(other.lists.names, ["Watchlist", "B"]);
    }
});

test("a list goes into an address and comes back", () => {
    const list = { name: "Mine & yours", symbols: ["BTC-USD", "ETH-USD"] };
    const href = linkOfList("http://x/p/?symbol=A-B&range=1h", list);
    assert.equal(href, "http://x/p/?list=BTC-USD,ETH-USD&name=Mine+%26+yours");
    assert.deepEqual(listOfLink(href), list);
    assert.equal(linkOfList(href, null), "http://x/p/");
    assert.equal(listOfLink("http://x/?list=<b>,7"), null);
    assert.equal(listOfLink("http://x/"), null);
});
