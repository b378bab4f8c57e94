// A small line of recent prices, drawn as SVG. Where ticks are missing the line is broken and the
// hole is marked; no line is ever drawn across it.

import { formatAxisTime, formatPrice, formatTime } from "./format.js";

const svgNamespace = "http://www.w3.org/2000/svg";
const margin = { top: 14, right: 2, bottom: 26, left: 1 };
const gapWidthMin = 6;
const spanMinMs = 20_000; // a line of two seconds would only show its own noise

function element(name, attributes, text) {
    const node = document.createElementNS(svgNamespace, name);
    for (const [key, value] of Object.entries(attributes))
        node.setAttribute(key, typeof value === "number" ? Number(value.toFixed(1)) : value);
    if (text !== undefined) node.textContent = text;
    return node;
}

// A step of 1, 2 or 5 times a power of ten that cuts `span` into about `parts`.
function niceStep(span, parts) {
    const raw = span / parts;
    const power = 10 ** Math.floor(Math.log10(raw));
    return power * ([1, 2, 5].find((m) => m * power >= raw) ?? 10);
}

function timeStep(spanMs, parts) {
    const steps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].map((s) => s * 1000);
    return steps.find((s) => s >= spanMs / parts) ?? steps.at(-1);
}

// The runs of ticks between two gaps.
function runsOf(items) {
    const runs = [[]];
    for (const item of items)
        if (item.kind === "tick") runs.at(-1).push(item);
        else if (runs.at(-1).length > 0) runs.push([]);
    return runs.filter((run) => run.length > 0);
}

// Per pixel the first, lowest, highest and last tick: the same picture with far fewer points.
function thinned(run, x) {
    const kept = [];
    let column = [];
    const flush = () => {
        if (column.length <= 4) kept.push(...column);
        else {
            const byPrice = [...column].sort((a, b) => a.price - b.price);
            const chosen = new Set([column[0], byPrice[0], byPrice.at(-1), column.at(-1)]);
            kept.push(...column.filter((tick) => chosen.has(tick)));
        }
        column = [];
    };
    for (const tick of run) {
        if (column.length > 0 && Math.floor(x(tick.at)) !== Math.floor(x(column[0].at))) flush();
        column.push(tick);
    }
    flush();
    return kept;
}

export class Chart {
    #svg;
    #size = { width: 0, height: 0 };
    #drawn = null;

    constructor(svg) {
        this.#svg = svg;
        new ResizeObserver(([entry]) => {
            const { width, height } = entry.contentRect;
            this.#size = { width: Math.round(width), height: Math.round(height) };
            if (this.#drawn) this.draw(this.#drawn);
        }).observe(svg);
    }

    // `items`: ticks { kind: "tick", at, price } and gaps { kind: "gap", fromAt, toAt, isLeading } in
    // order. What is older than `windowMs` before `now` is left out.
    draw(what) {
        this.#drawn = what;
        const { width, height } = this.#size;
        if (width === 0 || height === 0) return;
        const { currency, windowMs, now } = what;
        const items = what.items.filter((i) => (i.kind === "tick" ? i.at : i.toAt) >= now - windowMs);
        const ticks = items.filter((item) => item.kind === "tick");
        this.#svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
        if (ticks.length === 0) {
            this.#svg.setAttribute("aria-label", "No prices to draw yet");
            this.#svg.replaceChildren();
            return;
        }

        const prices = ticks.map((tick) => tick.price);
        const low = prices.reduce((a, b) => Math.min(a, b));
        const high = prices.reduce((a, b) => Math.max(a, b));
        const pad = (high - low) * 0.12 || Math.abs(high) * 0.001 || 1;
        const y = (price) =>
            margin.top +
            ((high + pad - price) / (high - low + 2 * pad)) * (height - margin.top - margin.bottom);
        const end = Math.max(now, ticks.at(-1).at);
        const start = Math.min(ticks[0].at, end - spanMinMs);
        const labelWidth = formatPrice(high, currency).length * 7 + 16;
        const right = width - margin.right - labelWidth;
        const x = (at) =>
            margin.left + ((Math.max(at, start) - start) / (end - start)) * (right - margin.left);

        const parts = [];
        const tagAt = y(ticks.at(-1).price);
        this.#drawGrid(parts, { low: low - pad, high: high + pad, y, right, width, currency, tagAt });
        this.#drawTimes(parts, { start, end, x, height, right });
        const base = height - margin.bottom;
        for (const gap of items)
            if (gap.kind === "gap" && !gap.isLeading && gap.toAt > start)
                this.#drawGap(parts, x(gap.fromAt), x(gap.toAt), base);
        for (const run of runsOf(items)) this.#drawRun(parts, thinned(run, x), x, y, base);
        const isCurrent = items.at(-1).kind === "tick";
        this.#drawLast(parts, ticks.at(-1), { x, y, right, currency, isCurrent });
        this.#svg.setAttribute(
            "aria-label",
            `Prices from ${formatTime(ticks[0].at, now)} to ${formatTime(end, now)}: lowest ` +
                `${formatPrice(low, currency)}, highest ${formatPrice(high, currency)}`);
        this.#svg.replaceChildren(...parts);
    }

