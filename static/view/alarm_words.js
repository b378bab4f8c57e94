// An alarm in words.

import { formatPrice } from "../format.js";

export function alarmWords({ symbol, side, price }) {
    const currency = symbol.split("-").at(-1);
    const how = side === "above" ? "rises to" : "falls to";
    return `${symbol} ${how} ${formatPrice(price, currency)}`;
}
