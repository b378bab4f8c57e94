// The recorded messages that carry a price a server subscribes to, one per line, as a playback
// wants them. A capture has more than that: acknowledgements, order books, trades.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const isPrice = {
    binance: (message) => message.data?.e === "24hrTicker",
    bitstamp: (message) => message.event === "trade",
    coinbase: (message) => message.type === "ticker",
    kraken: (message) => message.channel === "ticker" && message.data[0].last !== undefined,
};

export const streamers = Object.keys(isPrice);

// A file has a message per line, or is one message.
function messagesIn(path) {
    const text = readFileSync(path, "utf8");
    const parts = path.endsWith(".jsonl") ? text.split("\n").filter((line) => line.trim()) : [text];
    return parts.map((part) => JSON.parse(part));
}

// Of Binance, a message recorded alone becomes what it is on a combined stream. Its name is
// replaced when it is played.
function asSent(venue, message) {
    const isBare = venue === "binance" && message.e !== undefined;
    return isBare ? { stream: "btcusdt@ticker", data: message } : message;
}

// Writes those of all the venue's recordings in `from` to a file in `directory`. The recordings
// are those named `<venue>.ws.<anything>`.
export function gather(venue, from, directory) {
    const lines = readdirSync(from)
        .filter((name) => name.startsWith(`${venue}.ws.`) && /\.jsonl?$/.test(name))
        .sort()
        .flatMap((name) => messagesIn(join(from, name)))
        .map((message) => asSent(venue, message))
        .filter(isPrice[venue])
        .map((message) => JSON.stringify(message));
    if (lines.length === 0) throw new Error(`${from} has no prices of ${venue}`);
    const path = join(directory, `${venue}.jsonl`);
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
    const bytes = lines.reduce((sum, line) => sum + line.length, 0) / lines.length;
    return { path, recorded: lines.length, bytes };
}
