// The chart of one symbol: line or candles, drawn by lightweight-charts.
//
//   const chart = new PriceChart(container, { formatPrice, formatTime, perUnit, timeZone, locale },
//       { onDue, onPaint });
//   chart.show({ series, range, kind: "line", now });   // another symbol, range or kind
//   chart.tick(now);                                    // after new ticks, and every second
//   chart.setFormats({ … }); chart.setTheme(); chart.setOverlays([…]); chart.setScale("log");   // when a setting changes
//
// `formatPrice(price)` and `formatTime(ms)` make the words; prices on the axis are multiplied by `perUnit()`;
// `timeZone` and `locale` are those of the axes. Its size is from the style sheet.
//
// The axis has a point for every slot of a regular grid (chart_slots.js): it is proportional to
// time, and "now" moves on also while no price comes. The visible series has a point only where a
// tick fell.
// New ticks update its last points; all is set again only after an insertion or a gap.

import { slotOf } from "../model/bars.js";
import { barsOf, extentOf } from "../model/candles.js";
import { gridOf, isOutgrown } from "../model/grid.js";
import { addSeries, makeCanvas } from "./chart_canvas.js";
import { coloursOf } from "./chart_colours.js";
import { furnish } from "./chart_frame.js";
import { GapBands, gapsBeside } from "./chart_gaps.js";
import { Mark } from "./chart_mark.js";
import { bandColours, itemOf, kindOptions, overlayColours, scaleOptions, seriesOptions, themeOptions } from "./chart_options.js";
import { ChartPace } from "./chart_pace.js";
import { ChartReadout } from "./chart_readout.js";
import { ChartSlots } from "./chart_slots.js";
import { ChartWindow } from "./chart_window.js";
import { indexAt } from "./chart_words.js";
import { LateOverlays } from "./late_overlays.js";
import { silenceOf } from "./price_line.js";
import { TagRoom } from "./tag_room.js";

const narrowPx = 520;

export class PriceChart {
    #container;
    #plot;
    #button;
    #readout;
    #formats;
    #told;
    #colours;
    #chart;
    #slots = new ChartSlots();
    #main = null;
    #gaps;
    #mark;
    #room;
    #overlays;
    #alarms = null; // loaded when some are set first
    #isCurrent = true;
    #keys = null;
    #window;
    #scale = "normal"; // or log, percent
    #shown = null; // what show() was given
    #bars = null;
    #pace;
    #resize;
    #listening = new AbortController();

