// One server of our own per test: on a port that nobody else has, in an empty directory, with an
// environment of which every line is known.

import { readdirSync } from "node:fs";
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
    t.after(() => rm(path, { recursive: true, force: true }));
    return path;
}

const quickly = { LISTEN_ADDRESS: "127.0.0.1", PORT: "0", THREADS: "2", RETRY: "200ms" };

// Runs the program as it is, for tests of how it starts and refuses to.
export async function run(t, { settings = {}, args = [], input } = {}) {
    const cwd = await scratch(t);
    const child = start(t, binary, args, { cwd, env: { PATH: process.env.PATH, ...settings } });
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

    // Open file descriptors of the process: what it holds for connections, and little else.
    openFiles() {
        return readdirSync(`/proc/${this.pid}/fd`).length;
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
export async function startServer(t, settings = {}, args = []) {
    const child = await run(t, { settings: { ...quickly, PROVIDERS: "pipe", ...settings }, args });
    const [, port] = await child.says(/ listening .*\bport=(\d+)/);
    return new Server(child, Number(port));
}
