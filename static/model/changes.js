// The change of a price over a span of time, from a price that was really seen: that of the last
// tick before the span. There is no change if no such tick is held, or only one from long before.

export const spans = [
    { key: "1h", label: "1 h", ms: 3_600_000 },
    { key: "24h", label: "24 h", ms: 86_400_000 },
];

const nearness = 0.1; // of the span: how much earlier than its begin the price may be
export const askPastAgainMs = 60_000;

// `reference`: { price, at }; { isHidden: true } if the price then is missing; null if nothing is
// held that far back, undefined if that is not known yet.
//
// `begin`: { at, price } of the first price held, if it is known; { at } if only its time is. The change
// since then is given where nothing older is held: { kind: "begun", … }.
export function changeOver(span, newest, reference, now, begin = null) {
    if (!newest || reference === undefined) return { kind: "none", why: "" };
    if (reference === null) return changeSince(begin, newest);
    if (reference.isHidden) return { kind: "none", why: "prices are missing there" };
    const beginAt = now - span.ms;
    if (newest.at <= beginAt) return { kind: "none", why: "no newer price since" };
    if (beginAt - reference.at > span.ms * nearness)
        return { kind: "none", why: "no price near that time" };
    const change = newest.price - reference.price;
    return { kind: "change", change, ratio: change / reference.price, since: reference.at };
}

function changeSince(begin, newest) {
    if (!begin) return { kind: "none", why: "no data that far back" };
    if (begin.price === undefined || begin.at >= newest.at)
        return { kind: "none", why: "no data before", since: begin.at };
    const change = newest.price - begin.price;
    return { kind: "begun", change, ratio: change / begin.price, since: begin.at };
}

const wholeShare = 0.02; // of a range: how late the first price may be that counts as its beginning

// The change over the range shown: since its beginning, or since the first price held if that is
// later. { kind: "change", change, ratio, since, isWhole }, or { kind: "none", why }.
export function changeOfRange(range, series, newest, now) {
    if (!range || !newest || !series) return { kind: "none", why: "" };
    const beginAt = range.ms === null ? -Infinity : now - range.ms;
    const reference = (range.ms === null ? null : series.priceAt(beginAt)) ??
        firstOf(series, beginAt);
    if (!reference) return { kind: "none", why: "prices are missing where this range begins" };
    if (reference.at >= newest.at) return { kind: "none", why: "no earlier price in this range" };
    const change = newest.price - reference.price;
    const isWhole = range.ms !== null && reference.at - beginAt <= range.ms * wholeShare;
    return { kind: "change", change, ratio: change / reference.price, since: reference.at, isWhole };
}

// The first price held, if the range begins before it, or within its candle.
function firstOf(series, beginAt) {
    const [candle] = series.candles ?? [];
    const [tick] = series.stepMs ? series.ticks.ticks : series.ticks;
    const first = candle ? { price: candle.open, at: candle.at }
        : tick ? { price: tick.price, at: tick.at } : null;
    const reachesTo = candle ? candle.at + series.stepMs : first?.at;
    return reachesTo >= beginAt ? first : null;
}

// The price before the newest: from the stream (`quote`), or from the history. Null if something is
// missing between the two.
export function priceBefore({ newest, before }, series) {
    if (!newest || !series?.newest || series.newest.id !== newest.id) return before;
    if (series.beginsRun(series.newest)) return null;
    return before ?? series.previous?.price ?? null;
}

// Past prices from the server, and when it is to be asked for them again.
export class References {
    #known = new Map(); // "BTC-USD 1h" to { reference, askedAt }

    of(symbol, span) {
        return this.#known.get(`${symbol} ${span.key}`)?.reference;
    }

    isDue(symbol, span, now) {
        const known = this.#known.get(`${symbol} ${span.key}`);
        return !known || now - known.askedAt >= askPastAgainMs;
    }

    // Called before the server is asked, so that it is not asked twice, and with its answer. `now`
    // is by a clock that is not set.
    note(symbol, span, now, reference = this.of(symbol, span)) {
        this.#known.set(`${symbol} ${span.key}`, { reference, askedAt: now });
    }

    // Takes the past prices of an entry of /api/watchlist.
    noteEntry({ symbol, past = [] }, now) {
        for (const span of spans) {
            const then = past.find(({ seconds }) => seconds * 1000 === span.ms);
            if (!then) continue;
            const { price, timestamp } = then;
            this.note(symbol, span, now, price === null ? null : { price, at: timestamp * 1000 });
        }
    }
}
