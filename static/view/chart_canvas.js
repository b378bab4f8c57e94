// The canvas of the chart: lightweight-charts with our axis of time and what never changes about it.

import { CandlestickSeries, createChartEx, customSeriesDefaultOptions }
    from "../vendor/lightweight-charts.js";
import { formatPercentFinely } from "../format.js";
import { fixedOptions } from "./chart_options.js";
import { PriceLine } from "./price_line.js";
import { TimeAxis } from "./time_axis.js";

// `formats()`: of the chart. `on`: { paint(), hover(time or null), range() }.
export function makeCanvas(plot, formats, on) {
    const axis = new TimeAxis(formats(), () => chart.timeScale().width());
    const chart = createChartEx(plot, axis, {
        ...fixedOptions,
        localization: {
            timeFormatter: (ms) => formats().formatTime(ms),
            percentageFormatter: (percent) => formatPercentFinely(Math.round(percent * 1e4) / 1e6),
        },
    });
    chart.chartElement().setAttribute("aria-hidden", "true"); // a table of pictures
    const painted = { renderer: () => ({ draw: on.paint }) };
    chart.panes()[0].attachPrimitive({ paneViews: () => [painted] });
    chart.subscribeCrosshairMove(({ time }) => on.hover(time ?? null));
    chart.timeScale().subscribeVisibleLogicalRangeChange(() => on.range());
    return chart;
}

// The series of the prices. `gaps`: a GapBands, where no line is drawn.
export function addSeries(chart, kind, options, gaps) {
    if (kind === "candles") return chart.addSeries(CandlestickSeries, options);
    const line = new PriceLine((width) => gaps.bands(width), customSeriesDefaultOptions);
    return chart.addCustomSeries(line, options);
}
