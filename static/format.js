// Numbers and times as text: in the language and time zone of the browser, or in those that the
// visitor has chosen.

const own = { locale: "", currencyDisplay: "symbol", unit: "currency", timeZone: "" };
const satoshis = 1e8; // of a bitcoin
let chosen = own;
const formats = new Map();

// `locale`, `timeZone`: empty for the browser's. `currencyDisplay`: symbol, code or none. `unit`:
// "sats" writes prices in bitcoin as satoshis.
export function configureFormats({ locale, currencyDisplay, unit, timeZone }) {
    chosen = { ...own, locale, currencyDisplay, unit, timeZone };
    formats.clear();
}

// A format of Intl in the language that is chosen, made once.
export function made(kind, options) {
    const key = `${kind.name} ${JSON.stringify(options)}`;
    if (!formats.has(key)) formats.set(key, new kind(chosen.locale || undefined, options));
    return formats.get(key);
}

// By 24 hours, as on the chart's axis: times are compared here, and stand in columns.
const timeOfDay = { timeStyle: "medium", hourCycle: "h23" };

function clock(options) {
    const zone = chosen.timeZone ? { timeZone: chosen.timeZone } : {};
    return made(Intl.DateTimeFormat, { ...options, ...zone });
}

// Two decimals suit 69,420.25; a coin worth a fraction of a cent needs more digits. Every price of
// that size has the same number of digits, so that it does not jump when the last digit is a zero.
export function decimalsOf(value) {
    const size = Math.abs(value);
    if (size >= 1 || size === 0) return 2;
    return Math.min(12, 3 - Math.floor(Math.log10(size)));
}

// What a price in a currency is multiplied with before it is written.
export const perUnit = (currency) => (chosen.unit === "sats" && currency === "BTC" ? satoshis : 1);

// "$69,420.25"; a currency that Intl has no code for follows the number: "69,420.25 USDT". The unit
// of satoshis is always there: "3,512,000 sats".
export function formatPrice(value, currency, digits = decimalsOf(value)) {
    const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    const units = perUnit(currency);
    if (units !== 1) {
        const few = digitsAfter(digits, units);
        const plain = { minimumFractionDigits: few, maximumFractionDigits: few };
        return `${made(Intl.NumberFormat, plain).format(value * units)} sats`;
    }
    if (chosen.currencyDisplay === "none" || !currency)
        return made(Intl.NumberFormat, fixed).format(value);
    if (!/^[A-Z]{3}$/.test(currency))
        return `${made(Intl.NumberFormat, fixed).format(value)} ${currency}`;
    const currencyDisplay = chosen.currencyDisplay === "code" ? "code" : "narrowSymbol";
    const options = { style: "currency", currency, currencyDisplay, ...fixed };
    return made(Intl.NumberFormat, options).format(value);
}

// How many digits of a price are left behind the point when it is written in a smaller unit.
export const digitsAfter = (digits, units) => Math.max(0, digits - Math.round(Math.log10(units)));

// "+$12.30" or "−$4.00", as precise as the price it belongs to.
export function formatChange(change, price, currency) {
    return signOf(change) + formatPrice(Math.abs(change), currency, decimalsOf(price));
}

// A ratio as it is shown, in percent with two digits: what is smaller is no change.
const shownRatio = (ratio) => Math.round(ratio * 1e4) / 1e4;

// "+0.02%"; "0.00%" where it is smaller than that.
export function formatPercent(ratio) {
    return percentOf(shownRatio(ratio), 2);
}

// For the marks of an axis, which may be that close together: "+0.003%".
export function formatPercentFinely(ratio) {
    return percentOf(ratio, Math.abs(ratio) >= 1e-4 ? 2 : Math.abs(ratio) >= 1e-6 ? 4 : 6);
}

function percentOf(ratio, digits) {
    const options = { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: digits };
    return signOf(ratio) + made(Intl.NumberFormat, options).format(Math.abs(ratio));
}

function signOf(value) {
    return value > 0 ? "+" : value < 0 ? "−" : "";
}

export function directionOf(change) {
    return change > 0 ? "up" : change < 0 ? "down" : "none";
}

// Of a change that is shown in percent alone: what reads 0.00% has none.
export const directionOfRatio = (ratio) => directionOf(shownRatio(ratio));

// The time of day; with the day if it is not today by the clock of the server or of the visitor.
export function formatTime(ms, now, hereNow = now) {
    const day = clock({ dateStyle: "short" });
    const isToday = [now, hereNow].every((today) => day.format(ms) === day.format(today));
    return clock(isToday ? timeOfDay : { ...timeOfDay, dateStyle: "medium" }).format(ms);
}

const shortMs = 300 * 86_400_000; // from now: later or earlier, a day needs its year

// The time of day for a narrow place; with the day, but without seconds, if it is not today; long
// before, the day alone.
export function formatShortTime(ms, now, hereNow) {
    const full = formatTime(ms, now, hereNow);
    if (full === clock(timeOfDay).format(ms)) return full;
    if (Math.abs(now - ms) > shortMs) return clock({ dateStyle: "medium" }).format(ms);
    const options = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };
    return clock({ ...options, hourCycle: "h23" }).format(ms);
}

// The day, the time and the zone, in full.
export function formatMoment(ms) {
    return clock({ ...timeOfDay, dateStyle: "medium", timeStyle: "long" }).format(ms);
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

// A span that goes on, without counting every second: "20 s", "12 min", "hour" at most. It is never
// given longer than it is.
export function formatSpan(ms) {
    if (ms >= 60 * 60_000) return "hour";
    const roundMs = ms < 10_000 ? 1_000 : ms < 60_000 ? 10_000 : 60_000;
    return formatDuration(Math.floor(ms / roundMs) * roundMs);
}
