// What is said of the list of trending coins, and when it is asked for again.

import { sourceOf } from "./market_words.js";
import { ago } from "./tab_words.js";

export const trendingEveryMs = 1_800_000; // the server asks its source no more often

export function trendingWords({ source, stale }, ageMs) {
    return `by ${sourceOf(source).name}, ${stale ? "old: " : ""}${ago(ageMs)}`;
}

// The list has no topic: a change of the table is the moment to ask for another, if it is due.
export const dueAfter = (sinceMs) => (sinceMs < trendingEveryMs ? {} : { askInMs: 0 });
