import assert from "node:assert/strict";
import { test } from "node:test";
import { changeOver, References, spans } from "../../static/model/changes.js";
import { Market, Quote } from "../../static/model/market.js";
import { Spark } from "../../static/model/spark.js";
import { sparklinePath } from "../../static/view/sparkline.js";

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
    quote.takeEntry(
        { price: 10, timestamp: 100, source: "pipe", stale: false, age_seconds: 2 }, 7_000);
    assert.equal(quote.ageAt(8_000), 3_000);
    quote.takeTick(tick(50_000, 7), 8_000);
    assert.equal(quote.newest.price, 10);
    quote.takeTick(tick(100_500, 10), 8_000);
    assert.deepEqual([quote.newest.price, quote.before], [10, 7]);
});

test("an entry without a price is not one", () => {
    const quote = new Quote("BTC-USD");
    for (const price of [null, undefined, "10", NaN])
        quote.takeEntry({ price, timestamp: 100, stale: true }, 0);
    assert.equal(quote.newest, null);
    assert.equal(quote.isStale, false);
});

test("the price that the page came with is of unknown age", () => {
    const quote = new Quote("BTC-USD");
    quote.takeSeed({ price: 10, timestamp: 100, source: "pipe", stale: false });
    assert.deepEqual([quote.newest.price, quote.ageAt(1e12)], [10, null]);
    quote.takeSeed({ price: 11, timestamp: 200, source: "pipe", stale: false });
    assert.equal(quote.newest.price, 10);
});

const said = (id, price, age) =>
    ({ id, price, timestamp: Math.floor(parseInt(id, 10) / 1000), age_seconds: age, stale: false });

test("a first tick is as old as the server says, and those after it are new", () => {
    const quote = new Quote("BTC-USD");
    quote.takeTick(tick(10_000, 1), 500);
    assert.equal(quote.ageAt(600), null, "it may have been sent because it is the newest");
    quote.takeEntry(said("10000-0", 1, 40), 600);
    assert.equal(quote.ageAt(700), 40_100);
    quote.takeTick(tick(11_000, 2), 1_000);
    assert.equal(quote.ageAt(1_500), 500);
});

test("an answer that comes before its tick is kept for it", () => {
    const quote = new Quote("BTC-USD");
    quote.takeEntry(said("12000-0", 3, 2), 1_000);
    assert.equal(quote.newest.price, 3);
    for (const [at, price] of [[10_000, 1], [11_000, 2]]) quote.takeTick(tick(at, price), 1_500);
    assert.deepEqual([quote.newest.price, quote.ageAt(2_000)], [3, 3_000], "those are replayed");
    quote.takeTick(tick(12_000, 3), 2_000);
    assert.deepEqual([quote.newest.id, quote.ageAt(2_000)], ["12000-0", 3_000]);
    quote.forgetSaid(); // another connection
    quote.takeTick(tick(13_000, 4), 3_000);
    assert.equal(quote.ageAt(3_000), null);
    quote.takeEntry(said("12000-0", 3, 5), 2_990);
    assert.equal(quote.ageAt(3_010), 10, "it was not there yet as the server answered");
});

test("where nothing of before is to come, a tick is new", () => {
    const quote = new Quote("BTC-USD");
    quote.takeTick(tick(10_000, 1), 500, true);
    assert.equal(quote.ageAt(700), 200);
    const other = new Quote("BTC-USD");
    other.takeEntry({ id: null, price: null, timestamp: null, age_seconds: null, stale: true }, 0);
    other.takeTick(tick(10_000, 1), 500);
    assert.equal(other.ageAt(700), 200, "the server had none before");
});

test("stale is for as long as the server says, and over with the next tick", () => {
    const quote = new Quote("BTC-USD");
    quote.takeTick(tick(1000, 10), 100, true);
    quote.takeStale({ age: 5 }, 6_000);
    assert.equal(quote.isStale, true);
    assert.equal(quote.ageAt(9_000), 8_900, "as exactly as it is known already");
    quote.takeStale({ age: 131 }, 9_000);
    assert.equal(quote.ageAt(10_000), 132_000);
    quote.takeTick(tick(9500, 10), 11_000, true);
    assert.equal(quote.isStale, false);
});

test("after a sleep no age is known", () => {
    const quote = new Quote("BTC-USD");
    quote.takeTick(tick(10_000, 1), 500, true);
    quote.forgetAge();
    assert.equal(quote.ageAt(700), null);
    quote.takeEntry(said("10000-0", 1, 28_800), 700);
    assert.equal(quote.ageAt(700), 28_800_000);
});

