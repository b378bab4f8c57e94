// A day of ticks for an archive, and the bytes of the events that a client is owed of them.

import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tool } from "./archive.mjs";

const day = 86_400_000;
// Where a day begins, there is a tick before it: a client that asks from there on is owed no gap.
const before = 60_000;

export class PastTicks {
    // `count` ticks of each symbol, evenly over the last 24 hours. The k-th has the price k.
    constructor(symbols, count) {
        Object.assign(this, { symbols, count });
        this.since = Math.floor((Date.now() - day) / 1_000);
        this.step = Math.floor((day - 2 * before) / count);
    }

    #idOf(k, symbol) {
        const ms = k === 0 ? this.since * 1_000 - before : this.since * 1_000 + k * this.step;
        return `${ms}-${symbol}`;
    }

    // Puts them into an archive that no server uses.
    async addTo(place) {
        const lines = [];
        for (let k = 0; k <= this.count; k += 1)
            this.symbols.forEach((symbol, i) => {
                const id = this.#idOf(k, i);
                const timestamp = Number(id.split("-")[0]) / 1_000;
                lines.push(JSON.stringify({ timestamp, symbol, price: 1_000 + k, source: "past", id }));
            });
        const file = join(place.root, "past.jsonl");
        writeFileSync(file, lines.join("\n"));
        const done = await tool(place, ["import", file]);
        if (done.code !== 0) throw new Error(`import: ${done.stderr}`);
    }

    // What a stream of that symbol sends of them, from `since` on.
    eventsOf(symbol) {
        const i = this.symbols.indexOf(symbol);
        const events = [];
        for (let k = 1; k <= this.count; k += 1) {
            const id = this.#idOf(k, i);
            const timestamp = Math.floor(Number(id.split("-")[0]) / 1_000);
            const data = JSON.stringify({ timestamp, price: 1_000 + k, symbol, source: "past" });
            events.push(`id: ${id}\ndata: ${data}\n\n`);
        }
        return Buffer.from(events.join(""));
    }
}

// Takes the files of an archive out of the page cache; returns how many bytes are still in it.
export function forget(directory) {
    const files = readdirSync(directory).map((name) => join(directory, name));
    for (const file of files)
        execFileSync("dd", [`of=${file}`, "oflag=nocache", "conv=notrunc,fdatasync", "count=0"], { stdio: "ignore" });
    const text = execFileSync("fincore", ["--bytes", "--noheadings", "--output", "RES", ...files], { encoding: "utf8" });
    return text.trim().split(/\s+/).reduce((sum, bytes) => sum + Number(bytes), 0);
}
