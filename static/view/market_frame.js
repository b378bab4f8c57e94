// What stands around the market's table: the market as a whole, the search, the choice of columns,
// notices, and from whom the figures are.

import { figureOf, unknown } from "../model/coin_words.js";
import { columns } from "../model/coins.js";
import { sourceOf } from "../model/market_words.js";
import { ago, askedForWords } from "../model/tab_words.js";
import { byId, element, setAttribute, setHidden, setText } from "./dom.js";
import { TabNotice } from "./tab_notice.js";
import { TrendingStrip } from "./trending_strip.js";

const wholes = [
    { field: "market_cap", label: "Market cap", kind: "money" },
    { field: "market_cap_change_24h_percent", label: "Change, 24 h", kind: "change" },
    { field: "volume_24h", label: "Volume, 24 h", kind: "money" },
    { field: "bitcoin_dominance_percent", label: "Bitcoin's share", kind: "share" },
];
const legend = "Prices with a dot are live, from this server. Changes, market cap, volume, highs, " +
    "lows and shapes are those of the source. A dash is a figure that is unknown, or that cannot " +
    "be true.";
const wholeOldMs = 3 * 3_600_000; // the server asks for it once an hour

export class MarketFrame {
    #facts = new Map();

    // `actions`: search(text), choose(keys), showIn(currency), showStarred(isOn), more(), hurry().
    constructor(table, actions) {
        this.title = element("h1", { text: "Market" });
        this.origin = element("p", { className: "from" });
        this.by = element("span");
        this.age = element("span", { className: "age" });
        this.liveWords = element("span");
        this.live = element("span", { className: "live", hidden: "" },
            element("span", { className: "dot", "aria-hidden": "true" }), this.liveWords);
        this.how = element("span");
        this.origin.append(this.by, this.age, this.live, this.how);
        this.trending = new TrendingStrip();
        this.whole = element("dl", { className: "facts whole" });
        for (const { field, label } of wholes) {
            const value = element("dd", { text: unknown });
            this.#facts.set(field, value);
            this.whole.append(element("div", { "data-field": field },
                element("dt", { text: label }), value));
        }
        this.wholeNote = element("p", { className: "hint" });
        this.notice = new TabNotice(actions.hurry);
        this.search = element("input", {
            type: "search", placeholder: "Search coins",
            "aria-label": "Search coins by name or symbol", autocomplete: "off", spellcheck: "false",
        });
        this.search.addEventListener("input", () => actions.search(this.search.value));
        this.starred = element("button",
            { type: "button", "aria-pressed": "false", text: "★ Starred" });
        this.starred.addEventListener("click", () =>
            actions.showStarred(this.starred.getAttribute("aria-pressed") !== "true"));
        this.currency = element("select", { "aria-label": "Currency", hidden: "" });
        this.currency.addEventListener("change", () => actions.showIn(this.currency.value));
        this.rate = element("p", { className: "hint rate" });
        this.columns = this.#makeColumns(actions);
        this.count = element("p", { className: "hint count", role: "status" });
        this.held = element("p", { className: "hint held" });
        const tools = element("div", { className: "tools" }, this.search,
            element("div", { className: "choices" }, this.starred), this.columns, this.currency,
            this.count, this.held, this.rate);
        const region = { role: "region", tabindex: "0", "aria-label": "Table of coins" };
        this.scroller = element("div", { className: "scroller", ...region }, table.node);
        this.none = element("p", { className: "empty", hidden: "" });
        this.more = element("button", { className: "more-rows", type: "button", hidden: "" });
        this.more.addEventListener("click", actions.more);
        this.legend = element("p", { className: "hint legend", text: legend });
        const head = element("div", { className: "tab-head" },
            element("div", {}, this.title, this.origin),
            element("div", {}, this.whole, this.wholeNote));
        this.content = [this.trending.node, tools, this.scroller, this.none, this.more, this.legend];
        // Only a table that is wider than its place is a box that scrolls: in one its head would not
        // stay at the top of the window.
        const fit = new ResizeObserver(() => {
            const { paddingInlineStart: start, paddingInlineEnd: end } = getComputedStyle(this.scroller);
            const room = this.scroller.clientWidth - Number.parseFloat(start) - Number.parseFloat(end);
            this.scroller.classList.toggle("spills", table.node.offsetWidth > Math.ceil(room));
        });
        for (const node of [table.node, this.scroller]) fit.observe(node);
        byId("market").replaceChildren(head, this.notice.node, ...this.content);
    }

