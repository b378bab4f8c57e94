import assert from "node:assert/strict";
import { test } from "node:test";
import { Settings, cleanSettings } from "../../static/model/settings.js";
import { settingsKey } from "../../static/model/store.js";
import { Storage, brokenStorage } from "./support.mjs";

const usual = cleanSettings(null);

test("settings survive the page", () => {
    const storage = new Storage();
    new Settings(storage).set("theme", "dark");
    assert.equal(new Settings(storage).values.theme, "dark");
});

for (const text of [
    "", "{", "[]", "7", '"dark"', "null", '{"theme":{"a":1},"locale":7,"timeZone":[]}',
])
    test(`what cannot be read is the usual: ${text}`, () => {
        assert.deepEqual(new Settings(new Storage({ [settingsKey]: text })).values, usual);
    });

test("one wrong value does not take the others with it", () => {
    const kept = { theme: "light", timeZone: "Mars/Olympus", locale: "x!", isCompact: true };
    const { values } = new Settings(new Storage({ [settingsKey]: JSON.stringify(kept) }));
    assert.deepEqual(values, { ...usual, theme: "light", isCompact: true });
});

test("without a storage settings hold as long as the page", () => {
    for (const storage of [brokenStorage, null]) {
        const settings = new Settings(storage);
        settings.set("theme", "light");
        assert.equal(settings.values.theme, "light");
    }
});

test("a change is told once, with its name", () => {
    const settings = new Settings(new Storage());
    const told = [];
    settings.addEventListener("change", ({ detail }) => told.push(detail));
    settings.set("timeZone", "Asia/Kolkata");
    settings.set("timeZone", "Asia/Kolkata");
    settings.set("timeZone", "nowhere at all"); // refused: back to the usual
    settings.follow({ theme: "dark" });
    assert.deepEqual(told, [["timeZone"], ["timeZone"], ["theme"]]);
});

test("a range is kept once it is chosen, and none is chosen at first", () => {
    const storage = new Storage();
    const settings = new Settings(storage);
    assert.equal(settings.values.range, "");
    settings.set("range", "24h");
    assert.equal(new Settings(storage).values.range, "24h");
});
