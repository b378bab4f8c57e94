// HTTPS as clients that nobody here wrote speak it, and what the operator can do while they do.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { curl } from "./support/curl.mjs";
import { isTick } from "./support/events.mjs";
import { start } from "./support/process.mjs";
import { run, scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;
const here = fileURLToPath(new URL(".", import.meta.url));

// What a program prints, on both its outputs, and how it ends.
function output(command, args, input = "") {
    return new Promise((resolve) => {
        const child = execFile(command, args, { timeout: 30_000 }, (error, stdout, stderr) =>
            resolve({ status: error?.code ?? 0, text: `${stdout}${stderr}` }));
        child.stdin.on("error", () => {});
        child.stdin.end(input);
    });
}

const openssl = (port, args, input) =>
    output("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, ...args], input);

async function certificates(t, name = "first") {
    const directory = await scratch(t);
    const { caFile } = await makeCertificates(directory, name);
    return { directory, caFile, certificate: join(directory, `${name}.pem`), key: join(directory, `${name}.key`) };
}

async function startHttps(t, settings = {}) {
    const files = await certificates(t);
    const server = await startServer(t, {
        TLS_CERTIFICATE: files.certificate, TLS_KEY: files.key, ...settings,
    });
    server.url = `https://localhost:${server.port}`;
    return { server, files };
}

// Metrics and the like: the answer's text.
async function asked(server, files, path) {
    const { text } = await output("curl", ["--silent", "--show-error", "--cacert", files.caFile, `${server.url}${path}`]);
    return text;
}

async function serial(port) {
    const { text } = await openssl(port, []);
    return (await output("openssl", ["x509", "-noout", "-serial"], text)).text.trim();
}

describe("clients", { timeout: 300_000 }, () => {
    for (const version of ["1.2", "1.3"])
        test(`curl follows a stream over TLS ${version}, history first`, { timeout }, async (t) => {
            const { server, files } = await startHttps(t);
            for (let i = 1; i <= 3_000; ++i) server.publish(i);
            await until("all prices are on the tape", async () =>
                (await asked(server, files, "/metrics")).includes('tickertape_ticks_total{symbol="BTC-USD"} 3000'));
            const client = curl(
                t, `${server.url}/prices/stream?since=0`, "--cacert", files.caFile,
                `--tlsv${version}`, "--tls-max", version);
            await client.sees("the past", (events) => events.filter(isTick).length === 3_000);
            server.publish(3_001);
            await client.sees("the present", (events) => events.filter(isTick).length === 3_001);
            assert.deepEqual(client.prices, Array.from({ length: 3_001 }, (_, i) => i + 1));
        });

    test("the npm package eventsource follows a stream", { timeout }, async (t) => {
        const { server, files } = await startHttps(t);
        server.publish(100);
        const program = `
            import { EventSource } from "eventsource";
            const source = new EventSource(process.argv[1]);
            source.onmessage = (e) => console.log(JSON.parse(e.data).price);
            source.onerror = (e) => console.error(e.message);`;
        const client = start(
            t, process.execPath,
            ["--input-type=module", "--eval", program, `${server.url}/prices/stream`],
            { cwd: here, env: { ...process.env, NODE_EXTRA_CA_CERTS: files.caFile } });
        await client.says(/^100$/m, { stream: "stdout" });
        server.publish(101);
        await client.says(/^101$/m, { stream: "stdout" });
    });

    test("who speaks HTTP in the clear is told so", { timeout }, async (t) => {
        const { server } = await startHttps(t);
        const { text } = await output("curl", ["--silent", `http://localhost:${server.port}/`]);
        assert.match(text, /this port speaks HTTPS only/);
    });
});

describe("what is spoken", { timeout: 300_000 }, () => {
    test("TLS 1.1 is refused, and so is HTTP/2 alone", { timeout }, async (t) => {
        const { server } = await startHttps(t);
        const old = await openssl(server.port, ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]);
        assert.match(old.text, /alert protocol version/);
        const h2 = await openssl(server.port, ["-alpn", "h2"]);
        assert.match(h2.text, /alert no application protocol/);
        const both = await openssl(server.port, ["-alpn", "h2,http/1.1"]);
        assert.match(both.text, /ALPN protocol: http\/1\.1/);
    });

    for (const version of ["-tls1_2", "-tls1_3"])
        test(`a client comes back with its ticket (${version})`, { timeout }, async (t) => {
            const { server, files } = await startHttps(t);
            const ticket = join(files.directory, "ticket.pem");
            const question = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
            const first = await openssl(
                server.port, [version, "-ign_eof", "-sess_out", ticket], question);
            assert.match(first.text, /^New, TLS/m);
            assert.match(first.text, /"status":"ok"/);
            const again = await openssl(
                server.port, [version, "-ign_eof", "-sess_in", ticket], question);
            assert.match(again.text, /^Reused, TLS/m);
            assert.match(again.text, /"status":"ok"/);
            assert.match(
                await asked(server, files, "/metrics"),
                /tickertape_tls_handshakes_total\{kind="resumed"\} 1\n/);
        });

    test("sslscan finds nothing weak", { timeout }, async (t) => {
        const { server } = await startHttps(t);
        const { text } = await output(
            "sslscan", ["--no-colour", "--show-sigs", `127.0.0.1:${server.port}`]);
        for (const version of ["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"])
            assert.match(text, new RegExp(`^${version} +disabled$`, "m"), text);
        for (const version of ["TLSv1.2", "TLSv1.3"])
            assert.match(text, new RegExp(`^${version} +enabled$`, "m"), text);
        assert.match(text, /^Session renegotiation not supported$/m);
        assert.doesNotMatch(text, /^Compression enabled|[^t] vulnerable to heartbleed/m);
        const suites = [...text.matchAll(/^(?:Preferred|Accepted) +TLSv1\.\d +(\d+) bits +(\S+) +(.*)$/gm)];
        assert.ok(suites.length >= 6, text);
        for (const [line, bits, name, exchange] of suites) {
            assert.ok(Number(bits) >= 128, line);
            assert.match(name, /GCM|CHACHA20/, line);
            assert.match(name, /^TLS_|^ECDHE/, line);
            assert.match(exchange, /Curve 25519|P-256/, line);
        }
    });
});

describe("the certificate", { timeout: 300_000 }, () => {
    test("SIGHUP takes a new one, and streams go on", { timeout }, async (t) => {
        const { server, files } = await startHttps(t);
        const before = await serial(server.port);
        const stream = curl(t, `${server.url}/prices/stream`, "--cacert", files.caFile);
        server.publish(1);
        await stream.sees("a tick", (events) => events.some(isTick));

        const next = await certificates(t, "second");
        await copyFile(next.certificate, files.certificate);
        await copyFile(next.key, files.key);
        server.child.signal("SIGHUP");
        await server.child.says(/ the certificate has been read again .*days=1/);
        await until("the new one is shown", async () => (await serial(server.port)) !== before);
        server.publish(2);
        await stream.sees("the next tick", (events) => events.filter(isTick).length === 2);
        assert.equal(stream.child.exit, null);

        // One that cannot be used changes nothing.
        const shown = await serial(server.port);
        await writeFile(files.key, "nonsense");
        server.child.signal("SIGHUP");
        await server.child.says(/ERROR the certificate stays as it is cause="TLS_KEY: '.*' has no private key in PEM"/);
        assert.equal(await serial(server.port), shown);
        server.publish(3);
        await stream.sees("and the next", (events) => events.filter(isTick).length === 3);

        const metrics = await asked(server, next, "/metrics");
        assert.match(metrics, /tickertape_tls_reloads_total\{outcome="taken"\} 1\n/);
        assert.match(metrics, /tickertape_tls_reloads_total\{outcome="refused"\} 1\n/);
        const [, left] = metrics.match(/^tickertape_tls_certificate_expires_seconds (\S+)/m);
        assert.ok(left > 86_400 && left <= 2 * 86_400, left);
    });

    test("without TLS a SIGHUP changes nothing", { timeout }, async (t) => {
        const server = await startServer(t);
        server.child.signal("SIGHUP");
        await server.child.says(/ nothing to reload signal=SIGHUP/);
        server.child.signal("SIGTERM");
        assert.deepEqual(await server.child.exited(), { code: 0, signal: null });
    });

    test("a server that cannot use its files says so in one line", { timeout }, async (t) => {
        const files = await certificates(t);
        const other = await certificates(t, "other");
        const locked = join(files.directory, "locked.key");
        await output("openssl", ["pkey", "-in", files.key, "-aes256", "-passout", "pass:secret", "-out", locked]);
        const cases = [
            [files.certificate, "/nowhere.pem", /TLS_KEY: '\/nowhere\.pem' cannot be read: No such file/],
            ["/nowhere.pem", files.key, /TLS_CERTIFICATE: '\/nowhere\.pem' cannot be read: No such file/],
            [files.certificate, other.key, /TLS_KEY: '.*' is not the key of the certificate in '.*'/],
            [files.certificate, locked, /TLS_KEY: '.*' is encrypted, and nobody is asked for a passphrase here/],
            [files.certificate, "", /TLS_KEY is missing/],
        ];
        for (const [certificate, key, why] of cases) {
            const child = await run(t, {
                settings: { PORT: "0", PROVIDERS: "pipe", TLS_CERTIFICATE: certificate, TLS_KEY: key },
            });
            const exit = await child.exited();
            assert.notEqual(exit.code, 0);
            assert.equal(child.stderr.trimEnd().split("\n").length, 1, child.stderr);
            assert.match(child.stderr, why);
        }
    });

    test("SIGTERM ends streams as they should end", { timeout }, async (t) => {
        const { server, files } = await startHttps(t, { DRAIN_TIME: "3s" });
        server.publish(1);
        const streams = Array.from({ length: 10 }, () =>
            curl(t, `${server.url}/prices/stream`, "--cacert", files.caFile));
        for (const s of streams) await s.sees("a tick", (events) => events.some(isTick));
        server.child.signal("SIGTERM");
        assert.deepEqual(await server.child.exited(), { code: 0, signal: null });
        for (const s of streams) {
            // curl is content only with the last chunk and a goodbye before the connection's end.
            assert.deepEqual(await s.child.exited(), { code: 0, signal: null }, s.child.stderr);
            assert.equal(s.events.at(-1).event, "moving");
        }
    });
});
