// The row below the chart: its scale, averages that can be switched, and files of what is shown.

import { overlays } from "../model/overlays.js";
import { byId, element, setAttribute } from "./dom.js";

const scaleBox = byId("scales");
const overlayBox = byId("overlays");
const fileBox = byId("files");

export class ChartTools {
    // `onMeasure(button)`; `onScale(name)`; `onOverlays(keys)`: those that are wanted now; `onFile(format)`.
    constructor({ onMeasure, onScale, onOverlays, onFile }) {
        const measure = byId("measure");
        measure.addEventListener("click", () => onMeasure(measure));
        scaleBox.addEventListener("click", ({ target: { dataset, ariaPressed } }) => {
            if (dataset.scale) onScale(ariaPressed === "true" ? "normal" : dataset.scale);
        });
        for (const { key, label, title } of overlays) {
            const mark = element("span", { className: "key", "aria-hidden": "true" });
            overlayBox.append(element("button",
                { type: "button", "data-overlay": key, "aria-pressed": "false", title }, mark, label));
        }
        overlayBox.addEventListener("click", (event) => {
            const button = event.target.closest("button");
            if (!button) return;
            const isOn = (one) => (one.getAttribute("aria-pressed") === "true") !== (one === button);
            const on = [...overlayBox.querySelectorAll("button")].filter(isOn);
            onOverlays(on.map(({ dataset }) => dataset.overlay));
        });
        fileBox.addEventListener("click", (event) => {
            const button = event.target.closest("button");
            if (button) onFile(button.dataset.format);
        });
    }

    draw(wanted, scale) {
        for (const button of scaleBox.children)
            setAttribute(button, "aria-pressed", String(button.dataset.scale === scale));
        for (const button of overlayBox.querySelectorAll("button")) {
            const isOn = wanted.includes(button.dataset.overlay);
            setAttribute(button, "aria-pressed", String(isOn));
        }
    }
}
