import assert from "node:assert/strict";
import { test } from "node:test";
import { fittingRange, intervalOf, rangeOf, ranges, sinceOf, spanOf, stepFor }
    from "../../static/model/ranges.js";
import { weightDay, weightMinute, weightMonth, weightYear, Zone }
    from "../../static/model/zone.js";

const now = Date.UTC(2026, 10, 20, 12);
const hour = 3_600_000;

test("ranges are what links name", () => {
    assert.deepEqual(ranges.map(({ key }) => key),
        ["5m", "1h", "6h", "24h", "7d", "30d", "90d", "12mo", "10y", "all"]);
    assert.equal(rangeOf("24h").ms, 24 * hour);
    assert.equal(rangeOf("8d"), null);
    assert.equal(rangeOf(""), null);
    assert.equal(rangeOf(null), null);
});

test("a candle holds a whole number of slots, and a range thousands of them at most", () => {
    for (const { ms, barMs, candleMs } of ranges.filter((range) => range.ms !== null)) {
        assert.equal(candleMs % barMs, 0);
        assert.ok(ms / barMs <= 3_700 && ms / barMs >= 600);
        assert.ok(ms / candleMs <= 180 && ms / candleMs >= 40);
    }
});

test("a slot has whole candles of an interval that the archive has", () => {
    for (const { ms, barMs, candleMs, stepMs } of ranges.filter(({ stepMs }) => stepMs > 0)) {
        assert.ok(intervalOf(stepMs));
        assert.equal(Math.max(barMs, stepMs) % stepMs, 0);
        assert.equal(candleMs % stepMs, 0);
        assert.ok(ms / stepMs <= 5_000, "one answer has them all");
    }
    for (const days of [0.01, 1, 10, 100, 1_000, 10_000]) {
        const ms = days * 24 * hour;
        const stepMs = stepFor(ms);
        for (const kind of ["line", "candles"]) {
            const { widthMs } = spanOf(rangeOf("all"), kind, now, now - ms, stepMs);
            assert.equal(widthMs % stepMs, 0);
            assert.ok(ms / widthMs <= 3_000);
        }
    }
});

test("the stream is asked from the start of the range on, in seconds", () => {
    assert.equal(sinceOf(rangeOf("5m"), now + 999), now / 1000 - 300);
    assert.equal(sinceOf(rangeOf("all"), now), 0);
    assert.equal(sinceOf(rangeOf("24h"), 1000), 0);
});

test("a fixed range is as long as it says, whatever is held", () => {
    assert.deepEqual(spanOf(rangeOf("1h"), "line", now, null),
        { fromAt: now - hour, widthMs: 2_000 });
    assert.deepEqual(spanOf(rangeOf("1h"), "candles", now, now - 60_000),
        { fromAt: now - hour, widthMs: 60_000 });
});

test("all that is held is a minute at least, and never too many slots", () => {
    const all = rangeOf("all");
    assert.deepEqual(spanOf(all, "line", now, null), { fromAt: now - 60_000, widthMs: 250 });
    assert.deepEqual(spanOf(all, "line", now, now - 1000), { fromAt: now - 60_000, widthMs: 250 });
    for (const held of [hour, 5 * hour, 48 * hour, 9_000 * hour]) {
        const line = spanOf(all, "line", now, now - held);
        assert.equal(line.fromAt, now - held);
        assert.ok(held / line.widthMs <= 3_000 );
        const candles = spanOf(all, "candles", now, now - held);
        assert.ok(held / candles.widthMs <= 120 );
        assert.ok(candles.widthMs >= line.widthMs);
    }
});

test("a clock on the wall changes with summer time", () => {
    const berlin = new Zone("Europe/Berlin");
    const ends = Date.UTC(2026, 9, 25, 1); // 03:00 becomes 02:00
    assert.equal(berlin.offsetMs(ends - 1), 2 * hour);
    assert.equal(berlin.offsetMs(ends), hour);
    const begins = Date.UTC(2026, 2, 29, 1); // 02:00 becomes 03:00
    assert.equal(berlin.offsetMs(begins - 1), hour);
    assert.equal(berlin.offsetMs(begins), 2 * hour);
    assert.equal(new Date(berlin.wallMs(begins)).getUTCHours(), 3);
});

test("zones that are not whole hours from UTC, or change by half an hour", () => {
    assert.equal(new Zone("Asia/Kolkata").offsetMs(now), 5.5 * hour);
    assert.equal(new Zone("Asia/Kathmandu").offsetMs(now), 5.75 * hour);
    const lordHowe = new Zone("Australia/Lord_Howe");
    const ends = Date.UTC(2026, 3, 4, 15); // 02:00 becomes 01:30
    assert.equal(lordHowe.offsetMs(ends - 1), 11 * hour);
    assert.equal(lordHowe.offsetMs(ends), 10.5 * hour);
    assert.equal(new Zone("UTC").offsetMs(now), 0);
});