    // `onDue()`: tick() should be called again. `onPaint()`: it is being painted.
    constructor(container, formats, told) {
        this.#container = container;
        this.#formats = formats;
        this.#told = told;
        this.#pace = new ChartPace(told.onDue);
        this.#readout = new ChartReadout({
            shown: () => this.#shown,
            bars: () => this.#bars,
            slotsFrom: () => this.#slots.from,
            fromAt: () => this.#wanted().fromAt,
            visible: () => this.#visible(),
            isWhole: () => this.#window.isWhole,
            formats: () => this.#formats,
        });
        const parts = furnish(container, this.#readout.legend);
        ({ plot: this.#plot, button: this.#button } = parts);
        this.#readout.attachTo(parts);
        this.#gaps = new GapBands((ms) => this.#slots.xOf(ms));
        this.#mark = new Mark(() => this.#readout.marked && this.#placeOf(this.#readout.marked));
        this.#room = new TagRoom((price) => this.#main.priceToCoordinate(price));
        this.#colours = coloursOf(container);
        const place = {
            xOf: (ms) => this.#slots.middleOf(ms),
            timeAt: (slot) => this.#slots.timeAt(slot),
            yOf: (price) => this.#main.priceToCoordinate(price),
        };
        this.#overlays = new LateOverlays([place, (width) => this.#gaps.bands(width)]);
        this.#build();
        const { signal } = this.#listening;
        const scale = () => this.#chart.timeScale();
        this.#window = new ChartWindow(this.#plot, scale, () => this.#showWhere(), signal);
        this.#button.addEventListener("click", () => this.#backToNow(), { signal });
        (this.#resize = new ResizeObserver(() => this.#fit())).observe(this.#plot);
    }

    show({ series, range, kind, now }) {
        const before = this.#shown;
        const isSamePlace = before?.series === series && before.range === range;
        this.#shown = { series, range, kind, now };
        if (before?.kind !== kind) this.#buildMain();
        if (!isSamePlace || this.#window.isFollowing) this.#window.follow();
        this.#set();
        this.#showWhere();
        this.#hover(null);
    }

    // `Keys`: ChartKeys, which is loaded later.
    takeKeys(Keys) {
        this.#keys ??= new Keys(this.#plot, {
            bars: () => this.#bars?.bars, indexAt,
            window: this.#window,
            slot: (ms) => this.#slots.slotOf(ms),
            point: (bar) => this.#point(bar),
            leave: () => this.#leave(),
        }, this.#listening.signal);
    }

    // Draws new ticks of the series, and moves on to `now`.
    tick(now) {
        if (!this.#shown) return;
        this.#shown.now = now;
        if (!this.#bars.isFollowing) {
            this.#pace.soon(() => this.#set());
            return;
        }
        const grid = this.#wanted();
        if (isOutgrown(this.#slots, grid)) {
            this.#set();
            return;
        }
        const { bars } = this.#bars;
        this.#slots.goOnTo(grid.to);
        const wasEmpty = bars.length === 0;
        const first = this.#bars.extend();
        if (wasEmpty && bars.length > 0) this.#main.applyOptions(this.#seriesOptions());
        for (let i = first; i < bars.length; ++i)
            this.#main.update(itemOf(bars[i], this.#shown.kind, this.#colours));
        this.#overlays.setBars(bars, this.#slots.to, false);
        this.#applyNewest();
        this.#moveOn();
        if (first < bars.length) this.#readout.tell();
    }

    // Draws these of model/overlays.js over the prices.
    setOverlays(overlays) {
        this.#overlays.want(overlays);
    }

    // Draws a line at each of these prices. `lines`: an AlarmLines.
    setAlarms(prices, lines) {
        if (!this.#main) return;
        if (!this.#alarms) lines.attachTo(this.#main);
        this.#alarms = lines;
        lines.setColour(this.#colours.ink.solid);
        lines.set(prices);
    }

    setCurrent(isCurrent) { // if not, the line is grey
        if (isCurrent === this.#isCurrent) return;
        this.#isCurrent = isCurrent;
        if (this.#shown) this.#main.applyOptions(this.#seriesOptions());
    }

    // "normal", "log", or "percent": since the first price in view.
    setScale(scale) {
        if (scale === this.#scale) return;
        this.#scale = scale;
        this.#applyScale();
    }

    setTheme() {
        this.#colours = coloursOf(this.#container);
        this.#applyTheme();
        if (!this.#shown) return;
        this.#main.applyOptions(this.#seriesOptions());
        if (this.#shown.kind === "candles") this.#set(); // faded candles have colours of their own
    }

    setFormats(formats) {
        this.#formats = { ...this.#formats, ...formats };
        const visible = this.#shown && this.#visible();
        this.#chart.remove();
        this.#overlays.detached();
        this.#alarms?.detached();
        this.#main = null;
        this.#build();
        if (!this.#shown) return;
        this.#buildMain();
        this.#set(visible);
        this.#showWhere();
        this.#hover(null);
    }

    // What is drawn. The bars are those lightweight-charts has, each of `count` ticks.
    data() {
        if (!this.#shown) return { kind: null, range: null, bars: [], gaps: [], isFollowing: true };
        const { kind, range, series } = this.#shown;
        const drawn = new Set(this.#main.data().map(({ time }) => time));
        return {
            kind,
            range: range.key,
            widthMs: this.#bars.widthMs,
            bars: this.#bars.bars.filter(({ at }) => drawn.has(at)).map((bar) => ({ ...bar })),
            gaps: gapsBeside(this.#bars.bars, series.gaps),
            isFollowing: this.#window.isFollowing,
            visible: this.#visible(),
            overlays: this.#overlays.data(),
            alarms: this.#alarms?.prices ?? [],
            colour: this.#main.options().color,
            scale: this.#chart.priceScale("right").options().mode,
        };
    }

    // For what measures between its bars (chart_measure.js).
    get ground() {
        return {
            container: this.#container,
            bars: () => this.#bars?.bars ?? [],
            xOf: (ms) => this.#slots.middleOf(slotOf(ms, this.#slots.widthMs)),
            yOf: (price) => this.#main.priceToCoordinate(price),
            formats: () => this.#formats,
        };
    }

    // How long each of its candles is; 0 where a line is drawn.
    get candleMs() {
        return this.#shown?.kind === "candles" ? this.#bars.widthMs : 0;
    }

    destroy() {
        this.#listening.abort();
        this.#resize.disconnect();
        this.#pace.stop();
        this.#readout.stop();
        this.#chart.remove();
        this.#container.replaceChildren();
        this.#container.classList.remove("price-chart");
        this.#shown = null;
    }

    #build() {
        this.#chart = makeCanvas(this.#plot, () => this.#formats, {
            paint: this.#told.onPaint,
            hover: (at) => this.#hover(at),
            range: () => this.#onRange(),
        });
        this.#slots.attachTo(this.#chart);
        this.#chart.panes()[0].attachPrimitive(this.#gaps);
        this.#applyTheme();
        this.#applyScale();
    }

    #applyScale() {
        this.#chart.priceScale("right").applyOptions(scaleOptions(this.#scale));
    }

    #buildMain() {
        if (this.#main) this.#chart.removeSeries(this.#main);
        this.#main = addSeries(this.#chart, this.#shown.kind, this.#seriesOptions(), this.#gaps);
        this.#overlays.attachTo(this.#main);
        this.#alarms?.attachTo(this.#main);
        this.#main.attachPrimitive(this.#mark);
        this.#chart.applyOptions(kindOptions(this.#shown.kind));
    }

    #applyTheme() {
        this.#chart.applyOptions(themeOptions(this.#colours, this.#isNarrow));
        this.#gaps.setColours(bandColours(this.#colours, this.#isNarrow));
        this.#overlays.setColours(overlayColours(this.#colours));
        this.#alarms?.setColour(this.#colours.ink.solid);
        this.#mark.setColours({ dot: this.#colours.line.solid, ring: this.#colours.surface.solid });
    }

    get #isNarrow() {
        return this.#plot.clientWidth < narrowPx;
    }

    #seriesOptions() {
        const { kind, series } = this.#shown;
        const quietMs = silenceOf(series.stepMs ? [] : series.ticks);
        const facts = { price: series.newest?.price ?? 1, perUnit: this.#formats.perUnit(), quietMs, isNarrow: this.#isNarrow,
            isOfCandles: series.stepMs > 0, room: this.#room };
        const { line, faded } = this.#colours;
        const colours = { ...this.#colours, line: this.#isCurrent ? line : faded };
        return seriesOptions(kind, colours, facts, this.#formats.locale);
    }

    // The tag on the axis has the newest price. The dot shows that the line ends with it.
    #applyNewest() {
        const { kind, series } = this.#shown;
        const tag = this.#window.isFollowing ? this.#bars.bars.at(-1)?.close : null;
        if (this.#room.moveTo(tag ?? null)) this.#chart.priceScale("right").applyOptions({});
        if (kind !== "line" || !series.newest) return;
        const hasDot = !(series.gaps.at(-1)?.toAt > series.newest.at);
        if (this.#main.options().hasDot !== hasDot) this.#main.applyOptions({ hasDot });
    }

    // The grid as it would be set now.
    #wanted() {
        const { range, kind, now, series } = this.#shown;
        return gridOf({ range, kind, now, ...extentOf(series, range, now) });
    }

    // Sets grid, bars and gaps again. The view stays.
    #set(visible = this.#visible()) {
        this.#pace.note();
        const { series } = this.#shown;
        const { widthMs, from, to } = this.#wanted();
        this.#bars = barsOf(series, widthMs);
        this.#bars.cut(from);
        this.#main.setData([]);
        this.#slots.set({ from, to, widthMs });
        this.#main.applyOptions(this.#seriesOptions());
        this.#main.setData(this.#bars.bars.map((bar) =>
            itemOf(bar, this.#shown.kind, this.#colours)));
        this.#gaps.setGaps(series.gaps);
        this.#overlays.setBars(this.#bars.bars, this.#slots.to, true);
        this.#applyNewest();
        // The slots in view may not be on the axis any more.
        if (visible && !(visible.toAt > from && visible.fromAt < to)) this.#window.follow();
        if (visible && !this.#window.isFollowing)
            this.#window.set({
                from: this.#slots.slotOf(visible.fromAt), to: this.#slots.slotOf(visible.toAt),
            });
        this.#moveOn();
        this.#readout.tell();
    }

    #moveOn() {
        const last = this.#slots.slotOf(this.#slots.to);
        this.#window.moveOn(last, last - Math.floor(this.#slots.slotOf(this.#wanted().fromAt)));
    }

    #visible() {
        const range = this.#bars && this.#window.range;
        if (!range) return null;
        return { fromAt: this.#slots.timeAt(range.from), toAt: this.#slots.timeAt(range.to) };
    }

    // The tag on the axis shows the last price in view; if "now" is not in view, that is not the
    // current price.
    #showWhere() {
        const { isFollowing } = this.#window;
        this.#button.hidden = isFollowing;
        if (this.#main.options().lastValueVisible !== isFollowing)
            this.#main.applyOptions({ lastValueVisible: isFollowing });
        this.#applyNewest();
    }

    #onRange() {
        if (!this.#shown || !this.#bars) return;
        this.#window.noteChange();
        if (!this.#readout.isHovered) this.#readout.show();
    }

    #backToNow() {
        this.#window.follow();
        this.#chart.priceScale("right").applyOptions({ autoScale: true });
        this.#set();
        this.#plot.focus({ preventScroll: true });
        this.#showWhere();
    }

    #point(bar) {
        if (!this.#shown) return;
        this.#chart.setCrosshairPosition(bar.close, bar.at, this.#main);
        this.#hover(bar.at);
        this.#readout.legend.speak();
    }

    #leave() {
        this.#chart.clearCrosshairPosition();
        this.#hover(null);
    }

    #hover(at) {
        this.#keys?.noteHover(at);
        this.#readout.hover(at);
    }

    // The lowest and highest price of the range: { low, high, … }; null where there is none.
    get extremes() {
        return this.#shown && this.#readout.extremes;
    }

    #placeOf(bar) {
        const x = this.#chart.timeScale().timeToCoordinate(bar.at);
        const y = this.#main.priceToCoordinate(bar.close);
        return x === null || y === null ? null : { x, y };
    }

    #fit() {
        this.#applyTheme();
        if (this.#shown) this.#moveOn();
    }
}
