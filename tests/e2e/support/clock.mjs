// A program whose clocks the test sets; see tests/support/clock_shim.

import { closeSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { binary, scratch } from "./server.mjs";

export class Clocks {
    wall = 0;
    boot = 0;

    constructor(path) {
        this.path = path;
        this.file = openSync(path, "w");
        this.write();
    }

    // What a program needs in its environment.
    get settings() {
        return { LD_PRELOAD: join(dirname(binary), "clock_shim.so"), CLOCK_SHIM_FILE: this.path };
    }

    // Somebody sets the wall clock.
    step(seconds) {
        this.wall += seconds;
        this.write();
    }

    // The machine sleeps: both clocks go on, but not what the process measures with.
    suspend(seconds) {
        this.boot += seconds;
        this.step(seconds);
    }

    write() {
        const offsets = new BigInt64Array([BigInt(this.wall * 1000), BigInt(this.boot * 1000)]);
        writeSync(this.file, new Uint8Array(offsets.buffer), 0, 16, 0);
    }
}

export async function clocksOf(t) {
    const clocks = new Clocks(join(await scratch(t), "clocks"));
    t.after(() => closeSync(clocks.file));
    return clocks;
}
