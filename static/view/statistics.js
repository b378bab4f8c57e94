// The card of statistics of the range shown.

import { formatChange, formatPercent, formatPrice, formatShortTime, formatTime }
    from "../format.js";
import { intervalNames } from "../model/ranges.js";
import { byId, element, setHidden, setText } from "./dom.js";

const box = byId("statistics");
const list = byId("statistics-list");
const note = byId("statistics-note");

const plain = (value) => new Intl.NumberFormat().format(value);
const share = (percent) => formatPercent(percent / 100).replace(/^\+/, "");
const trendWords = { up: "Rising", down: "Falling", flat: "Flat" };

// [label, value, note] of each figure; a figure that does not exist is a dash. `extremes`: { low,
// high } of what the chart shows of the range, which stands beside these figures and goes on while
// they are waited for; null if it shows nothing.
export function rowsOf(figures, currency, extremes = null) {
    const { mean, median, count, last, trend, gaps } = figures;
    const { low = figures.min, high = figures.max } = extremes ?? {};
    const price = (value) => (value === null ? "—" : formatPrice(value, currency));
    const fall = figures.largest_drawdown;
    const shortTime = (seconds) => formatShortTime(seconds * 1000, figures.until * 1000);
    const fallNote = fall ? `${shortTime(fall.from)} to ${shortTime(fall.to)}` : "";
    const deviation = figures.standard_deviation;
    // What lies before the first price of the range is no hole in it.
    const isHole = ({ from }) => Number.parseInt(from, 10) >= Math.floor(figures.from * 1000);
    const holes = gaps.filter(isHole);
    const before = gaps.find((gap) => !isHole(gap));
    const firstAt = before && formatTime(Number.parseInt(before.to, 10), figures.until * 1000);
    const since = before ? `none known before ${firstAt}` : "";
    const slope = trend ? `${formatChange(trend.slope_per_day, last, currency)} a day` : "";
    return [
        ["Low", price(low), ""],
        ["High", price(high), ""],
        ["Mean", price(mean), ""],
        ["Median", price(median), ""],
        ["Standard deviation", price(deviation), ""],
        ["Volatility", figures.volatility_percent === null
            ? "—" : share(figures.volatility_percent), "a year"],
        ["Largest drawdown", fall ? share(fall.percent) : "—", fallNote],
        ["Trend", trend ? trendWords[trend.direction] : "—",
            trend ? `${slope}, r²\u00a0${trend.r2.toFixed(2)}` : ""],
        [figures.of === "ticks" ? "Ticks" : "Closes", plain(count), wordsOf(figures.of)],
        ["Gaps", plain(holes.length), holes.length > 0 ? "prices are missing" : since],
    ];
}

function wordsOf(what) {
    return what === "ticks" ? "" : `of candles of ${intervalNames[what] ?? what}`;
}

// When the figures were made; and of what, because the mean of closes is not that of all prices.
export function noteOf({ until, of }, isOld, now) {
    const what = of === "ticks" ? "" : ", of closes";
    const late = isOld ? "; they could not be renewed since" : "";
    return `At ${formatTime(until * 1000, now)}${what}${late}`;
}

// `statistics`: { figures, isOld, isAbsent }.
export function drawStatistics({ figures, isOld, isAbsent }, { currency, now, extremes }) {
    setHidden(box, isAbsent || figures === null);
    if (figures === null) return;
    box.dataset.old = String(isOld);
    setText(note, noteOf(figures, isOld, now));
    const { symbol, from, until } = figures;
    const key = [symbol, from, until, currency, extremes?.low, extremes?.high].join(" ");
    if (list.dataset.key === key) return;
    list.dataset.key = key;
    list.replaceChildren(...rowsOf(figures, currency, extremes).map(([label, value, words]) =>
        element("div", {}, element("dt", { text: label }),
            element("dd", {}, value, element("small", { text: words })))));
}
