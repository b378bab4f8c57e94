// The slots that the chart's axis has. Times come from others, and may lie a year apart or in 1970:
// whatever they are, there are never more slots than these.

import { slotOf } from "./bars.js";
import { spanOf } from "./ranges.js";

export const slotsHeldMax = 4_000; // as far back as one can scroll

// The slots from `from` to `to` are on the axis, those since `fromAt` are to be seen. The axis ends
// with the newest tick or with now, whichever is later: a clock that is behind the ticks is wrong.
export function gridOf({ range, kind, now, ticks }) {
    const end = Math.max(now, ticks.at(-1)?.at ?? now);
    const firstAt = ticks[0]?.at ?? null;
    const { fromAt, widthMs } = spanOf(range, kind, end, firstAt);
    const to = slotOf(end, widthMs);
    const begin = Math.max(to - slotsHeldMax * widthMs, Math.min(fromAt, firstAt ?? fromAt));
    return { widthMs, fromAt, from: slotOf(begin, widthMs), to };
}
