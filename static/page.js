// The page: connects the facts (desk.js, model/) with what is drawn (view/).

import { Desk } from "./desk.js";
import { configureFormats, formatPrice, formatTime, perUnit } from "./format.js";
import { loadRest, rest } from "./later.js";
import { Alarms } from "./model/alarm.js";
import { spans } from "./model/changes.js";
import { readLink, writeLink } from "./model/link.js";
import { overlays } from "./model/overlays.js";
import { rangeOf } from "./model/ranges.js";
import { Settings } from "./model/settings.js";
import {
    alarmsKey, browserStorage, parseStored, settingsKey, watchlistKey,
    watchlistsKey,
} from "./model/store.js";
import { troubleOf, truthOf } from "./model/truth.js";
import { Watchlist, isSymbol } from "./model/watchlist.js";
import { Zone } from "./model/zone.js";
import { followTabs, isPriceOpen, loadTab } from "./tabs.js";
import { drawBanner, showToast } from "./view/banner.js";
import { Beside } from "./view/beside.js";
import { PriceChart } from "./view/chart.js";
import { ChartTools } from "./view/chart_tools.js";
import { drawConnection, drawTitle } from "./view/connection.js";
import { Controls } from "./view/controls.js";
import { byId, setAttribute, setHidden, setText } from "./view/dom.js";
import { drawPrice, flashPrice, onWatch } from "./view/price.js";
import { TickList } from "./view/ticks.js";
import { WatchlistView } from "./view/watchlist.js";

const storage = browserStorage();
const settings = new Settings(storage);
const watchlist = new Watchlist(storage);
const alarms = new Alarms(storage);
const desk = new Desk();
const missing = "This part of the page could not be loaded. Is the server reachable?";
const restMs = 2_000; // after the first view the rest of the page is loaded
let isHurried = false; // the search was entered before it was there
let isRestDue = false; // the requests of the start are over, and the limit has room for it
let isReady = false; // the server has said which symbols it has
let isRangeChosen = false; // by the visitor or a link, so it is stored and part of links
let drawnSeries = null; // that of the chart
let zone = new Zone(settings.values.timeZone);

const priceTab = document.querySelector(".tabs a");
const ticks = new TickList();
let find = null; // made when the rest of the page is there, as is
let lateParts = null;
let alarmPanel = null;
const controls = new Controls({
    onRange: chooseRange,
    onKind: (kind) => settings.set("chartKind", kind),
});
const tools = new ChartTools({
    onMeasure: (button) => act("measure", button),
    onScale: (scale) => settings.set("scale", scale),
    onOverlays: (keys) => settings.set("overlays", keys.join(" ")),
    onFile: (format) => act("download", format),
});
const beside = new Beside((what) => settings.set("beside", what));
let [switcher, alarmLines, actions] = [null, null, null];
const watched = new WatchlistView({
    show,
    sort: (isByChange) => settings.set("watchlistOrder", isByChange ? "change" : "own"),
    moveTo: (symbol, index) => watchlist.moveTo(symbol, index),
    moveBy: (symbol, steps) => watchlist.moveBy(symbol, steps),
    remove: (symbol) => watchlist.remove(symbol),
}, drawSoon);

// Exported for tests.
export const chart = new PriceChart(byId("chart"), chartFormats(),
    { onDue: drawSoon, onPaint: () => queueMicrotask(drawTold) });

const act = (name, what) => later(({ ChartActions }) => {
    actions ??= new ChartActions(desk, chart);
    actions[name](what);
});

function chartFormats() {
    const { timeZone, locale } = settings.values;
    return {
        formatPrice: (value) => formatPrice(value, desk.quote.currency),
        formatTime: (ms) => formatTime(ms, desk.now()),
        perUnit: () => perUnit(desk.quote.currency),
        timeZone: timeZone || undefined,
        locale: locale || undefined,
    };
}

// At most once in two frames. The chart is told first; what stands around it is drawn when it is
// painted, in this frame or the next, so that both are of the same tick.
let isFrameWanted = false;
let hasNews = false; // since the chart was told
let told = null; // what it was told, until it is drawn around it
function drawSoon() {
    hasNews = true;
    if (isFrameWanted) return;
    isFrameWanted = true;
    requestAnimationFrame(() => {
        hasNews = false;
        told = gather();
        goOnWithChart(told.now);
        requestAnimationFrame(drawTold); // if there is nothing to paint
    });
}

function drawTold() {
    if (!told) return;
    const facts = told;
    told = null;
    isFrameWanted = false;
    draw(facts);
    if (hasNews) drawSoon();
}

function gather() {
    const facts = desk.facts();
    return {
        ...facts,
        truth: truthOf(facts),
        currency: desk.quote.currency,
        before: desk.changes.before,
        range: rangeOf(desk.range),
        rangeChange: desk.changes.ofRange,
        trend: desk.changes.hourOf(desk.quote),
        overs: spans.map((span) => ({ span, over: desk.changes.over(span) })),
        series: desk.series,
        visitorNow: Date.now(),
        day: `${zone.dayOf(facts.now)} ${zone.dayOf(Date.now())}`,
        isWatched: watchlist.has(desk.symbol),
        isAlone: desk.symbols.length < 2,
    };
}

