// What the market's tab says about its table: from whom it is, how old, and what is wrong.

import { formatDuration, formatSpan } from "../format.js";

const sources = {
    coingecko: { name: "CoinGecko", href: "https://www.coingecko.com" },
    coinpaprika: { name: "CoinPaprika", href: "https://coinpaprika.com" },
    coinlore: { name: "CoinLore", href: "https://www.coinlore.com" },
};

// { name, href }; a source that is not known has no href.
export function sourceOf(key) {
    return Object.hasOwn(sources, key) ? sources[key] : { name: key, href: "" };
}

// "40 s ago", "3 min ago", "2 h 5 min ago"
export function ago(ms) {
    if (ms < 10_000) return "just now";
    return `${ms < 3_600_000 ? formatSpan(ms) : formatDuration(ms)} ago`;
}

const unheardMs = 90_000; // a probe has then failed, and been repeated

// The notice above the table, or null: { title, detail, isBad }. `table`: null before the first;
// `ageMs`: that of its newest row. `trouble`: how the last request failed, or null; `sinceMs`: since
// the last answer. `retryMs`: until the next request.
export function noticeOf({ table, ageMs, trouble, sinceMs, retryMs }) {
    const again = retryMs > 0 ? ` The page asks again in ${Math.ceil(retryMs / 1000)} s.` : "";
    if (trouble?.kind === "off")
        return {
            title: "This server has no table of the market.", isBad: false,
            detail: "It runs with MARKET=off, so it asks no source for one.",
        };
    if (!table && trouble?.kind === "early")
        return {
            title: "There is no table yet.", isBad: false,
            detail: `No source has answered since the server was started.${again}`,
        };
    const why = {
        often: "The server says that it was asked too often.",
        busy: "The server is busy.",
        error: `The server answers with an error (${trouble?.status}).`,
        silent: "The server cannot be reached. Is there a connection?",
    }[trouble?.kind];
    if (!table && !why) return null;
    if (!table) return { title: "The table could not be loaded.", isBad: true, detail: why + again };
    if (why && sinceMs > unheardMs)
        return {
            title: `This table was not refreshed for ${formatDuration(sinceMs)}.`, isBad: true,
            detail: why + again,
        };
    if (table.stale)
        return {
            title: "These figures are old.", isBad: false,
            detail: `The newest is ${formatDuration(ageMs)} old: no source has given the server ` +
                "newer ones.",
        };
    return null;
}

// What is said of the prices that are the server's own: { state, words }, or null if none are.
export function liveWords({ count, total, isOpen }) {
    if (total === 0) return null;
    const own = total === 1 ? "price of this server" : "prices of this server";
    if (!isOpen) return { state: "away", words: `${total} ${own}, not live: no connection` };
    const counted = count === total ? `${total} live` : `${count} live of ${total}`;
    return { state: count > 0 ? "live" : "waiting", words: `${counted} ${own}` };
}
