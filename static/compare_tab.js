// The tab of the comparison: connects the address and the answers (tab_requests.js) with what is
// drawn (view/). It is loaded when the tab is opened first, with the style sheets and all modules it
// needs. What is compared stands in the address, so that it can be shared.

import {
    chosenOf, dateFormats, hrefOf, noticeOf, originWords, pathOf, ranges, readState,
} from "./model/comparison.js";
import { TabPage } from "./tab_page.js";
import { Repeated } from "./tab_requests.js";
import { CompareFrame, formatsOf } from "./view/compare_frame.js";

const everyMs = 300_000; // a day that is over is new once a day

const listing = new Repeated("api/prices", () => Infinity);
const link = document.querySelector('.tabs [data-tab="compare"]');
const view = { wanted: [], symbols: [], range: "", missing: [], formats: null };
let feed = null; // once it is known what to ask for
let frame = null;
let settings = null;
let desk = null; // that of the page

const page = new TabPage({
    name: "compare", title: "Compare",
    sheets: [
        new URL("./tab.css", import.meta.url), new URL("./lines.css", import.meta.url),
        new URL("./compare.css", import.meta.url),
    ],
    begin() {
        frame = new CompareFrame({
            add: (symbol) => choose({ symbols: [...view.symbols, symbol] }),
            remove: (symbol) => choose({ symbols: view.symbols.filter((one) => one !== symbol) }),
            range: (range) => choose({ range }),
            hurry: () => (feed ?? listing).hurry(),
        });
        listing.addEventListener("change", () => {
            if (served().length > 0) settle();
            draw();
        });
    },
    enter() {
        const { symbols, range } = readState(location.href);
        Object.assign(view, { wanted: symbols, range });
        if (!view.formats) makeFormats();
        listing.hurry(); // after a restart the server may have others
        listing.open();
        feed?.open();
        if (served().length > 0) settle();
        draw();
    },
    leave() {
        listing.close();
        feed?.close();
    },
    format() {
        makeFormats();
        draw();
    },
});

export function open(given, parts) {
    settings = given;
    desk = parts.desk;
    return page.open(given);
}

const makeFormats = () => (view.formats = formatsOf(dateFormats(settings.values.locale)));
// Without the server, those that it had last.
const served = () => listing.answer?.prices.map(({ symbol }) => symbol) ??
    (listing.trouble?.kind === "silent" ? desk.symbols : []);

// Asks for what the address names, as far as the server has it.
function settle() {
    if (!page.isOpen) return;
    Object.assign(view, chosenOf(view.wanted, served()));
    ask();
}

function ask() {
    const { symbols, range } = view;
    if (symbols.length === 0) return;
    const path = pathOf({ symbols, range });
    if (!feed) {
        feed = new Repeated(path, () => everyMs);
        feed.addEventListener("change", draw);
        feed.open();
    }
    feed.want(path);
}

function choose(what) {
    Object.assign(view, what, { missing: [] });
    view.wanted = view.symbols;
    const href = hrefOf(location.href, view);
    history.replaceState(null, "", href);
    link.href = href;
    ask();
    draw();
}

function draw() {
    if (!page.isOpen) return;
    const asked = feed ?? listing;
    const { answer = null } = feed ?? {};
    const { trouble, sinceMs, retryMs } = asked;
    frame.notice.draw(noticeOf({ answer, trouble, sinceMs, retryMs }), trouble);
    frame.drawChoice(view, served());
    const { missing } = view;
    frame.draw(answer, {
        formats: view.formats,
        window: answer && windowWords(answer),
        origin: answer ? originWords(answer, document.getElementById("origin").dataset.origin) : "",
        missing: missing.length > 0 ? `This server has no ${missing.join(" and no ")}.` : "",
        isBehind: Boolean(feed?.isBehind),
    });
}

function windowWords({ start, until, range }) {
    const { day } = view.formats;
    const { words } = ranges.find(({ key }) => key === range) ?? { words: range };
    if (start === null) return `Daily closes of ${words}`;
    return `Daily closes, ${day(start)} to ${day(until - 1)}. All lines start at 0%`;
}
