// Stands in for the averages over the chart (chart_overlays.js), which are loaded when some are
// wanted first.

import { againMs, loadRest } from "../later.js";

export class LateOverlays {
    #load;
    #given;
    #overlays = null;
    #wanted = [];
    #colours = {};
    #bars = null; // what setBars() was told last
    #series = null;
    #again = null; // the timer of another attempt

    // What Overlays is given; and how it is loaded.
    constructor(given, load = loadRest) {
        this.#given = given;
        this.#load = load;
    }

    // To the series of the chart, another one than before.
    attachTo(series) {
        this.#series = series;
        if (this.#overlays) series.attachPrimitive(this.#overlays);
    }

    detached() {
        this.#series = null;
        this.#overlays?.detached();
    }

    setColours(colours) {
        this.#colours = colours;
        this.#overlays?.setColours(colours);
    }

    setBars(...told) {
        this.#bars = told;
        this.#overlays?.setBars(...told);
    }

    data() {
        return this.#overlays?.data() ?? [];
    }

    async want(overlays) {
        this.#wanted = overlays;
        if (!this.#overlays && overlays.length > 0) {
            const rest = await this.#load().catch(() => null);
            if (!rest) this.#tryAgain();
            else if (!this.#overlays) this.#make(rest.Overlays);
        }
        this.#overlays?.want(this.#wanted);
    }

    // Those that are wanted by then.
    #tryAgain() {
        this.#again ??= setTimeout(() => {
            this.#again = null;
            this.want(this.#wanted);
        }, 2 * againMs);
    }

    #make(Overlays) {
        this.#overlays = new Overlays(...this.#given);
        this.#overlays.setColours(this.#colours);
        if (this.#bars) this.#overlays.setBars(this.#bars[0], this.#bars[1], true);
        this.#series?.attachPrimitive(this.#overlays);
    }
}