    #drawGrid(parts, { low, high, y, right, width, currency, tagAt }) {
        const step = niceStep(high - low, 5);
        for (let price = Math.ceil(low / step) * step; price <= high; price += step) {
            const at = Math.round(y(price)) + 0.5;
            parts.push(element("line", { class: "grid", x1: margin.left, x2: right, y1: at, y2: at }));
            if (Math.abs(at - tagAt) < 18) continue; // the tag of the last price stands there
            const place = { class: "axis", x: width - margin.right, y: at + 4, "text-anchor": "end" };
            parts.push(element("text", place, formatPrice(price, currency)));
        }
    }

    #drawTimes(parts, { start, end, x, height, right }) {
        const step = timeStep(end - start, Math.max(3, right / 90));
        for (let at = Math.ceil(start / step) * step; at <= end; at += step) {
            if (x(at) < margin.left + 24 || x(at) > right - 24) continue;
            const place = { class: "axis", x: x(at), y: height - 6, "text-anchor": "middle" };
            parts.push(element("text", place, formatAxisTime(at, step)));
        }
    }

    #drawGap(parts, from, to, base) {
        const width = Math.max(to - from, gapWidthMin);
        const place = { class: "gap", x: to - width, y: margin.top, width, height: base - margin.top };
        parts.push(element("rect", place));
        if (width > 64) {
            const middle = { class: "axis", x: to - width / 2, y: base - 8, "text-anchor": "middle" };
            parts.push(element("text", middle, "missing"));
        }
    }

    #drawRun(parts, run, x, y, base) {
        const points = run.map((tick) => `${x(tick.at).toFixed(1)} ${y(tick.price).toFixed(1)}`);
        if (run.length === 1) {
            const [cx, cy] = points[0].split(" ");
            parts.push(element("circle", { class: "alone", cx, cy, r: 2 }));
            return;
        }
        const from = x(run[0].at).toFixed(1);
        const to = x(run.at(-1).at).toFixed(1);
        const area = `M${from} ${base}L${points.join("L")}L${to} ${base}Z`;
        parts.push(element("path", { class: "area", d: area }));
        parts.push(element("path", { class: "line", d: `M${points.join("L")}` }));
    }

    // A dot at the last tick, and a dashed line from it to now, unless what followed it is missing.
    #drawLast(parts, tick, { x, y, right, currency, isCurrent }) {
        const at = y(tick.price);
        if (isCurrent)
            parts.push(element("line", { class: "since", x1: x(tick.at), x2: right, y1: at, y2: at }));
        parts.push(element("circle", { class: "halo", cx: x(tick.at), cy: at, r: 8 }));
        parts.push(element("circle", { class: "last", cx: x(tick.at), cy: at, r: 3.5 }));
        const text = formatPrice(tick.price, currency);
        const width = text.length * 7 + 10;
        const left = right + 6;
        parts.push(element("rect", { class: "tag", x: left, y: at - 10, width, height: 20, rx: 5 }));
        const place = { class: "tag-text", x: left + width / 2, y: at + 4, "text-anchor": "middle" };
        parts.push(element("text", place, text));
    }
}
