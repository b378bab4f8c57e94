// The past hour of one symbol in a few points, for a small line and for the change over that time.

const hourMs = 3_600_000;
const slotMs = 10_000;
const levelRatio = 0.0005; // a change below this is no trend

// Where a visitor's page has not listened, the server is asked for so many ticks, and for the price
// at these times before.
export const sampleTicks = 60;
export const sampleAgesMs = [1, 2, 3, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]
    .map((minutes) => minutes * 60_000);

export class Spark {
    #points = []; // { at, price, beginsRun }, oldest first; no line leads to what begins a run
    #isBroken = false;

    get points() {
        return this.#points;
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
        if (newest && at < newest.at - hourMs) return;
        const index = this.#points.findIndex((point) => point.at > at);
        const point = { at, price, beginsRun: false };
        this.#points.splice(index < 0 ? this.#points.length : index, 0, point);
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

function trendOf(ratio) {
    return Math.abs(ratio) < levelRatio ? "level" : ratio > 0 ? "up" : "down";
}
