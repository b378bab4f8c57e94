// The time axis for lightweight-charts. Its items are Unix milliseconds, and its marks are at the
// beginnings of days, hours and minutes in the time zone shown. (The axis of the library knows only
// UTC and seconds. Shifting the times instead would double or lose an hour at the change of summer
// time.)

import { weightDay, weightMinute, weightMonth, weightYear, Zone } from "../model/zone.js";

let canvas = null;

// In CSS pixels, of a text in the axis' own letters.
function measured(text, { layout }) {
    canvas ??= document.createElement("canvas").getContext("2d");
    canvas.font = `${layout.fontSize}px ${layout.fontFamily}`;
    return canvas.measureText(text).width;
}

export class TimeAxis {
    #zone;
    #formats;
    #width;
    #measure;
    #options = null;

    // `width()`: that of the axis, in CSS pixels.
    constructor({ timeZone, locale } = {}, width = () => Infinity, measure = measured) {
        this.#width = width;
        this.#measure = measure;
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

    // Asked for each mark that is drawn. Labels that would be cut off at an edge are left out,
    // because half a time is wrong.
    maxTickMarkWeight(marks) {
        for (const mark of marks) if (!this.#fits(mark)) mark.label = "";
        return marks.reduce((max, { weight }) => Math.max(max, weight), 0);
    }

    #fits({ coord, label, needAlignCoordinate }) {
        if (!label || needAlignCoordinate) return true;
        const half = this.#measure(label, this.#options) / 2;
        return coord >= half && coord <= this.#width() - half;
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
