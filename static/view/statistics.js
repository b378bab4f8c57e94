// The card of statistics of the range shown.

import { formatChange, formatDuration, formatPercent, formatPrice, formatTime } from "../format.js";
import { byId, element, setHidden, setText } from "./dom.js";

const box = byId("statistics");
const list = byId("statistics-list");
const note = byId("statistics-note");
const oldMs = 90_000; // an answer is renewed every minute

const plain = (value) => new Intl.NumberFormat().format(value);
const share = (percent) => formatPercent(percent / 100).replace(/^\+/, "");
const trendWords = { up: "Rising", down: "Falling", flat: "Flat" };

// [label, value, note] of each figure; a figure that does not exist is a dash.
export function rowsOf(figures, currency) {
    const { min, max, mean, median, count, last, trend, gaps } = figures;
    const price = (value) => (value === null ? "—" : formatPrice(value, currency));
    const fall = figures.largest_drawdown;
    const fallNote = fall
        ? `${formatTime(fall.from * 1000, figures.until * 1000)} to ` +
            formatTime(fall.to * 1000, figures.until * 1000)
        : "";
    const deviation = figures.standard_deviation;
    const slope = trend ? `${formatChange(trend.slope_per_day, last, currency)} a day` : "";
    return [
        ["Low", price(min), ""],
        ["High", price(max), ""],
        ["Mean", price(mean), ""],
        ["Median", price(median), ""],
        ["Standard deviation", price(deviation), ""],
        ["Volatility", figures.volatility_percent === null
            ? "—" : share(figures.volatility_percent), "a year"],
        ["Largest drawdown", fall ? share(fall.percent) : "—", fallNote],
        ["Trend", trend ? trendWords[trend.direction] : "—",
            trend ? `${slope}, r² ${trend.r2.toFixed(2)}` : ""],
        [figures.of === "ticks" ? "Ticks" : "Minutes", plain(count),
            figures.of === "ticks" ? "" : "closes of minutes"],
        ["Gaps", plain(gaps.length), gaps.length > 0 ? "prices are missing" : ""],
    ];
}

// `statistics`: { figures, ageMs, isAbsent }.
export function drawStatistics({ figures, ageMs, isAbsent }, currency) {
    setHidden(box, isAbsent || figures === null);
    if (figures === null) return;
    const isOld = ageMs > oldMs;
    box.dataset.old = String(isOld);
    setText(note, isOld ? `${formatDuration(ageMs)} old: they could not be renewed` : "");
    const key = `${figures.symbol} ${figures.from} ${figures.until} ${currency}`;
    if (list.dataset.key === key) return;
    list.dataset.key = key;
    list.replaceChildren(...rowsOf(figures, currency).map(([label, value, words]) =>
        element("div", {}, element("dt", { text: label }),
            element("dd", {}, value, element("small", { text: words })))));
}
