// The buttons above the chart: its range, and line or candles.

import { ranges } from "../model/ranges.js";
import { byId, element, setAttribute } from "./dom.js";

const rangeBox = byId("ranges");
const kindBox = byId("kinds");

export class Controls {
    constructor({ onRange, onKind }) {
        for (const { key, label } of ranges)
            rangeBox.append(element("button", { type: "button", text: label, "data-range": key }));
        this.#listen(rangeBox, "range", onRange);
        this.#listen(kindBox, "kind", onKind);
    }

    #listen(group, name, take) {
        group.addEventListener("click", (event) => {
            const button = event.target.closest("button");
            if (button) take(button.dataset[name]);
        });
    }

    draw({ range, kind }) {
        for (const button of rangeBox.children)
            setAttribute(button, "aria-pressed", String(button.dataset.range === range));
        for (const button of kindBox.children)
            setAttribute(button, "aria-pressed", String(button.dataset.kind === kind));
    }
}
