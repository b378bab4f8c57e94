// Why ticks are missing, in words: for the reasons of the server's gaps and those of the page.

import { droppedReason, notLoadedReason } from "./series.js";

const own = {
    [droppedReason]: "not kept by this page",
    [notLoadedReason]: "not loaded yet",
};
const words = {
    ...own,
    evicted: "no longer held by the server",
    restarted: "the server was restarted",
    lapped: "this connection was too slow",
    missing: "not recorded by the server",
    damaged: "damaged in the archive",
};
// Of the time before all that is held.
const leadingWords = {
    ...own,
    evicted: "no longer held by the server",
    restarted: "before the server's start",
    missing: "before the archive's start",
};

// Empty where nothing is known, and for a reason that this page does not know.
export function reasonWords({ reason, isLeading }) {
    return (isLeading ? leadingWords : words)[reason] ?? "";
}
