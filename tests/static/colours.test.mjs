// The colours of style sheets where a library puts text on them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const sheet = readFileSync(new URL("../../static/base.css", import.meta.url), "utf8");
const contrastMin = 4.5;

const channels = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

function luminance(hex) {
    const [r, g, b] = channels(hex).map((value) => value / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
}

// lightweight-charts writes a tag of the axis in black or white, whichever this says.
function textOn(hex) {
    const [r, g, b] = channels(hex);
    return 0.199 * r + 0.687 * g + 0.114 * b > 160 ? "#000000" : "#ffffff";
}

const valuesOf = (name) => {
    const rows = [...sheet.matchAll(new RegExp(`--${name}: (.*);`, "g"))].map(([, value]) => value);
    return [...new Set(rows.join().match(/#[0-9a-f]{6}/g))];
};

for (const name of ["line", "up", "down", "ink"])
    test(`the price on a tag of the colour --${name} can be read in every theme and palette`, () => {
        const values = valuesOf(name);
        assert.ok(values.length >= 2, "light and dark");
        for (const value of values) {
            const ratio = contrast(value, textOn(value));
            assert.ok(ratio >= contrastMin, `${textOn(value)} on ${value}: ${ratio.toFixed(2)}`);
        }
    });
