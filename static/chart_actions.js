// What the buttons below the chart do besides changing how it is drawn: measuring, and files of what is
// shown. It is loaded when one of them is wanted first.

import { rangeOf } from "./model/ranges.js";
import { fileOf } from "./model/download.js";
import { Measure } from "./view/chart_measure.js";
import { save } from "./view/save.js";

export class ChartActions {
    #desk;
    #chart;
    #measure = null;

    // `chart`: of view/chart.js.
    constructor(desk, chart) {
        this.#desk = desk;
        this.#chart = chart;
    }

    measure(button) {
        const desk = this.#desk;
        this.#measure ??= new Measure({
            chart: this.#chart.ground, button,
            symbol: () => desk.symbol, currency: () => desk.quote.currency,
        });
        this.#measure.toggle();
    }

    // A file of the range shown, as it is drawn.
    download(format) {
        const { symbol, range: rangeKey, chartSeries: series } = this.#desk;
        const { ms } = rangeOf(rangeKey) ?? {};
        if (!series || ms === undefined) return;
        const toAt = this.#desk.now();
        const fromAt = ms === null ? (series.firstAt ?? series.ticks[0]?.at ?? toAt) : toAt - ms;
        save(fileOf({ symbol, rangeKey, series, fromAt, toAt, format }));
    }
}
