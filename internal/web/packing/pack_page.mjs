// Writes the page, packed, as one C++ source.
//   node pack_page.mjs STATIC_FOLDER NODE_MODULES OUTPUT

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { cppSource } from "./cpp_source.mjs";
import { packPage } from "./packed_page.mjs";
import { PackingError } from "./references.mjs";

// What npm needs, and what stands in for the fetched files while somebody works on the page.
const notServed = new Set(["package.json", "package-lock.json", "node_modules", "vendor"]);
// What is not ours: the name it is served under, and where npm puts it.
const chart = "vendor/lightweight-charts.js";
const others = [
    [chart, "lightweight-charts/dist/lightweight-charts.standalone.production.mjs"],
    ["vendor/lightweight-charts.licence.txt", "lightweight-charts/LICENSE"],
];
// The same with its parts apart, so that those nobody uses can be left out.
const chartParts = "lightweight-charts/dist/lightweight-charts.production.mjs";
const linkerModule = "esbuild/lib/main.js";

function readFolder(folder, prefix = "") {
    return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
        if (entry.name.startsWith(".") || (prefix === "" && notServed.has(entry.name))) return [];
        const name = `${prefix}${entry.name}`;
        return entry.isDirectory()
            ? readFolder(folder, `${name}/`)
            : [[name, readFileSync(join(folder, name))]];
    });
}

function fetched(modules, where) {
    const path = resolve(modules, where);
    if (existsSync(path)) return path;
    throw new PackingError(`${path} is missing; .ci/page-modules fetches it`);
}

async function pack(folder, modules) {
    const ours = readFolder(folder);
    const notOurs = others.map(([name, where]) => [name, readFileSync(fetched(modules, where))]);
    const { default: esbuild } = await import(pathToFileURL(fetched(modules, linkerModule)).href);
    return packPage(new Map([...ours, ...notOurs]), {
        esbuild, others: new Map([[chart, fetched(modules, chartParts)]]),
    });
}

const [folder, modules, output] = process.argv.slice(2);
try {
    const source = cppSource(await pack(folder, modules));
    mkdirSync(dirname(output), { recursive: true });
    // Where nothing has changed, nothing is compiled again.
    if (!existsSync(output) || readFileSync(output, "utf8") !== source)
        writeFileSync(output, source);
} catch (error) {
    // What esbuild finds wrong with a source is in its message too.
    if (!(error instanceof PackingError) && !error.errors) throw error;
    console.error(`pack_page: ${error.message}`);
    process.exitCode = 1;
}
