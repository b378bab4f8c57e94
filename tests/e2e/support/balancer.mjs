// The balancers of docs/deploy/, as they are written there, but for addresses and paths.

import { accessSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { answers, freePort } from "./port.mjs";
import { start } from "./process.mjs";
import { scratch } from "./server.mjs";
import { makeCertificates } from "./tls.mjs";
import { until } from "./wait.mjs";

const deploy = fileURLToPath(new URL("../../../docs/deploy/", import.meta.url));

// In directories that are not in the path of every user.
function program(name) {
    for (const directory of ["/usr/sbin", "/usr/local/sbin", "/usr/bin"]) {
        try {
            accessSync(join(directory, name));
            return join(directory, name);
        } catch {
            continue;
        }
    }
    return name;
}

const written = [8082, 8083, 8084];

// `ports`: of the three instances.
async function configuration(t, name, ports) {
    const directory = await scratch(t);
    const { caFile, key, cert } = await makeCertificates(directory, "balancer");
    const pem = join(directory, "both.pem");
    await writeFile(pem, Buffer.concat([cert, key]));
    const port = await freePort();
    let text = await readFile(join(deploy, name), "utf8");
    const replace = (what, by) => {
        if (!text.includes(what)) throw new Error(`${name} does not say ${what}`);
        text = text.replaceAll(what, by);
    };
    replace("/etc/tickertape/tickertape.pem", pem);
    written.forEach((old, i) => replace(`127.0.0.1:${old}`, `127.0.0.1:${ports[i]}`));
    return { directory, text, port, replace: (...what) => (replace(...what), text),
        ca: await readFile(caFile) };
}

async function listening(child, port, ca) {
    await until(
        () => `${child.name} listens; it said:\n${child.stderr}`,
        async () => {
            if (child.exit) throw new Error(`${child.name} ended:\n${child.stderr}`);
            return answers(port);
        });
    return { child, port, ca, url: `https://localhost:${port}` };
}

// `streams`: that it has room for, as far as a test may open descriptors; `isPlain`: without TLS, for
// clients on bare sockets.
export async function startHaproxy(t, ports, { streams = 500, isPlain = false } = {}) {
    const made = await configuration(t, "haproxy.cfg", ports);
    made.replace("maxconn 40000", `maxconn ${streams}`); // two descriptors each
    const [withTls] = made.text.match(/bind :443[^\n]*/);
    const text = made.replace(isPlain ? withTls : "bind :443", `bind 127.0.0.1:${made.port}`);
    const file = join(made.directory, "haproxy.cfg");
    await writeFile(file, text);
    const child = start(t, program("haproxy"), ["-db", "-f", file]);
    return listening(child, made.port, made.ca);
}

export async function startNginxOfDeploy(t, ports, { streams = 500, isPlain = false } = {}) {
    const made = await configuration(t, "nginx.conf", ports);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((name) => `    ${name}_temp_path ${made.directory}/temp/${name};`).join("\n");
    await mkdir(join(made.directory, "temp"));
    made.replace("worker_connections 40000", `worker_connections ${2 * streams + 1_000}`);
    made.replace(isPlain ? "listen 443 ssl http2" : "listen 443", `listen 127.0.0.1:${made.port}`);
    const text = made.replace("http {\n", `http {\n    access_log off;\n${temporary}\n`);
    const file = join(made.directory, "nginx.conf");
    await writeFile(file, `daemon off;\nmaster_process off;\npid ${made.directory}/nginx.pid;\n${text}`);
    const child = start(t, program("nginx"), ["-p", made.directory, "-c", file, "-e", "stderr"]);
    return listening(child, made.port, made.ca);
}
