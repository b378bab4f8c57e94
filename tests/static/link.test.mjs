import assert from "node:assert/strict";
import { test } from "node:test";
import { readLink, writeLink } from "../../static/model/link.js";

test("a link says which symbol and range", () => {
    const said = readLink("http://h/?symbol=eth-usd&range=24H");
    assert.deepEqual(said, { symbol: "ETH-USD", range: "24h" });
});

test("what a link does not say, or says wrongly, is left open", () => {
    assert.deepEqual(readLink("http://h/"), { symbol: null, range: null });
    assert.deepEqual(readLink("http://h/?symbol=&range=7y"), { symbol: null, range: null });
});

test("a written link reads back, and keeps what it does not know", () => {
    const wanted = { symbol: "ETH-USD", range: "all" };
    const href = writeLink("http://h/?theme=x&symbol=A-B#there", wanted);
    assert.equal(href, "http://h/?theme=x&symbol=ETH-USD&range=all#there");
    assert.deepEqual(readLink(href), wanted);
});

test("without a range the address names none", () => {
    const href = writeLink("http://h/?symbol=A-B&range=1h", { symbol: "A-B", range: "" });
    assert.equal(href, "http://h/?symbol=A-B");
});
