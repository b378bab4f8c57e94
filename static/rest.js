// What the first view does without. It is one file, which is loaded when something of it is wanted,
// or a little after the first view, so that it is there without a connection too.

import { styled } from "./sheets.js";

export { sound, wakeSound } from "./bell.js";
export { fileOf } from "./model/download.js";
export { describeFeed } from "./model/providers.js";
export { Overlays } from "./view/chart_overlays.js";
export { Measure } from "./view/chart_measure.js";
export { Detail } from "./view/detail.js";
export { Find } from "./view/find.js";
export { ListsView } from "./view/watchlists.js";
export { drawSats } from "./view/sats.js";
export { drawStatistics } from "./view/statistics.js";

// Nothing of it is shown without its styles.
await styled(new URL("./late.css", import.meta.url));
