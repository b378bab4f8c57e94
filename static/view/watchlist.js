// The watchlist. A row leads to its symbol. It can be moved by Alt and an arrow key; while the list is
// edited, also by its buttons and its grip, and it can be removed.

import { directionOf, directionOfRatio, formatDuration, formatPercent, formatPrice, formatSpan } from "../format.js";
import { loadRest, rest } from "../later.js";
import {
    arrange, byId, element, flash, setAttribute, setFigure, setHidden, setText, svg,
} from "./dom.js";
import { drawSparkline } from "./sparkline.js";

const section = byId("watchlist");
const list = byId("watched");
const empty = byId("watched-empty");
const edit = byId("watchlist-edit");
const sort = byId("watchlist-sort");
const said = byId("said");

const sparkEveryMs = 1_000;
const sortMin = 3; // fewer are seen at a glance

class Row {
    tools = null; // made when the list is edited first (row_tools.js)
    #range = null;
    #sparkKey = "";
    #sparkAt = 0;

    constructor(symbol, actions) {
        this.symbol = symbol;
        this.name = element("span", { text: symbol });
        this.sub = element("span", { className: "sub" });
        this.price = element("span");
        this.arrow = element("span", { "aria-hidden": "true" });
        this.ratio = element("span");
        this.delta = element("span", { className: "delta" }, this.arrow, this.ratio);
        this.figure = element("span", { className: "figure" }, this.price, this.delta);
        this.spark = svg("svg", { class: "spark", "aria-hidden": "true" });
        this.link = element("a", { "aria-keyshortcuts": "Alt+ArrowUp Alt+ArrowDown" },
            element("span", { className: "name" }, this.name, this.sub), this.spark, this.figure);
        this.node = element("li", { "data-symbol": symbol }, this.link);
        this.actions = actions;
        this.#listen(actions);
    }

    #listen(actions) {
        this.link.addEventListener("click", (event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
            event.preventDefault();
            actions.show(this.symbol);
        });
        this.link.addEventListener("keydown", (event) => {
            const steps = { ArrowUp: -1, ArrowDown: 1 }[event.key];
            if (!event.altKey || !steps || actions.isSorted()) return;
            event.preventDefault();
            actions.moveBy(this.symbol, steps);
        });
    }

    draw(facts) {
        const { quote, hour: change, isShown, isEditing, isCurrent } = facts;
        const { range, hrefOf, now, hereNow } = facts;
        const { newest, currency } = quote;
        const isStale = isCurrent && quote.isStale && newest !== null;
        setAttribute(this.node, "data-stale", String(isStale));
        if (this.#range !== range) this.link.href = hrefOf(this.symbol);
        this.#range = range;
        if (isShown) setAttribute(this.link, "aria-current", "true");
        else this.link.removeAttribute("aria-current");
        if (isEditing && rest) this.tools ??= new rest.RowTools(this, this.actions);
        this.tools?.draw(facts);
        setFigure(this.price, newest ? formatPrice(newest.price, currency) : "—");

        setText(this.sub, words(newest, isStale, quote.ageAt(hereNow), change));
        const direction = change ? directionOfRatio(change.ratio) : "none";
        setAttribute(this.delta, "data-direction", isCurrent && !isStale ? direction : "none");
        setText(this.arrow, { up: "▲ ", down: "▼ ", none: "" }[direction]);
        setText(this.ratio, change ? formatPercent(change.ratio) : "—");
        if (change) this.#drawSpark(quote.spark, isStale ? "none" : direction, now);
    }

    #drawSpark(spark, direction, now) {
        const { points } = spark;
        const last = points.at(-1);
        const key = `${points.length} ${last?.at} ${last?.price} ${direction}`;
        if (key === this.#sparkKey || Math.abs(now - this.#sparkAt) < sparkEveryMs) return;
        this.#sparkKey = key;
        this.#sparkAt = now;
        drawSparkline(this.spark, spark.line(), { direction });
    }

    flash(change) {
        flash(this.figure, directionOf(change));
    }
}

