// The wall-clock time of a time zone, for thousands of times: an Intl format costs microseconds, so
// offsets are remembered. An offset holds for at least a quarter of an hour.

const quarterMs = 15 * 60_000;
const rememberedMax = 4_000;

// The marks of a time axis, the weightier the coarser: a mark stands where one of these begins.
// Each divides the next, so that the marks of one step are among those of the step below.
const stepsMs = [1, 5, 15, 30, 60, 300, 900, 1_800, 3_600, 7_200, 21_600, 43_200].map(
    (seconds) => seconds * 1000);
const dayMs = 86_400_000;
export const weightMinute = 5;
export const weightDay = stepsMs.length + 1;
export const weightMonth = weightDay + 4; // below it are halves of weeks, weeks, halves of months
export const weightYear = weightMonth + 3; // below it are quarters and halves

export class Zone {
    #format = null;
    #offsets = new Map();

    // `timeZone`: an IANA name; without one, that of this computer.
    constructor(timeZone) {
        if (!timeZone) return;
        this.#format = new Intl.DateTimeFormat("en-US", {
            timeZone,
            hourCycle: "h23",
            year: "numeric",
            month: "numeric",
            day: "numeric",
            hour: "numeric",
            minute: "numeric",
            second: "numeric",
        });
    }

    // How far the clock on the wall is ahead of UTC, in milliseconds.
    offsetMs(ms) {
        const quarter = Math.floor(ms / quarterMs);
        let offset = this.#offsets.get(quarter);
        if (offset === undefined) {
            offset = this.#look(quarter * quarterMs);
            if (this.#offsets.size >= rememberedMax) this.#offsets.clear();
            this.#offsets.set(quarter, offset);
        }
        return offset;
    }

    // The time on the wall, as Unix milliseconds of a place where it is UTC.
    wallMs(ms) {
        return ms + this.offsetMs(ms);
    }

    // The number of the day on the wall.
    dayOf(ms) {
        return Math.floor(this.wallMs(ms) / dayMs);
    }

    // The weight of a mark at `ms`, if the mark before may be at `beforeMs`. At the end of summer
    // time, an hour begins twice.
    weightAt(ms, beforeMs) {
        const wall = this.wallMs(ms);
        return weightOf(wall, Math.min(this.wallMs(beforeMs), wall - (ms - beforeMs)));
    }

    #look(ms) {
        if (!this.#format) return -new Date(ms).getTimezoneOffset() * 60_000;
        const part = {};
        for (const { type, value } of this.#format.formatToParts(ms)) part[type] = Number(value);
        const { year, month, day, hour, minute, second } = part;
        return Date.UTC(year, month - 1, day, hour, minute, second) - ms;
    }
}

function weightOf(wall, before) {
    if (Math.floor(wall / dayMs) !== Math.floor(before / dayMs)) {
        return weightOfDay(new Date(wall), new Date(before));
    }
    for (let i = stepsMs.length - 1; i >= 0; --i)
        if (Math.floor(wall / stepsMs[i]) !== Math.floor(before / stepsMs[i])) return i + 1;
    return 0;
}

// Half weeks of a month, from the 1st: they begin on the 1st, 5th, 8th, 12th, 15th, 19th, 22nd, 26th.
function halfWeekOf(date) {
    const past = date.getUTCDate() - 1;
    const week = Math.min(3, Math.floor(past / 7));
    return 2 * week + (past - 7 * week >= 4 ? 1 : 0);
}

// Days are marked on the 1st, 8th, 15th and 22nd before all others, then months, quarters, years.
function weightOfDay(now, then) {
    const [year, yearBefore] = [now.getUTCFullYear(), then.getUTCFullYear()];
    const isOther = (unit) => Math.floor(year / unit) !== Math.floor(yearBefore / unit);
    if (isOther(1)) return weightYear + (isOther(4) ? 2 : isOther(2) ? 1 : 0);
    const [month, monthBefore] = [now.getUTCMonth(), then.getUTCMonth()];
    const isOtherPart = (months) =>
        Math.floor(month / months) !== Math.floor(monthBefore / months);
    if (isOtherPart(1)) return weightMonth + (isOtherPart(6) ? 2 : isOtherPart(3) ? 1 : 0);
    const [half, before] = [halfWeekOf(now), halfWeekOf(then)];
    const isOtherHalf = (halves) => half >> halves !== before >> halves;
    return weightDay + (isOtherHalf(2) ? 3 : isOtherHalf(1) ? 2 : isOtherHalf(0) ? 1 : 0);
}
