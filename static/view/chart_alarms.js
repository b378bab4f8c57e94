// Lines across the chart at the prices of alarms, with a tag on the axis.

const dashed = 2; // LineStyle.Dashed of lightweight-charts, which is not loaded again for it

export class AlarmLines {
    #prices = [];
    #lines = [];
    #series = null;
    #colour = "";

    // To the series of the chart, another one than before.
    attachTo(series) {
        this.#series = series;
        this.#lines = [];
        this.#draw();
    }

    detached() {
        this.#series = null;
        this.#lines = [];
    }

    set(prices) {
        if (prices.join() === this.#prices.join()) return;
        this.#prices = prices;
        this.#draw();
    }

    setColour(colour) {
        if (colour === this.#colour) return;
        this.#colour = colour;
        this.#draw();
    }

    get prices() {
        return this.#lines.map((line) => line.options().price);
    }

    #draw() {
        if (!this.#series) return;
        for (const line of this.#lines) this.#series.removePriceLine(line);
        this.#lines = this.#prices.map((price) => this.#series.createPriceLine({
            price, color: this.#colour, lineWidth: 1, lineStyle: dashed,
            axisLabelVisible: true, title: "Alarm",
        }));
    }
}
