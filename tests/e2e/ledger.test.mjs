// The checker of the soak test finds what it is there to find.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { positionOf } from "./support/events.mjs";
import { History, Ledger } from "./support/ledger.mjs";

const at = (ms) => positionOf(`${ms}-0`);
const tickOf = (symbol, first) => (n, ms = first + 10 * n) =>
    ({ id: `${ms}-0`, data: { symbol, price: 1_000 + n } });
const a = tickOf("A-USD", 10); // at 10, 20, … 50
const b = tickOf("B-USD", 15); // at 15, 25, … 55
// Of one symbol of several it has no id: ticks of the others are still to come.
const gap = (from, to, symbol) => ({
    ...(symbol ? {} : { id: `${to}-0` }),
    event: "gap",
    data: { from: `${from}-0`, to: `${to}-0`, reason: "lapped", symbols: [symbol ?? "A-USD"] },
});

// What is wrong with what was sent on each of some connections: [{ after, events }].
function faultsOf(symbols, connections) {
    const history = new History(["A-USD", "B-USD"]);
    const everything = new Ledger(history, ["A-USD", "B-USD"]);
    for (let n = 0; n < 5; n += 1)
        for (const tick of [a(n), b(n)]) {
            history.add(tick.data.symbol);
            everything.take(tick);
        }
    const ledger = new Ledger(history, symbols);
    for (const { after = null, events } of connections) {
        ledger.asks({ after });
        ledger.isAnswered();
        for (const event of events) ledger.take(event);
    }
    return [...history.finalFaults(), ...ledger.finalFaults()].join("; ");
}

const fromStart = (...events) => faultsOf(["A-USD"], [{ after: 0n, events }]);
const both = (...connections) => faultsOf(["A-USD", "B-USD"], connections);

describe("the ledger has no complaint about", () => {
    const fine = {
        "every tick once": () => fromStart(a(0), a(1), a(2), a(3), a(4)),
        "a loss that was told": () => fromStart(a(0), gap(10, 30), a(3), a(4)),
        "a loss that was told of that symbol, with the next tick": () => both({
            after: at(25),
            events: [gap(25, 40, "A-USD"), b(2), b(3), a(4), b(4)],
        }),
        "the newest tick first": () => faultsOf(["A-USD"], [{ events: [a(4)] }]),
        "a cut among the newest ticks": () =>
            both({ events: [a(4)] }, { after: at(50), events: [b(4)] }),
    };
    for (const [name, faults] of Object.entries(fine))
        test(name, () => assert.equal(faults(), ""));
});

describe("the ledger finds", () => {
    const wrong = {
        "a hole": [() => fromStart(a(0), a(2), a(3), a(4)), /silent hole: tick 1 of A/],
        "a hole at the start": [() => fromStart(a(1), a(2), a(3), a(4)), /silent hole: tick 0/],
        "an end that never comes": [() => fromStart(a(0), a(1)), /from 2 on never came/],
        "a gap that is too short": [() => fromStart(a(0), gap(10, 20), a(3), a(4)), /hole: tick 2/],
        "a gap that comes too late": [
            () => fromStart(a(0), a(2), gap(30, 35), a(3), a(4)), /silent hole: tick 1/],
        "a gap of another symbol": [
            () => both({ after: at(35), events: [gap(35, 40, "B-USD"), b(3), a(4), b(4)] }),
            /silent hole: tick 3 of A/],
        "a gap that claims what was sent": [
            () => fromStart(a(0), a(1), gap(10, 30), a(3), a(4)), /no gap after 20-0/],
        "a tick that was said to be lost": [
            () => fromStart(a(0), gap(10, 35, "A-USD"), a(2), a(3), a(4)), /said to be lost/],
        "a tick twice": [() => fromStart(a(0), a(1), a(1), a(2), a(3), a(4)), /repeated/],
        "two ticks the wrong way round": [
            () => fromStart(a(0), a(2), a(1), a(3), a(4)), /20-0 comes after 30-0/],
        "a price that was never fed": [() => fromStart(a(7)), /never fed/],
        "a price at another position": [
            () => fromStart(a(0), a(1, 21), a(2), a(3), a(4)), /has two positions/],
        "a symbol nobody asked for": [() => fromStart(a(0), b(0)), /was not asked for/],
        "more of the past than was asked for": [
            () => faultsOf(["A-USD"], [{ after: at(40), events: [a(3), a(4)] }]), /older than/],
        "a newest tick that is not": [
            () => faultsOf(["A-USD"], [{ events: [a(3), a(4)] }]), /was not the newest/],
        "a hole from before a cut in a symbol that had not begun": [
            () => both({ after: at(30), events: [b(2), b(3)] }, { after: at(45), events: [a(4), b(4)] }),
            /silent hole: tick 3 of A/],
    };
    for (const [name, [faults, pattern]] of Object.entries(wrong))
        test(name, () => assert.match(faults(), pattern));
});
