// The coins that people look for most, in one line above the market's table.

import { formatPercent } from "../format.js";
import { trendingWords } from "../model/trending.js";
import { element, setAttribute, setHidden, setText } from "./dom.js";

export class TrendingStrip {
    #key = "";

    constructor() {
        this.from = element("span", { className: "hint" });
        this.list = element("ol", { "aria-label": "Trending coins", tabindex: "0" });
        this.box = element("div", { className: "trending", hidden: "" },
            element("h2", { text: "Trending" }), this.list, this.from);
        // What is around it may be hidden for reasons of its own.
        this.node = element("div", {}, this.box);
    }

    // `answer`: null where nothing is known; `hrefOf(coin)`: the address of a coin's page.
    draw(answer, { ageMs, formats, hrefOf }) {
        const isKnown = Boolean(answer?.coins.length);
        setHidden(this.box, !isKnown);
        if (!isKnown) return;
        setText(this.from, trendingWords(answer, ageMs));
        setAttribute(this.from, "data-stale", String(answer.stale));
        const key = `${answer.source} ${answer.updated_at} ${formats}`;
        if (key === this.#key) return;
        this.#key = key;
        this.list.replaceChildren(...answer.coins.map((coin) => this.#itemOf(coin, hrefOf)));
    }

    // What the source says is text, never markup. A coin beyond the table has no page here.
    #itemOf({ place, name, symbol, in_table: hasPage, change_24h_percent: change, ...coin }, hrefOf) {
        const words = [element("span", { className: "place", text: String(place) }),
            element("span", { className: "named", text: symbol })];
        if (change !== null)
            words.push(element("span", {
                className: "change", text: formatPercent(change / 100),
                "data-direction": change > 0 ? "up" : change < 0 ? "down" : "none",
            }));
        const title = `${name}, number ${place} at the source`;
        return element("li", {}, hasPage
            ? element("a", { href: hrefOf(coin), "data-tab": "coin", title }, ...words)
            : element("span", { title }, ...words));
    }
}
