// The slots of the axis of the chart. Times come from servers and may lie a year apart or in 1970;
// there are never more slots than slotsHeldMax.

import { slotOf } from "./bars.js";
import { spanOf } from "./ranges.js";

export const slotsHeldMax = 4_000; // as far back as one can scroll

// The axis has the slots from `from` to `to`; those since `fromAt` are in view. It ends with the
// newest price or with now, whichever is later: a clock that is behind the ticks is wrong.
// `firstAt`, `lastAt`: the times of the oldest and newest price held, or null. `stepMs`: the
// interval of the candles held; 0 for ticks.
export function gridOf({ range, kind, now, firstAt, lastAt, stepMs = 0 }) {
    const end = Math.max(now, lastAt ?? now);
    const { fromAt, widthMs } = spanOf(range, kind, end, firstAt, stepMs);
    const to = slotOf(end, widthMs);
    const begin = Math.max(to - slotsHeldMax * widthMs, Math.min(fromAt, firstAt ?? fromAt));
    return { widthMs, fromAt, from: slotOf(begin, widthMs), to };
}
