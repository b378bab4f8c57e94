// `tickertape healthcheck`, which asks the server that runs with the same settings how it is.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import net from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readEvents } from "./support/events.mjs";
import { freePort } from "./support/port.mjs";
import { start } from "./support/process.mjs";
import { binary, run, scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;

// How `tickertape healthcheck` ends, with these settings and flags.
async function check(t, settings = {}, args = []) {
    const child = await run(t, { settings, args: ["healthcheck", ...args] });
    const { code } = await child.exited(30_000);
    assert.equal(child.stdout, "");
    return { code, why: child.stderr };
}

// A server with a port that is known before, and its settings.
async function serve(t, settings = {}, args = []) {
    const all = { PORT: String(await freePort()), ...settings };
    return { server: await startServer(t, all, args), settings: { PROVIDERS: "pipe", ...all } };
}

const well = { code: 0, why: "" };
const hasIpv6 = Object.values(networkInterfaces()).flat().some(({ address }) => address === "::1");

describe("a server that lives", { timeout: 300_000 }, () => {
    for (const [address, skip] of [
        ["127.0.0.1"], ["0.0.0.0"], ["127.0.0.2"],
        ["::1", !hasIpv6 && "no IPv6 here"], ["::", !hasIpv6 && "no IPv6 here"],
    ])
        test(`at ${address}`, { timeout, skip }, async (t) => {
            const { settings } = await serve(t, { LISTEN_ADDRESS: address });
            assert.deepEqual(await check(t, { ...settings, LISTEN_ADDRESS: address }), well);
        });

    test("with TLS, whatever name its certificate has", { timeout }, async (t) => {
        const directory = await scratch(t);
        await makeCertificates(directory, "far", "prices.example");
        const { settings } = await serve(t, {
            TLS_CERTIFICATE: join(directory, "far.pem"), TLS_KEY: join(directory, "far.key"),
        });
        assert.deepEqual(await check(t, { ...settings, LISTEN_ADDRESS: "127.0.0.1" }), well);
        // Without these settings it asks in the clear, and is told what is wrong.
        const { PORT } = settings;
        assert.deepEqual(await check(t, { PORT }), {
            code: 1,
            why: `tickertape: http://127.0.0.1:${PORT}/healthz answers 400: this port speaks HTTPS only\n`,
        });
    });

    test("with its port in a flag", { timeout }, async (t) => {
        const port = await freePort();
        await startServer(t, {}, ["--port", String(port)]);
        assert.deepEqual(await check(t, { PORT: "1" }, ["--port", String(port)]), well);
    });

    test("with its settings in .env, or a file that is named", { timeout }, async (t) => {
        const port = await freePort();
        const directory = await scratch(t);
        const file = join(directory, ".env");
        await writeFile(file, `PORT=${port}\nLISTEN_ADDRESS=127.0.0.2\nPROVIDERS=pipe\n`);
        const options = { cwd: directory, env: { PATH: process.env.PATH } };
        const server = start(t, binary, [], options);
        await server.says(/ listening /);
        const beside = start(t, binary, ["healthcheck"], options);
        assert.equal((await beside.exited(30_000)).code, 0, beside.stderr);
        assert.deepEqual(await check(t, {}, ["--env-file", file]), well);
    });

    test("and is full, or drains", { timeout }, async (t) => {
        const { server, settings } = await serve(t, {
            LISTEN_ADDRESS: "127.0.0.1", MAX_CONNECTIONS: "1", DRAIN_DELAY: "5m",
        });
        const stream = readEvents(t, `${server.url}/prices/stream`);
        await stream.sees("the beginning", (events) => events.length > 0);
        assert.deepEqual(await check(t, settings), well);
        server.child.signal("SIGTERM");
        await server.child.says(/ draining /);
        assert.deepEqual(await check(t, settings), well);
        const { code, why } = await check(t, settings, ["--ready"]);
        assert.equal(code, 1);
        assert.match(why, /^tickertape: http:.*\/readyz answers 503: this instance is draining\n$/);
    });

    test("as process 1 of a container, whose flags it finds",
        { timeout, skip: process.getuid() !== 0 && "a namespace needs root" }, async (t) => {
            const port = await freePort();
            const unshare = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
            const server = await run(t, {
                settings: { PROVIDERS: "pipe", LISTEN_ADDRESS: "127.0.0.1" },
                args: ["--port", String(port), "--listen-address=127.0.0.3"],
                under: unshare,
            });
            await server.says(/ listening /);
            const [first] =
                (await readFile(`/proc/${server.pid}/task/${server.pid}/children`, "utf8")).split(" ");
            const inside = (...args) => run(t, {
                settings: { PROVIDERS: "pipe", LISTEN_ADDRESS: "127.0.0.1" },
                args,
                under: ["nsenter", "--target", first, "--pid", "--mount"],
            });
            const found = await inside("healthcheck");
            assert.equal((await found.exited(30_000)).code, 0, found.stderr);
            // Its own flags count more, and a server beside it knows nothing of them.
            const other = await inside("healthcheck", "--port", "1");
            assert.equal((await other.exited(30_000)).code, 1);
            assert.match(other.stderr, /^tickertape: http:\/\/127\.0\.0\.3:1\/healthz: Connection refused\n$/);
            const outside = await check(t, { LISTEN_ADDRESS: "127.0.0.3", PORT: "1" });
            assert.equal(outside.code, 1);
        });
});

describe("a server that is not well", { timeout: 300_000 }, () => {
    test("is not there", { timeout }, async (t) => {
        const PORT = String(await freePort());
        assert.deepEqual(await check(t, { PORT }), {
            code: 1, why: `tickertape: http://127.0.0.1:${PORT}/healthz: Connection refused\n`,
        });
        if (hasIpv6)
            assert.deepEqual(await check(t, { PORT, LISTEN_ADDRESS: "::" }), {
                code: 1, why: `tickertape: http://[::1]:${PORT}/healthz: Connection refused\n`,
            });
    });

    // A peer of ours in its place: `answer` says what becomes of a connection.
    const insteadOf = async (t, answer) => {
        const sockets = [];
        const other = net.createServer((socket) => {
            sockets.push(socket);
            socket.on("error", () => {});
            answer(socket);
        });
        await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
        t.after(() => {
            other.close();
            for (const socket of sockets) socket.destroy();
        });
        return String(other.address().port);
    };

    test("takes the connection and says nothing", { timeout }, async (t) => {
        const PORT = await insteadOf(t, () => {});
        assert.deepEqual(await check(t, { PORT }), {
            code: 1, why: `tickertape: http://127.0.0.1:${PORT}/healthz: no answer within 5000 ms\n`,
        });
    });

    test("closes, is no HTTP, is no TLS, or another server", { timeout }, async (t) => {
        const why = async (answer, settings = {}) => {
            const PORT = await insteadOf(t, answer);
            const { code, why: line } = await check(t, { PORT, ...settings });
            assert.equal(code, 1);
            assert.equal(line.split("\n").length, 2, line);
            return line.replace(PORT, "N");
        };
        const says = (text) => (socket) => socket.once("data", () => socket.end(text));
        assert.equal(
            await why(says("")),
            "tickertape: http://127.0.0.1:N/healthz: closed the connection without an answer\n");
        assert.equal(
            await why(says("SSH-2.0-x\r\n")),
            "tickertape: http://127.0.0.1:N/healthz: the answer is not HTTP\n");
        assert.equal(
            await why(says("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")),
            "tickertape: http://127.0.0.1:N/healthz answers 404\n");
        assert.match(
            await why(says("HTTP/1.1 200 OK\r\n\r\n"), { TLS_CERTIFICATE: "x.pem", TLS_KEY: "x.key" }),
            /^tickertape: https:\/\/127\.0\.0\.1:N\/healthz: no TLS: /);
    });

    test("is not ready without a price, and is with one", { timeout }, async (t) => {
        const { server, settings } = await serve(t, { LISTEN_ADDRESS: "127.0.0.1" });
        assert.deepEqual(await check(t, settings), well);
        assert.deepEqual(await check(t, settings, ["--ready"]), {
            code: 1,
            why: `tickertape: ${server.url}/readyz answers 503: no price has been seen yet\n`,
        });
        server.publish(100);
        await until("it is ready", async () => (await check(t, settings, ["--ready"])).code === 0);
    });

    test("cannot be known", { timeout }, async (t) => {
        const { code, why } = await check(t, { PORT: "0" });
        assert.equal(code, 1);
        assert.match(why, /^tickertape: PORT is 0: .*\n$/);
        assert.equal((await check(t, { PORT: "http" })).code, 1);
        assert.equal((await check(t, {}, ["--prot", "1"])).code, 1);
    });
});
