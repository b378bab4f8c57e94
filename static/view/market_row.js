// A row of the market's table: a coin. What the source says is text, never markup.

import { figureOf, shapeWords, unknown } from "../model/coin_words.js";
import { formatPrice } from "../format.js";
import { lettersOf, shapeOf, tintOf } from "../model/coins.js";
import { sourceLine } from "../model/source.js";
import { element, setAttribute, setHidden, setText, svg } from "./dom.js";
import { drawSparkline } from "./sparkline.js";

const tints = 8;
const starPath = "M10 2.8l2.2 4.6 5 .7-3.6 3.5.9 5-4.5-2.4-4.5 2.4.9-5L2.8 8.1l5-.7z";
const priceTitles = {
    live: (source) => `The price of this server, live: ${sourceLine(source)}`,
    own: (source) => `The price of this server, not live now: ${sourceLine(source)}`,
    table: () => "",
};
const priceWords = { live: "live", own: "not live", table: "" };

// Shapes are drawn when their rows come into sight.
const inSight = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries)
        if (isIntersecting) {
            inSight.unobserve(target);
            target.drawShape();
        }
}, { rootMargin: "300px" });

export class CoinRow {
    #price = { text: "", kind: "" };
    #cells = new Map(); // by the key of the column
    #columns = "";
    #isShort = null;
    coin = null;

    // `onStar(coin)` is called by the star.
    constructor(id, onStar) {
        this.star = element("button", { className: "quiet star", type: "button" },
            svg("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" },
                svg("path", { d: starPath })));
        this.star.addEventListener("click", () => onStar(this.coin));
        this.rank = element("td", { role: "cell", className: "of-rank" });
        this.letters = element("span",
            { className: "letters", "aria-hidden": "true", "data-tint": tintOf(id, tints) });
        this.name = element("a", { className: "name", "data-tab": "coin" });
        this.symbol = element("span", { className: "symbol" });
        this.inactive = element("span", {
            className: "tag", text: "inactive", hidden: "",
            title: "The source's figures of this coin are more than a day old",
        });
        this.old = element("span", {
            className: "tag", text: "old", hidden: "",
            title: "The source's figures of this coin are older than the table",
        });
        this.who = element("span", { className: "who" }, this.name,
            element("span", { className: "under" }, this.symbol, this.inactive, this.old));
        const inner = element("span", { className: "inner" }, this.letters, this.who);
        this.head = element("th", { scope: "row", role: "rowheader", className: "of-coin" }, inner);
        this.figure = element("span", { className: "value" });
        this.kind = element("span", { className: "spoken" });
        this.price = element("td", { role: "cell", className: "figure of-price price-cell" },
            this.figure, this.kind);
        this.node = element("tr", { role: "row", "data-id": id },
            element("td", { role: "cell", className: "star-cell" }, this.star), this.rank,
            this.head, this.price);
    }

    // `columns`: those that are shown; `own`: the price that is shown and what it is; `hrefOf`: the
    // address of a coin's page; `unit`: the currency of money.
    draw(coin, { columns, own, isShort, isStarred, hrefOf, formats, unit }) {
        this.unit = unit;
        const isNew = coin !== this.coin || formats !== this.formats;
        this.coin = coin;
        this.formats = formats;
        if (isNew) this.#describe(coin);
        setAttribute(this.name, "href", hrefOf(coin));
        const keys = columns.map(({ key }) => key).join();
        if (isNew || keys !== this.#columns || isShort !== this.#isShort)
            this.#fill(columns, isShort, keys);
        this.drawPrice(own, isNew);
        this.drawStar(isStarred);
    }

    get priceText() {
        return this.#price.text;
    }

    drawStar(isStarred) {
        setAttribute(this.star, "aria-pressed", String(isStarred));
        setAttribute(this.star, "aria-label", `Star ${this.coin.name}`);
    }

    drawPrice({ price, kind, source }, isForced = false) {
        const text = price === null ? unknown : formatPrice(price, this.unit);
        if (text !== this.#price.text || isForced) setText(this.figure, text);
        setAttribute(this.price, "data-value", String(price));
        const key = `${kind} ${source} ${price === null}`;
        if (key !== this.#price.key) {
            setAttribute(this.price, "data-kind", kind);
            const title = priceTitles[kind](source) || (price === null && this.coin.withheld?.price);
            if (title) setAttribute(this.price, "title", title);
            else this.price.removeAttribute("title");
            setText(this.kind, priceWords[kind] && `, ${priceWords[kind]}`);
        }
        this.#price = { text, key };
    }

    #describe({ rank, symbol, name, inactive, stale, updated_at: at }) {
        setText(this.rank, String(rank));
        setText(this.letters, lettersOf(symbol));
        setText(this.name, name);
        setText(this.symbol, symbol);
        setHidden(this.inactive, !inactive);
        setHidden(this.old, !stale || inactive);
        if (stale && at)
            setAttribute(this.old, "title",
                `The source's figures of this coin are of ${new Date(at * 1000).toLocaleString("en")}`);
        setAttribute(this.node, "data-inactive", String(inactive));
        setAttribute(this.head, "title", `${name} (${symbol})`);
    }

    #fill(columns, isShort, keys) {
        this.#isShort = isShort;
        if (keys !== this.#columns) {
            this.#columns = keys;
            for (const { node } of this.#cells.values()) node.remove();
            this.#cells = new Map(columns.map((column) => [column.key, this.#cellFor(column)]));
            this.node.append(...[...this.#cells.values()].map(({ node }) => node));
        }
        for (const { column, ...cell } of this.#cells.values())
            if (column.kind === "shape") this.#drawShape(cell);
            else this.#drawFigure(cell, column, isShort);
    }

    #cellFor(column) {
        const text = element("span", { className: "value" });
        const spoken = element("span", { className: "spoken" });
        const shape =
            column.kind === "shape" && svg("svg", { class: "shape", "aria-hidden": "true" });
        const className = `figure of-${column.kind}`;
        const node = element("td", { role: "cell", className, "data-key": column.key },
            ...(shape ? [shape] : []), text, spoken);
        return { column, node, text, spoken, shape };
    }

    #drawFigure({ node, text, spoken }, { field, kind }, isShort) {
        const value = this.coin[field];
        const reason = this.coin.withheld?.[field] ?? "";
        const words = figureOf(value, kind, { reason, isShort, unit: this.unit });
        setText(text, words.text);
        setText(spoken, words.spoken && ` ${words.spoken}`);
        text[words.spoken ? "setAttribute" : "removeAttribute"]("aria-hidden", "true");
        if (words.title) setAttribute(node, "title", words.title);
        else node.removeAttribute("title");
        setAttribute(node, "data-value", String(value ?? ""));
        setAttribute(node, "data-withheld", String(Boolean(reason)));
        if (words.direction) setAttribute(node, "data-direction", words.direction);
    }

    #drawShape({ node, text, spoken, shape }) {
        const points = shapeOf(this.coin.sparkline);
        const first = points[0]?.price;
        const last = points.at(-1)?.price;
        const direction = last > first ? "up" : last < first ? "down" : "none";
        setText(text, points.length > 0 ? "" : unknown);
        text.setAttribute("aria-hidden", "true");
        setText(spoken, shapeWords(points));
        shape.drawShape = () => drawSparkline(shape, points, { direction });
        shape.classList.toggle("gone", points.length === 0);
        setAttribute(node, "data-direction", direction);
        inSight.observe(shape);
    }
}
