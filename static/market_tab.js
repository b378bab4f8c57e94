// The tab of the market: connects the facts (market_feed.js, model/) with what is drawn (view/). It
// is loaded when the tab is opened first, with the style sheet and all modules it needs.

import { MarketFeed } from "./market_feed.js";
import { cleanCurrency, cleanKeys, found, nextOrder, sorted, usualKeys } from "./model/coins.js";
import { liveWords, noticeOf, rateWords } from "./model/market_words.js";
import { Stars, starsKey } from "./model/stars.js";
import { browserStorage, parseStored, readStored, writeStored } from "./model/store.js";
import { dueAfter, trendingEveryMs } from "./model/trending.js";
import { Repeated, requestJson } from "./tab_requests.js";
import { TabPage } from "./tab_page.js";
import { Topics } from "./topics.js";
import { MarketFrame } from "./view/market_frame.js";
import { MarketTable, columnsOf } from "./view/market_table.js";

const columnsKey = "tickertape.market-columns";
const currencyKey = "tickertape.market-currency";
const rowsFirst = 100; // more are shown when they are asked for
const wideRem = 80; // from there on figures are written in full

const storage = browserStorage();
const stars = new Stars(storage);
const feed = new MarketFeed();
const trending = new Repeated("api/trending", () => trendingEveryMs);
const table = new MarketTable({ sort, star, release: drawTable });
const frame = new MarketFrame(table, {
    search: (text) => change({ query: text }),
    choose(keys) {
        view.chosen = keys;
        writeStored(storage, columnsKey, keys);
        drawTable();
    },
    showIn(currency) {
        writeStored(storage, currencyKey, currency === "usd" ? null : currency);
        feed.want(currency);
    },
    showStarred: (isOn) => change({ isStarredOnly: isOn }),
    more: () => change({ rowsMax: Infinity }),
    hurry: () => feed.hurry(),
});
const view = {
    order: { key: "rank", isDescending: false },
    query: "",
    isStarredOnly: false,
    rowsMax: rowsFirst,
    chosen: cleanKeys(readStored(storage, columnsKey)), // columns; null: as the window has room
    listed: [], // the coins in the order in which they stand
    isBehind: false, // that order is held although there is another
    formats: 0, // counts up when figures are to be written in another way
};

const ownOf = (coin) => feed.own.of(coin, feed.wholeAt);
const root = document.documentElement;
const rem = () => innerWidth / Number.parseFloat(getComputedStyle(root).fontSize);
const hrefOf = ({ id }) => `coin/${encodeURIComponent(id)}`;

const page = new TabPage({
    name: "market", title: "Market",
    sheets: [new URL("./tab.css", import.meta.url), new URL("./market.css", import.meta.url)],
    begin,
    enter() {
        feed.open();
        trending.open();
        drawTable();
        drawAround();
    },
    leave() {
        feed.close();
        trending.close();
    },
    format() {
        view.formats += 1;
        drawTrending();
        drawTable();
        drawAround();
    },
});
export const open = (settings, parts) => page.open(settings, parts);

function begin(settings, { desk }) {
    feed.follow(desk.topicsOf(Topics));
    trending.follow(desk.topicsOf(Topics), "market", (answer, change, sinceMs) => dueAfter(sinceMs));
    trending.addEventListener("change", drawTrending);
    feed.currency = cleanCurrency(readStored(storage, currencyKey));
    feed.addEventListener("table", () => {
        drawTable();
        loadCurrencies();
    });
    feed.addEventListener("price", ({ detail: symbol }) => drawPriceSoon(symbol));
    feed.addEventListener("change", onSecond);
    addEventListener("storage", ({ key, newValue }) => {
        if (key !== null && key !== starsKey) return;
        stars.follow(parseStored(newValue));
        drawTable();
    });
    let width = 0;
    new ResizeObserver(() => {
        if (innerWidth === width) return;
        width = innerWidth;
        drawTable();
    }).observe(root);
}

// Behind the first table, and again with each that follows until there are any: before that there
// is no choice but dollars.
async function loadCurrencies() {
    if (frame.hasCurrencies) return;
    const { answer } = await requestJson("api/currencies");
    if (!answer) return;
    const codes = answer.currencies.filter(({ rate }) => rate !== null).map(({ code }) => code);
    frame.drawCurrencies(codes, feed.currency);
}

function change(what) {
    Object.assign(view, what);
    drawTable(true);
}

function sort(key) {
    change({ order: nextOrder(view.order, key) });
}

function star(coin) {
    const isStarred = stars.toggle(feed.table.source, coin.id);
    table.drawStar(coin, isStarred);
    if (view.isStarredOnly) drawTable();
}

