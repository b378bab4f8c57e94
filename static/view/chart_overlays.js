// Moving averages and the band over the bars of the chart. A primitive of a lightweight-charts
// series. They are computed from the bars that are over, and broken where the bars are: no line
// leads across a hole.

import { linesOf } from "../model/averages.js";
import { lowerBound } from "../model/positions.js";

const columnPx = 1; // one point for each

export class Overlays {
    #place;
    #bandsIn;
    #wanted = []; // of model/overlays.js
    #colours = [];
    #bars = [];
    #drawn = []; // { overlay, lines }
    #requestUpdate = () => {};
    #views;

    // `place`: { xOf(ms), yOf(price) } in CSS pixels, null without an axis; { timeAt(slot) }.
    // `bandsIn(width)`: where prices are missing.
    constructor(place, bandsIn) {
        this.#place = place;
        this.#bandsIn = bandsIn;
        const renderer = { draw: (target) => target.useMediaCoordinateSpace((s) => this.#draw(s)) };
        this.#views = [{ zOrder: () => "normal", renderer: () => renderer }];
    }

    attached({ requestUpdate }) {
        this.#requestUpdate = requestUpdate;
    }

    // The series is gone, and with it what could be drawn again.
    detached() {
        this.#requestUpdate = () => {};
    }

    paneViews() {
        return this.#views;
    }

    // `colours`: by the key of an overlay.
    setColours(colours) {
        this.#colours = colours;
        this.#requestUpdate();
    }

    // The lowest and highest of what is drawn in these slots of the axis, which is to show them.
    autoscaleInfo(from, to) {
        const fromAt = this.#place.timeAt(from);
        const toAt = this.#place.timeAt(to);
        const first = lowerBound(this.#bars.length, (i) => this.#bars[i].at < fromAt);
        const end = lowerBound(this.#bars.length, (i) => this.#bars[i].at <= toAt);
        let [minValue, maxValue] = [Infinity, -Infinity];
        for (const { lines } of this.#drawn)
            for (const line of lines)
                for (let i = first; i < end; ++i) {
                    if (line[i] === null) continue;
                    minValue = Math.min(minValue, line[i]);
                    maxValue = Math.max(maxValue, line[i]);
                }
        return minValue <= maxValue ? { priceRange: { minValue, maxValue } } : null;
    }

    // Returns whether that changed anything.
    want(overlays) {
        const isSame = overlays.map(({ key }) => key).join() ===
            this.#wanted.map(({ key }) => key).join();
        if (isSame) return false;
        this.#wanted = overlays;
        this.#calculate();
        return true;
    }

    // `bars`: all of the chart. The one that begins at `openAt` is not over.
    setBars(bars, openAt, isCutAnew) {
        const count = bars.at(-1)?.at >= openAt ? bars.length - 1 : bars.length;
        if (!isCutAnew && count === this.#bars.length) return;
        this.#bars = bars.slice(0, count);
        this.#calculate();
    }

    // { key, lines }: one list of { at, value } for each line drawn.
    data() {
        return this.#drawn.map(({ overlay, lines }) => ({
            key: overlay.key,
            lines: lines.map((line) => line.map((value, i) => ({ at: this.#bars[i].at, value }))
                .filter(({ value }) => value !== null)),
        }));
    }

    #calculate() {
        this.#drawn = this.#wanted.map((overlay) =>
            ({ overlay, lines: linesOf(overlay, this.#bars) }));
        this.#requestUpdate();
    }

    #draw({ context, mediaSize: { width, height } }) {
        if (this.#drawn.length === 0 || this.#bars.length === 0) return;
        const first = this.#place.xOf(this.#bars[0].at);
        if (first === null) return;
        const last = this.#bars.length - 1;
        const span = this.#bars[last].at - this.#bars[0].at;
        const perMs = span > 0 ? (this.#place.xOf(this.#bars[last].at) - first) / span : 0;
        const xs = this.#bars.map(({ at }) => first + (at - this.#bars[0].at) * perMs);
        const yOf = this.#scaleOf(this.#bars[last].close);
        if (!yOf) return;
        context.save();
        this.#keepOutOfBands(context, width, height);
        context.lineWidth = 1.25;
        context.lineJoin = "round";
        for (const { overlay, lines } of this.#drawn) {
            context.strokeStyle = this.#colours[overlay.key] ?? "gray";
            context.setLineDash(overlay.kind === "ema" ? [5, 3] : []);
            for (const line of lines) this.#stroke(context, line, { xs, yOf, width });
        }
        context.restore();
    }

    // The price axis is linear, and two of its points tell all others.
    #scaleOf(price) {
        const [y, above] = [this.#place.yOf(price), this.#place.yOf(price * 1.01)];
        if (y === null || above === null) return null;
        const perPrice = (above - y) / (price * 0.01);
        return (other) => y + (other - price) * perPrice;
    }

    #stroke(context, line, { xs, yOf, width }) {
        context.beginPath();
        let isDown = false;
        let drawnAt = -Infinity;
        for (let i = 0; i < line.length; ++i) {
            const isBreak = this.#bars[i].beginsRun;
            const isOutside = (xs[i + 1] ?? xs[i]) < 0 || (xs[i - 1] ?? xs[i]) > width;
            if (line[i] === null || isOutside) {
                isDown = false;
                continue;
            }
            const x = xs[i];
            if (isDown && !isBreak && x - drawnAt < columnPx) continue;
            drawnAt = x;
            const y = yOf(line[i]);
            if (isDown && !isBreak) context.lineTo(x, y);
            else context.moveTo(x, y);
            isDown = true;
        }
        context.stroke();
    }

    #keepOutOfBands(context, width, height) {
        context.beginPath();
        let from = 0;
        for (const { left, right } of [...this.#bandsIn(width), { left: width, right: width }]) {
            if (left > from) context.rect(from, 0, left - from, height);
            from = Math.max(from, right);
        }
        context.clip();
    }
}