function draw(facts) {
    if (!isPriceOpen()) return;
    drawConnection(facts);
    drawTitle(facts);
    drawBanner(troubleOf(facts));
    drawPrice(facts);
    if (!isReady) return;
    drawAlarms();
    chart.setCurrent(!["stale", "reconnecting", "offline", "refused"].includes(facts.truth.name));
    ticks.draw(facts);
    watched.draw({
        symbols: watchlist.symbols,
        isByChange: settings.values.watchlistOrder === "change",
        shown: desk.symbol,
        isAlone: facts.isAlone,
        quoteOf: (symbol) => desk.market.of(symbol),
        hourOf: (quote) => desk.changes.hourOf(quote),
        range: linkedRange(),
        hrefOf: linkTo,
        isCurrent: facts.connection.name === "open",
        now: facts.now,
        hereNow: facts.hereNow,
    });
    switcher?.draw({ symbols: desk.symbols, watched: watchlist.symbols, shown: desk.symbol });
    if (rest) drawRest(facts);
    else if (isRestDue) bringRest();
    rest?.drawNote({
        range: facts.range,
        hasArchive: desk.archive.isThere,
        isLoading: desk.archive.isLoading,
        series: desk.chartSeries,
        firstAt: desk.series?.ticks[0]?.at ?? null,
        now: facts.now,
        candleMs: chart.candleMs,
    });
    rest?.drawStatistics(desk.archive.statistics, { ...facts, extremes: chart.extremes });
}

function drawAlarms() {
    const mine = alarms.of(desk.symbol);
    setAttribute(byId("bell"), "data-on", String(mine.length > 0));
    alarmLines ??= rest && new rest.AlarmLines();
    if (alarmLines) chart.setAlarms(mine.map(({ price }) => price), alarmLines);
}

function goOnWithChart(now) {
    if (!isReady || !isPriceOpen()) return;
    if (desk.chartSeries === drawnSeries) chart.tick(now);
    else drawChart(); // candles have come, or the ticks they stood in for
}

function drawRest(facts) {
    if (!find) {
        find = new rest.Find(choose);
        offerSymbols();
        find.resume(isHurried);
    }
    chart.takeKeys(rest.ChartKeys);
    switcher ??= new rest.Switcher(show);
    lateParts ??= new rest.LateParts(storage, watchlist);
    lateParts.draw(facts, desk, settings.values);
}

function bringRest() {
    isRestDue = true;
    loadRest().then(drawSoon, () => {});
}

// To be searched.
function offerSymbols() {
    setHidden(byId("find"), desk.symbols.length < 2);
    find?.offer(desk.symbols, watchlist.symbols);
}

// What was found is watched from then on.
function choose(symbol) {
    watchlist.add(symbol);
    show(symbol);
}

// Does what needs a part of the page that may have to be loaded first.
async function later(act) {
    const parts = await loadRest().catch(() => null);
    if (parts) act(parts);
    else showToast(missing);
}

function wantedOverlays() {
    const keys = settings.values.overlays.split(" ");
    return overlays.filter(({ key }) => keys.includes(key));
}

function drawTools() {
    const { scale, overlays: keys } = settings.values;
    tools.draw(keys.split(" "), scale);
    chart.setScale(scale);
    chart.setOverlays(wantedOverlays());
}

function drawChart() {
    const { range, chartSeries: series } = desk;
    const kind = settings.values.chartKind;
    controls.draw({ range, kind });
    drawTools();
    if (!isReady || !isPriceOpen()) return;
    drawnSeries = series;
    chart.show({ series, range: rangeOf(range), kind, now: desk.now() });
}

// The symbols that are streamed besides the one shown.
function wanted() {
    const all = new Set([...watchlist.symbols, ...alarms.symbols]);
    return [...all].filter((symbol) => desk.symbols.includes(symbol));
}

const linkedRange = () => (isRangeChosen ? desk.range : "");
const priceAddress = () => (isPriceOpen() ? location.href : new URL("./", document.baseURI));
const linkTo = (symbol) => writeLink(priceAddress(), { symbol, range: linkedRange() });

function show(symbol) {
    desk.show(symbol, desk.range, wanted());
    if (isPriceOpen()) history.replaceState(null, "", linkTo(symbol));
    priceTab.href = linkTo(symbol);
    const address = new URL(`prices/stream?symbols=${symbol}`, document.baseURI);
    setText(byId("command"), `curl -N '${address}'`);
    drawChart();
    drawSoon();
}

// Before the page is ready, no symbol is shown yet.
function chooseRange(range) {
    desk.range = range;
    isRangeChosen = true;
    settings.set("range", range);
    if (isReady) show(desk.symbol);
    else drawChart();
}

