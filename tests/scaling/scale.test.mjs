// The plan for many subscribers: its arithmetic holds together, nobody is lost in the simulation, and
// docs/scaling.md shows what the program prints.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { assumed, losses, measured, plan, returnOfAll, tables } from "./scale.mjs";

const figures = { ...measured, ...assumed };

test("the regions that are left can serve everybody where one is lost", () => {
    for (const subscribers of [1e4, 1e6, 1e8])
        for (const regions of [2, 3, 5]) {
            const of = plan({ subscribers, regions });
            const left = of.edges * (regions - 1) / regions;
            assert.ok(left * of.perMachine >= subscribers, `${subscribers} in ${regions}`);
            const busy = (of.deliveries * figures.deliveryCpu) / (left * figures.cores);
            assert.ok(busy <= figures.busy + 1e-9, `${busy} of the cores are busy then`);
        }
});

test("no server of a tier serves more than it may", () => {
    for (const subscribers of [1e3, 1e6, 1e8, 1e9]) {
        const of = plan({ subscribers });
        if (of.inner === 0) assert.ok(of.edges <= figures.readersOfRedis);
        else assert.ok(of.edges / of.inner <= figures.edgesOfInstance);
    }
});

test("all come back, each once", () => {
    for (const share of [0.05, 0.3, 0.9]) {
        const found = returnOfAll({ lost: 50_000, machines: 4, noticed: 5, share });
        assert.ok(Math.abs(found.back - 50_000) < 1e-6);
        assert.ok(found.attempts >= 50_000 - 1e-6);
        assert.ok(Math.abs(found.attempts - found.timeouts - 50_000) < 1e-6);
        assert.ok(found.p50 <= found.p99 && found.p99 <= found.all);
    }
});

test("more machines never make it slower, and none at all serve nobody", () => {
    const after = (machines) => returnOfAll({ lost: 100_000, machines, noticed: 0, share: 0.4 }).all;
    assert.ok(after(8) <= after(4) && after(4) <= after(1));
    assert.equal(after(0), Infinity);
});

test("nobody is back before it has waited as long as it was told", () => {
    const found = returnOfAll({ lost: 10_000, machines: 1_000, noticed: 0, share: 0.9 });
    assert.ok(found.p50 >= figures.retry[0]);
    assert.ok(found.all <= figures.retry[1] + 0.1);
});

test("each loss is of a part of the subscribers", () => {
    for (const { back } of Object.values(losses({ subscribers: 1e6 }))) assert.ok(back > 0 && back < 1e6);
});

test("docs/scaling.md shows these tables", () => {
    const document = readFileSync(new URL("../../docs/scaling.md", import.meta.url), "utf8");
    for (const [name, text] of Object.entries(tables()))
        assert.ok(document.includes(text), `${name}: put this there:\n\n${text}\n`);
});
