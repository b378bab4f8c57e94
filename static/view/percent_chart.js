// Lines over days or hours, as SVG: a line for each symbol, told apart by its colour and by its dashes,
// broken where a step is missing. A step is picked by the pointer or by the arrow keys.

import {
    changesAt, dayMarks, daysOf, scaleOf, stretchesOf,
} from "../model/comparison.js";
import { element, setAttribute, setHidden, setText, svg } from "./dom.js";

const room = { top: 10, right: 12, bottom: 26 };
const perDateLabel = 92; // pixels
const yearDays = 300; // from there on the axis names months

// A piece of the line of a symbol, for what is said beside it.
export const swatch = (index) => svg("svg",
    { class: "swatch", "data-n": index, viewBox: "0 0 24 6", "aria-hidden": "true" },
    svg("path", { class: "series", d: "M1 3H23" }));

export class PercentChart {
    #answer = null;
    #formats = null;
    #size = { width: 0, height: 0 };
    #days = [];
    #picked = -1; // of #days; -1: none

    #stepS = 86_400;

    // `label`: what it is, for screen readers; `scaleOf(symbols, marks)`: the scale of the values;
    // `leftPx`: room for what stands at its marks.
    constructor({
        label = "Chart of changes since the common start", scale = scaleOf, leftPx = 56,
    } = {}) {
        this.scaleOf = scale;
        this.leftPx = leftPx;
        this.plot = svg("svg", { "aria-hidden": "true" });
        this.readout = element("p", { className: "readout", role: "status" });
        this.box = element("div", {
            className: "percent-plot", role: "img", tabindex: "0",
            "aria-label": `${label}. The arrow keys go through it.`,
        }, this.plot);
        this.node = element("div", { className: "percent-chart" }, this.readout, this.box);
        this.box.addEventListener("pointermove", (event) => this.#pickAt(event));
        this.box.addEventListener("pointerdown", (event) => this.#pickAt(event));
        this.box.addEventListener("pointerleave", () => this.#pick(-1));
        this.box.addEventListener("blur", () => this.#pick(-1));
        this.box.addEventListener("keydown", (event) => this.#onKey(event));
        new ResizeObserver(() => this.#draw()).observe(this.box);
    }

    // `formats`: those of dates, `axis(value)` and `percent(value)`; `stepS`: between two points.
    draw(answer, formats, stepS = 86_400) {
        if (answer === this.#answer && formats === this.#formats) return;
        this.#answer = answer;
        this.#formats = formats;
        this.#stepS = stepS;
        this.#days = daysOf(answer.symbols);
        this.#picked = -1;
        this.#draw(true);
    }

    #x(day) {
        const [first, last] = [this.#days[0], this.#days.at(-1)];
        const width = this.#size.width - this.leftPx - room.right;
        return this.leftPx + (last > first ? (day - first) / (last - first) : 0.5) * width;
    }

    #y(percent) {
        const { low, high } = this.scale;
        const height = this.#size.height - room.top - room.bottom;
        return room.top + (high - percent) / (high - low) * height;
    }

    #draw(isNew = false) {
        const { clientWidth: width, clientHeight: height } = this.box;
        const isSame = width === this.#size.width && height === this.#size.height;
        if (!this.#answer || width === 0 || (isSame && !isNew)) return;
        this.#size = { width, height };
        setAttribute(this.plot, "viewBox", `0 0 ${width} ${height}`);
        const drawn = this.#answer.symbols;
        this.scale = this.scaleOf(drawn, height < 260 ? 4 : 6);
        this.cursor = svg("g", { class: "cursor" });
        this.plot.replaceChildren(
            ...this.#grid(), ...this.#dates(), ...drawn.flatMap((one, i) => this.#line(one, i)),
            this.cursor);
        this.#drawPicked();
    }

    #grid() {
        return this.scale.marks.map((percent) => {
            const y = this.#y(percent);
            const label = svg("text", { x: this.leftPx - 8, y: y + 4, class: "percent" });
            label.textContent = this.#formats.axis(percent);
            const { width } = this.#size;
            return svg("g", { class: percent === 0 ? "start" : "mark" },
                svg("line", { x1: this.leftPx, x2: width - room.right, y1: y, y2: y }), label);
        });
    }

    #dates() {
        if (this.#days.length === 0) return [];
        const [first, last] = [this.#days[0], this.#days.at(-1)];
        const inner = this.#size.width - this.leftPx - room.right;
        const isLong = (last - first) / 86_400 > yearDays;
        const write = isLong ? this.#formats.month : this.#formats.short;
        const marks = dayMarks(first, last, Math.max(2, Math.floor(inner / perDateLabel)));
        return marks.map((day) => {
            const x = this.#x(day);
            const anchor = x < this.leftPx + 30 ? "start" : x > this.#size.width - 40 ? "end" : "middle";
            const label = svg("text", {
                x, y: this.#size.height - 6, class: "date", "text-anchor": anchor,
            });
            label.textContent = write(day);
            return label;
        });
    }

    // A point of `soFar`, a day that is not over, is a ring.
    #line({ changes, soFar = null }, index) {
        const ring = changes.filter(([day]) => day === soFar).map(([day, value]) => svg("circle",
            { class: "series so-far", "data-n": index, cx: this.#x(day), cy: this.#y(value), r: 4 }));
        return stretchesOf(changes, this.#stepS).map((stretch) => {
            const at = ({ day, percent }) => `${this.#x(day).toFixed(1)} ${this.#y(percent).toFixed(1)}`;
            if (stretch.length > 1)
                return svg("path", { class: "series", "data-n": index, d: `M${stretch.map(at).join("L")}` });
            const [{ day, percent }] = stretch;
            return svg("circle",
                { class: "series", "data-n": index, cx: this.#x(day), cy: this.#y(percent), r: 2 });
        }).concat(ring);
    }

    #pickAt({ clientX }) {
        if (this.#days.length === 0) return;
        const x = clientX - this.box.getBoundingClientRect().left;
        let nearest = 0;
        this.#days.forEach((day, i) => {
            if (Math.abs(this.#x(day) - x) < Math.abs(this.#x(this.#days[nearest]) - x)) nearest = i;
        });
        this.#pick(nearest);
    }

    #onKey(event) {
        const last = this.#days.length - 1;
        const at = this.#picked < 0 ? last : this.#picked;
        const steps = {
            ArrowLeft: this.#picked < 0 ? last : at - 1, ArrowRight: at + 1, Home: 0, End: last,
            PageUp: at - 10, PageDown: at + 10, Escape: -1,
        };
        const { key, ctrlKey, metaKey, altKey } = event;
        if (!Object.hasOwn(steps, key) || ctrlKey || metaKey || altKey || last < 0) return;
        event.preventDefault();
        this.#pick(key === "Escape" ? -1 : Math.min(last, Math.max(0, steps[key])));
    }

    #pick(index) {
        if (index === this.#picked) return;
        this.#picked = index;
        this.#drawPicked();
    }

    // The day that is picked, or the last one.
    #drawPicked() {
        const { symbols } = this.#answer;
        const isPicked = this.#picked >= 0;
        const day = isPicked ? this.#days[this.#picked] : this.#days.at(-1);
        setHidden(this.readout, day === undefined);
        this.cursor?.replaceChildren();
        if (day === undefined) return;
        const changes = changesAt(symbols, day);
        const said = symbols.map(({ symbol }, i) => element("span", { className: "said" },
            swatch(i), symbol && `${symbol} `, element("strong", { text: this.#formats.percent(changes[i]) })));
        const date = element("span", { className: "said-day" });
        setText(date, this.#formats.day(day));
        this.readout.replaceChildren(date, " ", ...said.flatMap((node) => [node, " "]));
        if (!isPicked || this.#size.width === 0) return;
        const x = this.#x(day);
        this.cursor.append(
            svg("line", { x1: x, x2: x, y1: room.top, y2: this.#size.height - room.bottom }),
            ...changes.flatMap((percent, i) => percent === null ? []
                : [svg("circle", { cx: x, cy: this.#y(percent), r: 4, "data-n": i })]));
    }
}
