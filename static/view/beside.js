// What stands beside the chart where there is room: the markets or the ticks. On a narrow screen
// both are below it, and there is nothing to choose.

import { byId, setAttribute } from "./dom.js";

const desk = byId("desk");
const box = byId("beside");

export class Beside {
    constructor(onChoice) {
        box.addEventListener("click", (event) => {
            const button = event.target.closest("button");
            if (button) onChoice(button.dataset.beside);
        });
    }

    // `chosen`: "markets" or "ticks".
    draw(chosen) {
        setAttribute(desk, "data-beside", chosen);
        for (const button of box.children)
            setAttribute(button, "aria-pressed", String(button.dataset.beside === chosen));
    }
}
