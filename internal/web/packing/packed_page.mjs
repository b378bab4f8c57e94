// The page as it is served, out of its sources. No I/O.
//
// Each file is served under two names: its own, which other people's pages may rely on, and one
// with a digest in it, which stands for these bytes for ever. The page uses the second, and so do
// the files it consists of among each other.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { withoutComments } from "./comments.mjs";
import { PackingError, referencesOf, withReferences } from "./references.mjs";

const pageName = "index.html";
const preloadsMarker = "<!-- modules -->";
const digestDigits = 12;
const textEndings = [".js", ".css", ".html"];
const othersFolder = "vendor/"; // what is not ours, and refers to nothing

// What is made of a file depends on how it is made as well.
const rules = ["packed_page.mjs", "references.mjs", "comments.mjs"].map((name) =>
    readFileSync(fileURLToPath(new URL(name, import.meta.url))));

function read(name, bytes) {
    if (name.startsWith(othersFolder) || !textEndings.includes(extname(name)))
        return { bytes, text: null, references: [] };
    const text = withoutComments(name, bytes.toString("utf8"));
    return { bytes: Buffer.from(text), text, references: referencesOf(name, text) };
}

// `name` and all that it refers to, directly or not. `follows`: which references count.
function reachableFrom(name, files, follows = () => true) {
    const reached = new Set([name]);
    for (const at of reached)
        for (const reference of files.get(at).references)
            if (follows(reference)) reached.add(reference.to);
    return reached;
}

// A digest of the file and of everything it leads to: its bytes contain their new names. It is
// taken of what they are before that, so that two files may refer to each other.
function digestOf(name, files) {
    const hash = createHash("sha256");
    for (const rule of rules) hash.update(rule);
    for (const at of [...reachableFrom(name, files)].sort())
        hash.update(`${at}\0${files.get(at).bytes.length}\0`).update(files.get(at).bytes);
    return hash.digest("hex").slice(0, digestDigits);
}

function lastingName(name, files) {
    const ending = extname(name);
    const file = `${basename(name, ending)}-${digestOf(name, files)}${ending}`;
    return join(dirname(name), file);
}

function checkReferences(files) {
    for (const [name, { references }] of files)
        for (const { to } of references)
            if (!files.has(to) || to === pageName)
                throw new PackingError(`${name} refers to ${to}, which is not there`);
}

// Every module that runs before the page does: asked for at once, and not one after the other as
// each is found to import the next.
function preloads(files, newNames) {
    const entries = files.get(pageName).references.filter(({ isModule }) => isModule);
    const modules = new Set(entries.flatMap(({ to }) =>
        [...reachableFrom(to, files, ({ isModule }) => isModule)]));
    for (const { to } of entries) modules.delete(to);
    return [...modules].map((name) =>
        `<link rel="modulepreload" href="/static/${newNames.get(name)}">`).join("\n");
}

// `sources`: the bytes of each file by its name below static/. Returns the page, with its places
// for facts still in it, and the other files as { name, bytes, isLasting }, in the order of their
// names.
export function packPage(sources) {
    const files = new Map([...sources].map(([name, bytes]) => [name, read(name, bytes)]));
    if (!files.has(pageName)) throw new PackingError(`there is no ${pageName}`);
    checkReferences(files);
    const names = [...files.keys()].filter((name) => name !== pageName);
    const newNames = new Map(names.map((name) => [name, lastingName(name, files)]));
    const renamed = (name) => {
        const { bytes, text, references } = files.get(name);
        if (references.length === 0) return bytes;
        return Buffer.from(
            withReferences(text, references, (to) => basename(newNames.get(to))));
    };
    const packed = names.flatMap((name) => [
        { name, bytes: files.get(name).bytes, isLasting: false },
        { name: newNames.get(name), bytes: renamed(name), isLasting: true },
    ]);
    return {
        page: renamed(pageName).toString("utf8").replace(
            preloadsMarker, () => preloads(files, newNames)),
        files: packed.sort((a, b) => (a.name < b.name ? -1 : 1)),
    };
}
