// What a process has used of the processor, and what a set of figures comes to.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const ticksPerSecond = 100; // USER_HZ, which is the same on every Linux

// Seconds in user space and in the kernel, of a process or thread.
function read(path) {
    const text = readFileSync(path, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" "); // the name may have blanks
    return { user: fields[11] / ticksPerSecond, system: fields[12] / ticksPerSecond };
}

const minus = (a, b) => ({ user: a.user - b.user, system: a.system - b.system });
const total = (cost) => cost.user + cost.system;

// The processor time of a process from now on: in all, and of its main thread, which is the feed's.
export class Meter {
    constructor(pid) {
        this.pid = pid;
        this.began = this.#now();
    }

    #now() {
        const all = read(`/proc/${this.pid}/stat`);
        return { all, main: read(`/proc/${this.pid}/task/${this.pid}/stat`) };
    }

    read() {
        const now = this.#now();
        const all = minus(now.all, this.began.all);
        const main = minus(now.main, this.began.main);
        return { seconds: total(all), user: all.user, system: all.system, feed: total(main) };
    }
}

// Seconds of the processor and bytes of memory that a process has used, and has.
export function usageOf(pid) {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    const [, kilobytes] = /^Rss:\s+(\d+) kB$/m.exec(rollup);
    return { cpu: total(read(`/proc/${pid}/stat`)), resident: 1_024 * Number(kilobytes) };
}

// All threads of a process, those to come included.
export function pin(pid, core, attempts = 5) {
    try {
        execFileSync("taskset", ["-acp", String(core), String(pid)], { stdio: "ignore" });
    } catch (error) {
        // A thread has ended meanwhile.
        if (attempts === 1) throw error;
        pin(pid, core, attempts - 1);
    }
}

// `part` of the numbers are smaller.
export function quantile(sorted, part) {
    return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

// The median of the runs, and how far apart they were.
export function middle(numbers) {
    const sorted = [...numbers].sort((a, b) => a - b);
    const half = sorted.length >> 1;
    const median = sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    return { median, low: sorted[0], high: sorted.at(-1) };
}
