// The buttons above the chart: its range, and line or candles.

import { ranges } from "../model/ranges.js";
import { byId, element, setAttribute } from "./dom.js";

const shortLabels = { "12mo": "12m", all: "All" };
const rangeBox = byId("ranges");
const kindBox = byId("kinds");

export class Controls {
    constructor({ onRange, onKind }) {
        for (const { key, label } of ranges) {
            const short = shortLabels[key] ?? key;
            const button = element("button", { type: "button", "data-range": key },
                element("span", { className: "long", text: label }),
                element("span", { className: "short", text: short, "aria-hidden": "true" }));
            button.setAttribute("aria-label", label);
            rangeBox.append(button);
        }
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
            press(button, button.dataset.range === range);
        for (const button of kindBox.children)
            setAttribute(button, "aria-pressed", String(button.dataset.kind === kind));
    }
}

// A row that scrolls shows the one that is chosen.
function press(button, isPressed) {
    const wasPressed = button.getAttribute("aria-pressed") === "true";
    setAttribute(button, "aria-pressed", String(isPressed));
    if (!isPressed || wasPressed) return;
    const { offsetLeft, offsetWidth } = button;
    rangeBox.scrollLeft = offsetLeft - rangeBox.offsetLeft - (rangeBox.clientWidth - offsetWidth) / 2;
}
