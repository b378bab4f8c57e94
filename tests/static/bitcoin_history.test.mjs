// The closes of the Bitcoin tab's chart, and what is said of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { closesWords, hasLine, historyPathOf, lineOf, ranges } from "../../static/model/bitcoin_history.js";
import { stretchesOf } from "../../static/model/comparison.js";

const first = Date.parse("2024-03-08T00:00:00Z") / 1000;
const dayS = 86_400;
const dayOf = (index) => new Date((first + index * dayS) * 1000).toISOString().slice(0, 10);
const answerOf = (indexes, more = {}) => ({
    symbol: "BTC-USD",
    closes: indexes.map((index) => ({ day: dayOf(index), close: 60_000 + index, ...(index === 30 && { running: true }) })),
    sources: [{ from: dayOf(0), source: "coinbase" }, { from: dayOf(30), source: "archive" }],
    ...more,
});
const all = Array.from({ length: 31 }, (_, i) => i);
const given = { range: "30d", now: (first + 30.5 * dayS) * 1000, trouble: null, unheardMs: 0, day: (s) => new Date(s * 1000).toISOString().slice(0, 10) };

test("the ranges are those of the route", () => {
    assert.deepEqual(ranges.map(({ key }) => key), ["30d", "90d", "12mo", "10y"]);
    assert.equal(historyPathOf("12mo"), "api/bitcoin/history?range=12mo");
});

test("a day that is missing breaks the line, and the running day is known", () => {
    const { changes, soFar } = lineOf(answerOf(all.filter((i) => i !== 4 && i !== 5)));
    assert.equal(soFar, first + 30 * dayS);
    assert.deepEqual(changes[0], [first, 60_000]);
    assert.deepEqual(stretchesOf(changes).map(({ length }) => length), [4, 25]);
    assert.equal(lineOf(answerOf([0, 1])).soFar, null);
});

test("what is said names the sources, what is missing, and the day that is not over", () => {
    const whole = closesWords(answerOf(all), given);
    assert.equal(whole, "Closes of each day (UTC) of BTC-USD, from Coinbase and this server's own prices. " +
        "The ring is today so far.");
    assert.match(closesWords(answerOf(all.filter((i) => i !== 4)), given), /One day is missing: there the line is broken/);
    assert.match(closesWords(answerOf(all.filter((i) => i % 3)), given), /begin on 2024-03-09\. 9 days are missing/);
    assert.doesNotMatch(closesWords(answerOf(all.slice(0, 30)), given), /end on/);
    assert.match(closesWords(answerOf(all.slice(0, 29)), given), /They end on 2024-04-05\./);
    assert.match(closesWords(answerOf(all), { ...given, range: "90d" }), /They begin on 2024-03-08\./);
    assert.match(closesWords(answerOf(all), { ...given, trouble: { kind: "silent" }, unheardMs: 120_000 }),
        /Not refreshed: these are the closes of 2 min ago/);
});

test("where there is no line, a sentence says why", () => {
    for (const [answer, trouble, words] of [
        [null, null, /Loading/],
        [null, { kind: "off", status: 404 }, /keeps no archive/],
        [null, { kind: "error", status: 404 }, /has no BTC-USD/],
        [null, { kind: "silent" }, /could not be loaded/],
        [answerOf([]), null, /no close in this range/],
        [answerOf([30]), null, /a line needs two/],
    ]) {
        assert.equal(hasLine(answer), false);
        assert.match(closesWords(answer, { ...given, trouble }), words);
    }
    assert.equal(hasLine(answerOf([29, 30])), true);
});
