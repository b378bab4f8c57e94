// Links to a symbol and a range: /?symbol=ETH-USD&range=24h. Parts that are missing or wrong are
// null, and the reader chooses them.

import { rangeOf } from "./ranges.js";

export function readLink(href) {
    const { searchParams } = new URL(href);
    const symbol = (searchParams.get("symbol") ?? "").trim().toUpperCase();
    const range = (searchParams.get("range") ?? "").trim().toLowerCase();
    return { symbol: symbol || null, range: rangeOf(range) ? range : null };
}

// The same address with this symbol and range. An empty range is left out; other parameters are
// kept.
export function writeLink(href, { symbol, range }) {
    const url = new URL(href);
    url.searchParams.set("symbol", symbol);
    if (range) url.searchParams.set("range", range);
    else url.searchParams.delete("range");
    return url.href;
}
