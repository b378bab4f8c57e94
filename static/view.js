// What the page shows, from what is known: text set as text, rows on top of rows, one line.
// Whoever calls knows the facts (see `shown` in page.js); nothing here listens or remembers, but for
// what is in the document already.

import { Chart } from "./chart.js";
import {
    formatChange, formatDuration, formatPercent, formatPrice, formatSource, formatTime,
} from "./format.js";

export const windowMs = 15 * 60_000;
const rowsMax = 500;

const at = (id) => document.getElementById(id);
const nodes = {
    quote: document.querySelector(".quote"),
    origin: at("origin"),
    originWord: at("origin-word"),
    originDetail: at("origin-detail"),
    state: at("state"),
    stateWord: at("state-word"),
    stateSpoken: at("state-spoken"),
    symbol: at("symbol"),
    choice: at("choice"),
    symbols: at("symbols"),
    price: at("price"),
    change: at("change"),
    changeArrow: at("change-arrow"),
    changeText: at("change-text"),
    changeSpan: at("change-span"),
    age: at("age"),
    time: at("time"),
    source: at("source"),
    ticks: at("ticks"),
    empty: at("empty"),
    command: at("command"),
};
const chart = new Chart(at("chart"));

// Sources that are no market, and what a visitor must know of them.
const origins = {
    simulator: ["Simulated prices", "made up by a random walk; not a market."],
    replay: ["Replayed prices", "from a recording; not the market of now."],
    pipe: ["Piped prices", "written by another program; not asked of a market."],
};

const gapReasons = {
    restarted: "the server was restarted",
    evicted: "older than what the server keeps",
    lapped: "this connection was too slow",
};

function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

function directionOf(change) {
    return change > 0 ? "up" : change < 0 ? "down" : "none";
}

// A state has a name for programs and styles, a word to show, and a word to speak that does not
// change every second.
function describeState({ connection, newest, staleSince, now }) {
    const { name, retryAt } = connection;
    if (name === "reconnecting" || name === "offline") {
        const spoken = name === "offline" ? "Offline" : "Reconnecting";
        const leftMs = retryAt === null ? 0 : retryAt - Date.now();
        if (leftMs <= 0) return { name, word: `${spoken}…`, spoken };
        const wait = `${Math.ceil(leftMs / 1000)} s`;
        const word = name === "offline" ? `Offline, next try in ${wait}` : `Reconnecting in ${wait}`;
        return { name, word, spoken };
    }
    if (name !== "open") return { name: "connecting", word: "Connecting", spoken: "Connecting" };
    if (!newest)
        return { name: "waiting", word: "Waiting for a price", spoken: "Waiting for a price" };
    if (staleSince !== null) {
        const word = `Stale for ${formatDuration(now - staleSince)}`;
        return { name: "stale", word, spoken: "Stale: no new price" };
    }
    return { name: "live", word: "Live", spoken: "Live" };
}

function drawState(facts) {
    const state = describeState(facts);
    nodes.state.dataset.state = state.name;
    nodes.quote.dataset.current = String(state.name === "live");
    setText(nodes.stateWord, state.word);
    setText(nodes.stateSpoken, state.spoken);
    const mark = state.name === "live" ? "" : `(${state.spoken.toLowerCase()})`;
    const price = facts.newest ? formatPrice(facts.newest.price, facts.currency) : "";
    const words = [mark, price, facts.symbol].filter(Boolean).join(" ");
    const title = words ? `${words} · Tickertape` : "Tickertape";
    if (document.title !== title) document.title = title;
}

function drawAge({ newest, now }) {
    setText(nodes.age, newest ? `${formatDuration(now - newest.at)} ago` : "—");
    setText(nodes.time, newest ? formatTime(newest.at, now) : "—");
}

function drawPrice({ newest, currency }) {
    const text = newest ? formatPrice(newest.price, currency) : "—";
    nodes.quote.dataset.length = text.length > 11 ? "long" : "short";
    setText(nodes.price, text);
    nodes.price.dataset.price = newest ? String(newest.price) : "";
    nodes.price.dataset.id = newest?.id ?? "";
    setText(nodes.source, newest ? formatSource(newest.source) : "—");
    const [word, detail] = origins[newest?.source] ?? ["", ""];
    nodes.origin.hidden = word === "";
    setText(nodes.originWord, word);
    setText(nodes.originDetail, detail);
}

