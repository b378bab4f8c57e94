// Writes the page, packed, as one C++ source.
//   node pack_page.mjs STATIC_FOLDER NODE_MODULES OUTPUT

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cppSource } from "./cpp_source.mjs";
import { packPage } from "./packed_page.mjs";
import { PackingError } from "./references.mjs";

// What npm needs, and what stands in for the fetched files while somebody works on the page.
const notServed = new Set(["package.json", "package-lock.json", "node_modules", "vendor"]);
// What is not ours: the name it is served under, and where npm puts it.
const others = [
    ["vendor/lightweight-charts.js",
        "lightweight-charts/dist/lightweight-charts.standalone.production.mjs"],
    ["vendor/lightweight-charts.licence.txt", "lightweight-charts/LICENSE"],
];

function readFolder(folder, prefix = "") {
    return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
        if (entry.name.startsWith(".") || (prefix === "" && notServed.has(entry.name))) return [];
        const name = `${prefix}${entry.name}`;
        return entry.isDirectory()
            ? readFolder(folder, `${name}/`)
            : [[name, readFileSync(join(folder, name))]];
    });
}

function readOthers(modules) {
    return others.map(([name, where]) => {
        const path = join(modules, where);
        if (!existsSync(path))
            throw new PackingError(`${path} is missing; .ci/page-modules fetches it`);
        return [name, readFileSync(path)];
    });
}

const [folder, modules, output] = process.argv.slice(2);
try {
    const sources = new Map([...readFolder(folder), ...readOthers(modules)]);
    const source = cppSource(packPage(sources));
    mkdirSync(dirname(output), { recursive: true });
    // Where nothing has changed, nothing is compiled again.
    if (!existsSync(output) || readFileSync(output, "utf8") !== source)
        writeFileSync(output, source);
} catch (error) {
    if (!(error instanceof PackingError)) throw error;
    console.error(`pack_page: ${error.message}`);
    process.exitCode = 1;
}
