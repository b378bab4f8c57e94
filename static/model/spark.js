// A few points of the past hour of one symbol, for a sparkline and for the change over that time.

const hourMs = 3_600_000;
const slotMs = 10_000;
const levelRatio = 0.0005; // a change below this is no trend
// No line is drawn over a silence longer than this, and than four times the usual distance between
// points: a server that asks for prices every five minutes has no silences, but long distances.
const silenceMs = 150_000;
const silenceRatio = 4;

// How many prices of the past hour the server is asked for, for the time before the page was
// opened: one for each minute, and the one an hour ago.
export const samplePoints = 61;
const olderMax = 0.1; // of the hour: how much earlier than its beginning the first price may be

export class Spark {
    #points = []; // { at, price, beginsRun }, oldest first; no line leads to what begins a run
    #isBroken = false;

    get points() {
        return this.#points;
    }

    // The points as they are drawn: no line leads over a silence, because nothing is known of the
    // price in it.
    line() {
        const limit = Math.max(silenceMs, silenceRatio * usualDistance(this.#points));
        return this.#points.map((point, i) => {
            const isSilence = i > 0 && point.at - this.#points[i - 1].at > limit;
            return isSilence ? { ...point, beginsRun: true } : point;
        });
    }

    // Each slot of time keeps only its newest price, except that the very first point stays.
    addTick({ at, price }) {
        const last = this.#points.at(-1);
        if (last && at < last.at) return;
        const isFirst = this.#points.length < 2;
        const isSameSlot = !isFirst && Math.floor(at / slotMs) === Math.floor(last.at / slotMs);
        if (isSameSlot && !this.#isBroken) Object.assign(last, { at, price });
        else this.#points.push({ at, price, beginsRun: this.#isBroken });
        this.#isBroken = false;
        this.#forget(at - hourMs);
    }

    // Adds a past price; they may come in any order.
    addSample({ at, price }) {
        if (this.#points.some((point) => point.at === at)) return;
        const newest = this.#points.at(-1);
        if (newest && at < newest.at - hourMs * (1 + olderMax)) return;
        const index = this.#points.findIndex((point) => point.at > at);
        const point = { at, price, beginsRun: false };
        this.#points.splice(index < 0 ? this.#points.length : index, 0, point);
    }

    // Adds the points of an entry of /api/watchlist: [seconds, price], or null where no tick is
    // held.
    addPoints(points) {
        for (const point of points)
            if (point) this.addSample({ at: Math.round(point[0] * 1000), price: point[1] });
    }

    // Drops the points after this time: positions go on from there.
    forgetAfter(ms) {
        this.#points = this.#points.filter(({ at }) => at <= ms);
    }

    // Something is missing between the last point and the next one.
    break() {
        this.#isBroken = this.#points.length > 0;
    }

    // The change since the first point; null if there is only one price. `hour`: { ratio, since }
    // where the change over the hour is known exactly.
    change(now, hour = null) {
        if (hour) return { ...hour, spanMs: hourMs, trend: trendOf(hour.ratio) };
        const first = this.#points[0];
        const last = this.#points.at(-1);
        if (!first || first === last) return null;
        const ratio = first.price === 0 ? 0 : (last.price - first.price) / first.price;
        const spanMs = Math.min(hourMs, Math.max(0, now - first.at));
        return { ratio, since: first.at, spanMs, trend: trendOf(ratio) };
    }

    #forget(before) {
        let count = 0;
        // The last point before the hour stays, because the line begins with it.
        while (count + 1 < this.#points.length && this.#points[count + 1].at <= before) count += 1;
        if (count > 0) this.#points.splice(0, count);
    }
}

// The median of the distances in time. One distance alone says nothing of what is usual.
export function usualDistance(points) {
    const distances = points.slice(1).map(({ at }, i) => at - points[i].at).sort((a, b) => a - b);
    return distances.length < 2 ? 0 : distances[(distances.length - 1) >> 1];
}

function trendOf(ratio) {
    return Math.abs(ratio) < levelRatio ? "level" : ratio > 0 ? "up" : "down";
}
