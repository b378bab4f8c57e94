// The `source` of a price in words for the visitor.

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
    return name ? `${name} (its ${coin} market, taken for dollars)` : text;
}

function leg(text) {
    return text.replace("*", " × ").replace("/", " ÷ ");
}

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
    if (name) return { words: `${name} (${coin})`, names: [provider(source)] };
    return { words: source, names: [] };
}

// One line of it all, for a list.
export function sourceLine(source) {
    const [, inner] = /^median\((.+)\)$/.exec(source) ?? [];
    if (inner) return `median of ${parts(inner).join(", ")}`;
    const [, weighed] = /^weighted\((.+)\)$/.exec(source) ?? [];
    if (weighed) return `mean by volume of ${parts(weighed).join(", ")}`;
    const [, legs] = /^derived\((.+)\)$/.exec(source) ?? [];
    return legs ? leg(legs) : source;
}
