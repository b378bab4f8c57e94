import assert from "node:assert/strict";
import { test } from "node:test";
import { changeOver, References, spans } from "../../static/model/changes.js";
import { Market, Quote } from "../../static/model/market.js";
import { Spark } from "../../static/model/spark.js";

const [hour, day] = spans;
const minute = 60_000;
const tick = (at, price) => ({ id: `${at}-0`, at, price, symbol: "BTC-USD", source: "pipe" });

test("a tick is the newest price, and the one before it stays known", () => {
    const quote = new Quote("BTC-USD");
    assert.equal(quote.takeTick(tick(1000, 10)), null, "a first price is no change");
    assert.equal(quote.takeTick(tick(2000, 12)), 2);
    assert.equal(quote.takeTick(tick(3000, 12)), null);
    assert.equal(quote.newest.at, 3000);
    assert.equal(quote.before, 12);
});

test("a replayed tick does not stand in for a newer price", () => {
    const quote = new Quote("BTC-USD");
    const entry = { price: 10, timestamp: 100, source: "pipe", stale: false, age_seconds: 2 };
    assert.equal(quote.takeEntry(entry), 102_000);
    quote.takeTick(tick(50_000, 7));
    assert.equal(quote.newest.price, 10);
    quote.takeTick(tick(100_500, 10));
    assert.deepEqual([quote.newest.price, quote.before], [10, 7]);
});

test("an entry without a price is not one", () => {
    const quote = new Quote("BTC-USD");
    for (const price of [null, undefined, "10", NaN])
        assert.equal(quote.takeEntry({ price, timestamp: 100, stale: true }), null);
    assert.equal(quote.newest, null);
    assert.equal(quote.staleSince, null);
});

test("stale is since the newest price, and over with the next", () => {
    const quote = new Quote("BTC-USD");
    quote.takeTick(tick(1000, 10));
    quote.takeStale({ age: 5 }, 9000);
    assert.equal(quote.staleSince, 1000);
    quote.takeTick(tick(9500, 10));
    assert.equal(quote.staleSince, null);
});

test("a gap is about whom it names, or about all", () => {
    const market = new Market();
    market.of("A-USD");
    market.of("B-USD");
    assert.deepEqual(market.about({ symbols: ["B-USD"] }).map((q) => q.symbol), ["B-USD"]);
    assert.deepEqual(market.about({}).map((q) => q.symbol), ["A-USD", "B-USD"]);
});

test("the past hour is a few points, broken where something is missing", () => {
    const spark = new Spark();
    for (let at = 0; at <= 90 * minute; at += 1000) spark.addTick({ at, price: at });
    assert.ok(spark.points.length <= 362, `${spark.points.length} points`);
    assert.equal(spark.points.at(-1).price, 90 * minute, "the newest is always there");
    assert.ok(spark.points[0].at >= 29 * minute && spark.points[0].at <= 30 * minute);
    spark.break();
    spark.addTick({ at: 90 * minute + 1, price: 5 });
    assert.equal(spark.points.at(-1).beginsRun, true);
    assert.equal(spark.points.at(-2).beginsRun, false);
});

test("samples of before take their place in time", () => {
    const spark = new Spark();
    spark.addTick({ at: 60 * minute, price: 12 });
    for (const [at, price] of [[50, 11], [30, 10], [50, 11], [40, 9]])
        spark.addSample({ at: at * minute, price });
    assert.deepEqual(spark.points.map((point) => point.price), [10, 9, 11, 12]);
    const change = spark.change(60 * minute);
    assert.deepEqual([change.trend, change.since, change.spanMs], ["up", 30 * minute, 30 * minute]);
    assert.ok(Math.abs(change.ratio - 0.2) < 1e-9);
});

test("one price is no trend", () => {
    const spark = new Spark();
    assert.equal(spark.change(0), null);
    spark.addTick({ at: 1000, price: 1 });
    assert.equal(spark.change(2000), null);
});

test("a change is from a price that was there", () => {
    const now = 100 * hour.ms;
    const newest = { at: now - 1000, price: 110 };
    const reference = { at: now - hour.ms - 5000, price: 100 };
    const over = changeOver(hour, newest, reference, now);
    assert.deepEqual([over.kind, over.change, over.since], ["change", 10, reference.at]);
    assert.ok(Math.abs(over.ratio - 0.1) < 1e-9);
});

test("where no price was there is no change, and it says why", () => {
    const now = 100 * hour.ms;
    const newest = { at: now - 1000, price: 110 };
    assert.equal(changeOver(hour, newest, null, now).why, "no data that far back");
    assert.deepEqual(changeOver(hour, newest, undefined, now), { kind: "none", why: "" },
        "nothing is said before it is known");
    assert.equal(changeOver(hour, null, null, now).kind, "none");
    const long = { at: now - hour.ms * 1.5, price: 1 };
    assert.equal(changeOver(hour, newest, long, now).why, "no price near that time");
    const near = { at: now - day.ms * 1.05, price: 100 };
    assert.equal(changeOver(day, newest, near, now).kind, "change");
    const old = { at: now - 2 * hour.ms, price: 1 };
    assert.equal(changeOver(hour, old, old, now).why, "no newer price since", "that would be 0 %");
});

test("the server is asked once, and again after a while", () => {
    const references = new References();
    assert.equal(references.isDue("A-USD", hour, 0), true);
    references.note("A-USD", hour, 0);
    assert.equal(references.isDue("A-USD", hour, 1000), false);
    assert.equal(references.isDue("A-USD", day, 1000), true);
    references.note("A-USD", hour, 1000, { at: 1, price: 2 });
    assert.equal(references.isDue("A-USD", hour, 61_000), true);
    references.note("A-USD", hour, 61_000);
    const known = references.of("A-USD", hour);
    assert.deepEqual(known, { at: 1, price: 2 }, "kept while it is asked again");
});

test("a move is from a price that was seen, and not over a gap", () => {
    const quote = new Quote("BTC-USD");
    quote.takeEntry({ price: 10, timestamp: 1, source: "pipe", stale: false });
    assert.equal(quote.takeTick(tick(2000, 12)), null);
    assert.equal(quote.takeTick(tick(3000, 13)), 1);
    quote.takeGap();
    assert.equal(quote.before, 12, "the newest is what it was");
    assert.equal(quote.takeTick(tick(9000, 63)), null);
    assert.equal(quote.before, null);
    assert.equal(quote.takeTick(tick(9500, 60)), -3);
});
