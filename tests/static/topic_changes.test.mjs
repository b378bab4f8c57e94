// What changes of topics make of the answers that the tabs show.

import assert from "node:assert/strict";
import { test } from "node:test";
import { changedFigures, networkAfter } from "../../static/model/bitcoin_changes.js";
import { changed } from "../../static/model/market_changes.js";
import { changedNews } from "../../static/model/news_changes.js";

const coin = (rank, id, more = {}) => ({ rank, place: rank, id, price: rank, price_symbol: null, ...more });
const table = {
    source: "a", updated_at: 10, total: 3, stale: false,
    coins: [coin(1, "x", { sparkline: [1] }), coin(2, "y", { sparkline: [2] }), coin(3, "z", { sparkline: [3] })],
};
const head = { source: "a", updated_at: 12, total: 3, stale: false };

test("a change takes the place of a row, which keeps the shape of its coin", () => {
    const to = changed(table, { ...head, coins: [coin(1, "y"), coin(2, "x")] });
    assert.equal(to.isLacking, false);
    assert.deepEqual(to.table.coins.map(({ id, sparkline }) => [id, sparkline]),
        [["y", [2]], ["x", [1]], ["z", [3]]]);
    assert.equal(to.table.updated_at, 12);
    assert.equal(to.table.coins[2], table.coins[2], "what has not changed is not drawn");
    assert.equal(table.coins[0].id, "x");
});

test("what a change lacks is asked for", () => {
    assert.equal(changed(table, { ...head, coins: [coin(3, "new")] }).isLacking, true);
    assert.deepEqual(changed(table, { ...head, source: "b", coins: [coin(1, "x")] }),
        { table: null, isLacking: true });
    const shorter = changed(table, { ...head, total: 2, coins: [] });
    assert.deepEqual([shorter.table.coins.length, shorter.isLacking], [2, false]);
    const torn = changed(table, { ...head, total: 6, coins: [coin(6, "w")] });
    assert.deepEqual([torn.table.coins.length, torn.isLacking], [3, true]);
});

test("a price of the server stays until there is a tick", () => {
    const ours = { ...table, coins: [coin(1, "x", { price: 99, price_source: "k", price_symbol: "X-USD" })] };
    const row = coin(1, "x", { price: 5, price_source: "a", streamed_as: "X-USD" });
    const [one] = changed(ours, { ...head, total: 1, coins: [row] }).table.coins;
    assert.deepEqual([one.price, one.price_source, one.price_symbol], [99, "k", "X-USD"]);
    const [other] = changed(table, { ...head, coins: [row] }).table.coins;
    assert.deepEqual([other.price, other.price_symbol], [5, null]);
});

test("a figure of Bitcoin keeps the window over which it is computed", () => {
    const answer = {
        price: 1, dominance: 5, stale: false, withheld: { dominance: "no" },
        sources: { dominance: { source: "a", at: 1, window_days: 30 }, price: { source: "b", at: 1 } },
    };
    const by = { source: "a", at: 2, computed: false, stale: false };
    const { answer: next } = changedFigures(answer, { figures: [
        { name: "dominance", value: 6, ...by }, { name: "price", value: null, ...by, stale: true, withheld: "why" }] });
    assert.deepEqual([next.dominance, next.price, next.stale, next.withheld], [6, null, true, { price: "why" }]);
    assert.deepEqual([next.sources.dominance.at, next.sources.dominance.window_days], [2, 30]);
    assert.equal(answer.price, 1);
    assert.deepEqual(networkAfter({ figures: [{ name: "price" }] }), {});
    assert.deepEqual(networkAfter({ figures: [{ name: "circulating_supply" }] }), { askInMs: 0 });
});

test("news come newest first, those of the future last, and a search is asked for", () => {
    const item = (link, at) => ({ link, published_at: at });
    const answer = {
        updated_at: 1_000, age_seconds: 5, missing_feeds: 0, total: 2, stale: false,
        items: [item("a", 900), item("ahead", 9_000)],
    };
    const state = { updated_at: 1_004, missing_feeds: 0, stale: false, items: [item("b", 950), item("a", 900)] };
    const all = { source: "", query: "", limit: 50 };
    const { answer: next, askInMs } = changedNews(answer, state, 2_000, all, 10_000);
    assert.deepEqual(next.items.map(({ link }) => link), ["b", "a", "ahead"]);
    assert.deepEqual([next.total, next.age_seconds, askInMs], [3, 3, 50_000]);
    assert.deepEqual(changedNews(answer, state, 0, { ...all, query: "x" }, 0), { askInMs: 0 });
    assert.equal(changedNews(answer, { ...state, missing_feeds: 1 }, 0, all, 0).askInMs, 0);
});
