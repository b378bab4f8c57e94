// What the comparison's tab asks for, what it draws, and what it says of the answer. Days are those
// of UTC. A day that is missing is no point of a line, and no line goes through it.

import { noticeOf as noticeOfTab } from "./tab_words.js";

export const symbolsMax = 5; // that can be told apart in a chart
export const ranges = [
    { key: "7d", label: "7 d", words: "the last 7 days" },
    { key: "30d", label: "30 d", words: "the last 30 days" },
    { key: "90d", label: "90 d", words: "the last 90 days" },
    { key: "12mo", label: "12 mo", words: "the last 365 days" },
    { key: "10y", label: "10 y", words: "the last 10 years" },
];
const rangeUsual = "30d";
const dayS = 86_400;

// What an address asks for: { symbols, range }. Symbols that are named twice count once; an empty
// list means that the address names none.
export function readState(href) {
    const { searchParams } = new URL(href);
    const named = (searchParams.get("symbols") ?? "").split(",")
        .map((name) => name.trim().toUpperCase()).filter(Boolean);
    const range = (searchParams.get("range") ?? "").trim().toLowerCase();
    return {
        symbols: [...new Set(named)].slice(0, symbolsMax),
        range: ranges.some(({ key }) => key === range) ? range : rangeUsual,
    };
}

const queryOf = ({ symbols, range }) => `symbols=${symbols.join(",")}&range=${range}`;

export const pathOf = (state) => `api/compare?${queryOf(state)}`;

// The same address with this state.
export function hrefOf(href, state) {
    const url = new URL(href);
    url.search = state.symbols.length > 0 ? queryOf(state) : "";
    return url.href;
}

// Those that are compared where an address names `wanted`: { symbols, missing }. Where it names none
// that is there, the first two of the server are.
export function chosenOf(wanted, served) {
    const missing = wanted.filter((symbol) => !served.includes(symbol));
    const symbols = wanted.filter((symbol) => served.includes(symbol));
    return { symbols: symbols.length > 0 ? symbols : served.slice(0, 2), missing };
}

// The stretches of a line without a missing day: [[{ day, percent }]]. `day` is in Unix seconds. Of
// other lines the steps are others than days.
export function stretchesOf(changes, stepS = dayS) {
    const all = [];
    let last = null;
    for (const [day, percent] of changes) {
        if (last === null || day - last > 1.5 * stepS) all.push([]);
        all.at(-1).push({ day, percent });
        last = day;
    }
    return all;
}

// A round step of which a few fit between two values.
function stepFor(span, count) {
    const rough = span / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
}

const spanMin = 0.1; // percent: what moved less is flat

const valuesOf = (all) => all.flatMap(({ changes }) => changes.map(([, value]) => value));

// The scale of all changes: { low, high, marks }. It has zero in it, which is the start.
export function scaleOf(all, marksMax = 6) {
    const values = [0, ...valuesOf(all)];
    let low = Math.min(...values);
    let high = Math.max(...values);
    if (high - low < spanMin) {
        low -= spanMin / 2;
        high += spanMin / 2;
    }
    return marked(low, high, marksMax);
}

// The same of prices, which do not begin at zero.
export function priceScaleOf(all, marksMax = 6) {
    const values = valuesOf(all);
    const low = Math.min(...values);
    const high = Math.max(...values);
    const room = (high - low || high * 0.02) * 0.05;
    return marked(Math.max(0, low - room), high + room, marksMax);
}

function marked(low, high, marksMax) {
    const step = stepFor(high - low, marksMax);
    const first = Math.floor(low / step);
    const last = Math.ceil(high / step);
    const marks = [];
    for (let i = first; i <= last; i += 1) marks.push(i * step);
    return { low: first * step, high: last * step, marks };
}

// Days in Unix seconds at which the axis says a date: at most `most`, evenly apart.
export function dayMarks(from, to, most) {
    const days = Math.floor((to - from) / dayS);
    const step = Math.max(1, Math.ceil(days / Math.max(1, most - 1)));
    const marks = [];
    for (let day = 0; day <= days; day += step) marks.push(from + day * dayS);
    return marks;
}

// The days of any line between the first and the last, in order.
export function daysOf(symbols) {
    const days = new Set(symbols.flatMap(({ changes }) => changes.map(([day]) => day)));
    return [...days].sort((a, b) => a - b);
}

// The change of each symbol on a day; null where it has none.
export const changesAt = (symbols, day) =>
    symbols.map(({ changes }) => changes.find(([at]) => at === day)?.[1] ?? null);

// Dates of days in UTC. `locale`: empty for the browser's.
export function dateFormats(locale) {
    const made = (options) => {
        const format = new Intl.DateTimeFormat(locale || undefined, { timeZone: "UTC", ...options });
        return (seconds) => format.format(seconds * 1000).replaceAll(" ", "\u00a0");
    };
    return {
        day: made({ dateStyle: "medium" }),
        short: made({ month: "short", day: "numeric" }),
        month: made({ month: "short", year: "numeric" }),
    };
}

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

// How many days a symbol's figures are of, and how many are missing.
export function daysWords({ days, missing_days: missing, days_with_gap: gaps }) {
    if (days === 0) return "no day here";
    const parts = [plural(days, "day")];
    if (missing > 0) parts.push(`${missing} missing`);
    if (gaps > 0) parts.push(`${gaps} with a gap`);
    return parts.join(", ");
}

// What a correlation stands for. The bounds are customary, and no more than words.
export function correlationWords({ correlation: r, returns }) {
    if (r === null)
        return returns < 3 ? `unknown: ${plural(returns, "common return")} are too few`
            : "unknown: one of the two never changed";
    const size = Math.abs(r);
    if (size < 0.2) return "hardly together";
    const strength = size < 0.5 ? "weakly" : size < 0.8 ? "clearly" : "closely";
    return `${strength} ${r > 0 ? "together" : "opposed"}`;
}

// "−0.83": two decimals, which 30 returns do not even support.
export const correlationText = (r) =>
    r === null ? "–" : `${r < 0 && r <= -0.005 ? "−" : ""}${Math.abs(r).toFixed(2)}`;

const origins = {
    simulator: "Simulated prices: they are of a random walk, not of a market.",
    replay: "Replayed prices: they are of a recording, not of the market of today.",
    pipe: "Piped prices: they are of another program, not of a market.",
};
// What is said where the prices are no market's, or "".
export const originWords = ({ market_prices: isMarket }, origin) =>
    isMarket ? "" : origins[origin] ?? "These prices are not of a market.";

// The notice above the comparison, or null.
export function noticeOf({ answer, ...standing }) {
    return noticeOfTab({
        off: {
            title: "This server keeps no days to compare.",
            detail: "It runs without an archive, so it has no closes of days.",
        },
        early: { title: "There is nothing yet.", detail: "The server has just been started." },
        failed: "The comparison could not be loaded.",
        unheard: "This comparison was not refreshed",
        old: null,
    }, { hasAnswer: Boolean(answer), ...standing });
}
