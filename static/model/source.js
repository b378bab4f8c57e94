// The `source` of a price in words for the visitor.

import { spell } from "./provider_names.js";

// Sources that are not markets. index.html has the long texts about them.
const origins = {
    simulator: { word: "Simulated prices", mark: "simulated" },
    replay: { word: "Replayed prices", mark: "replayed" },
    pipe: { word: "Piped prices", mark: "piped" },
};

export function originOf(source) {
    return Object.hasOwn(origins, source ?? "") ? origins[source] : null;
}

// "binance(USDT)" is a stablecoin's market that counts as dollars.
function provider(text) {
    const [, name, coin] = /^([^()]+)\(([^()]+)\)$/.exec(text) ?? [];
    return name ? `${spell(name)} (its ${coin} market, taken for dollars)` : spell(text);
}

function leg(text) {
    return text.replace("*", " × ").replace("/", " ÷ ");
}

// "binance(USDT)" is "Binance(USDT)".
const spellMarket = (text) => text.replace(/^[a-z0-9_-]+/, spell);

// Splits at the commas outside of brackets.
function parts(text) {
    return text.split(/,(?![^(]*\))/).filter(Boolean);
}

// { words, names }: the text that is shown, and the names behind it, if they are too long for it.
export function describeSource(source, count) {
    if (!source) return { words: "—", names: [] };
    const [, kind, inner] = /^(median|weighted|derived)(?:\((.*)\))?$/.exec(source) ?? [];
    if (kind === "median" || kind === "weighted") {
        const made = kind === "median" ? "median" : "mean by volume";
        const names = parts(inner ?? "");
        const sum = names.length || count;
        if (!sum) return { words: `${made} of several sources`, names: [] };
        const words = `${made} of ${sum} ${sum === 1 ? "source" : "sources"}`;
        return { words, names: names.map(provider) };
    }
    if (kind === "derived") {
        const names = inner ? [leg(inner)] : [];
        return { words: "derived from two prices", names };
    }
    const [, name, coin] = /^([^()]+)\(([^()]+)\)$/.exec(source) ?? [];
    if (name) return { words: `${spell(name)} (${coin})`, names: [provider(source)] };
    return { words: spell(source), names: [] };
}

// One line of it all, for a list.
export function sourceLine(source) {
    const [, inner] = /^median\((.+)\)$/.exec(source) ?? [];
    if (inner) return `median of ${parts(inner).map(spellMarket).join(", ")}`;
    const [, weighed] = /^weighted\((.+)\)$/.exec(source) ?? [];
    if (weighed) return `mean by volume of ${parts(weighed).map(spellMarket).join(", ")}`;
    const [, legs] = /^derived\((.+)\)$/.exec(source) ?? [];
    return legs ? leg(legs) : spellMarket(source ?? "");
}