    #makeColumns({ choose }) {
        this.boxes = columns.map(({ key, name }) => {
            const box = element("input", { type: "checkbox", value: key });
            box.addEventListener("change", () =>
                choose(this.boxes.filter((one) => one.box.checked).map((one) => one.key)));
            const words = element("span", { text: name });
            return { key, box, label: element("label", { className: "check" }, box, words) };
        });
        const usual =
            element("button", { className: "quiet small", type: "button", text: "As usual" });
        usual.addEventListener("click", () => choose(null));
        const list = element("div",
            { className: "column-list", role: "group", "aria-label": "Columns" },
            ...this.boxes.map(({ label }) => label), usual);
        const details = element("details", { className: "columns" },
            element("summary", { text: "Columns" }), list);
        details.addEventListener("keydown", (event) => {
            if (event.key !== "Escape" || !details.open) return;
            details.open = false;
            details.firstElementChild.focus();
        });
        document.addEventListener("pointerdown", ({ target }) => {
            if (!details.contains(target)) details.open = false;
        });
        return details;
    }

    get hasCurrencies() {
        return this.currency.options.length > 0;
    }

    // `codes`: those that have a rate; `chosen`: one of them in small letters, or none that is known.
    drawCurrencies(codes, chosen) {
        const names = new Intl.DisplayNames(document.documentElement.lang || "en", { type: "currency" });
        const all = [...new Set(["USD", ...codes, chosen.toUpperCase()])];
        this.currency.replaceChildren(...all.map((code) => element("option",
            { value: code.toLowerCase(), text: `${code} – ${names.of(code)}` })));
        this.currency.value = chosen;
        setHidden(this.currency, codes.length === 0);
    }

    drawColumns(keys) {
        for (const { key, box } of this.boxes) box.checked = keys.includes(key);
    }

    drawStarred(isOn) {
        setAttribute(this.starred, "aria-pressed", String(isOn));
    }

    // `whole`: { values, source, ageMs }, or null.
    drawOrigin({ table, ageMs, live, whole, rate, isAskedFor }) {
        setText(this.rate, rate);
        setHidden(this.rate, !rate);
        if (table && this.source !== table.source) {
            this.source = table.source;
            const { name, href } = sourceOf(table.source);
            const words = `Data by ${name}`;
            this.by.replaceChildren(href
                ? element("a", { href, rel: "noreferrer", text: words })
                : element("span", { text: words }));
        }
        setText(this.age, table ? ago(ageMs) : "");
        setAttribute(this.age, "data-stale", String(Boolean(table?.stale)));
        setText(this.how, table && isAskedFor ? askedForWords : "");
        setHidden(this.live, !live);
        if (live) {
            setAttribute(this.live, "data-state", live.state);
            setText(this.liveWords, live.words);
        }
        setHidden(this.whole, !whole);
        setText(this.wholeNote, whole
            ? `The whole market, by ${sourceOf(whole.source).name}, ${ago(whole.ageMs)}` : "");
        setAttribute(this.wholeNote, "data-stale", String(whole?.ageMs > wholeOldMs));
        if (whole) this.#drawWhole(whole.values, table.currency.toUpperCase());
    }

    #drawWhole(values, unit) {
        for (const { field, kind } of wholes) {
            const node = this.#facts.get(field);
            const value = values[field];
            const reason = values.withheld?.[field] ?? "";
            const isShare = kind === "share" && value !== null;
            const words = figureOf(value, isShare ? "share" : kind, { reason, isShort: true, unit });
            setText(node, words.text);
            setAttribute(node, "title", words.title || words.text);
            setAttribute(node, "data-value", String(value ?? ""));
            if (words.direction) setAttribute(node, "data-direction", words.direction);
        }
    }

    drawList({ hasTable, shown, foundCount, total, query, isStarredOnly, isHeld }) {
        for (const node of this.content) setHidden(node, !hasTable);
        if (!hasTable) return;
        setHidden(this.scroller, shown === 0);
        setHidden(this.none, shown > 0);
        setText(this.none, isStarredOnly && !query
            ? "No coin of this table is starred yet: the star beside a coin marks it."
            : `No coin matches “${query}”${isStarredOnly ? " among those starred" : ""}.`);
        setHidden(this.more, shown === foundCount);
        setText(this.more, `Show all ${foundCount} coins`);
        setText(this.count,
            query || isStarredOnly ? `${foundCount} of ${total} coins` : `${total} coins`);
        setText(this.held, isHeld ? "The order waits while you are in the table." : "");
    }
}
