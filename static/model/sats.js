// Satoshis, of which a bitcoin has 100,000,000.

import { formatPrice, perUnit } from "../format.js";

// What one unit of the currency buys: { name: "1 USD buys", value: "1,441 sats" }. Null for what is no
// symbol of bitcoin, without a price, and unless satoshis are the unit.
export function satsPer(symbol, price) {
    const [base, currency] = symbol.split("-");
    if (base !== "BTC" || currency === "BTC" || !(price > 0) || perUnit("BTC") === 1) return null;
    const bitcoins = 1 / price;
    // Whole ones, or three digits of less than a hundred.
    const digits = bitcoins >= 1e-6 ? 8 : Math.min(12, 2 - Math.floor(Math.log10(bitcoins)));
    return { name: `1 ${currency} buys`, value: formatPrice(bitcoins, "BTC", digits) };
}
