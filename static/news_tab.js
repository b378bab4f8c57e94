// The tab of the news: connects the answer (tab_requests.js) with what is drawn (view/). It is loaded
// when the tab is opened first, with the style sheets and all modules it needs.

import { changedNews } from "./model/news_changes.js";
import {
    countWords, itemsMax, missingWords, noticeOf, pathOf, queryOf, sentAt, stepOfItems,
} from "./model/news_words.js";
import { ago, askedForWords } from "./model/tab_words.js";
import { TabPage } from "./tab_page.js";
import { Repeated } from "./tab_requests.js";
import { Topics } from "./topics.js";
import { NewsFrame } from "./view/news_frame.js";

// Where the stream does not bring changes:
const everyMs = 60_000; // the server asks each feed every ten minutes
const staleEveryMs = 10_000; // whoever comes after a pause gets old news, and soon new ones
const typingMs = 300; // a search waits for the next letter

const wanted = { source: "", query: "", limit: stepOfItems };
const feed = new Repeated(pathOf(wanted), ({ stale }) => (stale ? staleEveryMs : everyMs));
let frame = null;
let typing = 0;

const page = new TabPage({
    name: "news", title: "News",
    sheets: [new URL("./tab.css", import.meta.url), new URL("./news.css", import.meta.url)],
    begin,
    enter() {
        feed.open();
        draw();
    },
    leave: () => feed.close(),
    format: draw,
});
export const open = (settings, parts) => page.open(settings, parts);

function begin(settings, { desk }) {
    feed.follow(desk.topicsOf(Topics), "news", (answer, change, sinceMs) =>
        changedNews(answer, change, sinceMs, wanted, feed.askedMs));
    frame = new NewsFrame({
        search(text) {
            clearTimeout(typing);
            typing = setTimeout(() => ask({ query: queryOf(text), limit: stepOfItems }), typingMs);
        },
        choose: (source) => ask({ source, limit: stepOfItems }),
        more: () => ask({ limit: wanted.limit + stepOfItems }),
        hurry: () => feed.hurry(),
    });
    feed.addEventListener("change", draw);
}

function ask(what) {
    Object.assign(wanted, what);
    feed.want(pathOf(wanted));
    draw();
}

function draw() {
    if (!page.isOpen) return;
    const { answer, trouble, sinceMs, unheardMs, retryMs, isBehind } = feed;
    // A server that was started with other feeds does not know the source that was chosen.
    if (trouble?.status === 400 && wanted.source) return ask({ source: "" });
    const ageMs = answer ? answer.age_seconds * 1000 + sinceMs : 0;
    frame.notice.draw(noticeOf({ answer, ageMs, trouble, sinceMs: unheardMs, retryMs }), trouble);
    if (answer) frame.drawSources(answer.feeds, wanted.source);
    const shown = answer?.items.length ?? 0;
    frame.draw(answer, {
        now: answer && sentAt(answer) + sinceMs,
        age: `Updated ${ago(ageMs)}${feed.isAskedFor ? `. ${askedForWords}` : ""}`,
        missing: answer ? missingWords(answer) : "",
        count: !answer ? "" : isBehind ? awaited(trouble) : countWords(answer, shown, wanted),
        none: answer && shown === 0 && !isBehind ? noneWords() : "",
        more: answer && shown < answer.total && wanted.limit < itemsMax ? "Show more" : "",
        isBehind,
    });
}

const awaited = (trouble) => (trouble ? "This search has no answer yet" : "Searching…");

function noneWords() {
    const { source, query } = wanted;
    if (query) return `No item matches “${query}”${source && ` from ${source}`}.`;
    return source ? `There are no items from ${source}.` : "The feeds have no items.";
}
