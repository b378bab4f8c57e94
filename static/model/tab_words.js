// What tabs say of their answers: how old they are, and what is wrong.

import { formatDuration, formatSpan } from "../format.js";

// "40 s ago", "3 min ago", "2 h 5 min ago"
export function ago(ms) {
    if (ms < 10_000) return "just now";
    return `${ms < 3_600_000 ? formatSpan(ms) : formatDuration(ms)} ago`;
}

// What is said of a tab that the stream does not tell of changes.
export const askedForWords = "Asked for now and then: the stream does not bring it";

const unheardMs = 90_000; // a request has then failed, and been repeated

// What stands above a tab when something is wrong, or null: { title, detail, isBad }. `words`: what
// is said where the server has none of it (`off`), none yet (`early`), where there is nothing to
// show (`failed`), where what is shown was not refreshed (`unheard`), and where the server calls it
// old (`old`, null if it does not). `trouble`: how the last request failed, or null, with `isOfBefore`
// where the page began without the server, with what it had kept; `sinceMs`:
// since the last answer; `retryMs`: until the next request.
export function noticeOf(words, { hasAnswer, trouble, sinceMs, retryMs }) {
    const again = retryMs > 0 && Number.isFinite(retryMs)
        ? ` The page asks again in ${Math.ceil(retryMs / 1000)} s.` : "";
    if (trouble?.kind === "off") return { ...words.off, isBad: false };
    if (!hasAnswer && trouble?.kind === "early")
        return { title: words.early.title, detail: words.early.detail + again, isBad: false };
    const why = {
        often: "The server says that it was asked too often.",
        busy: "The server is busy.",
        early: "The server has none at the moment.",
        error: `The server answers with an error (${trouble?.status}).`,
        silent: "The server cannot be reached. Is there a connection?",
    }[trouble?.kind];
    if (!hasAnswer) return why ? { title: words.failed, detail: why + again, isBad: true } : null;
    if (why && (sinceMs > unheardMs || trouble.isOfBefore))
        return {
            title: `${words.unheard} for ${formatDuration(sinceMs)}.`, isBad: true,
            detail: why + again,
        };
    return words.old && { ...words.old, isBad: false };
}
