// The page of one coin: connects the answers (tab_requests.js), the prices of this server
// (own_stream.js) and what is drawn (view/). It is loaded when a coin is opened first.

import { historyPathOf, idOf, noticeOf, pathOf } from "./model/coin_page.js";
import { dateFormats } from "./model/comparison.js";
import { OwnStream } from "./own_stream.js";
import { TabPage } from "./tab_page.js";
import { Repeated } from "./tab_requests.js";
import { CoinFrame } from "./view/coin_frame.js";

const everyMs = 60_000;
const soonMs = 10_000; // what is being asked for comes soon
const historyEveryMs = 600_000;

const stream = new OwnStream();
const view = { id: "", range: "30d", formats: null };
let coin = null; // questions, once it is known what to ask for
let history = null;
let frame = null;
let settings = null;

const page = new TabPage({
    name: "coin", title: "Coin",
    sheets: [
        new URL("./tab.css", import.meta.url), new URL("./lines.css", import.meta.url),
        new URL("./coin.css", import.meta.url),
    ],
    begin() {
        frame = new CoinFrame({
            range(range) {
                view.range = range;
                history.want(historyPathOf(view.id, range));
                draw();
            },
            hurry: () => [coin, history].forEach((one) => one.hurry()),
        });
        stream.addEventListener("price", draw);
    },
    enter() {
        view.id = idOf(window.location.pathname);
        if (!view.formats) makeFormats();
        if (!coin) ask();
        coin.want(pathOf(view.id));
        history.want(historyPathOf(view.id, view.range));
        coin.open();
        history.open();
        stream.open();
        draw();
    },
    leave() {
        coin.close();
        history.close();
        stream.close();
    },
    format() {
        makeFormats();
        draw();
    },
});

export function open(given) {
    settings = given;
    return page.open(given);
}

function makeFormats() {
    const { locale } = settings.values;
    view.formats = { ...dateFormats(locale), locale };
}

function ask() {
    const dueOf = (everyMs) => ({ stale, why, retry_after: retry }) =>
        stale ? soonMs : why && retry ? Math.min(everyMs, retry * 1000) : everyMs;
    coin = new Repeated(pathOf(view.id), dueOf(everyMs));
    history = new Repeated(historyPathOf(view.id, view.range), dueOf(historyEveryMs));
    coin.addEventListener("change", () => {
        stream.checkPulse();
        take();
        draw();
    });
    history.addEventListener("change", draw);
}

// A new answer may say that another symbol is to be streamed.
let taken = null;
function take() {
    const { answer } = coin;
    if (!answer || answer === taken) return;
    taken = answer;
    stream.own.takeTable({ source: answer.source, coins: [answer.coin] });
    if (page.isOpen) stream.open();
}

function draw() {
    if (!page.isOpen || !coin) return;
    const isOther = coin.isBehind; // what was answered is of another coin
    const answer = isOther ? null : coin.answer;
    const { trouble, sinceMs, retryMs } = coin;
    frame.notice.draw(noticeOf({ answer, trouble, sinceMs, retryMs }), trouble);
    if (answer) document.title = `${answer.coin.name} · Tickertape`;
    frame.draw(answer, {
        id: view.id,
        own: answer && stream.own.of(answer.coin, coin.answeredAt),
        ageMs: answer ? answer.age_seconds * 1000 + sinceMs : 0,
        formats: view.formats,
        range: view.range,
        history: history.isBehind ? null : history.answer,
        historyTrouble: history.trouble,
        locale: view.formats.locale,
    });
}
