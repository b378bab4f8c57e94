// What the comparison's tab consists of: a choice of symbols and of a range, the chart, the figures of
// each symbol and the correlations.

import { formatPercent } from "../format.js";
import {
    correlationText, correlationWords, daysWords, ranges, symbolsMax,
} from "../model/comparison.js";
import { byId, crossPath, element, icon, setAttribute, setHidden, setText } from "./dom.js";
import { PercentChart, swatch } from "./percent_chart.js";
import { TabNotice } from "./tab_notice.js";

const legend = "All figures are of closes of whole days (UTC) that are over. A day that is missing is in " +
    "no figure and breaks the line. A correlation is Pearson's, of the logarithms of the daily returns " +
    "that both have: 1 is always together, −1 always opposed.";
const columns = [
    ["change", "Change"], ["best", "Best day"], ["worst", "Worst day"], ["fall", "Largest drawdown"],
    ["days", "Days"],
];
const unknown = "–";

export class CompareFrame {
    #chips = "";
    #offered = "";

    // `actions`: add(symbol), remove(symbol), range(key), hurry().
    constructor(actions) {
        this.actions = actions;
        this.window = element("span", { className: "age" });
        this.notice = new TabNotice(actions.hurry);
        this.origin = element("p", { className: "origin-note", role: "note", hidden: "" });
        this.missing = element("p", { className: "origin-note", role: "status", hidden: "" });
        this.chips = element("ul", { className: "chips", "aria-label": "Symbols compared" });
        this.add = element("select", { "aria-label": "Add a symbol" });
        this.add.addEventListener("change", () => {
            const { value } = this.add;
            if (value) actions.add(value);
        });
        this.ranges = element("div", { className: "choices", role: "group", "aria-label": "Range" },
            ...ranges.map(({ key, label }) => {
                const button = element("button", { type: "button", "data-range": key, text: label });
                button.addEventListener("click", () => actions.range(key));
                return button;
            }));
        this.tools = element("div", { className: "tools compare-tools" },
            this.chips, this.add, this.ranges);
        this.chart = new PercentChart();
        this.none = element("p", { className: "empty", hidden: "" });
        this.rows = element("tbody", { role: "rowgroup" });
        this.table = element("table", { className: "compared", role: "table", "aria-label": "Figures" },
            element("thead", { role: "rowgroup" }, element("tr", { role: "row" },
                ...["Symbol", ...columns.map(([, label]) => label)].map((text) =>
                    element("th", { scope: "col", role: "columnheader", text })))),
            this.rows);
        this.pairs = element("ul", { className: "pairs" });
        this.together = element("section", { className: "together", "aria-labelledby": "together-title" },
            element("h2", { id: "together-title", text: "Correlation of daily returns" }), this.pairs);
        this.content = [
            this.chart.node, this.table, this.together,
            element("p", { className: "hint legend", text: legend }),
        ];
        byId("compare").replaceChildren(
            element("div", { className: "tab-head" },
                element("div", {}, element("h1", { text: "Compare" }),
                    element("p", { className: "from" }, this.window))),
            this.notice.node, this.origin, this.missing, this.tools, this.none, ...this.content);
    }

