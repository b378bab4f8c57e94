// A server whose wall clock steps, by libfaketime. The file that it reads again each time says how
// far the clock is off; what the server measures with, the monotonic clock, stays as it is.
//
// Redis cannot be run under it: its allocator asks for the time before libfaketime has begun.
// support/clock.mjs serves there.

import { execFileSync } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { scratch } from "./server.mjs";

class FakeTime {
    #path;
    #library;

    constructor(path) {
        this.#path = path;
        // The one for programs of several threads.
        this.#library = execFileSync("faketime", ["-m", "-f", "+0", "printenv", "LD_PRELOAD"],
            { encoding: "utf8" }).trim();
        this.set(0);
    }

    // What a program needs in its environment.
    get settings() {
        return {
            LD_PRELOAD: this.#library, FAKETIME_TIMESTAMP_FILE: this.#path, FAKETIME_NO_CACHE: "1",
            FAKETIME_DONT_FAKE_MONOTONIC: "1", DONT_FAKE_MONOTONIC: "1",
        };
    }

    // The wall clock is so many seconds ahead of the true one from now on.
    set(seconds) {
        // It must never be found empty.
        writeFileSync(`${this.#path}.next`, `${seconds < 0 ? "-" : "+"}${Math.abs(seconds)}\n`);
        renameSync(`${this.#path}.next`, this.#path);
    }
}

export async function fakeTime(t) {
    return new FakeTime(join(await scratch(t), "clock"));
}

// What libfaketime leaves behind of a program that was killed.
export async function forget(pid) {
    for (const name of [`faketime_shm_${pid}`, `sem.faketime_sem_${pid}`])
        await rm(`/dev/shm/${name}`, { force: true });
}