function words(newest, isStale, ageMs, change) {
    if (!newest) return "no price yet";
    if (isStale) return ageMs === null ? "stale" : `stale for ${formatDuration(ageMs)}`;
    return change ? `past ${formatSpan(change.spanMs)}` : "just begun";
}

export class WatchlistView {
    #rows = new Map();
    #actions;
    #isEditing = false;
    #order = "";
    #movedSymbol = "";
    #isSorted = false;
    #byChange = null;

    // `actions`: show(symbol), moveTo(symbol, index), moveBy(symbol, steps), remove(symbol), sort(isByChange).
    constructor(actions, onChange) {
        const move = (how) => (symbol, where) => {
            this.#movedSymbol = symbol;
            how(symbol, where);
        };
        this.#actions = {
            show: actions.show,
            isSorted: () => this.#isSorted,
            moveTo: move(actions.moveTo),
            moveBy: move(actions.moveBy),
            remove: (symbol) => this.#remove(symbol, actions.remove),
        };
        sort.addEventListener("click", () => actions.sort(!this.#isSorted));
        edit.addEventListener("click", () => {
            this.#isEditing = !this.#isEditing;
            setText(edit, this.#isEditing ? "Done" : "Edit");
            onChange();
            if (!rest) loadRest().then(onChange, () => {}); // the tools of rows
        });
    }

    // The focus moves to the row that takes its place.
    #remove(symbol, remove) {
        const { node } = this.#rows.get(symbol);
        const neighbour = node.nextElementSibling ?? node.previousElementSibling;
        remove(symbol);
        setText(said, `${symbol} removed from the watchlist`);
        (this.#rows.get(neighbour?.dataset.symbol)?.tools?.remove ?? edit).focus();
    }

    // Where it is to be sorted by change it is, but while it is edited it has the visitor's order.
    #sorted(symbols, isByChange, ratioOf, hereNow) {
        this.#isSorted = isByChange;
        setAttribute(sort, "aria-pressed", String(isByChange));
        setHidden(sort, this.#isEditing || symbols.length < sortMin);
        if (!isByChange || this.#isEditing || !rest) return symbols;
        this.#byChange ??= new rest.ChangeOrder();
        const isHeld = list.matches(":hover, :focus-within");
        return this.#byChange.of(symbols, ratioOf, hereNow, isHeld);
    }

    draw({ symbols: own, isByChange, shown, isAlone, quoteOf, hourOf, range, hrefOf, isCurrent, now, hereNow }) {
        const ratioOf = (symbol) => hourOf(quoteOf(symbol))?.ratio ?? null;
        const symbols = this.#sorted(own, isByChange, ratioOf, hereNow);
        setHidden(section, isAlone && symbols.length < 2);
        list.classList.toggle("editing", this.#isEditing);
        setAttribute(list, "data-current", String(isCurrent));
        setHidden(empty, symbols.length > 0);
        const order = symbols.join();
        if (order !== this.#order) this.#reorder(symbols, order);
        symbols.forEach((symbol, i) => this.#rows.get(symbol).draw({
            quote: quoteOf(symbol),
            hour: hourOf(quoteOf(symbol)),
            isShown: symbol === shown,
            isEditing: this.#isEditing,
            isCurrent,
            range,
            hrefOf,
            now,
            hereNow,
            isFirst: i === 0,
            isLast: i === symbols.length - 1,
        }));
    }

    #reorder(symbols, order) {
        this.#order = order;
        const rows = symbols.map((symbol) =>
            this.#rows.get(symbol) ?? new Row(symbol, this.#actions));
        this.#rows = new Map(rows.map((row) => [row.symbol, row]));
        const nodes = rows.map((row) => row.node);
        arrange(list, nodes, nodes.find((node) => node.dataset.dragged));
        const place = symbols.indexOf(this.#movedSymbol) + 1;
        if (place > 0) setText(said, `${this.#movedSymbol} is now ${place} of ${symbols.length}`);
        this.#movedSymbol = "";
    }

    flash(symbol, change) {
        this.#rows.get(symbol)?.flash(change);
    }
}
