// What the news' tab asks for, and what it says of the answer.

import { formatDuration } from "../format.js";
import { ago, noticeOf as noticeOfTab } from "./tab_words.js";

export const stepOfItems = 50;
export const itemsMax = 200; // that the server gives at once
const queryBytesMax = 64; // that it searches for

// The text to search for, as long as the server takes it.
export function queryOf(text) {
    let query = text.trim();
    const bytes = (words) => new TextEncoder().encode(words).length;
    while (bytes(query) > queryBytesMax) query = [...query].slice(0, -1).join("").trim();
    return query;
}

// Whether nothing is left out.
export const isAll = ({ source, query }) => !source && !query;

// `source`, `query`: empty for all.
export function pathOf({ source, query, limit }) {
    const asked = new URLSearchParams({ limit: Math.min(limit, itemsMax) });
    if (source) asked.set("source", source);
    if (query) asked.set("q", query);
    return `api/news?${asked}`;
}

// The time now by the server's clock, in milliseconds, when the answer came.
export const sentAt = ({ updated_at: at, age_seconds: age }) =>
    Math.round((at + age) * 1000);

// When an item was published: "3 min ago". One that the feed does not date is as old as the server
// knows it, and one of the future is not called new.
export function ageWords({ published_at: at, dated_by: by }, now) {
    const ms = now - at * 1000;
    if (ms < -300_000) return `dated ${formatDuration(-ms)} ahead`;
    return by === "first_seen" ? `first seen ${ago(Math.max(0, ms))}` : ago(Math.max(0, ms));
}

// An address that may be followed, or "".
export function linkOf({ link }) {
    try {
        return ["http:", "https:"].includes(new URL(link).protocol) ? link : "";
    } catch {
        return "";
    }
}

// Of one feed: { words, isMissing }.
export function feedWords({ updated_at: at, missing, why }, now) {
    const age = at === null ? "" : ago(Math.max(0, now - at * 1000));
    if (!missing) return { isMissing: false, words: `answered ${age}` };
    const kept = age ? `Its items are those of its last answer, ${age}.` : "It has not answered yet.";
    return { isMissing: true, words: `missing: ${why ?? "no reason is known"}. ${kept}` };
}

const reasonsMax = 3; // with more feeds missing, the list of feeds has the reasons

// "2 of 7 feeds are missing: a.example (why), b.example (why).", or "".
export function missingWords({ feeds }) {
    const missing = feeds.filter((feed) => feed.missing);
    const names = missing.map(({ source, why }) =>
        (why && missing.length <= reasonsMax ? `${source} (${why})` : source));
    if (names.length === 0) return "";
    const are = names.length === 1 ? "is" : "are";
    const of = feeds.length === 1 ? "feed" : "feeds";
    return `${names.length} of ${feeds.length} ${of} ${are} missing: ${names.join(", ")}.`;
}

export function countWords({ total }, shown, { source, query }) {
    const items = total === 1 ? "item" : "items";
    const found = source || query ? ` ${total === 1 ? "fits" : "fit"}` : "";
    return shown < total ? `${shown} of ${total} ${items}${found && " that fit"}` : `${total} ${items}${found}`;
}

export function noticeOf({ answer, ageMs, ...standing }) {
    return noticeOfTab({
        off: {
            title: "This server has no news.",
            detail: "NEWS_FEEDS of it names no feeds.",
        },
        early: {
            title: "There are no news yet.",
            detail: "No feed has answered since the server was started.",
        },
        failed: "The news could not be loaded.",
        unheard: "These news were not refreshed",
        old: answer?.stale ? {
            title: "These news are old.",
            detail: `No feed has answered the server for ${formatDuration(ageMs)}.`,
        } : null,
    }, { hasAnswer: Boolean(answer), ...standing });
}
