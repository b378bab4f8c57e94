// A PostgreSQL server of our own per test: in a scratch directory, on a socket there, as a user
// without rights where the tests run as root. Durable as it is by default.

import { execFileSync } from "node:child_process";
import { accessSync, chownSync, readFileSync, readdirSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "./process.mjs";
import { until } from "./wait.mjs";

const password = "correct-horse";
export const user = "keeper";

// Debian has a directory for each version.
function directoryOfPrograms() {
    const root = "/usr/lib/postgresql";
    try {
        const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
        for (const version of versions) {
            accessSync(join(root, version, "bin/postgres"));
            return join(root, version, "bin");
        }
    } catch {
        return "/usr/bin";
    }
    return "/usr/bin";
}

const programs = directoryOfPrograms();
const isRoot = process.getuid() === 0;
const env = { PATH: process.env.PATH, LC_ALL: "C" };

// PostgreSQL refuses to run as root.
const unprivileged = isRoot
    ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

function idsOf(name) {
    return ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, name], { encoding: "utf8" })));
}

export class Postgres {
    #t;

    constructor(t, directory) {
        this.#t = t;
        this.directory = directory;
    }

    async start() {
        const command = [...unprivileged, join(programs, "postgres"),
            "-D", join(this.directory, "data"), "-k", this.directory, "-c", "listen_addresses=",
            "-c", "max_connections=50"];
        this.child = start(this.#t, command[0], command.slice(1), { cwd: this.directory, env });
        await this.child.says(/database system is ready to accept connections/, { timeout: 60_000 });
    }

    // To the server and its processes, which are all its children.
    signalAll(name) {
        const children = readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, "utf8");
        for (const pid of [this.child.pid, ...children.trim().split(" ").filter(Boolean).map(Number)]) {
            try {
                process.kill(pid, name);
            } catch {
                continue; // it has ended
            }
        }
    }

    // SIGINT is a fast end, SIGQUIT one without a word, after which it recovers.
    async stop(signal = "SIGINT") {
        this.child.signal(signal);
        await this.child.exited(60_000);
    }

    url(database = "postgres", { as = user, secret = password } = {}) {
        return `postgresql://${as}:${secret}@/${database}?host=${this.directory}`;
    }

    // What one statement answers: a line per row, columns apart by "|".
    sql(text, database = "postgres") {
        return execFileSync(
            join(programs, "psql"), ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", text, this.url(database)],
            { encoding: "utf8", env, timeout: 60_000 }).trim();
    }
}

export async function startPostgres(t) {
    const directory = await mkdtemp(join(tmpdir(), "tickertape-postgres-"));
    const server = new Postgres(t, directory);
    // Its files go after it.
    t.after(async () => {
        if (server.child && !server.child.exit) {
            server.signalAll("SIGCONT");
            await server.stop("SIGQUIT");
        }
        await rm(directory, { recursive: true, force: true });
    });
    const ids = isRoot ? idsOf("postgres") : null;
    await chmod(directory, 0o755);
    await writeFile(join(directory, "password"), password);
    await mkdir(join(directory, "data"));
    if (ids) for (const path of [directory, join(directory, "password"), join(directory, "data")]) chownSync(path, ...ids);
    const command = [...unprivileged, join(programs, "initdb"), "-D", join(directory, "data"), "-U", user,
        "-A", "scram-sha-256", `--pwfile=${join(directory, "password")}`, "-E", "UTF8", "--locale=C", "--no-sync"];
    execFileSync(command[0], command.slice(1), { cwd: directory, env, stdio: ["ignore", "ignore", "pipe"] });
    await server.start();
    await until("PostgreSQL answers", () => server.sql("SELECT 1") === "1");
    return server;
}
