// A world of fake venues, over real TLS: one market, ten venues that quote it over REST and sockets,
// and every fault on command. What they can be told is said in tests/support/fake_venue.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { json } from "./http.mjs";
import { start } from "./process.mjs";
import { binary, scratch } from "./server.mjs";

const program = process.env.FAKE_VENUE_BIN ??
    join(dirname(binary), "tests/support/fake_venue/fake_venue");

export const isBuilt = existsSync(program);

// What stands behind the host in the addresses of the real ones, where something does.
const prefixes = {
    bitfinex: "/v2", bitstamp: "/api/v2", coingecko: "/api/v3", gemini: "/v1", kraken: "/0/public",
};
const streamPrefixes = { kraken: "/v2" };

export class Venues {
    constructor(child, announced) {
        this.child = child;
        this.control = `http://127.0.0.1:${announced.control}`;
        this.caFile = announced.ca_file;
        const rows = Object.entries(announced.venues);
        const each = (make) => Object.fromEntries(rows.map(([name, row]) => [name, make(name, row)]));
        this.ports = each((name, row) => row.port);
        this.urls = each((name, row) => `${row.rest}${prefixes[name] ?? ""}`);
        this.streamUrls = Object.fromEntries(rows.filter(([, row]) => row.stream).map(
            ([name, row]) => [name, `${row.stream}${streamPrefixes[name] ?? ""}`]));
    }

    async #ask(method, target, body) {
        const answer = await json(`${this.control}${target}`, {
            method,
            body: body && JSON.stringify(body),
        });
        if (answer.status !== 200) throw new Error(`${target}: ${answer.text}`);
        return answer.body;
    }

    // One fault at a time; "none" ends it.
    fault(venue, fault, parameters = {}) {
        return this.#ask("POST", "/fault", { venue, fault, ...parameters });
    }

    faults() {
        return this.#ask("GET", "/faults");
    }

    counts() {
        return this.#ask("GET", "/counts");
    }

    // Between which prices the honest venues were from `fromMs` to `toMs`: { low, high }.
    honest(symbol, fromMs, toMs) {
        const [from, to] = [Math.floor(fromMs), Math.ceil(toMs)];
        return this.#ask("GET", `/honest?symbol=${symbol}&from_ms=${from}&to_ms=${to}`);
    }

    // Recorded messages instead of the market; message N has the price 10000 + 0.01 N.
    playback(venue, file, { messages = 100_000, perSecond = 0 } = {}) {
        return this.#ask(
            "POST", "/playback", { venue, file, messages, messages_per_second: perSecond });
    }

    // When messages `from` to `to` of a playback were sent: [[N, ns], ...] of the monotonic clock.
    sent(venue, from, to = from) {
        return this.#ask("GET", `/sent?venue=${venue}&seq=${from}&to=${to}`);
    }

    reset() {
        return this.#ask("POST", "/reset");
    }

    // What a server is to be told in order to ask these venues and no others.
    settings(...names) {
        const settings = { PROVIDERS: names.join(","), CA_FILE: this.caFile };
        for (const name of names) {
            settings[`${name.toUpperCase()}_URL`] = this.urls[name];
            if (this.streamUrls[name])
                settings[`${name.toUpperCase()}_STREAM_URL`] = this.streamUrls[name];
        }
        return settings;
    }
}

// They end with the test.
export async function startVenues(t, { symbols = ["BTC-USD", "ETH-USD"], seed = 1, args = [] } = {}) {
    const directory = await scratch(t);
    const child = start(
        t, program,
        ["--symbols", symbols.join(","), "--seed", String(seed),
            "--ca-file", join(directory, "ca.pem"), "--until-input-ends", ...args],
        { env: { PATH: process.env.PATH, TMPDIR: directory } });
    const [line] = await child.says(/^\{.*\}\n/, { stream: "stdout" });
    return new Venues(child, JSON.parse(line));
}
