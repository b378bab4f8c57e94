// The chart of the Bitcoin tab: what is asked for, and what is said of the closes. Days are those of
// UTC. A day that is missing is no point of the line, and no line goes through it.

import { spell } from "./provider_names.js";
import { ago } from "./tab_words.js";

const dayS = 86_400;

export const ranges = [
    { key: "30d", label: "30 d", days: 30 }, { key: "90d", label: "90 d", days: 90 },
    { key: "12mo", label: "12 mo", days: 365 }, { key: "10y", label: "10 y", days: 3_652 },
];

export const historyPathOf = (range) => `api/bitcoin/history?range=${range}`;

const secondsOf = (day) => Date.parse(`${day}T00:00:00Z`) / 1000;

// { changes: [[day, close]], soFar }, days in Unix seconds; `soFar`: the day that is not over, or null.
export function lineOf({ closes }) {
    const changes = closes.map(({ day, close }) => [secondsOf(day), close]);
    const running = closes.find((each) => each.running);
    return { changes, soFar: running ? secondsOf(running.day) : null };
}

// "Coinbase and this server's own prices"
function namesOf(sources) {
    const names = [...new Set(sources.map(({ source }) =>
        source === "archive" ? "this server's own prices" : spell(source)))];
    return [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" and ");
}

// Whether there is a line to draw; what there is instead is said by closesWords().
export const hasLine = (answer) => (answer?.closes.length ?? 0) > 1;

// What stands under the chart, or instead of it. `range`: its key; `day(seconds)` writes a date;
// `now`: by the server's clock; `trouble`, `unheardMs`: how the last request failed, and since when
// nothing was heard.
export function closesWords(answer, { range, now, trouble, unheardMs, day }) {
    if (!answer) return missingWords(trouble);
    const old = trouble ? [`Not refreshed: these are the closes of ${ago(unheardMs)}.`] : [];
    const { changes, soFar } = lineOf(answer);
    if (changes.length === 0) return ["The archive has no close in this range yet.", ...old].join(" ");
    if (changes.length === 1)
        return ["The archive has one day of this range so far; a line needs two.", ...old].join(" ");
    const [first, last] = [changes[0][0], changes.at(-1)[0]];
    const wanted = ranges.find(({ key }) => key === range).days;
    const spanned = Math.round((last - first) / dayS);
    const missing = spanned + 1 - changes.length;
    return [
        `Closes of each day (UTC) of ${answer.symbol}, from ${namesOf(answer.sources)}.`,
        ...(spanned < wanted - 1 ? [`They begin on ${day(first)}.`] : []),
        ...(now / 1000 - last > 2 * dayS ? [`They end on ${day(last)}.`] : []),
        ...(missing > 0 ? [`${missing === 1 ? "One day is" : `${missing} days are`} missing: there the line is broken.`] : []),
        ...(soFar === null ? [] : ["The ring is today so far."]), ...old,
    ].join(" ");
}

function missingWords(trouble) {
    if (!trouble) return "Loading the closes…";
    if (trouble.kind === "off") return "There is no chart: this server keeps no archive, which has the closes of days.";
    if (trouble.status === 404) return "There is no chart: this server has no BTC-USD, of which it would be.";
    return "The closes could not be loaded. The page asks again.";
}
