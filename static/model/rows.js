// The newest ticks and gaps of a series in one list, newest first.

import { comparePositions } from "../stream.js";

// A tick comes with the price before it, or null where nothing or a gap came before. A gap is
// leading where no tick before it is held: it then says where the history begins, not that
// something is missing from it, and the list ends there. A gap that ends with the position of a
// tick ends where that tick is held, so it is the older of the two.
export function newestRows(series, max) {
    const { ticks, gaps } = series;
    const rows = [];
    let g = gaps.length - 1;
    for (let t = ticks.length - 1; rows.length < max; ) {
        const tick = ticks[t];
        const gap = gaps[g];
        if (gap && (!tick || comparePositions(gap.to, tick.id) > 0)) {
            rows.push({ kind: "gap", key: `${gap.from} ${gap.to} ${gap.isLeading}`, gap });
            if (gap.isLeading) break;
            g -= 1;
            continue;
        }
        if (!tick) break;
        const before = t > 0 && !series.beginsRun(tick) ? ticks[t - 1].price : null;
        rows.push({ kind: "tick", key: `${tick.id} ${before}`, tick, before });
        t -= 1;
    }
    return rows;
}
