// The price, how it has changed, and where it comes from.

import {
    directionOf, directionOfRatio, formatChange, formatDuration, formatMoment, formatPercent, formatPrice,
    formatShortTime, formatSpan, formatTime,
} from "../format.js";
import { rest } from "../later.js";
import { describeSource } from "../model/source.js";
import { byId, element, flash, setAttribute, setFigure, setHidden, setText } from "./dom.js";

const nodes = {
    quote: byId("quote"),
    symbol: byId("symbol"),
    watch: byId("watch"),
    watchLabel: byId("watch-label"),
    price: byId("price"),
    trend: byId("trend"),
    trendSpan: byId("trend-span"),
    change: byId("change"),
    arrow: byId("change-arrow"),
    changeText: byId("change-text"),
    changeSpan: byId("change-span"),
    last: byId("last-change"),
    age: byId("age"),
    time: byId("time"),
    source: byId("source"),
    words: byId("source-words"),
    more: byId("source-more"),
    names: byId("source-names"),
};
let tip = null; // loaded later

const trendWords = { up: "Rising", down: "Falling", level: "Level" };

function wordsOfLast(newest, before, currency) {
    if (!newest) return "";
    if (before === null) return "";
    const change = newest.price - before;
    if (change === 0) return "Unchanged since the last tick";
    const words = `${formatChange(change, newest.price, currency)} (${formatPercent(change / before)})`;
    return `${{ up: "▲", down: "▼" }[directionOf(change)]} ${words} since the last tick`;
}

// The change over the range of the chart; where what is held does not reach as far back, since its
// beginning.
function drawChange({ newest, before, currency, range, rangeChange, now, visitorNow }) {
    const isKnown = rangeChange.kind === "change";
    const { change = 0, ratio = 0, since = 0, isWhole = false, why } = rangeChange;
    const direction = isKnown ? directionOf(change) : "none";
    setAttribute(nodes.change, "data-direction", direction);
    setText(nodes.arrow, { up: "▲", down: "▼", none: "" }[direction]);
    const figures = change === 0 ? "Unchanged"
        : `${formatPercent(ratio)} (${formatChange(change, newest.price, currency)})`;
    const reason = newest ? why && `${why[0].toUpperCase()}${why.slice(1)}`
        : "Waiting for the first price";
    setText(nodes.changeText, isKnown ? figures : reason);
    setHidden(nodes.changeSpan, !isKnown);
    const span = isWhole ? range.label
        : `since ${formatTime(since, now, visitorNow)}, ${formatDuration(now - since)}`;
    if (isKnown) setText(nodes.changeSpan, `· ${span}`);
    setText(nodes.last, wordsOfLast(newest, before, currency));
}

// Since when the change is, or why there is none. Where the server has not been there for that long, it
// is since its first price, and says how long that is.
function noteOf({ kind, why, since }, now, visitorNow) {
    const at = since === undefined ? "" : formatShortTime(since, now, visitorNow);
    if (kind === "none") return at ? `${why} ${at}` : why;
    return kind === "begun" ? `since start, ${formatSpan(now - since)}` : `since ${at}`;
}

// The change over 1 h and 24 h, or a dash and why there is none. Where the chart is of that span, the
// change below the price says it already.
function drawOver({ span, over }, { newest, currency, range, rangeChange, now, visitorNow }) {
    const node = byId(`over-${span.key}`);
    setHidden(node.parentNode, range?.key === span.key && rangeChange.isWhole === true);
    const isKnown = over.kind !== "none";
    const text = isKnown ? formatPercent(over.ratio) : "—";
    const note = noteOf(over, now, visitorNow);
    const key = `${text} ${note}`;
    if (node.dataset.key === key) return;
    node.dataset.key = key;
    node.dataset.direction = isKnown ? directionOfRatio(over.ratio) : "none";
    const arrow = element("span", { "aria-hidden": "true" });
    arrow.textContent = { up: "▲ ", down: "▼ ", none: "" }[node.dataset.direction];
    node.replaceChildren(arrow, text, element("small", { text: note }));
    if (isKnown) node.title = formatChange(over.change, newest.price, currency);
    else node.removeAttribute("title");
}

function drawTrend({ trend }) {
    setHidden(nodes.trend, !trend);
    if (!trend) return;
    setAttribute(nodes.trend, "data-trend", trend.trend);
    const words = `${trendWords[trend.trend]} over the past ${formatSpan(trend.spanMs)}`;
    // In sight, not in a title alone: the change beside it is that of the last tick, and may point
    // the other way.
    setText(nodes.trendSpan, `past ${formatSpan(trend.spanMs)}`);
    setAttribute(nodes.trend, "aria-label", words);
    setAttribute(nodes.trend, "title", words);
}

function drawSource({ newest }) {
    if (rest) tip ??= new rest.Tip(nodes.more, nodes.names);
    const key = `${newest?.source} ${newest?.sources}`;
    if (nodes.source.dataset.key === key) return;
    nodes.source.dataset.key = key;
    const { words, names } = describeSource(newest?.source, newest?.sources);
    setText(nodes.words, words);
    setText(nodes.more, words);
    nodes.words.hidden = names.length > 0;
    nodes.more.hidden = names.length === 0;
    nodes.names.replaceChildren(...names.map((text) => element("li", { text })));
    if (names.length === 0) tip?.close();
}

export function drawPrice(facts) {
    const { newest, currency, symbol, now, visitorNow, ageMs, isWatched, truth } = facts;
    setAttribute(nodes.quote, "data-current", String(truth.name === "live"));
    setText(nodes.symbol, symbol || "Price");
    setHidden(nodes.watch, facts.isAlone || !symbol);
    setAttribute(nodes.watch, "data-watched", String(isWatched));
    const title = isWatched ? "Remove from the watchlist" : "Add to the watchlist";
    setAttribute(nodes.watch, "title", title);
    setText(nodes.watchLabel, isWatched ? "Watching" : "Watch");

    const text = newest ? formatPrice(newest.price, currency) : "—";
    if (nodes.price.textContent !== text) {
        setFigure(nodes.price, text);
        nodes.quote.style.setProperty("--chars", String(Math.max(8, text.length)));
    }
    setAttribute(nodes.price, "data-price", newest ? String(newest.price) : "");
    setAttribute(nodes.price, "data-id", newest?.id ?? "");
    setText(nodes.age, ageMs === null ? "—" : `${formatDuration(ageMs)} ago`);
    setText(nodes.time, newest ? formatTime(newest.at, now, visitorNow) : "—");
    if (newest) {
        setAttribute(nodes.time, "datetime", new Date(newest.at).toISOString());
        setAttribute(nodes.time, "title", formatMoment(newest.at));
    }
    drawChange(facts);
    for (const one of facts.overs) drawOver(one, facts);
    drawTrend(facts);
    drawSource(facts);
}

export function flashPrice(change) {
    flash(nodes.price, directionOf(change));
}

export function onWatch(take) {
    nodes.watch.addEventListener("click", take);
}
