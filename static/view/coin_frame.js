// What the page of a coin consists of: its name and price, the chart of its past, its figures, what it
// is, and where it lives. What the source says is text, never markup.

import { formatPrice } from "../format.js";
import { chartWords, figuresOf, linksOf, ranges, whyWords } from "../model/coin_page.js";
import { figureOf, unknown } from "../model/coin_words.js";
import { lettersOf, tintOf } from "../model/coins.js";
import { priceScaleOf } from "../model/comparison.js";
import { sourceOf } from "../model/market_words.js";
import { sourceLine } from "../model/source.js";
import { ago } from "../model/tab_words.js";
import { byId, element, setAttribute, setHidden, setText } from "./dom.js";
import { PercentChart } from "./percent_chart.js";
import { TabNotice } from "./tab_notice.js";

const tints = 8;
const currency = "USD"; // of all figures of single coins
const kindWords = { live: "live", own: "not live", table: "" };
const changes = [["1 h", "change_1h_percent"], ["24 h", "change_24h_percent"], ["7 d", "change_7d_percent"]];
const priceOfAxis = (value) => formatPrice(value, currency, value >= 1_000 ? 0 : undefined);
const longText = 700; // characters of a description that are shown at first

export class CoinFrame {
    #described = null;

    // `actions`: range(key), hurry().
    constructor(actions) {
        this.notice = new TabNotice(actions.hurry);
        this.back = element("a", { className: "back", href: "market", "data-tab": "market", text: "← Market" });
        this.letters = element("span", { className: "letters", "aria-hidden": "true" });
        this.name = element("span");
        this.symbol = element("small", { className: "symbol" });
        this.rank = element("span", { className: "tag-rank" });
        this.figure = element("span", { className: "value" });
        this.kind = element("span", { className: "spoken" });
        this.price = element("p", { className: "coin-price price-cell" }, this.figure, this.kind);
        this.by = element("p", { className: "from" });
        this.byName = element("span");
        this.age = element("span", { className: "age" });
        this.chartLink = element("a", { "data-tab": "price", text: "Live chart" });
        this.by.append(this.byName, this.age, this.chartLink);
        this.changes = element("dl", { className: "facts coin-changes" });
        this.head = element("div", { className: "coin-head" },
            element("h1", {}, this.letters, this.name, " ", this.symbol, this.rank),
            this.price, this.changes, this.by);
        this.ranges = element("div", { className: "choices", role: "group", "aria-label": "Range" },
            ...ranges.map(({ key, label }) => {
                const button = element("button", { type: "button", "data-range": key, text: label });
                button.addEventListener("click", () => actions.range(key));
                return button;
            }));
        this.chart = new PercentChart({ label: "Chart of prices", scale: priceScaleOf, leftPx: 84 });
        this.chartNote = element("p", { className: "hint", role: "status" });
        this.figures = element("dl", { className: "coin-figures" });
        this.why = element("p", { className: "hint why", role: "status" });
        this.text = element("div", { className: "coin-text" });
        this.more = element("button", { className: "quiet small", type: "button" });
        this.more.addEventListener("click", () => this.#fold(this.text.dataset.folded === "true"));
        this.links = element("ul", { className: "coin-links" });
        this.tags = element("ul", { className: "coin-tags", "aria-label": "Categories" });
        this.about = element("section", { className: "coin-about", "aria-labelledby": "coin-about" },
            element("h2", { id: "coin-about", text: "About" }), this.why, this.text, this.more, this.tags);
        this.side = element("section", { className: "coin-side", "aria-labelledby": "coin-links" },
            element("h2", { id: "coin-links", text: "Links" }), this.links);
        this.unknown = element("h1", { hidden: "" });
        this.content = [
            this.head,
            element("section", { className: "coin-chart", "aria-label": "History" },
                element("div", { className: "tools" }, this.ranges), this.chart.node, this.chartNote),
            element("section", { "aria-label": "Figures" }, this.figures),
            element("div", { className: "coin-body" }, this.about, this.side),
            element("p", { className: "hint legend", text: "The description, links and figures are the " +
                "source's. Links lead to other sites, in a new window. A price with a dot is live, from " +
                "this server." }),
        ];
        byId("coin").replaceChildren(this.back, this.unknown, this.notice.node, ...this.content);
    }

    // `id`: the coin of the address, which stands there while nothing is known of it.
    draw(answer, { id, own, ageMs, formats, range, history, historyTrouble, locale }) {
        for (const node of this.content) setHidden(node, !answer);
        setHidden(this.unknown, Boolean(answer));
        setText(this.unknown, id);
        for (const button of this.ranges.children)
            setAttribute(button, "aria-pressed", String(button.dataset.range === range));
        if (!answer) return;
        this.#drawHead(answer, own, ageMs);
        this.#drawHistory(history, historyTrouble, range, formats, locale);
        if (this.#described === answer && this.formats === formats) return;
        this.#described = answer;
        this.formats = formats;
        this.#drawFigures(answer, formats);
        this.#drawAbout(answer, formats);
    }

    #drawHead({ coin, source, stale }, own, ageMs) {
        setText(this.letters, lettersOf(coin.symbol));
        setAttribute(this.letters, "data-tint", String(tintOf(coin.id, tints)));
        setText(this.name, coin.name);
        setText(this.symbol, coin.symbol);
        setText(this.rank, `No. ${coin.rank}`);
        setText(this.figure, own.price === null ? unknown : formatPrice(own.price, currency));
        setText(this.kind, kindWords[own.kind] && `, ${kindWords[own.kind]}`);
        setAttribute(this.price, "data-kind", own.kind);
        setAttribute(this.price, "data-value", String(own.price));
        const by = own.kind === "table" ? `Figures of ${sourceOf(source).name}`
            : `Price of this server: ${sourceLine(own.source)}. Figures of ${sourceOf(source).name}`;
        setText(this.byName, by);
        setText(this.age, ago(ageMs));
        setAttribute(this.age, "data-stale", String(stale));
        setHidden(this.chartLink, !own.symbol);
        if (own.symbol) setAttribute(this.chartLink, "href", `./?symbol=${encodeURIComponent(own.symbol)}`);
        const rows = changes.map(([label, field]) => {
            const { text, direction } = figureOf(coin[field], "change", { reason: coin.withheld?.[field] });
            return [label, text, direction];
        });
        if (rows.join() === this.drawnChanges) return;
        this.drawnChanges = rows.join();
        this.changes.replaceChildren(...rows.map(([label, text, direction]) => element("div", {},
            element("dt", { text: label }),
            element("dd", { className: "over", "data-direction": direction, text }))));
    }

    #drawHistory(history, trouble, range, formats, locale) {
        const { stepS } = ranges.find(({ key }) => key === range);
        const isThere = history?.points.length > 1;
        setHidden(this.chart.node, !isThere);
        setText(this.chartNote, history ? chartWords(history)
            : trouble ? "The history could not be loaded." : "Loading the history…");
        if (!isThere || (history === this.drawnHistory && formats === this.drawnFormats)) return;
        this.drawnHistory = history;
        this.drawnFormats = formats;
        const price = (value) => (value === null ? unknown : formatPrice(value, currency));
        const moment = new Intl.DateTimeFormat(locale || undefined,
            { timeZone: "UTC", dateStyle: "medium", timeStyle: "short" });
        const day = stepS < 86_400 ? (s) => `${moment.format(s * 1000)} UTC` : formats.day;
        this.chart.draw({ symbols: [{ symbol: "", changes: history.points }] },
            { ...formats, day, percent: price, axis: priceOfAxis }, stepS);
    }

