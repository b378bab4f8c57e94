// What the Bitcoin tab consists of: the chart of closes, and groups of cards, one for each figure, with who says it and when.

import { cardOf, groups, isShown } from "../model/bitcoin_cards.js";
import { BitcoinChart } from "./bitcoin_chart.js";
import { byId, element, setAttribute, setHidden, setText } from "./dom.js";
import { TabNotice } from "./tab_notice.js";

const legend = "Computed figures follow from heights, difficulties and times of blocks that the source " +
    "named says. “mempool” is mempool.space, or another server of that program. sat/vB: satoshis, of which a bitcoin has 100 million, for each virtual byte of a " +
    "transaction. A dash is a figure that is unknown or cannot be true.";

class Card {
    constructor(row) {
        this.row = row;
        this.value = element("span", { className: "value" });
        this.note = element("dd", { className: "note" });
        this.by = element("span");
        this.stale = element("strong", { className: "tag", text: "stale" });
        this.from = element("dd", { className: "by" }, this.by, " ", this.stale);
        this.node = element("div", { className: "card", "data-of": row.of, "data-field": row.field },
            element("dt", { text: row.label }), element("dd", {}, this.value), this.note, this.from);
    }

    draw(answer, now) {
        setHidden(this.node, !isShown(this.row, answer));
        const { text, value, title, note, reason, by, age, isComputed, isStale, direction } =
            cardOf(this.row, answer, now);
        setText(this.value, text);
        setAttribute(this.value, "title", title);
        setAttribute(this.value, "data-direction", direction);
        setText(this.note, note || reason);
        setHidden(this.note, !note && !reason);
        setText(this.by, age ? `${by}, ${age}` : by);
        setHidden(this.stale, !isStale);
        setHidden(this.from, !by);
        setAttribute(this.node, "data-value", String(value ?? ""));
        setAttribute(this.node, "data-known", String(value !== null));
        setAttribute(this.node, "data-computed", String(isComputed));
        setAttribute(this.node, "data-stale", String(isStale));
    }
}

export class BitcoinFrame {
    #cards = [];

    // `actions`: range(key) chooses that of the chart, hurry() asks the server now.
    constructor({ range, hurry }) {
        this.chart = new BitcoinChart(range);
        this.age = element("span", { className: "age" });
        this.notice = new TabNotice(hurry);
        const sections = groups.map(({ title, cards }) => {
            const made = cards.map((row) => new Card(row));
            this.#cards.push(...made);
            return element("section", { className: "figures", "aria-label": title },
                element("h2", { text: title }),
                element("dl", { className: "cards" }, ...made.map(({ node }) => node)));
        });
        this.content = [...sections, element("p", { className: "hint legend", text: legend })];
        byId("bitcoin").replaceChildren(
            element("div", { className: "tab-head" },
                element("div", {}, element("h1", { text: "Bitcoin" }),
                    element("p", { className: "from" }, this.age))),
            this.notice.node, this.chart.node, ...this.content);
    }

    // `standing`: by the key of an answer { answer, now }; `age`: what is said of the page as a whole.
    draw(standing, age) {
        const isThere = [...standing.values()].some(({ answer }) => answer !== null);
        for (const node of this.content) setHidden(node, !isThere);
        setHidden(this.chart.node, !isThere && !this.chart.hasLine);
        setText(this.age, isThere ? age : "");
        for (const card of this.#cards) {
            const { answer, now } = standing.get(card.row.of);
            card.draw(answer, now);
        }
    }
}
