// nginx in front of a server, with nothing configured but where to pass requests to.

import { accessSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { answers, freePort } from "./port.mjs";
import { start } from "./process.mjs";
import { scratch } from "./server.mjs";
import { until } from "./wait.mjs";

function program() {
    for (const path of ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"]) {
        try {
            accessSync(path);
            return path;
        } catch {
            continue;
        }
    }
    return "nginx";
}

// `directives`: more of them, for all that is passed on. `path`: what of nginx leads to the server,
// which itself is asked without it; it ends in a slash.
export async function startNginx(t, targetPort, directives = "", path = "/") {
    const directory = await scratch(t);
    await mkdir(join(directory, "temp"));
    const port = await freePort();
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((name) => `    ${name}_temp_path ${directory}/temp/${name};`).join("\n");
    const config = join(directory, "nginx.conf");
    await writeFile(config, `
daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log stderr warn;
events { worker_connections 256; }
http {
    access_log off;
${paths}
    server {
        listen 127.0.0.1:${port};
        location ${path} { proxy_pass http://127.0.0.1:${targetPort}${path === "/" ? "" : "/"}; ${directives} }
    }
}
`);
    const child = start(t, program(), ["-p", directory, "-c", config, "-e", "stderr"]);
    await until(
        () => `nginx listens; it said:\n${child.stderr}`,
        async () => {
            if (child.exit) throw new Error(`nginx ended:\n${child.stderr}`);
            return answers(port);
        });
    return { child, port, url: `http://127.0.0.1:${port}${path.replace(/\/$/, "")}` };
}
