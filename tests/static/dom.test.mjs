// Views over a document that is in the hands of the test.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Series } from "../../static/model/series.js";
import { Zone } from "../../static/model/zone.js";
import { startDocument } from "./support/dom.mjs";

const { document, frames, draw } = startDocument();
const { arrange, byId, flash, runsOf } = await import("../../static/view/dom.js");
const { configureFormats } = await import("../../static/format.js");
const { TickList } = await import("../../static/view/ticks.js");
const { Detail } = await import("../../static/view/detail.js");

function listOf(names) {
    const parent = document.createElement("ul");
    const of = {};
    for (const name of names) parent.append((of[name] = document.createElement(name)));
    for (const child of parent.children) child.moves = 0;
    return { parent, of, order: () => parent.children.map((child) => child.name).join("") };
}

test("however many moves there are, one flash waits for the frame, and it is the newest", () => {
    const node = document.createElement("p");
    for (let i = 0; i < 100; i += 1) flash(node, i === 99 ? "down" : "up");
    assert.equal(frames.length, 1);
    draw();
    assert.equal(node.getAttribute("data-flash"), "down");
    flash(node, "up");
    assert.equal(node.getAttribute("data-flash"), null, "it begins anew");
    draw();
    assert.equal(node.getAttribute("data-flash"), "up");
});

test("of a figure that moves only the characters that differ can flash", () => {
    const marked = (before, text) => runsOf(before, text)
        .map((run) => (run.isChanged ? `[${run.text}]` : run.text)).join("");
    assert.equal(marked("", "$9,420.25"), "[$9,420.25]");
    assert.equal(marked("$9,420.25", "$9,421.27"), "$9,42[1].2[7]");
    assert.equal(marked("$9,421.27", "$10,421.27"), "[$10,421.27]", "all of it has moved");
});

test("in a tab that nobody sees nothing waits", () => {
    document.hidden = true;
    for (let i = 0; i < 100; i += 1) flash(document.createElement("p"), "up");
    document.hidden = false;
    assert.equal(frames.length, 0);
});

test("children come in the order wanted, new ones in, others out", () => {
    const { parent, of, order } = listOf("abcd");
    const e = document.createElement("e");
    arrange(parent, [of.d, of.a, e, of.c]);
    assert.equal(order(), "daec");
    arrange(parent, []);
    assert.equal(order(), "");
});

for (const wanted of ["cabd", "abdc", "cdab", "c", "dcba", "xcab"])
    test(`the one that is held is not moved on the way to ${wanted}`, () => {
        const { parent, of, order } = listOf("abcd");
        of.x = document.createElement("x");
        arrange(parent, [...wanted].map((name) => of[name]), of.c);
        assert.equal(order(), wanted);
        assert.equal(of.c.moves, 0);
    });

test("the one with the focus in it is held", () => {
    const { parent, of, order } = listOf("abc");
    document.activeElement = document.createElement("button");
    of.c.append(document.activeElement);
    arrange(parent, [of.c, of.b, of.a]);
    assert.equal(order(), "cba");
    assert.equal(of.c.moves, 0);
    arrange(parent, [of.a]);
    assert.equal(order(), "a", "also where it goes");
    document.activeElement = null;
});

test("after midnight the ticks of before say which day they are of", () => {
    configureFormats({ locale: "en-US", currencyDisplay: "symbol", timeZone: "Asia/Kolkata" });
    const zone = new Zone("Asia/Kolkata");
    const midnight = Date.UTC(2024, 3, 7, 18, 30);
    const series = new Series();
    series.add({ id: `${midnight - 5000}-0`, price: 7, symbol: "BTC-USD", source: "pipe" });
    const list = new TickList();
    const drawAt = (now) => {
        list.draw({ series, currency: "USD", now, day: zone.dayOf(now) });
        return byId("ticks").words;
    };
    assert.doesNotMatch(drawAt(midnight - 1000), /Apr/);
    const [row] = byId("ticks").children;
    drawAt(midnight - 1);
    assert.equal(byId("ticks").children[0], row, "within a day a row is made once");
    assert.match(drawAt(midnight), /Apr 7, 2024/);
});

test("providers of another symbol are not offered, and without a connection none are", () => {
    const detail = new Detail();
    const section = byId("providers");
    const facts = { currency: "USD", now: 0, connection: { name: "open" } };
    const use = { isUsed: true, words: "used" };
    const row = { name: "kraken", kind: "good", words: "answering", use, price: 7, pricedAt: 0 };
    detail.draw({ policy: "", rows: [row] }, facts, false);
    assert.deepEqual([section.hidden, section.getAttribute("aria-busy")], [false, "false"]);
    detail.draw(null, facts, true);
    assert.deepEqual([section.hidden, section.getAttribute("aria-busy")], [false, "true"]);
    detail.draw(null, { ...facts, connection: { name: "offline" } }, true);
    assert.equal(section.hidden, true);
    detail.draw({ policy: "", rows: [row] }, facts, false);
    assert.equal(section.hidden, false);
});
