import assert from "node:assert/strict";
import { test } from "node:test";
import { Pulse } from "../../static/model/pulse.js";

// A pulse that has heard something at each of these times.
function heard(times) {
    const pulse = new Pulse();
    pulse.begin(0);
    for (const at of times) pulse.hear(at);
    return pulse;
}

const every = (ms, count) => Array.from({ length: count }, (_, i) => (i + 1) * ms);

test("several usual pauses without a word are quiet", () => {
    const pulse = heard(every(3_000, 10));
    assert.equal(pulse.isQuiet(30_000 + 12_000), false);
    assert.equal(pulse.isQuiet(30_000 + 12_001), true);
    pulse.hear(43_000);
    assert.equal(pulse.isQuiet(43_001), false, "it is heard again");
});

test("a fast stream is quiet after a few seconds, and no sooner", () => {
    const pulse = heard(every(50, 400));
    assert.equal(pulse.isQuiet(20_000 + 5_000), false);
    assert.equal(pulse.isQuiet(20_000 + 5_001), true);
});

test("where symbols tick rarely, heartbeats decide", () => {
    const pulse = new Pulse();
    pulse.begin(0);
    for (const at of every(15_000, 8)) pulse.hearBeat(at);
    pulse.hear(121_000);
    assert.equal(pulse.isQuiet(121_000 + 22_500), false);
    assert.equal(pulse.isQuiet(121_000 + 22_501), true);
});

test("heartbeats that come less often are waited for", () => {
    const pulse = new Pulse();
    pulse.begin(0);
    for (const at of every(60_000, 8)) pulse.hearBeat(at);
    assert.equal(pulse.isQuiet(480_000 + 90_000), false);
    assert.equal(pulse.isQuiet(480_000 + 90_001), true);
});

test("many symbols that tick at once every ten seconds are not quiet between", () => {
    const times = every(10_000, 6).flatMap((at) => every(10, 33).map((ms) => at + ms));
    const pulse = heard(times);
    assert.equal(pulse.isQuiet(60_000 + 20_000), false);
    assert.equal(pulse.isQuiet(60_000 + 23_000), true);
});

test("nothing is quiet without a connection, nor at its beginning", () => {
    const pulse = heard(every(1_000, 10));
    pulse.end();
    assert.equal(pulse.isQuiet(100_000), false);
    pulse.hear(101_000); // late, from the connection before
    assert.equal(pulse.isQuiet(200_000), false);
    pulse.begin(200_000);
    assert.equal(pulse.isQuiet(205_000), false);
    assert.equal(pulse.isQuiet(205_001), true);
});
