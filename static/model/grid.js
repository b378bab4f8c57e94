// The slots of the axis of the chart. Times come from servers and may lie a year apart or in 1970;
// there are never more slots than slotsHeldMax.

import { slotOf } from "./bars.js";
import { fittedTo, spanOf } from "./ranges.js";

const slotsAtOnceMax = 60; // after a longer sleep everything is set again
const backMs = 10_000; // also if "now" moves back this far: a clock was set back
const fittedMinMs = 60_000; // of a range that is not filled yet, this much is in view at least,
const fitMax = 240; // and this part

export const slotsHeldMax = 4_000; // as far back as one can scroll

// The axis has the slots from `from` to `to`; those since `fromAt` are in view. It ends with the
// newest price or with now, whichever is later: a clock that is behind the ticks is wrong.
// `firstAt`, `lastAt`: the times of the oldest and newest price held, or null. `stepMs`: the
// interval of the candles held; 0 for ticks. `isAll`: the server has nothing before `firstAt`. Then
// a range that begins long before is not drawn as an empty space with a few broad slots, but as the
// shorter range that what is held would fill.
export function gridOf({ range, kind, now, firstAt, lastAt, stepMs = 0, isAll = false }) {
    const end = Math.max(now, lastAt ?? now);
    const isFitted = isAll && range.ms !== null && firstAt !== null;
    const leastMs = isFitted ? Math.max(fittedMinMs, range.ms / fitMax) : 0;
    const heldMs = Math.min(range.ms, Math.max(leastMs, end - firstAt));
    const drawnAs = isFitted ? fittedTo(heldMs) : range;
    const { fromAt: wholeFrom, widthMs } = spanOf(drawnAs, kind, end, firstAt, stepMs);
    const fromAt = isFitted ? end - heldMs : wholeFrom;
    const to = slotOf(end, widthMs);
    const begin = Math.max(to - slotsHeldMax * widthMs, Math.min(fromAt, firstAt ?? fromAt));
    return { widthMs, fromAt, from: slotOf(begin, widthMs), to };
}

// Whether a grid is to be set again, because the one wanted now is too different to go on with it.
export function isOutgrown({ from, to, widthMs }, wanted) {
    return (
        wanted.to - to > slotsAtOnceMax * widthMs ||
        to - wanted.to > Math.max(widthMs, backMs) ||
        wanted.to - from > 2 * slotsHeldMax * widthMs ||
        wanted.widthMs !== widthMs
    );
}
