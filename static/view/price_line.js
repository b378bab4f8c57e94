// The price as a line, a custom series of lightweight-charts. The line of that library joins all
// points; this one is drawn in runs, with a break wherever something is missing.

import { formatDuration } from "../format.js";
import { usualDistance } from "../model/spark.js";

const quietMs = 120_000; // a longer time without a tick is drawn faintly, and said; so is
const quietMinMs = 5_000; // a shorter one, if it is many times as long as usual,
const quietRatio = 8;
const seldomRatio = 4; // but not that between ticks that are always further apart
const paceTicks = 256; // the newest tell what is usual
const quietPx = 6;
const labelPx = 16; // at the bottom, where gaps are named too
const columnPx = 0.75;
const roundFromPx = 1.5;
const several = 2; // prices; of a candle that was fetched (0 ticks) there are several too
const aloneRadius = 2;
const dotRadius = 3.5;
const haloRadius = 8;

// The time without a tick that is a silence among these ticks, in milliseconds.
export function silenceOf(ticks) {
    const usual = usualDistance(ticks.slice(-paceTicks));
    if (usual === 0) return quietMs;
    return Math.max(quietMinMs, Math.min(usual * quietRatio, quietMs), usual * seldomRatio);
}

// Slots that fall into the same column of pixels are drawn as one: what it begins and ends with,
// and its extremes. The picture is the same, with a fraction of the strokes.
function inColumns(points) {
    const drawn = [];
    for (const { x, bar } of points) {
        const last = drawn.at(-1);
        const isParted = bar.beginsRun || bar.isBroken || last?.bar.isBroken;
        if (!last || isParted || x - last.left >= columnPx) {
            drawn.push({ x, left: x, bar });
            continue;
        }
        last.x = x;
        last.bar = {
            ...last.bar,
            high: Math.max(last.bar.high, bar.high),
            low: Math.min(last.bar.low, bar.low),
            close: bar.close,
            count: Math.max(several, last.bar.count + bar.count),
            lastAt: bar.lastAt,
        };
    }
    return drawn;
}

export class PriceLine {
    #data = { bars: [], barSpacing: 1, visibleRange: null };
    #options = {};
    #bandsIn;
    #common;
    #renderer = { draw: (target, yOf) => this.#draw(target, yOf) };

    // `bandsIn(width)`: where prices are missing on a pane of this width, [{ left, right }].
    // `common`: the options that every custom series has.
    constructor(bandsIn, common) {
        this.#bandsIn = bandsIn;
        this.#common = common;
    }

    renderer() {
        return this.#renderer;
    }

    update(data, options) {
        this.#data = data;
        this.#options = options;
    }

    priceValueBuilder({ bar }) {
        return [bar.low, bar.high, bar.close];
    }

    isWhitespace({ bar }) {
        return bar === undefined;
    }

    // `hasDot`: the last bar is the newest, and nothing after it is missing. `isOfCandles`: bars
    // are candles, and not a few ticks each.
    defaultOptions() {
        const none = "transparent";
        const ours = { lineWidth: 1.5, areaTop: none, areaBottom: none, hasDot: true, quietMs,
            isOfCandles: false, textColor: none, font: "" };
        return { ...this.#common, ...ours };
    }

    #draw(target, yOf) {
        const { bars, barSpacing, visibleRange } = this.#data;
        if (!visibleRange || visibleRange.to <= visibleRange.from) return;
        // Only visible bars have been given an x; one more on either side leads to the edges.
        const known = bars[visibleRange.from];
        const from = Math.max(0, visibleRange.from - 1);
        const to = Math.min(bars.length, visibleRange.to + 1);
        const points = [];
        for (let i = from; i < to; ++i) {
            const x = known.x + (bars[i].time - known.time) * barSpacing;
            points.push({ x, bar: bars[i].originalData.bar });
        }
        target.useMediaCoordinateSpace(({ context, mediaSize }) => {
            context.save();
            this.#keepOutOfBands(context, mediaSize);
            this.#drawRuns(context, inColumns(points), yOf, mediaSize);
            context.restore();
            if (this.#options.hasDot && to === bars.length)
                this.#drawDot(context, points.at(-1), yOf);
        });
    }

    #keepOutOfBands(context, { width, height }) {
        const bands = this.#bandsIn(width);
        if (bands.length === 0) return;
        context.beginPath();
        let from = -width;
        for (const { left, right } of [...bands, { left: 2 * width, right: 2 * width }]) {
            if (left > from) context.rect(from, -height, left - from, 3 * height);
            from = Math.max(from, right);
        }
        context.clip();
    }

