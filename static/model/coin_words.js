// The figures of a coin as text, in the formats of the page.

import { decimalsOf, directionOfRatio, formatPercent, formatPrice } from "../format.js";

export const unknown = "–";

const sizes = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]];

// "$1,312,155,114,762", or "$1.31T" where it is to be short.
function large(value, unit, isShort) {
    if (isShort)
        for (const [size, letter] of sizes)
            if (Math.abs(value) >= size) return formatPrice(value / size, unit, 2) + letter;
    return formatPrice(value, unit, Math.abs(value) >= 1000 ? 0 : decimalsOf(value));
}

const writers = {
    price: (value, isShort, unit) => formatPrice(value, unit),
    money: (value, isShort, unit) => large(value, unit, isShort),
    amount: (value, isShort) => large(value, "", isShort),
    share: (value) => formatPercent(value / 100).replace(/^\+/, ""),
    change: (value) => formatPercent(value / 100),
};

// A figure in a column: { text, spoken, title, direction }. `spoken` is said instead of the text
// where that is a dash; `title` says more than the text. `reason`: why the server withholds it;
// `unit`: the currency of money.
export function figureOf(value, kind, { reason = "", isShort = false, unit = "USD" } = {}) {
    if (value === null || value === undefined) {
        const spoken = reason ? `withheld: ${reason}` : "unknown";
        return { text: unknown, spoken, title: reason && `Withheld: it ${reason}`, direction: "none" };
    }
    const text = writers[kind](value, isShort, unit);
    const whole = isShort ? writers[kind](value, false, unit) : text;
    const direction = kind === "change" ? directionOfRatio(value / 100) : "";
    return { text, spoken: "", title: whole === text ? "" : whole, direction };
}

// How the shape of a week is said.
export function shapeWords(points) {
    if (points.length === 0) return "unknown";
    const ratio = points.at(-1).price / points[0].price - 1;
    return `${formatPercent(ratio)} from its first to its last point`;
}
