// One server of our own per test: on a port that nobody else has, in an empty directory, with an
// environment of which every line is known.

import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { start } from "./process.mjs";

const repository = fileURLToPath(new URL("../../../", import.meta.url));
export const binary = process.env.TICKERTAPE_BIN ?? join(repository, "build/release/tickertape");

// A directory that is gone after the test.
export async function scratch(t) {
    const path = await mkdtemp(join(tmpdir(), "tickertape-e2e-"));
    // A server that is killed only after this may still write here.
    t.after(() => rm(path, { recursive: true, force: true, maxRetries: 50, retryDelay: 20 }));
    return path;
}

const quickly =
    { LISTEN_ADDRESS: "127.0.0.1", PORT: "0", THREADS: "2", RETRY: "200ms", BACKFILL: "off",
        MARKET: "off" };
// The page as it stands in the sources, for those who work on it.
if (process.env.TICKERTAPE_STATIC) quickly.STATIC_DIR = process.env.TICKERTAPE_STATIC;

// Runs the program as it is, for tests of how it starts and refuses to. `under`: a command that
// becomes it, with other limits or in another namespace.
export async function run(t, { settings = {}, args = [], input, under = [] } = {}) {
    const cwd = await scratch(t);
    const [command, ...rest] = [...under, binary, ...args];
    const child = start(t, command, rest, { cwd, env: { PATH: process.env.PATH, ...settings } });
    if (input !== undefined) child.process.stdin.end(input);
    return child;
}

export class Server {
    constructor(child, port) {
        this.child = child;
        this.port = port;
        this.url = `http://127.0.0.1:${port}`;
    }

    get pid() {
        return this.child.pid;
    }

    // Open file descriptors of the process.
    openFiles() {
        return readdirSync(`/proc/${this.pid}/fd`).length;
    }

    // Those that are no files on a disk: what it holds for connections, and little else.
    openSockets() {
        return readdirSync(`/proc/${this.pid}/fd`).filter((number) => {
            try {
                return !readlinkSync(`/proc/${this.pid}/fd/${number}`).startsWith("/");
            } catch {
                return false; // closed meanwhile
            }
        }).length;
    }

    // Memory that is in use now, in MiB.
    memory() {
        const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
        return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
    }

    // Time its threads have had a processor, in seconds.
    cpu() {
        const stat = readFileSync(`/proc/${this.pid}/stat`, "latin1");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return (Number(fields[11]) + Number(fields[12])) / 100;
    }

    // Writes one line to the pipe feed.
    tell(line) {
        this.child.process.stdin.write(`${line}\n`);
    }

    publish(price, symbol = "BTC-USD") {
        this.tell(JSON.stringify({ symbol, price }));
    }
}

// Starts a server and waits until it listens. It is killed after the test.
export async function startServer(t, settings = {}, args = [], under = []) {
    const child =
        await run(t, { settings: { ...quickly, PROVIDERS: "pipe", ...settings }, args, under });
    // The line in the log is the later one, but a quiet log has none.
    const [, port] = settings.LOG_LEVEL === "warn"
        ? await child.says(/^port (\d+)$/m, { stream: "stdout" })
        : await child.says(/ listening .*\bport=(\d+)/);
    return new Server(child, Number(port));
}
