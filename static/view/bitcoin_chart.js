// The chart of the Bitcoin tab: the closes of days, over a range that is chosen. Where there is no
// line, a sentence says why.

import { formatPrice } from "../format.js";
import { closesWords, hasLine, lineOf, ranges } from "../model/bitcoin_history.js";
import { priceScaleOf } from "../model/comparison.js";
import { element, setAttribute, setHidden, setText } from "./dom.js";
import { PercentChart } from "./percent_chart.js";

const currency = "USD";
const unknown = "–";
const priceOfAxis = (value) => formatPrice(value, currency, value >= 1_000 ? 0 : undefined);

export class BitcoinChart {
    #drawn = { answer: null, formats: null };

    // `onRange(key)` is called when a range is chosen.
    constructor(onRange) {
        this.ranges = element("div", { className: "choices", role: "group", "aria-label": "Range" },
            ...ranges.map(({ key, label }) => {
                const button = element("button", { type: "button", "data-range": key, text: label });
                button.addEventListener("click", () => onRange(key));
                return button;
            }));
        this.chart = new PercentChart({ label: "Chart of closes", scale: priceScaleOf, leftPx: 84 });
        this.note = element("p", { className: "hint", role: "status" });
        this.node = element("section", { className: "closes", "aria-labelledby": "closes-title" },
            element("div", { className: "closes-head" },
                element("h2", { id: "closes-title", text: "Price, day by day" }), this.ranges),
            this.chart.node, this.note);
    }

    get hasLine() {
        return hasLine(this.#drawn.answer);
    }

    // `answer`: that of the range, or null; `formats`: of dates; the others: as closesWords() takes them.
    draw(answer, { range, now, trouble, unheardMs, formats }) {
        for (const button of this.ranges.children)
            setAttribute(button, "aria-pressed", String(button.dataset.range === range));
        setHidden(this.ranges, !answer && trouble?.kind === "off");
        setText(this.note, closesWords(answer, { range, now, trouble, unheardMs, day: formats.day }));
        setHidden(this.chart.node, !hasLine(answer));
        if (answer === this.#drawn.answer && formats === this.#drawn.formats) return;
        this.#drawn = { answer, formats };
        if (!hasLine(answer)) return;
        const line = lineOf(answer);
        this.chart.draw({ symbols: [{ symbol: "", ...line }] }, {
            ...formats,
            day: (day) => `${formats.day(day)}${day === line.soFar ? ", so far" : ""}`,
            percent: (value) => (value === null ? unknown : formatPrice(value, currency)),
            axis: priceOfAxis,
        });
    }
}
