// The servers that are compared: how each is started and fed, and where it is subscribed to.
//
// Each is a function of (t, options) that resolves to { url, pids, feed }: where to subscribe, the
// processes whose cost is counted, and a function that starts its feed.

import { execFileSync } from "node:child_process";
import { existsSync, openSync, closeSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { good, says, startSources } from "../e2e/support/market.mjs";
import { answers, freePort } from "../e2e/support/port.mjs";
import { start } from "../e2e/support/process.mjs";
import { binary, scratch } from "../e2e/support/server.mjs";
import { makeCertificates } from "../e2e/support/tls.mjs";
import { until } from "../e2e/support/wait.mjs";
import { manyRows, moveRows } from "./market_rows.mjs";

export const build = process.env.TICKERTAPE_BUILD
    ?? fileURLToPath(new URL("../../build/release", import.meta.url));
export const loader = join(build, "tickertape-bench");
const feeder = join(build, "tests/bench/bench_feed");
const bareLoop = join(build, "tests/bench/bare_fanout");

const nginx = ["/usr/sbin/nginx", "/usr/local/sbin/nginx"].find(existsSync);
const nchanModule = ["/usr/lib/nginx/modules/ngx_nchan_module.so"].find(existsSync);

// A program on certain cores, with its end tied to that of the measurement.
export function startOn(t, cores, command, args, options) {
    return start(t, "taskset", ["-c", cores, command, ...args], options);
}

async function listens(child, port) {
    await until(() => `${child.name} listens; it said:\n${child.stderr}`, async () => {
        if (child.exit) throw new Error(`${child.name} ended:\n${child.stderr}`);
        return answers(port);
    });
}

// A pipe with a name, so that feed and server are connected without this process between them.
async function pipe(t) {
    const path = join(await scratch(t), "feed");
    execFileSync("mkfifo", [path]);
    // Opened twice: what the reader does to its end, such as O_NONBLOCK, is not done to the other.
    const ends = { read: openSync(path, "r+"), write: openSync(path, "r+") };
    t.after(() => Object.values(ends).forEach(closeSync));
    return ends;
}

// `ticks`: { perSecond, symbols, count } of the feed.
function startFeed(t, cores, ticks, stdout, args = []) {
    const wanted = [String(ticks.perSecond), "--symbols", String(ticks.symbols ?? 1)];
    if (ticks.count) wanted.push("--count", String(ticks.count));
    return startOn(t, cores, feeder, [...wanted, ...args], { stdio: ["ignore", stdout, "pipe"] });
}

function symbolNames(count = 1) {
    return count === 1 ? ["BTC-USD"] : Array.from({ length: count }, (_, i) => `S${i}-USD`);
}

async function tickertape(t, { cores, loadCores, lanes = 1, symbols = 1, tls }, more = {}) {
    const port = await freePort();
    const ends = await pipe(t);
    const settings = {
        LISTEN_ADDRESS: "127.0.0.1", PORT: String(port), PROVIDERS: "pipe", LOG_LEVEL: "warn",
        THREADS: String(lanes), SYMBOLS: symbolNames(symbols).join(),
        ...(tls ? { TLS_CERTIFICATE: tls.certificate, TLS_KEY: tls.key } : {}),
        ...more,
    };
    const child = startOn(t, cores, binary, [], {
        cwd: await scratch(t), env: { PATH: process.env.PATH, ...settings },
        stdio: [ends.read, "pipe", "pipe"],
    });
    await listens(child, port);
    return {
        url: `http${tls ? "s" : ""}://127.0.0.1:${port}/prices/stream`,
        symbols: symbolNames(symbols),
        pids: [child.pid],
        feed: (ticks) => startFeed(t, loadCores, ticks, ends.write),
    };
}

// The same with nothing on the disk.
const unarchived = (t, options) => tickertape(t, options, { ARCHIVE: "none" });

// The same with a market of 250 coins, all of which change every minute: five times as often as
// usual. Subscribers come when the table is known.
async function withMarket(t, options) {
    const { sources, settings } = await startSources(
        t, await makeCertificates(await scratch(t), "trusted"));
    const rows = manyRows(250);
    sources.coingecko.respond = (request, response) => {
        if (!request.url.startsWith("/coins/markets?")) return good.coingecko(request, response);
        moveRows(rows);
        return says(response, JSON.stringify(rows));
    };
    const server = await tickertape(t, options, { ...settings, MARKET_INTERVAL: "60s" });
    const table = new URL("/api/cryptos?limit=250", server.url);
    await until("the table of 250 coins", async () =>
        (await (await fetch(table)).json()).coins?.length === 250, { timeout: 30_000 });
    return server;
}

// One send() per tick and connection: see bare_fanout.cpp.
async function bare(t, { cores, loadCores }) {
    const port = await freePort();
    const ends = await pipe(t);
    const child = startOn(t, cores, bareLoop, [String(port)], {
        stdio: [ends.read, "ignore", "pipe"],
    });
    await child.says(/listening/);
    return {
        url: `http://127.0.0.1:${port}/`,
        pids: [child.pid],
        feed: (ticks) => startFeed(t, loadCores, ticks, ends.write),
    };
}

function nchanConfig(directory, port) {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((name) => `    ${name}_temp_path ${directory}/temp/${name};`).join("\n");
    return `
load_module ${nchanModule};
daemon off;
user root;
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${directory}/nginx.pid;
error_log stderr crit;
events { worker_connections 19900; }
http {
    access_log off;
${temporary}
    nchan_shared_memory_size 256M;
    server {
        listen 127.0.0.1:${port} backlog=4096;
        keepalive_requests 1000000;
        location = /publish {
            nchan_publisher;
            nchan_channel_id prices;
            nchan_message_buffer_length 100;
            nchan_message_timeout 1h;
        }
        location = /newest {
            nchan_subscriber eventsource;
            nchan_channel_id prices;
            nchan_subscriber_first_message newest;
        }
        location = /all {
            nchan_subscriber eventsource;
            nchan_channel_id prices;
            nchan_subscriber_first_message oldest;
        }
    }
}
`;
}

// The children of a process.
const childrenOf = (pid) =>
    readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);

async function nchan(t, { cores, loadCores }) {
    const directory = await scratch(t);
    await mkdir(join(directory, "temp"));
    const port = await freePort();
    const config = join(directory, "nginx.conf");
    await writeFile(config, nchanConfig(directory, port));
    const child = startOn(t, cores, nginx, ["-p", directory, "-c", config, "-e", "stderr"]);
    await listens(child, port);
    await until("nginx has a worker", () => childrenOf(child.pid).length > 0);
    const workers = childrenOf(child.pid);
    t.after(() => { // a worker outlives a master that is killed, so it is asked
        child.signal("SIGTERM");
        return child.exited();
    });
    return {
        url: `http://127.0.0.1:${port}/newest`,
        replayUrl: `http://127.0.0.1:${port}/all`,
        pids: workers,
        feed: (ticks) => startFeed(
            t, loadCores, ticks, "ignore", ["--post", `http://127.0.0.1:${port}/publish`]),
    };
}

export const contestants = { tickertape, unarchived, withMarket, bare, nchan };
export const isInstalled = {
    tickertape: true, unarchived: true, withMarket: true, bare: true,
    nchan: Boolean(nginx && nchanModule),
};
