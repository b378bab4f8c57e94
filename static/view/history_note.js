// A line below the chart: what it is drawn from, or why it does not reach as far back as it should.

import { formatTime } from "../format.js";
import { intervalOf } from "../model/ranges.js";
import { byId, setAttribute, setText } from "./dom.js";

const note = byId("history-note");
const names = {
    "1m": "a minute", "5m": "5 minutes", "15m": "15 minutes", "30m": "30 minutes", "1h": "an hour",
    "4h": "4 hours", "6h": "6 hours", "1d": "a day", "1w": "a week",
};

// { kind, text }
export function noteOf({ range, hasArchive, isLoading, series, firstAt, now }) {
    if (!range || !series) return { kind: "none", text: "" };
    const isBeyond = firstAt === null || range.ms === null || firstAt > now - range.ms;
    if (hasArchive === false && range.stepMs !== 0 && isBeyond) {
        const since = firstAt === null ? "" : `, since ${formatTime(firstAt, now)}`;
        const text = `This server keeps no archive: the chart has what is in its memory${since}.`;
        return { kind: "absent", text };
    }
    if (isLoading) return { kind: "loading", text: "Loading the history…" };
    if (!series.stepMs) return { kind: "ticks", text: "Drawn from ticks" };
    const name = names[intervalOf(series.stepMs)];
    return { kind: "candles", text: `Drawn from candles of ${name}` };
}

export function drawNote(facts) {
    const { kind, text } = noteOf(facts);
    setAttribute(note, "data-kind", kind);
    setText(note, text);
}
