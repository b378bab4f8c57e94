// The keys of the chart: they move the crosshair from price to price, and zoom.

export class ChartKeys {
    #chart;
    #hovered = null; // the start of the slot under the crosshair, also before it is drawn there

    // `chart`: { bars(), indexAt(bars, ms), window, slot(ms), point(bar), leave() }.
    constructor(plot, chart, signal) {
        this.#chart = chart;
        plot.addEventListener("keydown", (event) => this.#onKey(event), { signal });
        plot.addEventListener("blur", () => chart.leave(), { signal });
    }

    // Where the crosshair is, for the next step.
    noteHover(at) {
        this.#hovered = at;
    }

    #onKey(event) {
        if (event.altKey || event.ctrlKey || event.metaKey || !this.#chart.bars()) return;
        const step = event.shiftKey ? 10 : 1;
        const actions = {
            ArrowLeft: () => this.#walk(-step),
            ArrowRight: () => this.#walk(step),
            Home: () => this.#walk(-Infinity),
            End: () => this.#walk(Infinity),
            "+": () => this.#chart.window.zoom(0.8),
            "-": () => this.#chart.window.zoom(1.25),
            Escape: () => this.#chart.leave(),
        };
        if (!actions[event.key]) return;
        event.preventDefault();
        actions[event.key]();
    }

    #walk(step) {
        const bars = this.#chart.bars();
        if (bars.length === 0) return;
        const here = this.#hovered === null ? bars.length : this.#chart.indexAt(bars, this.#hovered);
        const bar = bars[Math.max(0, Math.min(bars.length - 1, here + step))];
        this.#hovered = bar.at; // for the next key, which may come before the next frame
        const point = () => this.#chart.point(bar);
        if (this.#chart.window.reveal(this.#chart.slot(bar.at))) requestAnimationFrame(point);
        else point();
    }
}
