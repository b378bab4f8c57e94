// What the page of a coin asks for and says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { configureFormats } from "../../static/format.js";
import {
    chartWords, figuresOf, historyPathOf, idOf, linksOf, noticeOf, whyWords,
} from "../../static/model/coin_page.js";
import { priceScaleOf, stretchesOf } from "../../static/model/comparison.js";

configureFormats({ locale: "en-US", currencyDisplay: "symbol", timeZone: "UTC" });

test("the id of a coin stands in the address", () => {
    assert.equal(idOf("/coin/bitcoin"), "bitcoin");
    assert.equal(idOf("/prefix/coin/a%2Fb"), "a/b");
    for (const other of ["/coin/", "/coins/x", "/coin/%zz", "/market"]) assert.equal(idOf(other), "");
    assert.equal(historyPathOf("a b", "7d"), "api/cryptos/a%20b/history?range=7d");
});

test("only links to pages are links, told by their hosts", () => {
    assert.deepEqual(linksOf(["http://www.bitcoin.org/x", "javascript:alert(1)", "", "https://mempool.space/"]), [
        { href: "http://www.bitcoin.org/x", host: "bitcoin.org" },
        { href: "https://mempool.space/", host: "mempool.space" },
    ]);
    assert.deepEqual(linksOf(undefined), []);
});

test("figures are those of the row, and of the depth where the row has none", () => {
    const coin = { market_cap: 1.3e12, volume_24h: null, ath: 126080, ath_at: 100, withheld: { volume_24h: "is absurd" } };
    const figures = figuresOf(coin, { atl: 67.81, atl_at: 50, ath: 1, max_supply: 21e6 }, (at) => `day ${at}`);
    const of = (field) => figures.find((one) => one.field === field);
    assert.equal(of("market_cap").text, "$1.30T");
    assert.equal(of("market_cap").title, "$1,300,000,000,000");
    assert.match(of("volume_24h").spoken, /withheld: is absurd/);
    assert.deepEqual([of("ath").value, of("ath").note], [126080, "day 100"]);
    assert.deepEqual([of("atl").value, of("atl").note], [67.81, "day 50"]);
    assert.equal(of("max_supply").text, "21.00M");
    assert.equal(of("total_supply").value, null);
    assert.equal(figuresOf(coin, null, String).find(({ field }) => field === "atl").note, "");
});

test("why there is no more than a row, and from whom the chart is", () => {
    assert.equal(whyWords({ detail: {}, why: null }), "");
    assert.equal(whyWords({ detail: null, why: "the budget is spent", retry_after: 360 }),
        "There is no description: the budget is spent. It can be asked for again in 6 min.");
    assert.match(whyWords({ detail: {}, why: "x", retry_after: null }), /^The description is of before: x\.$/);
    assert.equal(chartWords({ points: [[1, 2]], sources: ["archive", "coinbase"], step: "1d", why: null }),
        "Prices by the day, of this server and coinbase");
    assert.equal(chartWords({ points: [], sources: [], step: "1h", why: "nobody answers" }),
        "There is no history: nobody answers.");
});

test("a coin that is not in the table is no error of the server", () => {
    const notice = noticeOf({ answer: null, trouble: { kind: "error", status: 404 }, sinceMs: 0, retryMs: 0 });
    assert.match(notice.title, /no such coin/);
    assert.match(noticeOf({ answer: null, trouble: { kind: "off", status: 404 }, sinceMs: 0, retryMs: 0 }).title,
        /no table/);
});

test("prices have a scale of their own, and hours are not days apart", () => {
    const { low, high } = priceScaleOf([{ changes: [[1, 60_000], [2, 65_000]] }]);
    assert.ok(low > 50_000 && low <= 60_000 && high >= 65_000 && high < 70_000, `${low} ${high}`);
    const flat = priceScaleOf([{ changes: [[1, 1], [2, 1]] }]);
    assert.ok(flat.low < 1 && flat.high > 1);
    const hours = [[0, 1], [3_634, 2], [7_190, 3], [20_000, 4]];
    assert.equal(stretchesOf(hours, 3_600).length, 2);
});
