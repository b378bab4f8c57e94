// A line below the chart: what it is drawn from, or why it does not reach as far back as it should.

import { formatDuration, formatTime } from "../format.js";
import { intervalNames, intervalOf } from "../model/ranges.js";
import { byId, setAttribute, setText } from "./dom.js";

const note = byId("history-note");

// { kind, text }. `candleMs`: how long each candle of the chart is; 0 where a line is drawn.
export function noteOf({ range, hasArchive, isLoading, series, firstAt, now, candleMs }) {
    if (!range || !series) return { kind: "none", text: "" };
    const isBeyond = firstAt === null || range.ms === null || firstAt > now - range.ms;
    if (hasArchive === false && range.stepMs !== 0 && isBeyond) {
        const since = firstAt === null ? "" : `, since ${formatTime(firstAt, now)}`;
        const text = `This server keeps no archive: the chart has what is in its memory${since}.`;
        return { kind: "absent", text };
    }
    if (isLoading) return { kind: "loading", text: "Loading the history…" };
    const each = candleMs < 1000 ? `${candleMs} ms` : formatDuration(candleMs);
    const kind = series.stepMs ? "candles" : "ticks";
    if (candleMs > 0) return { kind, text: `Each candle is ${each}` };
    if (kind === "ticks") return { kind, text: "Drawn from ticks" };
    return { kind, text: `Drawn from candles of ${intervalNames[intervalOf(series.stepMs)]}` };
}

export function drawNote(facts) {
    const { kind, text } = noteOf(facts);
    setAttribute(note, "data-kind", kind);
    setText(note, text);
}
