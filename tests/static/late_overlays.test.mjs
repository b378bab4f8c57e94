// The averages over the chart, which are loaded when some are wanted first.

import assert from "node:assert/strict";
import { test } from "node:test";
import { LateOverlays } from "../../static/view/late_overlays.js";

class Overlays {
    static made = [];
    wanted = null;

    constructor(...given) {
        this.given = given;
        Overlays.made.push(this);
    }

    setColours() {}

    want(overlays) {
        this.wanted = overlays;
    }
}

test("averages that could not be loaded are loaded later, those that are wanted by then", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    let tries = 0;
    const load = async () => {
        tries += 1;
        if (tries < 3) throw new Error("no network");
        return { Overlays };
    };
    const late = new LateOverlays(["a place"], load);
    await late.want(["sma20"]);
    await late.want(["sma20", "ema50"]);
    assert.equal(tries, 2);
    assert.equal(Overlays.made.length, 0);
    t.mock.timers.tick(60_000);
    for (let i = 0; i < 5; i += 1) await null;
    assert.equal(tries, 3);
    assert.equal(Overlays.made.length, 1);
    assert.deepEqual(Overlays.made[0].given, ["a place"]);
    assert.deepEqual(Overlays.made[0].wanted, ["sma20", "ema50"]);
    t.mock.timers.tick(60_000);
    assert.equal(tries, 3);
});
