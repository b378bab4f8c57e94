// The modules that the page runs as one, without what nothing uses, in as few letters as it takes.
// esbuild does the work; here it is told what is what. No I/O but its own.

import { basename } from "node:path/posix";
import { nameOf } from "./references.mjs";

// What every browser understands that has what the page is made of.
const target = "es2022";
const ours = "page";

// `textOf(name)` has the lasting addresses of modules that stay files of their own, `outside`. What
// is in `others`, a map, is found at these paths.
//
// Returns the files that are made of them, { name, bytes, imports }: the entry first, then what it
// imports at once or later (by `import()`), each with the names of those it imports at once. Those
// names are the linker's, and stand as "./name" in the bytes.
export async function link(esbuild, { entry, textOf, outside, others }) {
    const modules = {
        name: ours,
        setup(build) {
            build.onResolve({ filter: /.*/ }, ({ path, importer, namespace, kind }) => {
                if (kind === "entry-point") return { path, namespace: ours };
                if (namespace !== ours) return undefined;
                if (outside.has(path)) return { path, external: true };
                const name = nameOf(importer, path);
                return others.has(name)
                    ? { path: others.get(name) }
                    : { path: name, namespace: ours };
            });
            build.onLoad({ filter: /.*/, namespace: ours }, ({ path }) =>
                ({ contents: textOf(path), loader: "js" }));
        },
    };
    const { outputFiles, metafile } = await esbuild.build({
        entryPoints: [entry], plugins: [modules], bundle: true, write: false, format: "esm", target,
        minify: true, legalComments: "eof", charset: "utf8", logLevel: "silent",
        splitting: true, metafile: true, outdir: "/", entryNames: "[name]",
        chunkNames: "[name]-[hash]",
    });
    const facts = new Map(
        Object.entries(metafile.outputs).map(([path, of]) => [basename(path), of]));
    const atOnce = ({ imports }) => imports.filter(({ kind, external }) =>
        kind === "import-statement" && !external).map(({ path }) => basename(path));
    const isEntry = ({ name }) => name === basename(entry);
    return outputFiles.map(({ path, contents }) => {
        const name = basename(path);
        return { name, bytes: Buffer.from(contents), imports: atOnce(facts.get(name)) };
    }).sort((a, b) => isEntry(b) - isEntry(a));
}

// One file in fewer letters. `kind`: "module", "script" or "style".
export async function shorten(esbuild, kind, text) {
    const { code } = await esbuild.transform(text, {
        loader: kind === "style" ? "css" : "js", format: kind === "module" ? "esm" : undefined,
        target, minify: true, legalComments: "eof", charset: "utf8", logLevel: "silent",
    });
    return Buffer.from(code);
}