    // What is chosen: { symbols, range }; `served`: all symbols of the server.
    drawChoice({ symbols, range }, served) {
        if (symbols.join() !== this.#chips) {
            this.#chips = symbols.join();
            this.chips.replaceChildren(...symbols.map((symbol, i) => this.#chip(symbol, i, symbols)));
        }
        for (const button of this.ranges.children)
            setAttribute(button, "aria-pressed", String(button.dataset.range === range));
        const rest = served.filter((symbol) => !symbols.includes(symbol));
        const isFull = symbols.length >= symbolsMax;
        const first = isFull ? `${symbolsMax} at most` : "Add a symbol…";
        const offered = [first, ...rest].join();
        if (offered !== this.#offered) {
            this.#offered = offered;
            this.add.replaceChildren(element("option", { value: "", text: first }),
                ...rest.map((symbol) => element("option", { value: symbol, text: symbol })));
        }
        this.add.value = "";
        this.add.disabled = isFull;
        setHidden(this.add, rest.length === 0);
        setHidden(this.tools, served.length === 0);
    }

    #chip(symbol, index, all) {
        const children = [swatch(index), element("span", { text: symbol })];
        if (all.length > 1) {
            const remove = element("button",
                { className: "quiet", type: "button", "aria-label": `Remove ${symbol}` }, icon(crossPath));
            remove.addEventListener("click", () => {
                this.actions.remove(symbol);
                // The focus stays among the symbols, not at the top of the page.
                (this.chips.children[Math.min(index, this.chips.children.length - 1)]
                    ?.querySelector("button") ?? this.add).focus();
            });
            children.push(remove);
        }
        return element("li", { className: "chip" }, ...children);
    }

    // `formats`: of dates; `origin`, `missing`: sentences or "".
    draw(answer, { formats, window, origin, missing, isBehind }) {
        setHidden(this.origin, !origin);
        setText(this.origin, origin);
        setHidden(this.missing, !missing);
        setText(this.missing, missing);
        setText(this.window, answer ? window : "");
        const isThere = Boolean(answer && answer.start !== null);
        for (const node of this.content) setHidden(node, !isThere);
        setHidden(this.together, !isThere || answer.pairs.length === 0);
        setHidden(this.none, !answer || isThere);
        setText(this.none, answer && !isThere ? noneWords(answer) : "");
        setAttribute(byId("compare"), "data-behind", String(isBehind));
        if (!isThere) return;
        this.chart.draw(answer, formats);
        if (answer === this.answer && formats === this.formats) return;
        this.answer = answer;
        this.formats = formats;
        this.rows.replaceChildren(...answer.symbols.map((one, i) => rowOf(one, i, formats)));
        this.pairs.replaceChildren(...answer.pairs.map((pair) => pairOf(pair, formats)));
    }
}

function noneWords({ symbols }) {
    const empty = symbols.filter(({ days }) => days === 0).map(({ symbol }) => symbol);
    if (empty.length === symbols.length) return "The archive has no whole day of these symbols in this range.";
    return "These symbols have no day in common in this range.";
}

function figure(text, note, direction) {
    return [
        element("span", { className: "value", ...(direction && { "data-direction": direction }), text }),
        ...(note ? [" ", element("small", { text: note })] : []),
    ];
}

function rowOf(one, index, { day, percent }) {
    const signed = (value, note) => value === null || value === undefined ? figure(unknown, "")
        : figure(percent(value), note, value > 0 ? "up" : value < 0 ? "down" : "none");
    const { best_day: best, worst_day: worst, largest_drawdown: fall } = one;
    const cells = {
        change: signed(one.change_percent, one.last_day ? `until ${day(one.last_day)}` : ""),
        best: signed(best?.percent, best && day(best.day)),
        worst: signed(worst?.percent, worst && day(worst.day)),
        fall: fall ? figure(percent(-fall.percent), `${day(fall.from)} – ${day(fall.to)}`, "down")
            : figure(one.days > 1 ? "never fell" : unknown, ""),
        days: figure(daysWords(one), ""),
    };
    return element("tr", { role: "row", "data-symbol": one.symbol },
        element("th", { scope: "row", role: "rowheader" }, swatch(index), element("span", { text: one.symbol })),
        ...columns.map(([key, label]) => element("td",
            { role: "cell", "data-key": key, "data-label": label }, ...cells[key])));
}

function pairOf(pair, { day }) {
    const { first, second, correlation: r, returns, from, to } = pair;
    const mark = element("span", { className: "mark" });
    if (r !== null) mark.style.insetInlineStart = `${(r + 1) * 50}%`;
    const window = returns > 0 ? `${returns} ${returns === 1 ? "return" : "returns"}, ${day(from)} – ${day(to)}`
        : "no return in common";
    return element("li", { className: "pair", "data-value": String(r ?? "") },
        element("span", { className: "names", text: `${first} · ${second}` }),
        element("strong", { className: "value", text: correlationText(r) }),
        element("span", { className: "scale", "aria-hidden": "true" }, ...(r === null ? [] : [mark])),
        element("small", { text: `${correlationWords(pair)}; ${window}` }));
}

// Of one answer after the other the same: a chart is drawn anew where the formats are others.
export function formatsOf(dates) {
    const percent = (value) => (value === null ? unknown : formatPercent(value / 100));
    const axis = (value) => {
        const text = Number(value.toPrecision(6));
        return `${text > 0 ? "+" : text < 0 ? "−" : ""}${Math.abs(text).toLocaleString()}%`;
    };
    return { ...dates, percent, axis };
}
