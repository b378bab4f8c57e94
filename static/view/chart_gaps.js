// The bands behind the chart that show where prices are missing: tinted and hatched, with a word if
// it fits. The time before all that is held is not a hole, and only tinted. A primitive of a
// lightweight-charts pane.

import { reasonWords } from "../model/reasons.js";

const widthMin = 3; // so that a hole of a second shows in the range of a day
const hatchPx = 6;
const labelPadding = 8;

// The words for a gap: what it is and, if it fits, why.
export function gapWords({ reason, isLeading }) {
    const short = isLeading ? "nothing held" : "missing";
    const why = reasonWords({ reason, isLeading });
    return { short, long: why ? `${short}: ${why}` : short };
}

// Gaps without the bars drawn in them: bars stay when the ticks they were made of are dropped.
export function gapsBeside(bars, gaps) {
    const firstAt = bars[0]?.firstAt ?? Infinity;
    const isBefore = ({ isLeading, fromAt }) => !isLeading || fromAt < firstAt;
    return gaps.filter(isBefore).map((gap) =>
        ({ ...gap, toAt: gap.isLeading ? Math.min(gap.toAt, firstAt) : gap.toAt }));
}

export class GapBands {
    #gaps = [];
    #place;
    #colours = { tint: "", hatch: "", text: "", surface: "", font: "" };
    #requestUpdate = () => {};
    #views;

    // `place(ms)`: the x of a time, in CSS pixels, or null while there is no axis.
    constructor(place) {
        this.#place = place;
        const renderer = { draw: (target) => target.useMediaCoordinateSpace((s) => this.#draw(s)) };
        this.#views = [{ zOrder: () => "bottom", renderer: () => renderer }];
    }

    attached({ requestUpdate }) {
        this.#requestUpdate = requestUpdate;
    }

    paneViews() {
        return this.#views;
    }

    setColours(colours) {
        this.#colours = colours;
        this.#requestUpdate();
    }

    // As in `Series.gaps`.
    setGaps(gaps) {
        this.#gaps = gaps;
        this.#requestUpdate();
    }

    // The bands on a pane of this width: [{ left, right, reason, isLeading }], in order and apart.
    // A band of several gaps has the reason of the widest. The line does not cross them.
    bands(width) {
        const bands = [];
        let widest = 0;
        for (const gap of this.#gaps) {
            const from = this.#place(gap.fromAt);
            const to = this.#place(gap.toAt);
            if (from === null || to < 0 || from > width) continue;
            const spare = Math.max(0, widthMin - (to - from)) / 2;
            const left = Math.max(from - spare, -hatchPx);
            const right = Math.min(to + spare, width + hatchPx);
            const last = bands.at(-1);
            const { reason, isLeading } = gap;
            const isOne = last && left <= last.right && last.isLeading === isLeading;
            const partWidth = right - left;
            if (!isOne) {
                bands.push({ left, right, reason, isLeading });
                widest = partWidth;
                continue;
            }
            last.right = Math.max(last.right, right);
            if (partWidth <= widest) continue;
            last.reason = reason;
            widest = partWidth;
        }
        return bands;
    }

    #draw({ context, mediaSize: { width, height } }) {
        const { tint } = this.#colours;
        for (const band of this.bands(width)) {
            const { left, right } = band;
            context.save();
            context.beginPath();
            context.rect(left, 0, right - left, height);
            context.clip();
            context.fillStyle = tint;
            context.fillRect(left, 0, right - left, height);
            if (!band.isLeading) this.#hatch(context, band, height);
            this.#label(context, band, height);
            context.restore();
        }
    }

    // The hatching is aligned to the pane, so that neighbours match and it does not move with the
    // chart.
    #hatch(context, { left, right }, height) {
        context.strokeStyle = this.#colours.hatch;
        context.lineWidth = 1;
        context.beginPath();
        const first = Math.floor((left - height) / hatchPx) * hatchPx;
        for (let x = first; x < right; x += hatchPx) {
            context.moveTo(x, height);
            context.lineTo(x + height, 0);
        }
        context.stroke();
    }

    #label(context, band, height) {
        const { left, right } = band;
        const { text, surface, font } = this.#colours;
        context.font = font;
        const { short, long } = gapWords(band);
        const from = Math.max(left, 0);
        const fits = (word) => context.measureText(word).width + 2 * labelPadding <= right - from;
        const word = [long, short].find(fits);
        if (!word) return;
        context.textAlign = "center";
        context.textBaseline = "middle";
        const x = (from + right) / 2;
        const y = height - 16;
        const half = context.measureText(word).width / 2 + 6;
        context.fillStyle = surface;
        context.fillRect(x - half, y - 9, 2 * half, 18);
        context.fillStyle = text;
        context.fillText(word, x, y + 0.5);
    }
}
