// The page's clocks, each in the hands of the test.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../../static/model/clock.js";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const year = 365 * 24 * hour;
const server = 1_700_000_000_000;

// The steady clock, the computer's and the server's go on together until one is set.
function clocks() {
    const all = { steady: 5_000, wall: server, server };
    const clock = new Clock(() => all.steady, () => all.wall);
    const pass = (ms) => {
        for (const name of Object.keys(all)) all[name] += ms;
    };
    const answer = (tookMs = 20) => {
        const at = Math.floor(all.server / 1000) * 1000;
        pass(tookMs);
        clock.noteAnswer(at, tookMs);
    };
    return { all, clock, pass, answer };
}

const isNear = (one, other, ms) => assert.ok(Math.abs(one - other) <= ms, `${one} and ${other}`);

test("the clock is that of the server, as near as can be told", () => {
    const { all, clock, pass } = clocks();
    assert.equal(clock.now(), all.wall, "before anything is known");
    assert.equal(clock.isKnown, false);
    for (const late of [800, 20, 700]) clock.note(all.server - late);
    clock.note(NaN);
    assert.equal(clock.now(), all.server - 20);
    pass(1_000);
    assert.equal(clock.now(), all.server - 20);
});

for (const [words, ms] of [["an hour back", -hour], ["2 minutes back", -2 * minute],
    ["3 minutes ahead", 3 * minute], ["an hour ahead", hour], ["a year ahead", year]]) {
    test(`a visitor's clock that is set ${words} changes nothing`, () => {
        const { all, clock, pass } = clocks();
        clock.note(all.server);
        all.wall += ms;
        pass(10 * second);
        assert.equal(clock.now(), all.server);
        assert.equal(clock.hasSlept(), ms > 0, "ahead it may have been a sleep");
        assert.equal(clock.hasSlept(), false, "once");
        all.wall -= ms;
        assert.equal(clock.hasSlept(), ms < 0);
    });

    test(`a server's clock that is set ${words} and back is followed with the next answer`, () => {
        const { all, clock, pass, answer } = clocks();
        answer();
        for (const step of [ms, -ms]) {
            all.server += step;
            pass(5 * second);
            answer();
            isNear(clock.now(), all.server, 1_100);
        }
    });
}

test("a sleep of 8 h in which the steady clock stood still is noticed", () => {
    const { all, clock, answer } = clocks();
    answer();
    assert.equal(clock.hasSlept(), false);
    all.wall += 8 * hour;
    all.server += 8 * hour;
    assert.equal(clock.hasSlept(), true);
    answer();
    isNear(clock.now(), all.server, 1_100);
});

test("positions that lead the server's clock do not move it", () => {
    const { all, clock, pass, answer } = clocks();
    clock.noteTick(all.server + minute);
    assert.equal(clock.now(), all.server + minute, "where nothing else is known, it is all there is");
    answer();
    isNear(clock.now(), all.server, 1_100);
    clock.noteTick(all.server + minute);
    isNear(clock.now(), all.server, 1_100);
    pass(second);
    clock.noteTick(all.server);
    assert.ok(clock.now() >= all.server, "one that fits makes it more exact");
});

test("no two clocks are equally fast", () => {
    const { all, clock, pass } = clocks();
    clock.note(all.server);
    for (let i = 0; i < 10; i += 1) {
        pass(minute);
        all.server -= 50;
        clock.note(all.server);
    }
    isNear(clock.now(), all.server, 350);
});