    #drawFigures({ coin, detail }, { day }) {
        const made = figuresOf(coin, detail, day).map(({ label, field, text, title, spoken, note, value }) =>
            element("div", { "data-field": field, "data-value": String(value ?? ""), ...(title && { title }) },
                element("dt", { text: label }),
                element("dd", {}, element("span", { className: "value", text }),
                    ...(spoken ? [element("span", { className: "spoken", text: ` ${spoken}` })] : []),
                    ...(note ? [" ", element("small", { text: note })] : []))));
        this.figures.replaceChildren(...made);
    }

    #drawAbout(answer, { day }) {
        const { detail } = answer;
        const why = whyWords(answer);
        setText(this.why, why);
        setHidden(this.why, !why);
        const text = detail?.description ?? "";
        const none = detail && !text ? ["The source has no description of this coin."] : [];
        this.text.replaceChildren(...(text ? text.split("\n\n") : none).map((part) => element("p", { text: part })));
        setHidden(this.text, !detail);
        setHidden(this.more, text.length <= longText);
        this.#fold(text.length <= longText);
        const facts = [
            ...(detail?.genesis_date
                ? [`Began on ${day(Date.parse(`${detail.genesis_date}T00:00:00Z`) / 1000)}`] : []),
            ...(detail?.hashing_algorithm ? [detail.hashing_algorithm] : []), ...(detail?.categories ?? []),
        ];
        this.tags.replaceChildren(...facts.map((words) => element("li", { text: words })));
        setHidden(this.tags, facts.length === 0);
        const groups = [
            ["Homepage", linksOf(detail?.homepages)], ["Explorer", linksOf(detail?.explorers)],
            ["Whitepaper", linksOf(detail?.whitepaper ? [detail.whitepaper] : [])],
        ];
        const links = groups.flatMap(([label, all]) => all.map(({ href, host }) => element("li", {},
            element("span", { text: label }),
            element("a", { href, rel: "noopener noreferrer", target: "_blank", text: host }))));
        this.links.replaceChildren(...links);
        setHidden(this.side, links.length === 0);
    }

    #fold(isOpen) {
        setAttribute(this.text, "data-folded", String(!isOpen));
        setText(this.more, isOpen ? "Show less" : "Show all");
        setAttribute(this.more, "aria-expanded", String(isOpen));
    }
}
