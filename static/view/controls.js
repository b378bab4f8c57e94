// The buttons above the chart: its range, and line or candles. And the row of facts, which scrolls on a
// small screen.

import { ranges } from "../model/ranges.js";
import { byId, element, setAttribute } from "./dom.js";

const shortLabels = { "5m": "5min", all: "All" }; // the months are "12mo"
const rangeBox = byId("ranges");
const kindBox = byId("kinds");
const facts = document.querySelector(".facts");

export class Controls {
    constructor({ onRange, onKind }) {
        for (const { key, label } of ranges) {
            const short = shortLabels[key] ?? key;
            // One of the two is in sight, and is the button's name: who says what is seen hits it.
            rangeBox.append(element("button", { type: "button", "data-range": key },
                element("span", { className: "long", text: label }),
                element("span", { className: "short", text: short })));
        }
        this.#listen(rangeBox, "range", onRange);
        this.#listen(kindBox, "kind", onKind);
        new ResizeObserver(letScroll).observe(facts);
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

// A row that scrolls can be scrolled by keys too.
function letScroll() {
    if (facts.scrollWidth > facts.clientWidth) facts.tabIndex = 0;
    else facts.removeAttribute("tabindex");
}

// A row that scrolls shows the one that is chosen.
function press(button, isPressed) {
    const wasPressed = button.getAttribute("aria-pressed") === "true";
    setAttribute(button, "aria-pressed", String(isPressed));
    if (!isPressed || wasPressed) return;
    const { offsetLeft, offsetWidth } = button;
    rangeBox.scrollLeft = offsetLeft - rangeBox.offsetLeft - (rangeBox.clientWidth - offsetWidth) / 2;
}
