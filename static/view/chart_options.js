// What the theme and the formats come to as options of lightweight-charts.

import { CrosshairMode, LineStyle } from "../vendor/lightweight-charts.js";

const flatShare = 0.0002; // of the price: less than that is not blown up to fill the chart

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
        maxBarSpacing: 60,
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

export function themeOptions({ edge, ink, faded, font }, fontSize) {
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
            fontSize,
        },
        grid: { vertLines: { visible: false }, horzLines: { color: edge.at(0.6) } },
        crosshair: { vertLine: cross, horzLine: cross },
    };
}

export function bandColours({ faded, surface, font }, fontSize) {
    return {
        tint: faded.at(0.07),
        hatch: faded.at(0.22),
        text: faded.solid,
        surface: surface.solid,
        font: `${fontSize}px ${font}`,
    };
}

// `price`: one of those to be shown, which says how many digits they need.
export function seriesOptions(kind, { line, up, down }, formatter, price) {
    const common = {
        priceFormat: { type: "custom", minMove: 10 ** -digitsOf(price), formatter },
        priceLineWidth: 1,
        priceLineStyle: LineStyle.SparseDotted,
        autoscaleInfoProvider: (base) => notBlownUp(base()),
    };
    if (kind === "line")
        return { ...common, color: line.solid, areaTop: line.at(0.16), areaBottom: line.at(0) };
    return {
        ...common,
        upColor: up.solid,
        downColor: down.solid,
        wickUpColor: up.solid,
        wickDownColor: down.solid,
        borderVisible: false,
    };
}

function digitsOf(price) {
    const size = Math.abs(price);
    return size >= 1 || size === 0 ? 2 : Math.min(12, 3 - Math.floor(Math.log10(size)));
}

// A price that hardly moves is a nearly flat line.
function notBlownUp(info) {
    if (!info?.priceRange) return info;
    const { minValue, maxValue } = info.priceRange;
    const least = (Math.abs(maxValue) * flatShare - (maxValue - minValue)) / 2;
    if (least <= 0) return info;
    return { ...info, priceRange: { minValue: minValue - least, maxValue: maxValue + least } };
}
