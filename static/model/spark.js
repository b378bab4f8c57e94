// The past hour of one symbol in a few points, for a small line and for the change over that time.

const hourMs = 3_600_000;
const slotMs = 10_000;
const levelRatio = 0.0005; // a change below this is no trend
// No line is drawn over a silence longer than this, and than four times the usual distance between
// points: a server that asks for prices every five minutes has no silences, but long distances.
const silenceMs = 150_000;
const silenceRatio = 4;

// Where a visitor's page has not listened, the server is asked for the price of so many even times:
// one each minute, and the one an hour ago.
export const samplePoints = 61;
const olderMax = 0.1; // of the hour: how much earlier than its begin the first price may be

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

    // Within a slot of time the newest price stands for all, but the very first one stays.
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

    // A price of before, in whatever order they come.
    addSample({ at, price }) {
        if (this.#points.some((point) => point.at === at)) return;
        const newest = this.#points.at(-1);
        if (newest && at < newest.at - hourMs * (1 + olderMax)) return;
        const index = this.#points.findIndex((point) => point.at > at);
        const point = { at, price, beginsRun: false };
        this.#points.splice(index < 0 ? this.#points.length : index, 0, point);
    }

    // The points of an entry of /api/watchlist: [seconds, price], or null where nothing is held.
    addPoints(points) {
        for (const point of points)
            if (point) this.addSample({ at: Math.round(point[0] * 1000), price: point[1] });
    }

    // What comes is of a time before these.
    forgetAfter(ms) {
        this.#points = this.#points.filter(({ at }) => at <= ms);
    }

    // Something is missing between what came and what comes.
    break() {
        this.#isBroken = this.#points.length > 0;
    }

    // Since when and by how much the price has changed; null where one price is all there is.
    change(now) {
        const first = this.#points[0];
        const last = this.#points.at(-1);
        if (!first || first === last) return null;
        const ratio = first.price === 0 ? 0 : (last.price - first.price) / first.price;
        const spanMs = Math.min(hourMs, Math.max(0, now - first.at));
        return { ratio, since: first.at, spanMs, trend: trendOf(ratio) };
    }

    #forget(before) {
        let count = 0;
        // The last point before the hour is where the line begins.
        while (count + 1 < this.#points.length && this.#points[count + 1].at <= before) count += 1;
        if (count > 0) this.#points.splice(0, count);
    }
}

// The median of the distances in time. One distance alone says nothing of what is usual.
function usualDistance(points) {
    const distances = points.slice(1).map(({ at }, i) => at - points[i].at).sort((a, b) => a - b);
    return distances.length < 2 ? 0 : distances[(distances.length - 1) >> 1];
}

function trendOf(ratio) {
    return Math.abs(ratio) < levelRatio ? "level" : ratio > 0 ? "up" : "down";
}
