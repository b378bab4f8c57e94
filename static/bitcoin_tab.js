// The tab of Bitcoin: connects the answers (tab_requests.js) with what is drawn (view/). It is loaded
// when the tab is opened first, with the style sheets and all modules it needs.

import { answers, noticeOf } from "./model/bitcoin_cards.js";
import { changedFigures, networkAfter } from "./model/bitcoin_changes.js";
import { historyPathOf, ranges } from "./model/bitcoin_history.js";
import { dateFormats } from "./model/comparison.js";
import { ago, askedForWords } from "./model/tab_words.js";
import { TabPage } from "./tab_page.js";
import { Repeated } from "./tab_requests.js";
import { Topics } from "./topics.js";
import { BitcoinFrame } from "./view/bitcoin_frame.js";

// Where the stream does not bring changes:
const everyMs = 30_000; // the server asks its sources every ten minutes
const staleEveryMs = 10_000; // whoever comes after a pause gets old figures, and soon new ones

const feeds = new Map(answers.map(({ key, path }) =>
    [key, new Repeated(path, ({ stale }) => (stale ? staleEveryMs : everyMs))]));
// Of the day that is not over the close is the newest price.
const closesEveryMs = 120_000;
const view = { range: ranges[0].key, formats: null };
const closes = new Repeated(historyPathOf(view.range), () => closesEveryMs);
const asked = [...feeds.values(), closes];
let frame = null;
let makeFormats = null;

const page = new TabPage({
    name: "bitcoin", title: "Bitcoin",
    sheets: [
        new URL("./tab.css", import.meta.url), new URL("./lines.css", import.meta.url),
        new URL("./bitcoin.css", import.meta.url),
    ],
    begin(settings, { desk }) {
        makeFormats = () => (view.formats = dateFormats(settings.values.locale));
        makeFormats();
        feeds.get("kpis").follow(desk.topicsOf(Topics), "kpis", changedFigures);
        feeds.get("network").follow(desk.topicsOf(Topics), "kpis", (answer, change) => networkAfter(change));
        frame = new BitcoinFrame({
            range(key) {
                view.range = key;
                closes.want(historyPathOf(key));
                draw();
            },
            hurry: () => asked.forEach((feed) => feed.hurry()),
        });
        for (const feed of asked) feed.addEventListener("change", draw);
    },
    enter() {
        for (const feed of asked) feed.open();
        draw();
    },
    leave: () => asked.forEach((feed) => feed.close()),
    format() {
        makeFormats();
        draw();
    },
});
export const open = (settings, parts) => page.open(settings, parts);

function draw() {
    if (!page.isOpen) return;
    const all = [...feeds.values()];
    // Of an answer that is missing beside others, the cards say that it is not known yet.
    const there = all.filter(({ answer }) => answer);
    const noticed = (there.length > 0 ? there : all).map(({ answer, now, trouble, unheardMs, retryMs }) =>
        ({ trouble, notice: noticeOf({ answer, now, trouble, sinceMs: unheardMs, retryMs }) }))
        .find(({ notice }) => notice);
    frame.notice.draw(noticed?.notice ?? null, noticed?.trouble ?? null);
    const unheardMs = Math.max(0, ...there.map((feed) => feed.unheardMs));
    const how = all.some((feed) => feed.isAskedFor) ? `. ${askedForWords}` : "";
    frame.chart.draw(closes.isBehind ? null : closes.answer, {
        range: view.range, now: closes.now, trouble: closes.trouble, unheardMs: closes.unheardMs,
        formats: view.formats,
    });
    frame.draw(feeds, `Current as of ${ago(unheardMs)}; each figure has its own age${how}`);
}
