// Numbers and times as people read them, in the browser's own language.

const formats = new Map();

function numberFormat(key, options) {
    if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(undefined, options));
    return formats.get(key);
}

// Two decimals suit 69,420.25; a coin worth a fraction of a cent needs its digits.
function decimals(value) {
    const size = Math.abs(value);
    if (size >= 1 || size === 0) return 2;
    return Math.min(12, 3 - Math.floor(Math.log10(size)));
}

// "$69,420.25"; a currency that Intl has no code for follows the number: "69,420.25 USDT".
export function formatPrice(value, currency, digits = decimals(value)) {
    const fixed = { minimumFractionDigits: Math.min(2, digits), maximumFractionDigits: digits };
    if (/^[A-Z]{3}$/.test(currency)) {
        const options = { style: "currency", currency, currencyDisplay: "narrowSymbol", ...fixed };
        return numberFormat(`${currency} ${digits}`, options).format(value);
    }
    const number = numberFormat(`plain ${digits}`, fixed).format(value);
    return currency ? `${number} ${currency}` : number;
}

// "+$12.30" or "−$4.00", as precise as the price it belongs to.
export function formatChange(change, price, currency) {
    const sign = change > 0 ? "+" : change < 0 ? "−" : "";
    return sign + formatPrice(Math.abs(change), currency, decimals(price));
}

// "+0.02%"; small changes keep a digit that is not zero: "−0.003%".
export function formatPercent(ratio) {
    const digits = Math.abs(ratio) >= 0.0001 ? 2 : 4;
    const options = { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: digits };
    const sign = ratio > 0 ? "+" : ratio < 0 ? "−" : "";
    return sign + numberFormat(`percent ${digits}`, options).format(Math.abs(ratio));
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const axis = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const axisMinutes = new Intl.DateTimeFormat(undefined, axis);
const axisSeconds = new Intl.DateTimeFormat(undefined, { ...axis, second: "2-digit" });
const dayAndClock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

// The time of day; the day too where it is not today.
export function formatTime(ms, now = Date.now()) {
    const isToday = new Date(ms).toDateString() === new Date(now).toDateString();
    return (isToday ? clock : dayAndClock).format(ms);
}

// As short as an axis wants it.
export function formatAxisTime(ms, stepMs) {
    return (stepMs < 60_000 ? axisSeconds : axisMinutes).format(ms);
}

// "3 s", "2 min 5 s", "1 h 20 min", "4 days"
export function formatDuration(ms) {
    const s = Math.max(0, Math.floor(ms / 1000));
    if (s < 60) return `${s} s`;
    const min = Math.floor(s / 60);
    if (min < 10 && s % 60 > 0) return `${min} min ${s % 60} s`;
    if (min < 60) return `${min} min`;
    const h = Math.floor(min / 60);
    if (h < 48) return min % 60 > 0 ? `${h} h ${min % 60} min` : `${h} h`;
    return `${Math.floor(h / 24)} days`;
}

// "median(coinbase,kraken)" is "median of coinbase, kraken"; other sources are as they are called.
export function formatSource(source) {
    const [, names] = /^median\((.+)\)$/.exec(source) ?? [];
    return names ? `median of ${names.split(",").join(", ")}` : source;
}
