// The buttons below the chart that save what is shown. Whoever listens to their row (chart_tools.js)
// acts on them.

import { byId, element, icon } from "./dom.js";

const arrow = "M10 3v10m-4-4l4 4 4-4M4 17h12";

export function addFileButtons() {
    byId("files").append(...["csv", "json"].map((format) => {
        const name = format.toUpperCase();
        return element("button",
            { type: "button", "data-format": format, "aria-label": `Download what is shown as ${name}` },
            icon(arrow), name);
    }));
}
