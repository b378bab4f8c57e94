// The providers of /api/feed, in words for the visitor.

import { formatDuration } from "../format.js";
import { spell } from "./provider_names.js";

const asideWords = {
    outlier: "not used: too far from the others",
    stale: "not used: too old",
    no_volume: "not used: its volume is unknown",
};

const seconds = (s) => formatDuration(s * 1000);

// A state has a kind for styles (good, busy, bad, off) and words.
function stateOf(provider, symbol) {
    const { stream, breaker } = provider;
    if (provider.lacks?.includes(symbol)) return ["off", `has no ${symbol}`];
    const refused = stream?.refused?.[symbol];
    if (stream?.state === "live" && !refused) return ["good", "streaming"];
    const pause = provider.paused_for_seconds;
    const until = pause > 0 ? `, retry in ${seconds(Math.ceil(pause))}` : "";
    if (breaker === "open") return ["bad", `failing${until}`];
    if (breaker === "half_open") return ["busy", "failing, trying again"];
    if (pause > 0) return ["busy", `paused${until}`];
    if (hasFailedLast(provider)) return ["bad", "the last request failed"];
    if (stream?.state === "waiting") return ["busy", "stream lost, waiting to connect"];
    if (provider.last_success) return ["good", refused ? "answering, no stream" : "answering"];
    if (stream?.state === "connecting") return ["busy", "connecting"];
    return ["off", "not asked yet"];
}

function hasFailedLast({ last_error: error, last_success: success }) {
    return Boolean(error) && error.at > (success ?? 0);
}

function errorOf({ last_error: asked, stream }) {
    const errors = [asked, stream?.last_error].filter((error) => typeof error?.words === "string");
    return errors.sort((a, b) => b.at - a.at)[0] ?? null;
}

function useOf(quote) {
    if (!quote) return { isUsed: false, words: "no price" };
    if (quote.used) return { isUsed: true, words: "used" };
    return { isUsed: false, words: asideWords[quote.aside] ?? "in reserve" };
}

// "Served by 3 instances, this one is b."; empty where one instance is alone.
function servedByWords(served) {
    const count = served?.instances;
    if (!Number.isInteger(count) || count < 1) return "";
    const instances = count === 1 ? "1 instance" : `${count} instances`;
    return `Served by ${instances}${served.instance ? `, this one is ${served.instance}` : ""}.`;
}

// For the foot of the page: "Aggregated from 3 sources: Coinbase, Kraken, Bitstamp". Empty where
// prices are of no market.
export function aggregatedWords(feed) {
    const all = (feed?.providers ?? []).map(({ name }) => name).filter(Boolean);
    const names = [...new Set(all)].map(spell);
    if (names.length < 2) return names.length === 1 ? `Prices from ${names[0]}` : "";
    return `Aggregated from ${names.length} sources: ${names.join(", ")}`;
}

// Null if there is nothing to tell: no providers, and no other instance. Ages are in milliseconds,
// at the time of the answer.
export function describeFeed(feed, symbol) {
    const mine = feed?.symbols?.find((entry) => entry.symbol === symbol);
    if (!Array.isArray(feed?.providers) || !mine) return null;
    const servedBy = servedByWords(feed.served_by);
    if (feed.providers.length === 0) return servedBy ? { rows: [], policy: "", servedBy } : null;
    const at = feed.at * 1000;
    const rows = feed.providers.map((provider) => {
        const quote = mine.quotes?.find((q) => q.provider === provider.name);
        const [kind, words] = stateOf(provider, symbol);
        const error = errorOf(provider);
        return {
            name: provider.name,
            market: quote?.market ?? null,
            kind,
            words,
            use: useOf(quote),
            price: quote?.price ?? null,
            ageMs: quote ? quote.age_seconds * 1000 : null,
            error: error && { words: error.words, ageMs: Math.max(0, at - error.at * 1000) },
        };
    });
    const used = rows.filter((row) => row.use.isUsed).length;
    return { rows, policy: policyWords(feed.policy, used, mine.derived_from), servedBy };
}

function policyWords(policy, used, legs) {
    if (legs?.length) return `Made of the prices of ${legs.join(" and ")}.`;
    if (policy === "median") return `The median of those that agree: ${used} now.`;
    if (policy === "weighted")
        return `The mean of those that agree, weighted by 24-hour volume: ${used} now.`;
    if (policy === "fallback") return "The first in this order that has a good price.";
    return "";
}