function drawChange({ newest, before, currency }) {
    const change = newest && before !== null ? newest.price - before : 0;
    nodes.change.dataset.direction = directionOf(change);
    setText(nodes.changeArrow, change > 0 ? "▲" : change < 0 ? "▼" : "");
    setText(nodes.changeText, wordsOfChange(newest, before, change, currency));
    nodes.changeSpan.hidden = before === null;
}

function wordsOfChange(newest, before, change, currency) {
    if (!newest) return "Waiting for the first price";
    if (before === null) return "First price seen";
    if (change === 0) return "Unchanged";
    return `${formatChange(change, newest.price, currency)} (${formatPercent(change / before)})`;
}

function cell(className, text) {
    const td = document.createElement("td");
    td.className = className;
    td.textContent = text;
    return td;
}

function tickRow(tick, { currency, now }) {
    const tr = document.createElement("tr");
    tr.dataset.id = tick.id;
    tr.dataset.price = String(tick.price);
    const change = tick.before === null ? 0 : tick.price - tick.before;
    const changed = cell("number", change === 0 ? "" : formatChange(change, tick.price, currency));
    changed.dataset.direction = directionOf(change);
    tr.append(
        cell("", formatTime(tick.at, now)),
        cell("number", formatPrice(tick.price, currency)),
        changed,
        cell("wide", formatSource(tick.source)));
    return tr;
}

function gapRow(gap, { now }) {
    const tr = document.createElement("tr");
    tr.className = "missing";
    tr.dataset.gap = gap.reason;
    tr.dataset.from = gap.from;
    tr.dataset.to = gap.to;
    tr.dataset.leading = String(gap.isLeading);
    const why = gapReasons[gap.reason] ?? gap.reason;
    const until = formatTime(gap.toAt, now);
    const td = cell("", gap.isLeading
        ? `Nothing held from before ${until} (${why})`
        : `Missing from ${formatTime(gap.fromAt, now)} to ${until} (${why})`);
    td.colSpan = 4;
    tr.append(td);
    return tr;
}

// Puts the last `unlisted` items on top; what has grown too old goes at the bottom.
function drawList(facts) {
    if (facts.unlisted > 0) {
        const rows = facts.history.slice(-Math.min(facts.unlisted, rowsMax)).map(
            (item) => (item.kind === "tick" ? tickRow(item, facts) : gapRow(item, facts)));
        nodes.ticks.prepend(...rows.reverse());
        while (nodes.ticks.childElementCount > rowsMax) nodes.ticks.lastElementChild.remove();
    }
    nodes.empty.hidden = nodes.ticks.childElementCount > 0;
}

function drawChart({ history, currency, now }) {
    chart.draw({ items: history, currency, windowMs, now });
}

// Everything. The caller's `unlisted` items are in the list afterwards.
export function draw(facts) {
    drawPrice(facts);
    drawChange(facts);
    drawAge(facts);
    drawState(facts);
    drawList(facts);
    drawChart(facts);
}

// What changes while nothing happens.
export function drawPassingTime(facts) {
    drawAge(facts);
    drawState(facts);
    drawChart(facts);
}

export function clearFor(symbol) {
    nodes.ticks.replaceChildren();
    setText(nodes.symbol, symbol);
    setText(nodes.command, `curl -N '${location.origin}/prices/stream?symbols=${symbol}'`);
}

export function flash(change) {
    nodes.price.removeAttribute("data-flash");
    requestAnimationFrame(() => nodes.price.setAttribute("data-flash", directionOf(change)));
}

export function offerChoice(symbols, chosen, onChoice) {
    nodes.choice.hidden = symbols.length < 2;
    nodes.symbol.classList.toggle("spoken", symbols.length >= 2); // the choice shows it then
    nodes.symbols.replaceChildren(...symbols.map((symbol) => new Option(symbol, symbol)));
    nodes.symbols.value = chosen;
    nodes.symbols.addEventListener("change", () => onChoice(nodes.symbols.value));
}
