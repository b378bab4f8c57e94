// The state of what is shown, in words. A state has a name for code and styles, a word to show,
// which may count seconds, and a text to speak, which does not change every second.

import { formatDuration, formatTime } from "../format.js";

const spokenOf = {
    connecting: "Connecting",
    waiting: "Connected, waiting for a first price",
    live: "Live",
    stale: "Stale: no new price",
    quiet: "Quiet: nothing is heard from the server",
    reconnecting: "Connection lost, reconnecting",
    offline: "Offline",
    refused: "The server refuses to send prices",
};

function wordsWhileAway({ name, retryAt }, hereNow) {
    const word = name === "offline" ? "Offline" : "Reconnecting";
    const leftMs = retryAt === null ? 0 : retryAt - hereNow;
    if (leftMs <= 0) return `${word}…`;
    const wait = `${Math.ceil(leftMs / 1000)} s`;
    return name === "offline" ? `Offline, next try in ${wait}` : `Reconnecting in ${wait}`;
}

// `connection`: the state of the stream. `ageMs`: the age of the newest price; null if it is not
// known. `isQuiet`: nothing has come on the open stream for longer than usual. `problem`: why the
// feed has no price, as it said `feedAgeMs` ago. `hereNow`: now, by the steady clock.
export function truthOf(facts) {
    const { connection, newest, isStale, isQuiet, ageMs, hereNow, problem, feedAgeMs } = facts;
    const tell = (name, word, spoken = spokenOf[name]) => ({ name, word, spoken });
    if (connection.name === "reconnecting" || connection.name === "offline")
        return tell(connection.name, wordsWhileAway(connection, hereNow));
    if (connection.name === "refused") return tell("refused", "Refused");
    if (connection.name !== "open") return tell("connecting", "Connecting");
    if (!newest) return tell("waiting", "Waiting for a price");
    if (isStale)
        return tell("stale", ageMs === null ? "Stale" : `Stale for ${formatDuration(ageMs)}`);
    // A tick that came since shows that the feed goes on.
    const isOver = Boolean(problem) && !(ageMs !== null && ageMs < feedAgeMs);
    if (isQuiet || isOver) {
        const last = ageMs === null ? "" : `, last tick ${formatDuration(ageMs)} ago`;
        return tell("quiet", `Quiet${last}`, isQuiet ? undefined : "Quiet: no new price");
    }
    return tell("live", "Live");
}

const patienceMs = 4_000; // a shorter cut shows in the state alone, without a banner

// Why the server sends nothing, if it has said so; otherwise empty. `outcome`, `status`: how the
// last request ended. `askAgainAt`: when the next may be sent.
function refusalOf({ connection, outcome, status, askAgainAt, hereNow }) {
    const leftMs = Math.max(connection.retryAt ?? 0, askAgainAt ?? 0) - hereNow;
    const again = leftMs > 0 ? `; trying again in ${Math.ceil(leftMs / 1000)} s` : "";
    if (outcome === "often") return `This page has asked too often${again}.`;
    if (outcome === "busy" || connection.why === "busy") return `The server is busy${again}.`;
    return outcome === "error" ? `The server answers with an error (${status})${again}.` : "";
}

// The banner, or null: why there is no new price, and without a connection how old the one shown is. `awaySince`: since
// when the connection is not open. `answeredAt`: when the server last answered a request.
// `problem`: why the feed has no price, and `refusal`: why the server refuses the stream, both in
// the words of the server.
export function troubleOf(facts) {
    const { truth, symbol, newest, problem, ageMs, awaySince, answeredAt, heardAt, hereNow, refusal } =
        facts;
    let age = "There is no price to show yet.";
    if (newest && ageMs !== null) age = `The price shown is ${formatDuration(ageMs)} old.`;
    else if (newest && heardAt) age = "The price shown is the last one that was kept.";
    else if (newest) age = "The age of the price shown is not known until the server answers.";
    // Since when it is not, by the clock of this device.
    if (heardAt && truth.name !== "live" && awaySince !== null)
        age += ` The server was last heard at ${formatTime(heardAt, Date.now())}, ${
            formatDuration(Date.now() - heardAt)} ago.`;
    const isAwayLong = awaySince !== null && hereNow - awaySince > patienceMs;
    if (truth.name === "offline")
        return { kind: "offline", title: "This device is offline.", detail: age };
    if (truth.name === "refused") {
        const why = refusal ? `: ${refusal}` : "";
        return { kind: "away", title: `The server refuses to send prices${why}.`, detail: age };
    }
    if (truth.name === "reconnecting" || truth.name === "connecting") {
        const refusal = refusalOf(facts);
        if (refusal) return { kind: "away", title: refusal, detail: age };
        if (!isAwayLong) return null;
        let title = "The server cannot be reached.";
        if (truth.name === "connecting") title = "The server has not answered yet.";
        else if (answeredAt > awaySince && facts.outcome === "")
            title = "The server answers, but sends no stream of prices.";
        return { kind: "away", title, detail: age };
    }
    const why = problem ? `: ${problem}` : "";
    // That the price is old, and how old, is said by the word of the state and in the list.
    if (problem && (truth.name === "stale" || truth.name === "quiet"))
        return { kind: "stale", title: `No new price for ${symbol}${why}.`, detail: "" };
    if (truth.name === "waiting" && problem)
        return { kind: "waiting", title: `No price for ${symbol}${why}.`, detail: age };
    return null;
}
