// The coins of the market's table: their columns, their order, and which of them are found. What
// the server does not know is null, and comes last in either order.

// `field`: that of the answer. `kind`: how it is written. `isDescending`: whether a first click on
// the header puts the largest first. `from`: the least width of the window, in rem, at which the
// column is there unless the visitor has chosen.
export const columns = [
    ["1h", "1h", "Change in 1 hour", "change_1h_percent", "change", 64],
    ["24h", "24h", "Change in 24 hours", "change_24h_percent", "change", 0],
    ["7d", "7d", "Change in 7 days", "change_7d_percent", "change", 40],
    ["cap", "Market cap", "Market cap", "market_cap", "money", 40],
    ["volume", "Volume 24h", "Volume in 24 hours", "volume_24h", "money", 64],
    ["high", "High 24h", "High of 24 hours", "high_24h", "price", Infinity],
    ["low", "Low 24h", "Low of 24 hours", "low_24h", "price", Infinity],
    ["ath", "All-time high", "All-time high", "ath", "price", Infinity],
    ["supply", "Circulating", "Circulating supply", "circulating_supply", "amount", Infinity],
    ["week", "Last 7 days", "Shape of the last 7 days", "sparkline", "shape", 46],
].map(([key, label, name, field, kind, from]) =>
    ({ key, label, name, field, kind, from, isDescending: true, isSorted: kind !== "shape" }));

// Those that are always there, and what they are sorted by.
export const fixed = [
    ["rank", "#", "Place", "rank", false],
    ["coin", "Coin", "Name", "name", false],
    ["price", "Price", "Price", "price", true],
].map(([key, label, name, field, isDescending]) =>
    ({ key, label, name, field, isDescending, isSorted: true }));

export const usualKeys = (rem) => columns.filter(({ from }) => rem >= from).map(({ key }) => key);

// What is stored of the choice; null if the visitor has not chosen.
export function cleanKeys(raw) {
    if (!Array.isArray(raw)) return null;
    return columns.filter(({ key }) => raw.includes(key)).map(({ key }) => key);
}

// What is stored of the choice of a currency: its code in small letters.
export function cleanCurrency(raw) {
    return typeof raw === "string" && /^[a-z]{3}$/.test(raw) ? raw : "usd";
}

// The next order after a click on a header: its own, then the other way round.
export function nextOrder({ key, isDescending }, clicked) {
    const column = [...fixed, ...columns].find((one) => one.key === clicked);
    return { key: clicked, isDescending: clicked === key ? !isDescending : column.isDescending };
}

const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });

// The coins in that order, those with the same figure by their place. `priceOf(coin)`: the price
// that is shown.
export function sorted(coins, { key, isDescending }, priceOf) {
    const { field } = [...fixed, ...columns].find((one) => one.key === key) ?? fixed[0];
    const valueOf = field === "price" ? priceOf : (coin) => coin[field];
    const sign = isDescending ? -1 : 1;
    const valued = coins.map((coin) => ({ coin, value: valueOf(coin) ?? null }));
    valued.sort((a, b) => {
        if (a.value === null || b.value === null)
            return (a.value === null) - (b.value === null) || a.coin.rank - b.coin.rank;
        const order = field === "name" ? collator.compare(a.value, b.value) : a.value - b.value;
        return sign * order || a.coin.rank - b.coin.rank;
    });
    return valued.map(({ coin }) => coin);
}

// The coins with this text in their symbol, name or id, in any case.
export function found(coins, text) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return coins;
    return coins.filter(({ symbol, name, id }) =>
        [symbol, name, id].some((one) => one.toLowerCase().includes(wanted)));
}

// One or two letters instead of a picture.
export function lettersOf(symbol) {
    return [...symbol.replace(/[^\p{L}\p{N}]/gu, "")].slice(0, 2).join("").toUpperCase() || "?";
}

// Which of `count` tints the letters have: always the same for an id.
export function tintOf(id, count) {
    let hash = 7;
    for (const char of id) hash = (hash * 31 + char.codePointAt(0)) % 100_003;
    return hash % count;
}

// Points for a sparkline: one an hour, without those that are missing.
export function shapeOf(prices) {
    const points = [];
    let isAfterGap = false;
    (prices ?? []).forEach((price, hour) => {
        if (price === null) isAfterGap = true;
        else {
            points.push({ at: hour, price, beginsRun: isAfterGap });
            isAfterGap = false;
        }
    });
    return points.length > 1 ? points : [];
}
