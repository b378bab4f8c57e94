// What the chart says of its prices: in the legend above it, for the bar under the crosshair or for all
// in view; by the dot on the line; and in the description for screen readers.

import { slotOf } from "../model/bars.js";
import { ChartDescription } from "./chart_description.js";
import { ChartLegend } from "./chart_legend.js";
import { describeShown, extremesOf, pairsInView, wordsAt } from "./chart_words.js";

export class ChartReadout {
    legend = new ChartLegend();
    #facts;
    #empty = null;
    #description = null;
    #hovered = null; // the start of the slot under the crosshair
    #marked = null; // the bar the crosshair speaks of

    // `facts`: functions { shown, bars, slotsFrom, fromAt, visible, isWhole, formats } of what is drawn.
    constructor(facts) {
        this.#facts = facts;
    }

    // `empty`: shown where no price is in view.
    attachTo({ plot, empty }) {
        this.#empty = empty;
        this.#description = new ChartDescription(plot, () => describeShown(
            this.#facts.shown(), this.#facts.visible(), this.#inView(), this.#facts.formats()));
    }

    // The bar of the line that the crosshair is at, or null.
    get marked() {
        return this.#marked;
    }

    get isHovered() {
        return this.#hovered !== null;
    }

    hover(at) {
        this.#hovered = at;
        if (at === null) this.legend.hush();
        if (this.#facts.shown()) this.show();
    }

    // The lowest and highest price of the range: { low, high, … }; null where there is none.
    get extremes() {
        const { bars, widthMs } = this.#facts.bars();
        return extremesOf(bars, slotOf(this.#facts.fromAt(), widthMs), Infinity);
    }

    #inView() {
        if (this.#facts.isWhole()) return this.extremes;
        const { fromAt, toAt } = this.#facts.visible() ?? { fromAt: -Infinity, toAt: Infinity };
        return extremesOf(this.#facts.bars().bars, fromAt, toAt);
    }

    // Draws the legend.
    show() {
        const at = this.#hovered;
        const formats = this.#facts.formats();
        this.#marked = null;
        if (at === null) {
            const extremes = this.#inView();
            this.#empty.hidden = extremes !== null;
            this.legend.show("", pairsInView(extremes, formats));
            return;
        }
        const { bars, widthMs } = this.#facts.bars();
        const slots = { bars, widthMs, fromAt: this.#facts.slotsFrom() };
        const { time, pairs, direction, marked } =
            wordsAt(at, slots, this.#facts.shown(), formats);
        this.#marked = marked;
        this.legend.show(time, pairs, direction);
    }

    // The legend changes at once, the description for screen readers later.
    tell() {
        this.show();
        this.#description.renewSoon();
    }

    stop() {
        this.#description.stop();
    }
}
