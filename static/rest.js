// What the first view does without. It is one file, which is loaded when something of it is wanted,
// or a little after the first view, so that it is there without a connection too.

import { styled } from "./sheets.js";

export { sound, wakeSound } from "./bell.js";
export { lastState } from "./model/last_state.js";
export { fileOf } from "./model/download.js";
export { Overlays } from "./view/chart_overlays.js";
export { Measure } from "./view/chart_measure.js";
export { LateParts } from "./view/late_parts.js";
export { Find } from "./view/find.js";
export { drawStatistics } from "./view/statistics.js";

// Nothing of it is shown without its styles.
await styled(new URL("./late.css", import.meta.url));

// Browsers have this over https and on this device only.
navigator.serviceWorker?.register("static/service_worker.js", { scope: "./" }).catch(() => {});