for (const [words, ms] of [["2 minutes", 2 * minute], ["an hour", 60 * minute],
    ["a year", 365 * 1440 * minute]])
    test(`positions that begin anew ${words} before are followed`, () => {
        const quote = new Quote("BTC-USD");
        const ahead = 1_000_000 + ms;
        for (let i = 0; i < 5; i += 1) quote.takeTick(tick(ahead + i * 20_000, 100 + i), i, true);
        quote.takeGap({ from: `${ahead + 80_000}-0`, to: "1000000-0", toAt: 1_000_000,
            reason: "restarted", isAnew: true });
        assert.equal(quote.newest.price, 104, "what is known is known");
        quote.takeEntry(said("1010000-0", 7, 1), 50);
        assert.deepEqual([quote.newest.price, quote.ageAt(60)], [7, 1_010]);
        quote.takeTick(tick(1_010_000, 7), 70);
        quote.takeTick(tick(1_020_000, 8), 80);
        assert.deepEqual([quote.newest.price, quote.ageAt(90)], [8, 10]);
        const times = quote.spark.points.map(({ at }) => at);
        assert.deepEqual(times, [1_010_000, 1_020_000], "no line leads back");
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

test("even points of the server take their place, and what is not held is left away", () => {
    const spark = new Spark();
    const at = 1_712_525_476_123;
    spark.addTick({ at, price: 12 });
    const first = [at / 1000 - 3_650, 10]; // the last before the hour
    const second = [at / 1000 - 1_800, 11];
    spark.addPoints([null, first, first, second, [at / 1000, 12]]);
    assert.deepEqual(spark.points.map((point) => point.price), [10, 11, 12]);
    assert.equal(spark.change(at).spanMs, 60 * minute);
    spark.addPoints([[at / 1000 - 4_000, 9]]);
    assert.equal(spark.points[0].price, 10, "one from long before is not that of an hour ago");
});

test("no line leads over a time in which nothing was held or sampled", () => {
    const pathOf = (spark) => sparklinePath(spark.line());
    const spark = new Spark();
    // The feed was silent for 40 minutes, and the server's even points are its last tick again.
    spark.addPoints(Array(41).fill([60, 10]));
    spark.addTick({ at: 41 * minute, price: 12 });
    assert.match(pathOf(spark), /^M[\d. ]+h0.1M[\d. ]+h0.1$/, "a point, and another");
    spark.addTick({ at: 42 * minute, price: 13 });
    assert.match(pathOf(spark), /^M[\d. ]+h0.1M[\d. ]+L[\d. ]+$/, "a line begins");
    assert.equal(spark.change(42 * minute).since, minute, "the change is known all the same");
});

test("a line leads over distances that are usual, however long", () => {
    for (const every of [10_000, minute, 5 * minute, 15 * minute]) {
        const spark = new Spark();
        for (let at = 0; at < 60 * minute; at += every) spark.addTick({ at, price: at });
        const missed = 60 * minute + every; // one round that failed
        spark.addTick({ at: missed, price: missed });
        assert.equal(sparklinePath(spark.line()).match(/M/g).length, 1, `every ${every} ms`);
    }
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
    assert.deepEqual(changeOver(hour, newest, null, now, { at: 7 }),
        { kind: "none", why: "no data before", since: 7 });
    const begin = { at: now - 900_000, price: 100 };
    const begun = changeOver(hour, newest, null, now, begin);
    assert.deepEqual([begun.kind, begun.change, begun.since], ["begun", 10, begin.at],
        "since the first price where nothing older is held");
    assert.equal(changeOver(hour, newest, null, now, newest).kind, "none", "there is but one price");
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
    quote.takeEntry({ price: 10, timestamp: 1, source: "pipe", stale: false }, 0);
    assert.equal(quote.takeTick(tick(2000, 12)), null);
    assert.equal(quote.takeTick(tick(3000, 13)), 1);
    quote.takeGap({ from: "3000-0", to: "8000-0", toAt: 8000, reason: "evicted" });
    assert.equal(quote.before, 12, "the newest is what it was");
    assert.equal(quote.takeTick(tick(9000, 63)), null);
    assert.equal(quote.before, null);
    assert.equal(quote.takeTick(tick(9500, 60)), -3);
});

test("an answer to a question of before does not take back what the stream calls stale", () => {
    const quote = new Quote("BTC-USD");
    quote.takeTick(tick(1000, 10), 5_000, true);
    const entry = {
        id: "1000-0", price: 10, timestamp: 1, source: "pipe", stale: false, age_seconds: 1,
    };
    quote.takeStale({ age: 28_800 }, 6_100);
    quote.takeEntry(entry, 6_000);
    assert.deepEqual([quote.isStale, quote.ageAt(6_100)], [true, 28_800_000]);
    quote.takeEntry({ ...entry, age_seconds: 2 }, 7_000);
    assert.deepEqual([quote.isStale, quote.ageAt(7_000)], [false, 2_000]);
});
