// Whether what is shown is true now, in words. A state has a name for programs and styles, a word
// to show, which may count, and a word to speak, which does not change every second.

import { formatDuration } from "../format.js";

const spokenOf = {
    connecting: "Connecting",
    waiting: "Connected, waiting for a first price",
    live: "Live",
    stale: "Stale: no new price",
    reconnecting: "Connection lost, reconnecting",
    offline: "Offline",
};

function wordsWhileAway({ name, retryAt }, hereNow) {
    const word = name === "offline" ? "Offline" : "Reconnecting";
    const leftMs = retryAt === null ? 0 : retryAt - hereNow;
    if (leftMs <= 0) return `${word}…`;
    const wait = `${Math.ceil(leftMs / 1000)} s`;
    return name === "offline" ? `Offline, next try in ${wait}` : `Reconnecting in ${wait}`;
}

// `connection`: the state of the stream; `now` is the server's clock and `hereNow` this computer's,
// by which the stream counts its waits.
export function truthOf({ connection, newest, staleSince, now, hereNow }) {
    const tell = (name, word) => ({ name, word, spoken: spokenOf[name] });
    if (connection.name === "reconnecting" || connection.name === "offline")
        return tell(connection.name, wordsWhileAway(connection, hereNow));
    if (connection.name !== "open") return tell("connecting", "Connecting");
    if (!newest) return tell("waiting", "Waiting for a price");
    if (staleSince !== null) return tell("stale", `Stale for ${formatDuration(now - staleSince)}`);
    return tell("live", "Live");
}

const patienceMs = 4_000; // a cut of a moment is told by the state alone

// What stands in the banner, or null: why no new price can be had, and how old the one shown is.
// `awaySince`: since when the connection is not open, by this computer's clock. `problem`: why the
// feed has no price, in the server's words.
export function troubleOf({ truth, symbol, newest, problem, awaySince, now, hereNow }) {
    const age = newest
        ? `The price shown is ${formatDuration(now - newest.at)} old.`
        : "There is no price to show yet.";
    const isAwayLong = awaySince !== null && hereNow - awaySince > patienceMs;
    if (truth.name === "offline")
        return { kind: "offline", title: "This device is offline.", detail: age };
    if (truth.name === "reconnecting" && isAwayLong)
        return { kind: "away", title: "The server cannot be reached.", detail: age };
    if (truth.name === "connecting" && isAwayLong)
        return { kind: "away", title: "The server has not answered yet.", detail: age };
    const why = problem ? `: ${problem}` : "";
    if (truth.name === "stale")
        return { kind: "stale", title: `No new price of ${symbol}${why}.`, detail: age };
    if (truth.name === "waiting" && problem)
        return { kind: "waiting", title: `No price of ${symbol}${why}.`, detail: age };
    return null;
}
