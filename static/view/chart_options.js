// Theme and formats as options of lightweight-charts.

import { CrosshairMode, LineStyle, PriceScaleMode } from "../vendor/lightweight-charts.js";
import { decimalsOf, digitsAfter } from "../format.js";
import { marksOf, plainNumber } from "./chart_numbers.js";

const flatShare = 0.0002; // of the price: smaller changes do not fill the chart

// Its logo brings a <style> of its own, which our policy forbids; the footer gives the credit.
export const fixedOptions = {
    autoSize: true,
    layout: { attributionLogo: false, panes: { enableResize: false } },
    rightPriceScale: {
        borderVisible: false,
        entireTextOnly: true,
        scaleMargins: { top: 0.08, bottom: 0.1 },
    },
    timeScale: {
        borderVisible: false,
        minBarSpacing: 0.02,
        fixLeftEdge: true,
        lockVisibleTimeRangeOnResize: true,
        shiftVisibleRangeOnNewBar: false,
        uniformDistribution: true,
        allowBoldLabels: false,
    },
    crosshair: { mode: CrosshairMode.Magnet },
    handleScroll: { vertTouchDrag: false },
    handleScale: { axisDoubleClickReset: { time: false, price: true } },
    kineticScroll: { touch: true, mouse: false },
};

export function themeOptions({ edge, ink, faded, font }, isNarrow) {
    const cross = {
        color: faded.at(0.7),
        width: 1,
        style: LineStyle.Dashed,
        labelBackgroundColor: ink.solid,
    };
    return {
        layout: {
            background: { type: "solid", color: "transparent" },
            textColor: faded.solid,
            fontFamily: font,
            fontSize: fontSizeOf(isNarrow),
        },
        timeScale: { tickMarkMaxCharacterLength: isNarrow ? 5 : 6 },
        grid: { vertLines: { visible: false }, horzLines: { color: edge.at(0.6) } },
        crosshair: { vertLine: cross, horzLine: cross },
    };
}

export function bandColours({ faded, surface, font }, isNarrow) {
    return {
        tint: faded.at(0.07),
        hatch: faded.at(0.22),
        text: faded.solid,
        surface: surface.solid,
        font: `${fontSizeOf(isNarrow)}px ${font}`,
    };
}

const partialAlpha = 0.4;

// A bar as an item of lightweight-charts. A candle of which ticks may be missing is faded.
export function itemOf(bar, kind, { up, down }) {
    const { at: time, open, high, low, close } = bar;
    if (kind === "line") return { time, bar };
    if (!bar.isPartial) return { time, open, high, low, close };
    const color = (close >= open ? up : down).at(partialAlpha);
    return { time, open, high, low, close, color, wickColor: color };
}

// Averages of 20 bars and of 50 have a colour each; those that are exponential are dashed.
export function overlayColours({ short, long, faded }) {
    return {
        sma20: short.solid, ema20: short.solid, sma50: long.solid, ema50: long.solid,
        band20: faded.at(0.8),
    };
}

// `price`: one of the prices shown; it decides the number of digits. `quietMs`: as silenceOf().
// `room`: a TagRoom. `perUnit`: of format.js. The currency stands beside the
// chart, and not at every mark of the axis.
export function seriesOptions(kind, colours, { price, perUnit, quietMs, isOfCandles, isNarrow, room }, locale) {
    const { line, up, down, faded, font } = colours;
    const exact = decimalsOf(price);
    const digits = digitsAfter(exact, perUnit);
    const plain = plainNumber(digits, locale);
    const common = {
        priceFormat: {
            type: "custom",
            minMove: 10 ** -exact,
            formatter: (value) => plain(value * perUnit),
            tickmarksFormatter: (prices) => marksOf(prices.map((one) => one * perUnit), digits, locale)
                .map((mark, i) => (room.covers(prices[i]) ? "" : mark)),
        },
        priceLineWidth: 1,
        priceLineStyle: LineStyle.SparseDotted,
        autoscaleInfoProvider: (base) => notBlownUp(base()),
    };
    if (kind === "line")
        return {
            ...common, color: line.solid, areaTop: line.at(0.16), areaBottom: line.at(0), quietMs,
            isOfCandles,
            textColor: faded.solid, font: `${fontSizeOf(isNarrow)}px ${font}`,
        };
    return {
        ...common,
        upColor: up.solid,
        downColor: down.solid,
        wickUpColor: up.solid,
        wickDownColor: down.solid,
        borderVisible: false,
    };
}

function fontSizeOf(isNarrow) {
    return isNarrow ? 11 : 12;
}

// All prices in view are fitted in again.
export function scaleOptions(scale) {
    const { Logarithmic, Normal, Percentage } = PriceScaleMode;
    return { autoScale: true, mode: { log: Logarithmic, percent: Percentage }[scale] ?? Normal };
}

// What differs for line and candles: on the line, a dot replaces the horizontal hair of the
// crosshair, and a few points may fill the chart, while candles must not become walls.
export function kindOptions(kind) {
    const isCandles = kind === "candles";
    return {
        crosshair: { horzLine: { visible: isCandles, labelVisible: isCandles } },
        timeScale: { maxBarSpacing: isCandles ? 60 : 240 },
    };
}

// A price that hardly moves is a nearly flat line.
function notBlownUp(info) {
    if (!info?.priceRange) return info;
    const { minValue, maxValue } = info.priceRange;
    const least = (Math.abs(maxValue) * flatShare - (maxValue - minValue)) / 2;
    if (least <= 0) return info;
    return { ...info, priceRange: { minValue: minValue - least, maxValue: maxValue + least } };
}
