// Figures of several runs, as they are read.

import { middle } from "./cost.mjs";

export const format = (value, digits) => value.toLocaleString("en", {
    minimumFractionDigits: digits, maximumFractionDigits: digits,
});

// "12.3" of one run, "12.3 (12.0 to 13.1)" of several; "-" where one of them has no such figure.
export function spread(runs, pick, digits) {
    if (!runs.map(pick).every(Number.isFinite)) return "-";
    const { median, low, high } = middle(runs.map(pick));
    if (runs.length === 1) return format(median, digits);
    return `${format(median, digits)} (${format(low, digits)} to ${format(high, digits)})`;
}

// Rows are objects with the same keys, which head the columns.
export function table(rows) {
    const names = Object.keys(rows[0]);
    const lines = [names, names.map(() => "---"), ...rows.map((row) => Object.values(row))];
    return `${lines.map((line) => `| ${line.join(" | ")} |`).join("\n")}\n`;
}
