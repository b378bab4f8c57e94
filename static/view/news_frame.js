// What the news' tab consists of: a search, a choice of sources, the items, and the feeds that they
// are from. What a feed says is text, never markup.

import { formatMoment } from "../format.js";
import { ageWords, feedWords, linkOf } from "../model/news_words.js";
import { arrange, byId, element, setAttribute, setHidden, setText } from "./dom.js";
import { TabNotice } from "./tab_notice.js";

const legend = "Titles and extracts are their publishers'. Links lead to the publishers' sites, in a " +
    "new window.";

class Item {
    constructor(link) {
        this.title = link
            ? element("a", { href: link, rel: "noopener noreferrer", target: "_blank" })
            : element("span");
        this.source = element("span", { className: "source-name" });
        this.time = element("time");
        this.summary = element("p", { className: "summary" });
        this.node = element("li", { className: "item" },
            element("h2", {}, this.title),
            element("p", { className: "from" }, this.source, this.time), this.summary);
    }

    draw(item, now) {
        const { title, source, summary, published_at: at } = item;
        setText(this.title, title);
        setText(this.source, source);
        setText(this.summary, summary ?? "");
        setHidden(this.summary, !summary);
        setAttribute(this.time, "datetime", new Date(at * 1000).toISOString());
        setAttribute(this.time, "title", item.dated_by === "first_seen"
            ? `The feed says no time: this server saw it first at ${formatMoment(at * 1000)}`
            : formatMoment(at * 1000));
        setText(this.time, ageWords(item, now));
    }
}

class Feed {
    constructor() {
        this.name = element("strong");
        this.title = element("span", { className: "title" });
        this.words = element("span", { className: "words" });
        this.node = element("li", {}, this.name, this.title, this.words);
    }

    draw(feed, now) {
        const { words, isMissing } = feedWords(feed, now);
        setText(this.name, feed.source);
        setText(this.title, feed.title ?? "");
        setText(this.words, words);
        setAttribute(this.node, "data-missing", String(isMissing));
    }
}

export class NewsFrame {
    #items = new Map(); // by their links and titles
    #feeds = new Map(); // by their sources

    // `actions`: search(text), choose(source), more(), hurry().
    constructor(actions) {
        this.age = element("span", { className: "age" });
        this.missing = element("p", { className: "missing-feeds", hidden: "" });
        this.notice = new TabNotice(actions.hurry);
        this.search = element("input", {
            type: "search", placeholder: "Search news", autocomplete: "off", spellcheck: "false",
            "aria-label": "Search titles and extracts",
        });
        this.search.addEventListener("input", () => actions.search(this.search.value));
        this.sources = element("select", { "aria-label": "Source" });
        this.sources.addEventListener("change", () => actions.choose(this.sources.value));
        this.count = element("p", { className: "hint count", role: "status" });
        this.list = element("ul", { className: "items" });
        this.none = element("p", { className: "empty", hidden: "" });
        this.more = element("button", { className: "more-rows", type: "button", hidden: "" });
        this.more.addEventListener("click", actions.more);
        this.feeds = element("ul");
        this.content = [
            element("div", { className: "tools" }, this.search, this.sources, this.count),
            element("div", { className: "news-body" },
                element("div", { className: "news-list" }, this.list, this.none, this.more),
                element("aside", { className: "feeds", "aria-label": "Feeds" },
                    element("h2", { text: "Feeds" }), this.feeds,
                    element("p", { className: "hint legend", text: legend }))),
        ];
        byId("news").replaceChildren(
            element("div", { className: "tab-head" },
                element("div", {}, element("h1", { text: "News" }),
                    element("p", { className: "from" }, this.age))),
            this.notice.node, this.missing, ...this.content);
    }

    // `none`: what is said where there are no items; `more`: on the button for more, or "".
    draw(answer, { now, age, missing, count, none, more, isBehind }) {
        for (const node of this.content) setHidden(node, !answer);
        setText(this.age, answer ? age : "");
        setAttribute(this.age, "data-stale", String(Boolean(answer?.stale)));
        setHidden(this.missing, !missing);
        setText(this.missing, missing);
        if (!answer) return;
        this.#drawItems(answer.items, now);
        this.#drawFeeds(answer.feeds, now);
        setText(this.count, count);
        setAttribute(this.list, "aria-busy", String(isBehind));
        setHidden(this.none, !none);
        setText(this.none, none);
        setHidden(this.more, !more);
        setText(this.more, more);
    }

    #drawItems(items, now) {
        const kept = new Map();
        for (const item of items) {
            const key = `${item.link} ${item.source}`;
            const row = this.#items.get(key) ?? new Item(linkOf(item));
            row.draw(item, now);
            kept.set(key, row);
        }
        this.#items = kept;
        arrange(this.list, [...kept.values()].map(({ node }) => node));
    }

    #drawFeeds(feeds, now) {
        const kept = new Map();
        for (const feed of feeds) {
            const row = this.#feeds.get(feed.source) ?? new Feed();
            row.draw(feed, now);
            kept.set(feed.source, row);
        }
        this.#feeds = kept;
        arrange(this.feeds, [...kept.values()].map(({ node }) => node));
    }

    drawSources(feeds, chosen) {
        const names = ["", ...new Set(feeds.map(({ source }) => source))];
        const shown = [...this.sources.options].map(({ value }) => value);
        if (names.join() !== shown.join())
            this.sources.replaceChildren(...names.map((value) =>
                element("option", { value, text: value || "All sources" })));
        if (this.sources.value !== chosen) this.sources.value = chosen;
    }
}
