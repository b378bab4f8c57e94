// The page as it is served, out of its sources. No I/O.
//
// Each source is served under its own name, which other people's pages may rely on: a worker linked
// with all that it imports and shortened, because they load and copy that file alone. What the page
// uses is there a second time, linked and shortened, under names with a digest in them, which stand
// for these bytes for ever.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, dirname, extname, join, relative } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { withoutComments } from "./comments.mjs";
import { link, shorten } from "./linker.mjs";
import { PackingError, referencesOf, withReferences } from "./references.mjs";

const pageName = "index.html";
const workerName = "service_worker.js";
const workerMarker = 'const built = { version: "", files: [] };';
const preloadsMarker = "<!-- modules -->";
const digestDigits = 12;
const textEndings = [".js", ".css", ".html"];
const othersFolder = "vendor/"; // what is not ours, and refers to nothing

// What is made of a file depends on how it is made as well.
const rules = ["packed_page.mjs", "references.mjs", "comments.mjs", "linker.mjs"].map((name) =>
    readFileSync(fileURLToPath(new URL(name, import.meta.url))));

// A module that starts itself as a worker has to be a file of its own, with all that it imports.
const startsItself = /Worker\(\s*import\.meta\.url\b/;

// Addresses are relative to what refers to them, so that the page works at any path of a proxy. The
// page itself is one folder above the others.
const addressInPage = (name) => `static/${name}`;

function addressFrom(folder, name) {
    const path = relative(folder, name);
    return path.startsWith(".") ? path : `./${path}`;
}

// Style sheets that the page names one after the other are one file, and are asked for once.
const sheets = /(?:<link rel="stylesheet" href="\/?static\/[^"]+">\s*?\n){2,}/;
const sheetsName = "styles.css";

function withOneSheet(sources) {
    const page = sources.get(pageName)?.toString("utf8");
    const [links] = sheets.exec(page ?? "") ?? [];
    if (!links) return sources;
    const texts = referencesOf(pageName, links).map(({ to }) => {
        if (!sources.has(to))
            throw new PackingError(`${pageName} refers to ${to}, which is not there`);
        return sources.get(to).toString("utf8");
    });
    if (texts.some((text) => /@import\b/.test(text)))
        throw new PackingError("a style sheet that is one of several imports another");
    const link = `<link rel="stylesheet" href="${addressInPage(sheetsName)}">\n`;
    return new Map([...sources, [sheetsName, Buffer.from(texts.join("\n"))],
        [pageName, Buffer.from(page.replace(links, () => link))]]);
}

function read(name, bytes) {
    if (name.startsWith(othersFolder) || !textEndings.includes(extname(name)))
        return { bytes, text: null, references: [] };
    const text = withoutComments(name, bytes.toString("utf8"));
    return { bytes: Buffer.from(text), text, references: referencesOf(name, text) };
}

function checkReferences(files) {
    for (const [name, { references }] of files)
        for (const { to } of references)
            if (!files.has(to) || to === pageName)
                throw new PackingError(`${name} refers to ${to}, which is not there`);
}

// `names` and all that they refer to, directly or not. `follows`: which references count.
function reachableFrom(names, files, follows = () => true) {
    const reached = new Set(names);
    for (const at of reached)
        for (const reference of files.get(at).references)
            if (follows(reference, at)) reached.add(reference.to);
    return reached;
}

function nameWith(digest, name) {
    const ending = extname(name);
    const file = `${basename(name, ending)}-${digest.slice(0, digestDigits)}${ending}`;
    return join(dirname(name), file);
}

// Named after a digest of the file and of everything it leads to: its bytes contain their new
// names. It is taken of what they are before that, so that two files may refer to each other.
function lastingName(name, files, version) {
    const hash = createHash("sha256").update(version);
    for (const rule of rules) hash.update(rule);
    for (const at of [...reachableFrom([name], files)].sort())
        hash.update(`${at}\0${files.get(at).bytes.length}\0`).update(files.get(at).bytes);
    return nameWith(hash.digest("hex"), name);
}

// What the linker has made, under lasting names: { name, bytes, isAtOnce }, in the same order. The
// bytes of a file have the names of those that it imports, so these are named before it.
function named(made, folder) {
    const done = new Map(); // by the linker's name: { name, text }
    const finish = ({ name, bytes }) => {
        if (done.has(name)) return done.get(name);
        let text = bytes.toString("utf8");
        for (const other of made)
            if (other.name !== name && text.includes(`"./${other.name}"`))
                text = text.replaceAll(`"./${other.name}"`, () => `"./${finish(other).name}"`);
        const digest = createHash("sha256").update(text).digest("hex");
        // The linker's own digest goes.
        const one = { name: nameWith(digest, name.replace(/-[A-Z0-9]{8}(?=\.js$)/, "")), text };
        done.set(name, one);
        return one;
    };
    const atOnce = new Set(made[0].imports);
    for (const name of atOnce)
        for (const next of made.find((one) => one.name === name).imports) atOnce.add(next);
    return made.map((one) => ({
        name: join(folder, finish(one).name), bytes: Buffer.from(finish(one).text),
        isAtOnce: atOnce.has(one.name),
    }));
}

// The worker that keeps the page for times without a network is told what there is to keep.
function tellWorker(packed, page) {
    const worker = packed.find(({ name }) => name === workerName);
    if (!worker) return;
    const text = worker.bytes.toString("utf8");
    if (!text.includes(workerMarker))
        throw new PackingError(`${workerName} has no place for the names of files`);
    const files = packed.filter(({ isLasting }) => isLasting).map(({ name }) => name).sort();
    const version = createHash("sha256").update(page).update(files.join()).digest("hex");
    const built = JSON.stringify({ version: version.slice(0, digestDigits), files });
    worker.bytes = Buffer.from(text.replace(workerMarker, () => `const built = ${built};`));
}

// `sources`: the bytes of each file by its name below static/; `others`: where the modules are that
// are not ours, by the names of those files. Returns the page, with its places for facts still in
// it, and the other files as { name, bytes, isLasting }, in the order of their names.
export async function packPage(sources, { esbuild, others = new Map() }) {
    const files =
        new Map([...withOneSheet(sources)].map(([name, bytes]) => [name, read(name, bytes)]));
    if (!files.has(pageName)) throw new PackingError(`there is no ${pageName}`);
    checkReferences(files);

    const isModule = (reference) => reference.isModule;
    const entries = files.get(pageName).references.filter(isModule).map(({ to }) => to);
    const first = reachableFrom(entries, files, isModule);
    // What a module loads later as an entry of its own is linked with all it needs, so that nothing
    // of the first view is split for its sake.
    const laterEntries = new Set([...first].flatMap((name) =>
        files.get(name).references.filter(({ isEntry }) => isEntry).map(({ to }) => to)));
    const all = reachableFrom([...entries, ...laterEntries], files, isModule);
    const isWorker = (name) => startsItself.test(files.get(name).text ?? "");
    const apart = new Set([...all].filter(isWorker));
    const linked = new Set([...all].filter((name) => !apart.has(name)));
    // What stays a file: all that is led to, but for the modules that are linked.
    const kept = reachableFrom([pageName, ...linked], files);
    for (const name of [pageName, ...linked]) kept.delete(name);

    const newNames = new Map(
        [...kept].map((name) => [name, lastingName(name, files, esbuild.version)]));
    const textOf = (name, addressOf) => {
        const { text, references } = files.get(name);
        const outside = references.filter(({ to }) => newNames.has(to));
        return withReferences(text, outside, (to) => addressOf(newNames.get(to)));
    };
    const textIn = (folder) => (name) => textOf(name, (to) => addressFrom(folder, to));
    const outsideOf = (folder) =>
        new Set([...apart].map((name) => addressFrom(folder, newNames.get(name))));
    const whole = async (name, how) => {
        const made = await link(esbuild, { entry: name, others, ...how });
        if (made.length > 1) throw new PackingError(`${name} imports something later, as a worker`);
        return made[0].bytes;
    };
    const finished = (name) => {
        if (files.get(name).text === null) return files.get(name).bytes;
        const folder = dirname(name);
        if (apart.has(name)) return whole(name, { textOf: textIn(folder), outside: outsideOf(folder) });
        const kind = extname(name) === ".css" ? "style" : "script";
        return shorten(esbuild, kind, textIn(folder)(name));
    };
    const underOwnName = (name) => (!isWorker(name) ? files.get(name).bytes
        : whole(name, { textOf: (at) => files.get(at).text, outside: new Set() }));
    const packed = [];
    for (const name of files.keys())
        if (name !== pageName)
            packed.push({ name, bytes: await underOwnName(name), isLasting: false });
    for (const name of kept)
        packed.push({ name: newNames.get(name), bytes: await finished(name), isLasting: true });
    const atOnce = []; // what an entry imports, and something that it imports later as well
    for (const entry of new Set([...laterEntries, ...entries])) {
        // Whatever folder a module comes from, it is linked into the folder of the entry.
        const folder = dirname(entry);
        const outside = outsideOf(folder);
        const made = named(
            await link(esbuild, { entry, textOf: textIn(folder), outside, others }), folder);
        newNames.set(entry, made[0].name);
        for (const { name, bytes } of made) packed.push({ name, bytes, isLasting: true });
        if (laterEntries.has(entry)) continue;
        atOnce.push(...made.filter((one) => one.isAtOnce).map(({ name }) => name));
    }
    const preloads = [...[...apart].map((name) => newNames.get(name)), ...atOnce].map((name) =>
        `<link rel="modulepreload" href="${addressInPage(name)}">`);
    const page = textOf(pageName, addressInPage).replace(preloadsMarker, () => preloads.join("\n"));
    tellWorker(packed, page);
    return {
        page,
        files: packed.sort((a, b) => (a.name < b.name ? -1 : 1)),
    };
}
