// An alarm in words: as it is set, and as it went off.

import { formatPrice } from "../format.js";

const priceOf = ({ symbol, price }) => formatPrice(price, symbol.split("-").at(-1));

// "rises to $70,000.00"
export const shortAlarmWords = (alarm) =>
    `${alarm.side === "above" ? "rises to" : "falls to"} ${priceOf(alarm)}`;

export const alarmWords = (alarm) => `${alarm.symbol} ${shortAlarmWords(alarm)}`;

// "BTC-USD fell to $68,980.00, now $68,961.00"
export function hitWords(alarm, price) {
    const how = alarm.side === "above" ? "rose to" : "fell to";
    return `${alarm.symbol} ${how} ${priceOf(alarm)}, now ${priceOf({ ...alarm, price })}`;
}
