// The slots of the time axis. The axis of lightweight-charts counts points and knows no time
// between them: an invisible series gives it a point for each slot.

import { LineSeries } from "../vendor/lightweight-charts.js";

export class ChartSlots {
    #scale = null;
    #series = null;
    from = 0;
    to = 0; // the start of the last one
    widthMs = 1;

    attachTo(chart) {
        this.#scale = chart.timeScale();
        this.#series = chart.addSeries(LineSeries, { visible: false, priceScaleId: "grid" });
    }

    set({ from, to, widthMs }) {
        Object.assign(this, { from, to, widthMs });
        const slots = [];
        for (let time = from; time <= to; time += widthMs) slots.push({ time, value: 0 });
        this.#series.setData(slots);
    }

    goOnTo(to) {
        for (let time = this.to + this.widthMs; time <= to; time += this.widthMs) {
            this.#series.update({ time, value: 0 });
            this.to = time;
        }
    }

    // Where a time is among them: from 0 to 1 in the first.
    slotOf(ms) {
        return (ms - this.from) / this.widthMs;
    }

    timeAt(slot) {
        return this.from + slot * this.widthMs;
    }

    // Where a time is in the plot, in CSS pixels; null while there is no axis.
    xOf(ms) {
        const middle = this.#scale.logicalToCoordinate(0);
        if (middle === null) return null;
        const width = this.#scale.logicalToCoordinate(1) - middle;
        return middle + (this.slotOf(ms) - 0.5) * width;
    }

    // The middle of the slot that begins at a time.
    middleOf(ms) {
        return this.xOf(ms + this.widthMs / 2);
    }
}
