// The commands of the archive, and the server beside which they are run.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { readEvents } from "./events.mjs";
import { binary, scratch, startServer } from "./server.mjs";

// Runs a command to its end; `input` goes to its standard input.
export function tool(place, args, { env = {}, input, kill } = {}) {
    return new Promise((resolve) => {
        const child = spawn(binary, args, {
            cwd: place.root,
            env: { PATH: process.env.PATH, PROVIDERS: "pipe", ARCHIVE: `sqlite:${place.data}`, ...env },
        });
        const out = { stdout: "", stderr: "" };
        child.stdout.on("data", (text) => { out.stdout += text; });
        child.stderr.on("data", (text) => { out.stderr += text; });
        child.on("close", (code, signal) => resolve({ ...out, code, signal }));
        child.stdin.on("error", () => {});
        child.stdin.end(input ?? "");
        kill?.(child);
    });
}

// A directory of its own, with the archive of the pipe in it.
export async function pipePlace(t) {
    const root = await scratch(t);
    return { root, data: join(root, "data"), backups: join(root, "backups"), pipe: join(root, "data/pipe") };
}

export async function serve(t, at, more = {}) {
    return startServer(t, { ARCHIVE: `sqlite:${at.data}`, ...more });
}

// Publishes `count` prices, the first and those one higher each, and waits until they are shown.
export async function publish(t, server, first, count) {
    const stream = readEvents(t, `${server.url}/prices/stream`);
    for (let n = 0; n < count; n += 1) server.publish(first + n);
    await stream.sees(`price ${first + count - 1}`, (_, { prices }) => prices.at(-1) === first + count - 1);
    stream.close();
}

export async function stop(server) {
    server.child.signal("SIGTERM");
    await server.child.exited();
}