// `changed`: the names of those that did.
function applySettings({ detail: changed }) {
    const { theme, isCompact, colours, hidden } = settings.values;
    beside.draw(settings.values.beside);
    const root = document.documentElement;
    root.dataset.theme = theme;
    root.dataset.colours = colours;
    root.dataset.hidden = hidden;
    root.dataset.density = isCompact ? "compact" : "normal";
    if (changed.some((name) => ["locale", "currencyDisplay", "unit", "timeZone"].includes(name))) {
        configureFormats(settings.values);
        zone = new Zone(settings.values.timeZone);
        ticks.forget();
        chart.setFormats(chartFormats());
    }
    if (changed.includes("theme") || changed.includes("colours")) chart.setTheme();
    if (changed.includes("chartKind")) drawChart();
    if (changed.includes("overlays") || changed.includes("scale")) drawTools();
    drawSoon();
}

function tell(alarm, tick) {
    later(({ hitWords, sound }) => {
        const words = hitWords(alarm, tick.price);
        showToast(`${words}, ${formatTime(tick.at, desk.now())}`);
        sound(words, tick.symbol, settings.values);
    });
}

function listen() {
    desk.addEventListener("change", drawSoon);
    desk.addEventListener("move", ({ detail: { symbol, change } }) => {
        if (symbol === desk.symbol) flashPrice(change);
        watched.flash(symbol, change);
    });
    desk.addEventListener("hit", ({ detail: tick }) => {
        for (const alarm of alarms.check(tick)) tell(alarm, tick);
    });
    desk.addEventListener("listing", () => {
        watchlist.serve(desk.symbols);
        if (!desk.symbols.includes(desk.symbol)) show(desk.symbols[0]);
    });
    settings.addEventListener("change", applySettings);
    for (const list of [watchlist, alarms])
        list.addEventListener("change", () => {
            if (!isReady) return;
            offerSymbols();
            show(desk.symbol);
        });
    byId("bell").addEventListener("click", () => later(({ AlarmPanel }) => {
        alarmPanel ??= new AlarmPanel(desk, alarms);
        alarmPanel.toggle();
    }));
    onWatch(() => watchlist.toggle(desk.symbol));
    // Another tab has changed something in the storage; a null key means that all of it was
    // deleted.
    addEventListener("storage", ({ key, newValue }) => {
        const kept = parseStored(newValue);
        if (key === null || key === settingsKey) settings.follow(kept);
        if (key === null || key === watchlistKey) watchlist.follow(kept);
        if (key === null || key === alarmsKey) alarms.follow(kept);
        if (key === null || key === watchlistsKey) lateParts?.followLists(kept);
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.setTheme());
    // A browser lets a page make sounds only after a click or key.
    for (const type of ["pointerdown", "keydown"])
        addEventListener(type, () => settings.values.hasSound && rest?.wakeSound());
    const search = byId("find-text");
    for (const node of [search, byId("chart")])
        node.addEventListener("focusin", () => loadRest().then(drawSoon, () => {}));
    search.addEventListener("keydown", ({ key }) => (isHurried = key === "Enter"));
    setInterval(() => {
        if (isReady) desk.lookAround();
        rest?.keepLastState(storage, desk);
        if (document.hidden && isPriceOpen()) drawTitle(gather());
        drawSoon();
    }, 1000);
}

// What tabs are given besides the settings.
const parts = { alarms, desk, wakeSound: () => later((made) => made.wakeSound()) };

// Called when a tab is opened.
async function openTab() {
    if (!isPriceOpen())
        return loadTab().then(({ open }) => open(settings, parts), () => showToast(missing));
    const { symbol } = readLink(location.href);
    if (isReady) show(desk.symbols.includes(symbol) ? symbol : desk.symbol);
    else drawChart();
    drawSoon();
}

// The price that the server has written into the page.
function seed() {
    const price = Number.parseFloat(byId("price").dataset.price);
    const at = Date.parse(byId("time").dateTime);
    const { source, stale } = byId("source").dataset;
    const symbol = byId("symbol").textContent;
    if (!isSymbol(symbol)) return;
    desk.seed({ symbol, price, timestamp: at / 1000, source, stale: stale === "true" });
}

async function begin() {
    const link = readLink(location.href);
    const range = link.range ?? settings.values.range;
    configureFormats(settings.values);
    beside.draw(settings.values.beside);
    seed();
    listen();
    if (range) chooseRange(range);
    followTabs(openTab);
    await desk.open(() => loadRest().then((made) => made.lastState(storage), () => null));
    watchlist.serve(desk.symbols);
    const isServed = desk.symbols.includes(link.symbol);
    if (link.symbol && !isServed)
        showToast(`This server has no ${link.symbol}; ${desk.symbols[0]} is shown instead.`);
    const symbol = isServed ? link.symbol : (watchlist.symbols[0] ?? desk.symbols[0]);
    desk.listen(symbol, wanted()); // before anything else is asked
    const fitting = desk.range || await desk.findRange(symbol);
    desk.range ||= fitting; // unless one has been chosen meanwhile
    isReady = true;
    offerSymbols();
    show(symbol);
    setTimeout(bringRest, settings.values.hasSound || settings.values.order ? 0 : restMs);
}

begin();