test("without a zone, that of this computer", () => {
    assert.equal(new Zone().offsetMs(now), -new Date(now).getTimezoneOffset() * 60_000);
});

test("a mark weighs as much as what begins with it on the wall", () => {
    const zone = new Zone("Asia/Kolkata");
    const at = (ms, width) => zone.weightAt(ms, ms - width);
    const midnight = Date.UTC(2026, 10, 19, 18, 30);
    assert.equal(at(midnight, 60_000), weightDay);
    assert.equal(at(Date.UTC(2026, 10, 30, 18, 30), 60_000), weightMonth);
    assert.equal(at(Date.UTC(2026, 11, 31, 18, 30), 60_000), weightYear);
    assert.ok(at(midnight + hour, 60_000) < weightDay);
    assert.ok(at(midnight + hour, 60_000) > at(midnight + 30 * 60_000, 60_000));
    assert.equal(at(midnight + 60_000, 250), weightMinute);
    assert.ok(at(midnight + 1_000, 250) < weightMinute);
    assert.equal(at(midnight + 250, 250), 0);
});

test("the hour that comes twice has two marks, the one that is left out has none", () => {
    const zone = new Zone("Europe/Berlin");
    const minute = 60_000;
    const weightHour = new Zone("UTC").weightAt(hour, hour - minute);
    const hoursIn = (from, to) => {
        const marks = [];
        for (let ms = from; ms < to; ms += minute)
            if (zone.weightAt(ms, ms - minute) >= weightHour)
                marks.push(new Date(zone.wallMs(ms)).getUTCHours());
        return marks;
    };
    const ends = Date.UTC(2026, 9, 25, 1);
    assert.deepEqual(hoursIn(ends - 2 * hour, ends + 2 * hour), [1, 2, 2, 3]);
    const begins = Date.UTC(2026, 2, 29, 1);
    assert.deepEqual(hoursIn(begins - 2 * hour, begins + 2 * hour), [0, 1, 3, 4]);
});

test("a day that begins with the hour after midnight begins all the same", () => {
    const zone = new Zone("Africa/Cairo");
    const begins = Date.UTC(2026, 3, 23, 22); // 00:00 becomes 01:00
    assert.equal(new Date(zone.wallMs(begins)).getUTCHours(), 1);
    assert.equal(zone.weightAt(begins, begins - 60_000), weightDay);
    assert.ok(zone.weightAt(begins + 60_000, begins) < weightDay);
});

test("where nobody has chosen, a young history is shown over minutes", () => {
    const first = (minutes) => ({ at: now - minutes * 60_000, price: 1 });
    assert.equal(fittingRange(first(19), now), "5m");
    assert.equal(fittingRange(first(20), now), "1h");
    assert.equal(fittingRange(null, now), "5m", "nothing is held yet");
    assert.equal(fittingRange(undefined, now), "1h", "not known");
});

test("a day is that of the zone", () => {
    const zone = new Zone("Asia/Kolkata");
    const midnight = Date.UTC(2024, 3, 7, 18, 30);
    assert.equal(zone.dayOf(midnight) - zone.dayOf(midnight - 1), 1);
    assert.equal(zone.dayOf(midnight), zone.dayOf(midnight + 86_399_999));
});

test("days of a month are marked week by week before all others, and years by twos and fours", () => {
    const zone = new Zone("UTC");
    const day = 24 * hour;
    const weightOf = (...date) => zone.weightAt(Date.UTC(...date), Date.UTC(...date) - day);
    const weights = Array.from({ length: 30 }, (_, i) => weightOf(2026, 10, i + 1));
    const from = (least) => weights.flatMap((weight, i) => (weight >= least ? [i + 1] : []));
    assert.deepEqual(from(weightDay + 1), [1, 5, 8, 12, 15, 19, 22, 26]);
    assert.deepEqual(from(weightDay + 2), [1, 8, 15, 22]);
    assert.deepEqual(from(weightDay + 3), [1, 15]);
    assert.deepEqual(from(weightMonth), [1]);
    const months = Array.from({ length: 12 }, (_, i) => weightOf(2027, i, 1));
    assert.deepEqual(months.flatMap((weight, i) => (weight > weightMonth ? [i] : [])), [0, 3, 6, 9]);
    const years = [2026, 2027, 2028, 2029, 2030].map((year) => weightOf(year, 0, 1) - weightYear);
    assert.deepEqual(years, [1, 0, 2, 0, 1]);
});