// The coins in the order in which they are to stand; that of before, while it is held.
function listCoins(isWished) {
    const { coins } = feed.table;
    if (!isWished && table.isHeld && view.listed.length > 0) {
        const newest = new Map(coins.map((coin) => [coin.id, coin]));
        const kept = view.listed.map((coin) => newest.get(coin.id)).filter(Boolean);
        view.isBehind = kept.length === view.listed.length;
        if (view.isBehind) return kept;
    }
    view.isBehind = false;
    const wanted = found(coins, view.query)
        .filter(({ id }) => !view.isStarredOnly || stars.has(feed.table.source, id));
    return sorted(wanted, view.order, (coin) => ownOf(coin).price);
}

// `isWished`: the visitor has asked for another list, so no order is held.
function drawTable(isWished = false) {
    if (!feed.table || !page.isOpen) return;
    const width = rem();
    const keys = view.chosen ?? usualKeys(width);
    view.listed = listCoins(isWished === true);
    const coins = view.listed.slice(0, view.rowsMax);
    frame.drawColumns(keys);
    frame.drawStarred(view.isStarredOnly);
    table.draw({
        coins,
        columns: columnsOf(keys),
        order: view.order,
        isShort: width < wideRem,
        formats: `${view.formats} ${feed.wholeAt}`,
        unit: feed.table.currency.toUpperCase(),
        hrefOf,
        settingOf: (coin) => ({
            own: ownOf(coin), isStarred: stars.has(feed.table.source, coin.id),
        }),
    });
    drawAround();
}

// Prices are drawn in the next frame, and only those that have changed. Where very many come at
// once, those at the top of the list are drawn first and the others in the frames after.
const pricesAtOnce = 60;
const moved = new Set();
let isFrameWanted = false;
function drawPriceSoon(symbol) {
    if (symbol === null) for (const own of feed.own.symbols) moved.add(own);
    else moved.add(symbol);
    if (isFrameWanted) return;
    isFrameWanted = true;
    requestAnimationFrame(drawPrices);
}

function drawPrices() {
    isFrameWanted = false;
    let left = pricesAtOnce;
    const isShown = new Set();
    for (const coin of view.listed.slice(0, view.rowsMax)) {
        const own = ownOf(coin);
        if (!moved.has(own.symbol)) continue;
        isShown.add(own.symbol);
        if (left > 0) table.drawPrice(coin, own);
        if (left > 0) moved.delete(own.symbol);
        left -= 1;
    }
    for (const symbol of moved) if (!isShown.has(symbol)) moved.delete(symbol);
    if (moved.size > 0) drawPriceSoon([...moved][0]);
}

// An order by price follows the prices, once a second.
function onSecond() {
    const mayMove = view.order.key === "price" || view.isBehind;
    if (mayMove && !table.isHeld) drawTable();
    else drawAround();
}

function drawAround() {
    if (!page.isOpen) return;
    const { table: answer, trouble, ageMs, retryMs } = feed;
    const notice = noticeOf({
        table: answer, ageMs, trouble, sinceMs: feed.sinceMs, retryMs,
    });
    frame.notice.draw(notice, trouble);
    frame.drawOrigin({
        table: answer, ageMs, live: answer && liveNow(answer), whole: answer && wholeNow(answer),
        rate: answer ? rateWords(answer, feed.currency) : "", isAskedFor: feed.isAskedFor,
    });
    const shown = Math.min(view.rowsMax, view.listed.length);
    frame.drawList({
        hasTable: Boolean(answer),
        shown,
        foundCount: view.listed.length,
        total: answer?.coins.length ?? 0,
        query: view.query.trim(),
        isStarredOnly: view.isStarredOnly,
        isHeld: (view.order.key === "price" || view.isBehind) && table.isHeld,
    });
}

function drawTrending() {
    if (!page.isOpen) return;
    const { answer, sinceMs } = trending;
    const ageMs = answer ? answer.age_seconds * 1000 + sinceMs : 0;
    frame.trending.draw(answer, { ageMs, formats: view.formats, hrefOf });
}

function liveNow({ coins }) {
    const kinds = coins.map((coin) => ownOf(coin).kind);
    const count = kinds.filter((kind) => kind === "live").length;
    const total = kinds.filter((kind) => kind !== "table").length;
    return liveWords({ count, total, isOpen: feed.own.isOpen });
}

// Its age by the server's clock: the time of the table and its age say what that is.
function wholeNow({ market, updated_at: updatedAt }) {
    if (!market) return null;
    const ageMs = feed.ageMs + (updatedAt - market.updated_at) * 1000;
    return { values: market, source: market.source, ageMs: Math.max(0, ageMs) };
}
