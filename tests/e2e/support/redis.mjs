// Redis servers of our own per test: on ports that nobody else has, in scratch directories, with
// their append-only file on.

import { execFile, execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { answers, freePort } from "./port.mjs";
import { start } from "./process.mjs";
import { scratch } from "./server.mjs";
import { until } from "./wait.mjs";

const env = { PATH: `${process.env.PATH}:/usr/sbin:/usr/bin`, LC_ALL: "C" };
const later = promisify(execFile);

export class Redis {
    #t;

    constructor(t, directory, port, more) {
        this.#t = t;
        this.directory = directory;
        this.port = port;
        this.more = more; // options of this server alone
    }

    get url() {
        return `redis://127.0.0.1:${this.port}`;
    }

    // `under`: a command that becomes the server, with another clock for instance.
    async start({ under = [] } = {}) {
        const command = [...under, "redis-server", "--port", String(this.port), "--bind", "127.0.0.1",
            "--dir", this.directory, "--save", "", "--appendonly", "yes", "--enable-debug-command",
            "local", "--repl-diskless-sync-delay", "0", ...this.more];
        this.child = start(this.#t, command[0], command.slice(1), { cwd: this.directory, env });
        await until(() => `Redis answers; it said:\n${this.child.stdout.slice(-800)}`, () => {
            if (this.child.exit) throw new Error(`Redis ended:\n${this.child.stdout.slice(-800)}`);
            return this.#isReady();
        });
    }

    async #isReady() {
        if (!await answers(this.port)) return false;
        try {
            return this.cli("PING") === "PONG";
        } catch {
            return false;
        }
    }

    async kill() {
        await this.child.kill();
    }

    signal(name) {
        this.child.signal(name);
    }

    // What one command answers, as redis-cli prints it where nobody looks.
    cli(...words) {
        return execFileSync("redis-cli", ["-p", String(this.port), "-e", ...words],
            { encoding: "utf8", env, timeout: 20_000, stdio: ["ignore", "pipe", "ignore"] }).trim();
    }

    // The same without waiting for the answer.
    async tell(...words) {
        await later("redis-cli", ["-p", String(this.port), ...words], { env }).catch(() => {});
    }

    // Where its append-only files are.
    get log() {
        return join(this.directory, "appendonlydir");
    }
}

export async function startRedis(t, { more = [], under = [] } = {}) {
    const server = new Redis(t, await scratch(t), await freePort(), more);
    await server.start({ under });
    return server;
}

// A sentinel that watches `master` under the name "tape".
export async function startSentinel(t, master, { quorum = 2, downAfterMs = 1_000 } = {}) {
    const directory = await scratch(t);
    const port = await freePort();
    const config = join(directory, "sentinel.conf");
    await writeFile(config, `
port ${port}
bind 127.0.0.1
dir ${directory}
sentinel monitor tape 127.0.0.1 ${master.port} ${quorum}
sentinel down-after-milliseconds tape ${downAfterMs}
sentinel failover-timeout tape 5000
sentinel parallel-syncs tape 1
`);
    const child = start(t, "redis-sentinel", [config], { cwd: directory, env });
    await until(() => `the sentinel answers; it said:\n${child.stdout.slice(-500)}`, () => answers(port));
    return {
        child,
        port,
        master: () => execFileSync("redis-cli",
            ["-p", String(port), "SENTINEL", "get-master-addr-by-name", "tape"],
            { encoding: "utf8", env }).trim().split("\n").map((line) => line.trim()),
    };
}
