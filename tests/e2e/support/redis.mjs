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

    // `more`: options of this server alone; `host`: where it listens; `within`: a command that
    // runs others where that address is.
    constructor(t, directory, port, { more = [], host = "127.0.0.1", within = [] }) {
        this.#t = t;
        Object.assign(this, { directory, port, more, host, within });
    }

    get url() {
        return `redis://${this.host}:${this.port}`;
    }

    // `settings`: more of its environment, such as another clock.
    async start({ settings = {} } = {}) {
        const command = [...this.within, "redis-server", "--port", String(this.port),
            "--bind", this.host, "--protected-mode", "no", "--dir", this.directory, "--save", "",
            "--appendonly", "yes", "--enable-debug-command", "local",
            "--repl-diskless-sync-delay", "0", ...this.more];
        this.child = start(this.#t, command[0], command.slice(1),
            { cwd: this.directory, env: { ...env, ...settings } });
        await until(() => `Redis answers; it said:\n${this.child.stdout.slice(-800)}`, () => {
            if (this.child.exit) throw new Error(`Redis ended:\n${this.child.stdout.slice(-800)}`);
            return this.#isReady();
        });
    }

    async #isReady() {
        if (!await answers(this.port, this.host)) return false;
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
        const [command, ...rest] = [...this.within, "redis-cli", ...this.#at, "-e", ...words];
        return execFileSync(command, rest,
            { encoding: "utf8", env, timeout: 20_000, stdio: ["ignore", "pipe", "ignore"] }).trim();
    }

    // The same without waiting for the answer.
    async tell(...words) {
        await later("redis-cli", [...this.#at, ...words], { env }).catch(() => {});
    }

    get #at() {
        return ["-h", this.host, "-p", String(this.port)];
    }

    // Where its append-only files are.
    get log() {
        return join(this.directory, "appendonlydir");
    }
}

export async function startRedis(t, { settings, ...where } = {}) {
    const server = new Redis(t, await scratch(t), await freePort(), where);
    await server.start({ settings });
    return server;
}

// A sentinel that watches `master` under the name "tape". `host`, `within`: as of Redis.
export async function startSentinel(
    t, master, { quorum = 2, downAfterMs = 1_000, host = "127.0.0.1", within = [] } = {}) {
    const directory = await scratch(t);
    const port = await freePort();
    const config = join(directory, "sentinel.conf");
    await writeFile(config, `
port ${port}
bind ${host}
dir ${directory}
sentinel announce-ip ${host}
sentinel monitor tape ${master.host} ${master.port} ${quorum}
sentinel down-after-milliseconds tape ${downAfterMs}
sentinel failover-timeout tape 5000
sentinel parallel-syncs tape 1
`);
    const [command, ...rest] = [...within, "redis-sentinel", config];
    const child = start(t, command, rest, { cwd: directory, env });
    await until(() => `the sentinel answers; it said:\n${child.stdout.slice(-500)}`,
        () => answers(port, host));
    const [cli, ...options] = [...within, "redis-cli", "-h", host, "-p", String(port)];
    return {
        child,
        host,
        port,
        master: () => execFileSync(cli, [...options, "SENTINEL", "get-master-addr-by-name", "tape"],
            { encoding: "utf8", env }).trim().split("\n").map((line) => line.trim()),
    };
}
