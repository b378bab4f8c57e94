// The page: listens to the stream, keeps what is known of one symbol, and has it drawn. It asks the
// server only two things itself: which symbols there are, and whether a price that has not moved for
// long is stale.

import { PriceStream } from "./stream.js";
import { clearFor, draw, drawPassingTime, flash, offerChoice, windowMs } from "./view.js";

const historyMax = 20_000;
const staleLimitFirstMs = 120_000;
const askAgainMs = 3_000;

// All that is known of the symbol shown, and the stream it comes from.
const shown = {
    symbol: "",
    currency: "",
    stream: null,
    connection: { name: "connecting", retryAt: null }, // the state of the stream
    newest: null, // the newest price: a tick, or what the server said before the first one
    before: null, // the price before it
    history: [], // ticks and gaps, oldest first
    unlisted: 0, // how many of history, at its end, are not in the list yet
    staleSince: null, // the time of the newest price, while it counts as stale
    staleLimitMs: staleLimitFirstMs,
    isAsking: false,
};

// How far this computer's clock is ahead of the server's. Every message was sent before it arrived,
// so the smallest difference seen is the closest to the truth.
let clockAheadMs = Infinity;

function noteServerTime(ms) {
    clockAheadMs = Math.min(clockAheadMs, Date.now() - ms);
}

function now() {
    return Date.now() - (Number.isFinite(clockAheadMs) ? clockAheadMs : 0);
}

function facts() {
    return { ...shown, now: now() };
}

// At most once per frame, however many ticks come.
let isFrameWanted = false;
function drawSoon() {
    if (isFrameWanted) return;
    isFrameWanted = true;
    requestAnimationFrame(() => {
        isFrameWanted = false;
        draw(facts());
        shown.unlisted = 0;
    });
}

function remember(item) {
    shown.history.push(item);
    shown.unlisted += 1;
    if (shown.history.length > historyMax) shown.history.splice(0, historyMax / 10);
    drawSoon();
}

function onTick(tick) {
    noteServerTime(tick.at);
    const previous = shown.history.at(-1);
    remember({ ...tick, kind: "tick", before: previous?.kind === "tick" ? previous.price : null });
    // A replayed tick may be older than the price the page opened with, which has no id.
    if (shown.newest?.id === "" && tick.at < Math.floor(shown.newest.at)) return;
    if (shown.newest && tick.price !== shown.newest.price) flash(tick.price - shown.newest.price);
    // A gap does not take away what the price was before it.
    shown.before = shown.history.findLast((i) => i.kind === "tick" && i.id !== tick.id)?.price ?? null;
    shown.newest = tick;
    shown.staleSince = null;
}

function onGap(gap) {
    const isLeading = !shown.history.some((item) => item.kind === "tick");
    remember({ ...gap, kind: "gap", isLeading });
}

function onStale({ age }) {
    shown.staleSince = shown.newest ? shown.newest.at : now() - age * 1000;
    drawSoon();
}

function onFresh() {
    shown.staleSince = null;
    drawSoon();
}

function onState(state) {
    shown.connection = state;
    drawSoon();
}

// The server says when a price is stale. Where it should have and has not, it is asked, so that a
// price is never called live only because a word was lost.
async function checkAge() {
    const { newest, symbol, stream } = shown;
    if (!newest || shown.isAsking || shown.staleSince !== null) return;
    const ageMs = now() - newest.at;
    if (shown.connection.name !== "open" || ageMs <= shown.staleLimitMs) return;
    shown.isAsking = true;
    const answer = await ask(`/api/prices/${symbol.toLowerCase()}`);
    shown.isAsking = false;
    if (shown.newest !== newest || shown.stream !== stream) return;
    if (answer?.stale === false) shown.staleLimitMs = ageMs * 2;
    else onStale({ age: ageMs / 1000 });
}

async function ask(path) {
    try {
        const response = await fetch(path, { headers: { accept: "application/json" } });
        const sentAt = Date.parse(response.headers.get("date") ?? "");
        if (sentAt > 0) noteServerTime(sentAt);
        return response.ok ? await response.json() : null;
    } catch {
        return null;
    }
}

// The newest price as the server knows it, before the stream has told any.
function newestOf(entry) {
    if (typeof entry.price !== "number") return null;
    if (typeof entry.age_seconds === "number")
        noteServerTime((entry.timestamp + entry.age_seconds) * 1000);
    return { id: "", at: entry.timestamp * 1000, price: entry.price, source: entry.source };
}

// `entry` is what /api/prices says of a symbol.
function show(entry) {
    shown.stream?.close();
    const newest = newestOf(entry);
    Object.assign(shown, {
        symbol: entry.symbol,
        currency: entry.symbol.split("-").at(-1),
        newest,
        before: null,
        history: [],
        unlisted: 0,
        staleSince: entry.stale && newest ? newest.at : null,
        staleLimitMs: staleLimitFirstMs,
    });
    clearFor(entry.symbol);

    // The newest tick is asked for even where it is older than the window.
    const begin = Math.min(now() - windowMs, newest?.at ?? Infinity);
    const stream = new PriceStream({ symbols: [entry.symbol], since: Math.floor(begin / 1000) });
    stream.addEventListener("tick", ({ detail }) => onTick(detail));
    stream.addEventListener("gap", ({ detail }) => onGap(detail));
    stream.addEventListener("stale", ({ detail }) => onStale(detail));
    stream.addEventListener("fresh", onFresh);
    stream.addEventListener("heartbeat", ({ detail }) => noteServerTime(detail.at));
    stream.addEventListener("state", ({ detail }) => onState(detail));
    shown.stream = stream;
    stream.open();
    drawSoon();
}

let chosen = ""; // by hand, and last

async function choose(symbol) {
    const url = new URL(location.href);
    url.searchParams.set("symbol", symbol);
    history.replaceState(null, "", url);
    chosen = symbol;
    const entry = await ask(`/api/prices/${symbol.toLowerCase()}`);
    if (chosen === symbol) show(entry ?? { symbol, price: null });
}

async function begin() {
    drawSoon();
    let prices = null;
    while (!prices?.length) {
        prices = (await ask("/api/prices"))?.prices;
        if (prices?.length) break;
        onState({ name: "reconnecting", retryAt: null });
        await new Promise((resume) => setTimeout(resume, askAgainMs * (0.5 + Math.random())));
    }
    const wanted = new URL(location.href).searchParams.get("symbol")?.toUpperCase();
    const entry = prices.find(({ symbol }) => symbol === wanted) ?? prices[0];
    offerChoice(prices.map(({ symbol }) => symbol), entry.symbol, choose);
    show(entry);
    setInterval(() => {
        drawPassingTime(facts());
        checkAge();
    }, 1000);
}

begin();
