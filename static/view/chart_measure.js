// Measuring between two points on the chart: by dragging, by two clicks or taps, or by keys. What is
// between them stands on the chart and is spoken: the difference, the percentage, the time.

import { directionOf } from "../format.js";
import { measured, measuredWords, nearestBar } from "../model/measure.js";
import { byId, element, setAttribute, setText, svg } from "./dom.js";

const dragPx = 5; // moved less than that, it was a click
const labelGapPx = 10;
const hint = "Drag, click two points, or use the arrow keys and Enter. Escape ends it.";

// A point is what its bar was when it was chosen: the newest bar goes on changing.
const pointOf = ({ at, lastAt, close }) => ({ at, lastAt, close });

// `of`: { chart, button, symbol(), currency() }; `chart` as PriceChart.ground.
export class Measure {
    #of;
    #layer;
    #line = svg("line", { class: "measure-line" });
    #shade = svg("rect", { class: "measure-shade" });
    #dots = [svg("circle", { r: 4 }), svg("circle", { r: 4 })];
    #label = element("p", { className: "measure-label" });
    #points = []; // bars: the first, and the second
    #isSet = false; // the second is where it was put
    #at = null; // the bar that the keys are at
    #press = null; // where the pointer went down
    #isNewPress = false; // the press has set the first point
    #symbol = ""; // that the points are of
    #frame = 0;

