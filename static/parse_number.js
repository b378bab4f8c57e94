// A number that was typed in.

import { made } from "./format.js";

// The marks of the locale, and how many digits stand between those of groups, from the left on.
function marksOfNumbers() {
    const parts = made(Intl.NumberFormat, {}).formatToParts(12345678.9);
    const valueOf = (type) => parts.find((part) => part.type === type)?.value ?? "";
    const groups = parts.filter(({ type }) => type === "integer").map(({ value }) => value.length);
    const digits = made(Intl.NumberFormat, { useGrouping: false }).format(9876543210);
    return {
        decimal: valueOf("decimal"),
        group: valueOf("group"),
        middle: groups.length > 2 ? groups.at(-2) : 3,
        digits: [...digits].reverse(),
    };
}

const blanksAndTicks = /[\s'’]/;

// The digits of a whole number without the marks between groups, or "" if these are not groups:
// 1,234,567, and 12,34,567 in the languages that write so.
function ungrouped(text, mark, middle) {
    const [first, ...more] = text.split(mark);
    const last = more.pop();
    if (!/^[1-9]\d{0,2}$/.test(first) || !/^\d{3}$/.test(last)) return "";
    const areOf = (length) =>
        first.length <= length && more.every((group) => group.length === length);
    const isDigits = more.every((group) => /^\d+$/.test(group));
    return isDigits && (areOf(3) || areOf(middle)) ? first + more.join("") + last : "";
}

// A number as people write it: "70,000.5", or "70.000,5" in other languages. A point or comma that
// cannot separate thousands is a decimal mark in every language. NaN if the text is not a number,
// or could be two: "70.000" if a point is neither mark.
export function parseNumber(text) {
    const { decimal, group, middle, digits } = marksOfNumbers();
    const latin = (char) => (digits.includes(char) ? digits.indexOf(char) : char);
    const bare = [...text.replace(/[\u061c\u200e\u200f]/g, "")].map(latin).join("")
        .trim().replace(/^\p{Sc}\s*|\s*\p{Sc}$/u, "");
    if (/^\d+$/.test(bare)) return finite(bare);
    const parts = bare.split(decimal);
    const mark = [...parts[0]].find((char) => char === group || blanksAndTicks.test(char));
    if (mark && parts.length <= 2 && /^\d+$/.test(parts[1] ?? "0")) {
        const whole = ungrouped(parts[0], mark, middle);
        if (whole) return finite(`${whole}.${parts[1] ?? "0"}`);
    }
    const [, whole, between, fraction] = /^(\d*)(\D)(\d+)$/.exec(bare) ?? [];
    if (between === undefined || ![".", ",", decimal].includes(between)) return NaN;
    const mayBeGroups = /^[1-9]\d{0,2}$/.test(whole) && fraction.length === 3;
    return mayBeGroups && between !== decimal ? NaN : finite(`${whole || "0"}.${fraction}`);
}

function finite(digits) {
    const value = Number(digits);
    return Number.isFinite(value) ? value : NaN;
}
