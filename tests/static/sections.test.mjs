import assert from "node:assert/strict";
import { test } from "node:test";
import { inOrder, moved, toggled } from "../../static/model/sections.js";
import { cleanSettings } from "../../static/model/settings.js";

const keys = (order) => inOrder(order).map(({ key }) => key).join(" ");
const usual = "plot statistics watchlist providers ticks";

test("sections are moved within their column only", () => {
    assert.equal(keys(""), usual);
    assert.equal(moved("", "statistics", -1), "statistics plot watchlist providers ticks");
    assert.equal(moved(moved("", "statistics", -1), "statistics", 1), usual);
    assert.equal(moved("", "statistics", 1), usual, "below it another column begins");
    assert.equal(moved("", "plot", -1), usual);
    assert.equal(moved("", "ticks", -1), usual);
    assert.equal(keys("providers"), "plot statistics providers watchlist ticks");
});

test("sections are hidden and shown", () => {
    assert.equal(toggled("", "ticks", false), "ticks");
    assert.equal(toggled("ticks plot", "ticks", true), "plot");
    assert.equal(toggled("ticks", "ticks", false), "ticks");
});

test("what is kept is checked", () => {
    assert.equal(cleanSettings({ hidden: "ticks plot" }).hidden, "ticks plot");
    for (const wrong of [null, 7, ["ticks"], '"><b>']) assert.equal(cleanSettings({ order: wrong }).order, "");
    assert.equal(keys("nothing ticks ticks providers"), "plot statistics providers watchlist ticks");
});