    constructor(of) {
        this.#of = of;
        this.#layer = element("div", {
            className: "measure", tabindex: "0", role: "application",
            "aria-label": "Measuring between two points of the chart", "aria-describedby": "measure-hint",
        }, svg("svg", { "aria-hidden": "true" }, this.#shade, this.#line, ...this.#dots), this.#label,
        element("span", { className: "spoken", id: "measure-hint", text: hint }));
        this.#listen();
    }

    get isOn() {
        return this.#frame !== 0;
    }

    toggle() {
        if (this.isOn) this.end();
        else this.#begin();
    }

    end() {
        if (!this.isOn) return;
        cancelAnimationFrame(this.#frame);
        this.#frame = 0;
        const hadFocus = this.#layer.contains(document.activeElement);
        this.#layer.remove();
        removeEventListener("keydown", this.#onEscape);
        setAttribute(this.#of.button, "aria-pressed", "false");
        if (hadFocus) this.#of.button.focus();
        this.#say("Measuring has ended");
    }

    #begin() {
        this.#clear();
        this.#of.chart.container.append(this.#layer);
        setAttribute(this.#of.button, "aria-pressed", "true");
        addEventListener("keydown", this.#onEscape);
        this.#frame = requestAnimationFrame(this.#draw);
        this.#layer.focus({ preventScroll: true });
    }

    #onEscape = (event) => {
        if (event.key === "Escape") this.end();
    };

    #clear() {
        this.#points = [];
        this.#isSet = false;
        this.#at = null;
        this.#press = null;
        this.#symbol = this.#of.symbol();
    }

    #listen() {
        const layer = this.#layer;
        layer.addEventListener("pointerdown", (event) => {
            if (event.button !== 0) return;
            event.preventDefault();
            layer.focus({ preventScroll: true });
            layer.setPointerCapture(event.pointerId);
            const bar = this.#barAt(event);
            if (!bar) return;
            this.#press = { x: event.clientX, y: event.clientY };
            this.#isNewPress = this.#points.length === 0 || this.#isSet;
            if (this.#isNewPress) this.#start(bar);
            else this.#lead(bar);
        });
        layer.addEventListener("pointermove", (event) => {
            if (this.#points.length === 0 || this.#isSet) return;
            if (this.#press && !this.#isFar(event) && this.#isNewPress) return;
            this.#lead(this.#barAt(event));
        });
        layer.addEventListener("pointerup", (event) => {
            if (!this.#press) return;
            const isDone = !this.#isNewPress || this.#isFar(event);
            this.#press = null;
            if (isDone && this.#points.length > 0) this.#finish(this.#barAt(event));
        });
        layer.addEventListener("pointercancel", () => (this.#press = null));
        layer.addEventListener("keydown", (event) => this.#onKey(event));
    }

    #isFar({ clientX, clientY }) {
        return Math.hypot(clientX - this.#press.x, clientY - this.#press.y) >= dragPx;
    }

    #barAt({ clientX }) {
        const { left } = this.#layer.getBoundingClientRect();
        return nearestBar(this.#of.chart.bars(), clientX - left, this.#of.chart.xOf);
    }

    #onKey(event) {
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        const step = event.shiftKey ? 10 : 1;
        const steps = { ArrowLeft: -step, ArrowRight: step, Home: -Infinity, End: Infinity }[event.key];
        const isEnter = event.key === "Enter" || event.key === " ";
        if (steps === undefined && !isEnter) return;
        event.preventDefault();
        const bars = this.#of.chart.bars();
        if (bars.length === 0) return;
        if (steps !== undefined) this.#walk(bars, steps);
        else if (this.#points.length === 0 || this.#isSet) this.#start(this.#at ?? bars.at(-1));
        else this.#finish(this.#at ?? bars.at(-1));
    }

    // Before the first point is set, the keys show where it would be.
    #walk(bars, steps) {
        const here = this.#at ? bars.findLastIndex(({ at }) => at <= this.#at.at) : bars.length;
        this.#at = bars[Math.max(0, Math.min(bars.length - 1, here + steps))];
        if (this.#points.length === 0 || this.#isSet) this.#sayPlace(this.#at);
        else {
            this.#lead(this.#at);
            this.#say(this.#words());
        }
    }

    #start(bar) {
        this.#points = [pointOf(bar)];
        this.#isSet = false;
        this.#at = pointOf(bar);
        this.#say(`From ${this.#place(bar)}`);
    }

    #lead(bar) {
        if (bar) this.#points[1] = pointOf(bar);
    }

    #finish(bar) {
        this.#lead(bar);
        if (this.#points.length < 2) return;
        this.#isSet = true;
        this.#at = this.#points[1];
        this.#say(this.#words());
    }

    #place(bar) {
        const { formatPrice, formatTime } = this.#of.chart.formats();
        return `${formatTime(bar.lastAt)}, ${formatPrice(bar.close)}`;
    }

    #sayPlace(bar) {
        this.#say(this.#place(bar));
    }

    #words() {
        return measuredWords(measured(...this.#points), this.#of.currency());
    }

    #say(words) {
        setText(byId("said"), words);
    }

    // The chart moves on by itself, so it is drawn in each frame.
    #draw = () => {
        this.#frame = requestAnimationFrame(this.#draw);
        if (this.#symbol !== this.#of.symbol()) this.#clear();
        const isWaiting = this.#points.length === 0;
        const marked = isWaiting && this.#at ? [this.#at] : this.#points;
        const places = marked.map(({ lastAt, close }) =>
            ({ x: this.#of.chart.xOf(lastAt), y: this.#of.chart.yOf(close) }));
        const [from, to] = places;
        const areThere = places.every(({ x, y }) => x !== null && y !== null);
        this.#dots.forEach((dot, i) => {
            dot.toggleAttribute("hidden", !areThere || !places[i]);
            if (areThere && places[i]) place(dot, { cx: places[i].x, cy: places[i].y });
        });
        const isWhole = areThere && Boolean(to);
        for (const node of [this.#line, this.#shade]) node.toggleAttribute("hidden", !isWhole);
        if (isWhole) {
            place(this.#line, { x1: from.x, y1: from.y, x2: to.x, y2: to.y });
            place(this.#shade, {
                x: Math.min(from.x, to.x), y: 0, width: Math.abs(to.x - from.x), height: "100%",
            });
            const { change } = measured(...this.#points);
            setAttribute(this.#layer, "data-direction", directionOf(change));
            setText(this.#label, this.#words());
        } else {
            setAttribute(this.#layer, "data-direction", "none");
            setText(this.#label, isWaiting || !areThere ? hint : "Now the second point");
        }
        this.#placeLabel(isWhole ? to : null);
    };

    // Beside the second point, where it covers neither of them; else at the top.
    #placeLabel(to) {
        const { clientWidth, clientHeight } = this.#layer;
        const { offsetWidth, offsetHeight } = this.#label;
        const left = to ? Math.max(4, Math.min(clientWidth - offsetWidth - 4, to.x - offsetWidth / 2)) : 4;
        const above = to ? to.y - offsetHeight - labelGapPx : 4;
        const top = above >= 0 || !to ? above : Math.min(to.y + labelGapPx, clientHeight - offsetHeight);
        this.#label.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    }
}

function place(node, attributes) {
    for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, String(value));
}
