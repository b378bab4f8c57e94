// What the first view does without. It is one file, which is loaded when something of it is wanted,
// or a little after the first view, so that it is there without a connection too.

import { styled } from "./sheets.js";

export { sound, wakeSound } from "./bell.js";
export { keepLastState, lastState } from "./model/last_state.js";
export { ChartActions } from "./chart_actions.js";
export { Overlays } from "./view/chart_overlays.js";
export { hitWords } from "./view/alarm_words.js";
export { ChangeOrder } from "./model/watchlist_order.js";
export { AlarmLines } from "./view/chart_alarms.js";
export { ChartKeys } from "./view/chart_keys.js";
export { drawNote } from "./view/history_note.js";
export { Tip } from "./view/tip.js";
export { Switcher } from "./view/switcher.js";
export { AlarmPanel } from "./view/alarm_panel.js";
export { RowTools } from "./view/row_tools.js";
export { LateParts } from "./view/late_parts.js";
export { Find } from "./view/find.js";
export { drawStatistics } from "./view/statistics.js";

// Nothing of it is shown without its styles.
await styled(new URL("./late.css", import.meta.url));

// Browsers have this over https and on this device only.
navigator.serviceWorker?.register("static/service_worker.js", { scope: "./" }).catch(() => {});
