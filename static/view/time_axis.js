// The time axis as lightweight-charts asks for it: its items are Unix milliseconds, and its marks
// stand where days, hours and minutes begin on a clock on the wall of the time zone shown. (Its own
// axis knows UTC alone, and seconds; shifting the times instead would double or lose an hour when
// summer time ends or begins.)

import { weightDay, weightMinute, weightMonth, weightYear, Zone } from "../model/zone.js";

export class TimeAxis {
    #zone;
    #formats;
    #options = null;

    constructor({ timeZone, locale } = {}) {
        this.#zone = new Zone(timeZone);
        const format = (options) => new Intl.DateTimeFormat(locale, { timeZone, ...options });
        const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
        this.#formats = {
            seconds: format({ ...clock, second: "2-digit" }),
            minutes: format(clock),
            day: format({ day: "numeric", month: "short" }),
            month: format({ month: "short" }),
            year: format({ year: "numeric" }),
        };
    }

    options() {
        return this.#options;
    }

    setOptions(options) {
        this.#options = options;
    }

    preprocessData() {}

    updateFormatter() {}

    createConverterToInternalObj() {
        return (ms) => ms;
    }

    convertHorzItemToInternal(ms) {
        return ms;
    }

    key(ms) {
        return ms;
    }

    cacheKey(ms) {
        return ms;
    }

    formatHorzItem(ms) {
        return this.#formats.seconds.format(ms);
    }

    formatTickmark({ time, weight }) {
        if (weight < weightMinute) return this.#formats.seconds.format(time);
        if (weight < weightDay) return this.#formats.minutes.format(time);
        if (weight < weightMonth) return this.#formats.day.format(time);
        return (weight < weightYear ? this.#formats.month : this.#formats.year).format(time);
    }

    maxTickMarkWeight(marks) {
        return marks.reduce((max, { weight }) => Math.max(max, weight), 0);
    }

    fillWeightsForPoints(points, startIndex) {
        if (points.length === 0) return;
        const width = points.length > 1 ? points[1].time - points[0].time : 1;
        for (let index = startIndex; index < points.length; ++index) {
            const { time } = points[index];
            const before = index > 0 ? points[index - 1].time : time - width;
            points[index].timeWeight = this.#zone.weightAt(time, before);
        }
    }
}
