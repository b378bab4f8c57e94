// The newest ticks in a table: the content of the chart as text.

import { directionOf, formatChange, formatPrice, formatTime } from "../format.js";
import { newestRows } from "../model/rows.js";
import { reasonWords } from "../model/reasons.js";
import { describeSource, sourceLine } from "../model/source.js";
import { arrange, byId, element, setHidden } from "./dom.js";

const rowsMax = 200;
const body = byId("ticks");
const empty = byId("empty");

function tickRow({ tick, before }, { currency, now, visitorNow }) {
    const change = before === null ? 0 : tick.price - before;
    const { words } = describeSource(tick.source, tick.sources);
    const changed = element("td", {
        className: "number",
        text: change === 0 ? "" : formatChange(change, tick.price, currency),
        "data-direction": directionOf(change),
    });
    return element("tr", { "data-id": tick.id, "data-price": String(tick.price) },
        element("td", { text: formatTime(tick.at, now, visitorNow) }),
        element("td", { className: "number", text: formatPrice(tick.price, currency) }),
        changed,
        element("td", { className: "wide", text: words, title: sourceLine(tick.source) }));
}

function gapRow({ gap }, { now, visitorNow }) {
    const words = reasonWords(gap);
    const why = words && ` (${words})`;
    const told = (ms) => formatTime(ms, now, visitorNow);
    const until = told(gap.toAt);
    const text = gap.isLeading
        ? `Nothing held from before ${until}${why}`
        : `Missing from ${told(gap.fromAt)} to ${until}${why}`;
    const cell = element("td", { text, colspan: "4" });
    return element("tr", {
        className: "missing",
        "data-gap": gap.reason,
        "data-from": gap.from,
        "data-to": gap.to,
        "data-leading": String(gap.isLeading),
    }, cell);
}

export class TickList {
    #rows = new Map(); // by key
    #version = "";
    #series = null;
    #day = null;

    // `facts.day`: today by the clock of the server and by that of the visitor. A row leaves out
    // its day if that is today.
    draw(facts) {
        const { series, day } = facts;
        if (day !== this.#day) this.forget();
        this.#day = day;
        if (!series || (series === this.#series && series.version === this.#version)) return;
        if (series !== this.#series) this.#rows.clear();
        this.#series = series;
        this.#version = series.version;
        const rows = new Map();
        for (const row of newestRows(series, rowsMax)) {
            const made = row.kind === "tick" ? tickRow : gapRow;
            rows.set(row.key, this.#rows.get(row.key) ?? made(row, facts));
        }
        this.#rows = rows;
        arrange(body, [...rows.values()]);
        setHidden(empty, rows.size > 0);
    }

    // Draws all rows again, because the format of numbers has changed.
    forget() {
        this.#rows.clear();
        this.#version = "";
    }
}
