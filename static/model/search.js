// Finds symbols by what a visitor types: "eth", "ETH/EUR", "eth usd".

const foundMax = 30;

export function findSymbols(text, symbols) {
    const wanted = text.trim().toUpperCase().replaceAll(/[\s/]+/g, "-");
    if (!wanted) return symbols.slice(0, foundMax);
    const rank = (symbol) => {
        if (symbol === wanted) return 0;
        if (symbol.startsWith(wanted)) return 1;
        return symbol.includes(wanted) ? 2 : 3;
    };
    return symbols
        .map((symbol, i) => ({ symbol, i, rank: rank(symbol) }))
        .filter((one) => one.rank < 3)
        .sort((a, b) => a.rank - b.rank || a.i - b.i)
        .slice(0, foundMax)
        .map((one) => one.symbol);
}

// The index in a list of `count` that an arrow key leads to; it wraps around. From -1, which is
// none, one key leads to the first and the other to the last.
export function stepTo(place, steps, count) {
    const from = place < 0 && steps < 0 ? 0 : place;
    return (from + steps + count) % count;
}