    #drawRuns(context, points, yOf, { height }) {
        // With a stroke for every pixel, the way they are joined cannot be seen.
        const isDense = this.#data.barSpacing < roundFromPx;
        const gradient = context.createLinearGradient(0, 0, 0, height);
        gradient.addColorStop(0, this.#options.areaTop);
        gradient.addColorStop(1, this.#options.areaBottom);
        const line = new Path2D();
        const area = new Path2D();
        const quiet = new Path2D();
        const alone = new Path2D();
        const silences = []; // { from, to, ms }
        // Where each candle has room, its extremes would make a comb of the line, so it leads from
        // close to close. Closer together they are one picture.
        const isOfCloses = this.#options.isOfCandles && !isDense;
        const fine = { line, area, quiet, alone, silences, height, yOf, isOfCloses };
        let run = [];
        for (const { x, bar } of points) {
            if (bar.beginsRun && run.length > 0) {
                this.#trace(run, fine);
                run = [];
            }
            run.push({ x, bar });
        }
        this.#trace(run, fine);
        context.fillStyle = gradient;
        context.fill(area);
        context.strokeStyle = this.#options.color;
        context.lineWidth = this.#options.lineWidth;
        context.lineJoin = isDense ? "bevel" : "round";
        context.lineCap = isDense ? "butt" : "round";
        context.stroke(line);
        context.fillStyle = this.#options.color;
        context.fill(alone);
        context.setLineDash([2, 4]);
        context.lineWidth = 1;
        context.stroke(quiet);
        context.setLineDash([]);
        this.#nameSilences(context, silences, height);
    }

    #nameSilences(context, silences, height) {
        context.font = this.#options.font;
        context.fillStyle = this.#options.textColor;
        context.textAlign = "center";
        for (const { from, to, ms } of silences) {
            const words = `no tick for ${formatDuration(ms)}`;
            if (context.measureText(words).width + labelPx <= to - from)
                context.fillText(words, (from + to) / 2, height - labelPx);
        }
    }

    // One run of bars: the first tick of a slot, its extremes, its last. So the picture is that of
    // all ticks, with a fraction of the points.
    #trace(run, { line, area, quiet, alone, silences, height, yOf, isOfCloses }) {
        if (run.length === 0) return;
        let start = run[0].x;
        let count = 0;
        let last = null;
        const go = (x, price) => {
            const y = yOf(price);
            if (count === 0) {
                line.moveTo(x, y);
                area.moveTo(x, height);
                start = x;
            } else {
                line.lineTo(x, y);
            }
            area.lineTo(x, y);
            count += 1;
            last = { x, y };
        };
        const lift = () => {
            if (count === 1) {
                alone.moveTo(last.x + aloneRadius, last.y);
                alone.arc(last.x, last.y, aloneRadius, 0, 2 * Math.PI);
            }
            if (count > 0) {
                area.lineTo(last.x, height);
                area.lineTo(start, height);
                area.closePath();
            }
            count = 0;
        };
        let before = null;
        for (const { x, bar } of run) {
            const ms = before ? bar.firstAt - before.bar.lastAt : 0;
            if (ms > this.#options.quietMs && x - before.x > quietPx) {
                lift();
                silences.push({ from: before.x, to: x, ms });
                quiet.moveTo(before.x, yOf(before.bar.close));
                quiet.lineTo(x, yOf(bar.open));
            }
            if (!isOfCloses || bar.isBroken) go(x, bar.open);
            if (bar.isBroken) lift();
            if (isOfCloses || bar.isBroken) {
                go(x, bar.close);
            } else if (bar.count !== 1) {
                const isRising = bar.close >= bar.open;
                go(x, isRising ? bar.low : bar.high);
                go(x, isRising ? bar.high : bar.low);
                go(x, bar.close);
            }
            before = { x, bar };
        }
        lift();
    }

    #drawDot(context, { x, bar }, yOf) {
        const y = yOf(bar.close);
        const disc = (radius, alpha) => {
            context.globalAlpha = alpha;
            context.beginPath();
            context.arc(x, y, radius, 0, 2 * Math.PI);
            context.fill();
        };
        context.save();
        context.fillStyle = this.#options.color;
        disc(haloRadius, 0.18);
        disc(dotRadius, 1);
        context.restore();
    }
}
