// The market's table: its head, by which it is sorted, and its rows. Rows are made a few at a time,
// so that the page answers meanwhile, and only what has changed is drawn.

import { figureOf } from "../model/coin_words.js";
import { columns as allColumns, fixed } from "../model/coins.js";
import { ColumnWidths } from "./column_widths.js";
import { arrange, element, setAttribute, setText } from "./dom.js";
import { CoinRow } from "./market_row.js";

const atOnce = 12; // rows that are made in one go
const fullRem = 9.75; // where money in full needs more, it is written short
const priceWeight = 600; // as the style sheet has it
const heldMs = 30_000; // how long a pointer that rests on the table holds its order

export class MarketTable {
    #rows = new Map(); // by the id of the coin
    #heads = new Map(); // by the key of the column
    #actions;
    #touchedAt = -Infinity; // when the pointer or the keys were last in the body
    #isInside = false;
    #wanted = null; // what is to be drawn
    #isMaking = false;
    #order = "";
    #headKey = "";

    // `actions`: sort(key), star(coin), release(), when the order is held no longer.
    constructor(actions) {
        this.#actions = actions;
        // The style sheet makes boxes of the rows, so what they are is said by roles as well.
        this.row = element("tr", { role: "row" });
        this.body = element("tbody", { role: "rowgroup" });
        const label = "Coins by market capitalisation";
        this.node = element("table", { className: "coins", role: "table", "aria-label": label },
            element("thead", { role: "rowgroup" }, this.row), this.body);
        this.widths = new ColumnWidths(this.node);
        const touch = () => (this.#touchedAt = performance.now());
        this.body.addEventListener("pointerenter", () => {
            this.#isInside = true;
            touch();
        });
        this.body.addEventListener("pointermove", touch, { passive: true });
        this.body.addEventListener("pointerdown", touch);
        this.body.addEventListener("focusin", touch);
        this.body.addEventListener("keydown", touch);
        this.body.addEventListener("pointerleave", () => {
            this.#isInside = false;
            if (!this.isHeld) actions.release();
        });
    }

    // Rows stay where they are while somebody points at them or goes through them by keys.
    get isHeld() {
        const isNear = this.#isInside || this.body.contains(document.activeElement);
        return isNear && performance.now() - this.#touchedAt < heldMs;
    }

    has(id) {
        return this.#rows.has(id);
    }

    // The rows in the order in which they stand.
    get ids() {
        return [...this.body.children].map(({ dataset }) => dataset.id);
    }

    // `coins`: in their order; `settingOf(coin)`: what a row needs besides its columns; `isShort`: there
    // is no room for money in full.
    draw({ coins, columns, order, ...rest }) {
        const isShort = this.#makeRoom(coins, columns, rest);
        this.#wanted = { coins, columns, ...rest, isShort };
        this.#drawHead(columns, order);
        for (const [id] of this.#rows)
            if (!coins.some((coin) => coin.id === id)) this.#rows.delete(id);
        this.#go();
    }

    drawPrice(coin, own) {
        const row = this.#rows.get(coin.id);
        row?.drawPrice(own);
        if (row) this.widths.grow("price", row.priceText, priceWeight);
    }

    // Widens columns where figures need it. Returns whether money is to be written short.
    #makeRoom(coins, columns, { isShort, unit, settingOf }) {
        const textsOf = (kind, isBrief) => columns.filter((column) => column.kind === kind).flatMap(({ field }) =>
            coins.map((coin) => figureOf(coin[field], kind, { isShort: isBrief, unit }).text));
        const px = fullRem * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
        const isBrief = isShort ||
            !this.widths.fits([...textsOf("money", false), ...textsOf("amount", false)], px);
        for (const kind of ["money", "amount"]) this.widths.set(kind, textsOf(kind, isBrief), 400);
        const prices = coins.map((coin) => figureOf(settingOf(coin).own.price, "price", { unit }).text);
        this.widths.set("price", [...prices, ...textsOf("price", false)], priceWeight);
        return isBrief;
    }

    drawStar(coin, isStarred) {
        this.#rows.get(coin.id)?.drawStar(isStarred);
    }

    #go() {
        if (this.#isMaking) return;
        this.#isMaking = true;
        let at = 0;
        let of = this.#wanted;
        const step = () => {
            if (of !== this.#wanted) [of, at] = [this.#wanted, 0];
            const { coins, columns, settingOf, ...rest } = of;
            const till = Math.min(coins.length, at + atOnce);
            for (; at < till; at += 1) {
                const coin = coins[at];
                let row = this.#rows.get(coin.id);
                if (!row) this.#rows.set(coin.id, (row = new CoinRow(coin.id, this.#actions.star)));
                row.draw(coin, { ...settingOf(coin), columns, ...rest });
            }
            this.#place(coins.slice(0, at), at === coins.length);
            this.#isMaking = at < coins.length;
            if (this.#isMaking) setTimeout(step, 0);
        };
        step();
    }

    // Rows that are not reached yet stay behind those that are, until all are there.
    #place(coins, isWhole) {
        const order = `${coins.map(({ id }) => id).join(" ")} ${isWhole}`;
        if (order === this.#order) return;
        this.#order = order;
        const nodes = coins.map(({ id }) => this.#rows.get(id).node);
        if (isWhole) return arrange(this.body, nodes);
        nodes.forEach((node) => node.isConnected || this.body.append(node));
    }

    #drawHead(columns, { key: sortedBy, isDescending }) {
        const shown = [...fixed, ...columns];
        const key = shown.map((column) => column.key).join();
        if (key !== this.#headKey) this.#makeHead(shown, key);
        for (const [name, head] of this.#heads) {
            const isSorted = name === sortedBy;
            if (!isSorted) head.node.removeAttribute("aria-sort");
            else setAttribute(head.node, "aria-sort", isDescending ? "descending" : "ascending");
            setText(head.arrow, isSorted ? (isDescending ? "▼" : "▲") : "");
        }
    }

    #makeHead(shown, key) {
        this.#headKey = key;
        const focused = document.activeElement?.dataset.sort;
        this.#heads.clear();
        const nodes = shown.map((column) => this.#headOf(column));
        this.row.replaceChildren(
            element("th", { scope: "col", role: "columnheader", className: "star-cell" },
                element("span", { className: "spoken", text: "Star" })),
            ...nodes);
        setAttribute(this.node, "data-columns", String(shown.length));
        if (focused) this.#heads.get(focused)?.button?.focus();
    }

    #headOf({ key, label, name, kind = key, isSorted }) {
        const attributes = {
            scope: "col", role: "columnheader", className: `col of-${kind}`, "data-key": key,
        };
        if (!isSorted)
            return element("th", attributes,
                element("span", { className: "label", text: label, title: name }));
        const arrow = element("span", { className: "arrow", "aria-hidden": "true" });
        const button = element("button",
            { type: "button", "data-sort": key, title: `Sort by: ${name}` },
            element("span", { text: label }), arrow);
        button.addEventListener("click", () => this.#actions.sort(key));
        const node = element("th", attributes, button);
        this.#heads.set(key, { node, arrow, button });
        return node;
    }
}

export const columnsOf = (keys) => allColumns.filter(({ key }) => keys.includes(key));
