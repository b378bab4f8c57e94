// What the market's tab says about its table: from whom it is, how old, and what is wrong.

import { formatDuration } from "../format.js";
import { noticeOf as noticeOfTab } from "./tab_words.js";

const sources = {
    coingecko: { name: "CoinGecko", href: "https://www.coingecko.com" },
    coinpaprika: { name: "CoinPaprika", href: "https://coinpaprika.com" },
    coinlore: { name: "CoinLore", href: "https://www.coinlore.com" },
};

// { name, href }; a source that is not known has no href.
export function sourceOf(key) {
    return Object.hasOwn(sources, key) ? sources[key] : { name: key, href: "" };
}

// The notice above the table, or null. `table`: null before the first; `ageMs`: that of its newest
// row. The others: as for all tabs.
export function noticeOf({ table, ageMs, ...standing }) {
    return noticeOfTab({
        off: {
            title: "This server has no table of the market.",
            detail: "MARKET is off, as it is by default where prices are not live. MARKET=on turns it on.",
        },
        early: {
            title: "There is no table yet.",
            detail: "No source has answered since the server was started.",
        },
        failed: "The table could not be loaded.",
        unheard: "This table was not refreshed",
        old: table?.stale ? {
            title: "These figures are old.",
            detail: `The newest is ${formatDuration(ageMs)} old: no source has given the server ` +
                "newer ones.",
        } : null,
    }, { hasAnswer: Boolean(table), ...standing });
}

// In what the table is, and by whose rate; empty for dollars. `wanted`: the currency that is chosen.
export function rateWords({ currency, rate }, wanted) {
    const unit = wanted.toUpperCase();
    if (currency !== wanted) return `In US dollars: no rate of ${unit} can be had now.`;
    if (!rate) return "";
    const old = rate.stale ? ", which is old" : "";
    return `In ${unit}, at ${rate.value} for a dollar, by the ${rate.source} of ${rate.date}${old}. ` +
        "Changes in percent are those in dollars.";
}

// What is said of the prices that are the server's own: { state, words }, or null if none are.
export function liveWords({ count, total, isOpen }) {
    if (total === 0) return null;
    const own = total === 1 ? "price of this server" : "prices of this server";
    if (!isOpen) return { state: "away", words: `${total} ${own}, not live: no connection` };
    const counted = count === total ? `${total} live` : `${count} live of ${total}`;
    return { state: count > 0 ? "live" : "waiting", words: `${counted} ${own}` };
}
