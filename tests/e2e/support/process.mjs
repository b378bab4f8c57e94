// Child processes that end with the test that started them. Only what was started here is ever
// signalled, by its own pid.

import { spawn } from "node:child_process";
import { until, within } from "./wait.mjs";

export class Child {
    stdout = "";
    stderr = "";
    exit = null; // { code, signal }

    constructor(command, args, options = {}) {
        this.name = command.split("/").at(-1);
        this.process = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], ...options });
        this.process.stdout?.setEncoding("utf8").on("data", (text) => { this.stdout += text; });
        this.process.stderr?.setEncoding("utf8").on("data", (text) => { this.stderr += text; });
        this.process.stdin?.on("error", () => {}); // it may be gone before it has read everything
        this.ended = new Promise((resolve) => {
            this.process.once("error", (error) => {
                this.stderr += `\n${error.message}`;
                resolve((this.exit = { code: null, signal: null }));
            });
            this.process.once("close", (code, signal) => resolve((this.exit = { code, signal })));
        });
    }

    get pid() {
        return this.process.pid;
    }

    signal(name) {
        if (!this.exit) this.process.kill(name);
    }

    async exited(timeout = 30_000) {
        return within(`${this.name} ends; it said:\n${this.stderr.slice(-2000)}`, this.ended, timeout);
    }

    async kill() {
        this.signal("SIGKILL");
        return this.exited();
    }

    // Waits until `pattern` is found in what was written to `stream` and returns the match.
    async says(pattern, { stream = "stderr", timeout = 30_000 } = {}) {
        const found = await until(
            () => `${this.name} says ${pattern}; it said:\n${this[stream].slice(-2000)}`,
            () => this[stream].match(pattern) ?? (this.exit && "ended"),
            { timeout });
        if (found === "ended") {
            const late = this[stream].match(pattern);
            if (late) return late;
            throw new Error(`${this.name} ended without saying ${pattern}; it said:\n${this.stderr}`);
        }
        return found;
    }
}

// Starts a program that is killed after the test, whatever becomes of the test.
export function start(t, command, args, options) {
    const child = new Child(command, args, options);
    t.after(() => child.kill());
    return child;
}
