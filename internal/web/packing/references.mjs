// What a file of the page refers to among the others, and where in its text.
//
// Only what a browser loads by itself is looked for: imports and `new URL(…, import.meta.url)` in
// scripts, `url(…)` and `@import` in style sheets, `href` and `src` in HTML.

import { extname } from "node:path/posix";

const root = "/static/";

// Each finds the reference in its group `to`. `isModule`: what is there runs as a module, together
// with what refers to it. With a group `entry` it is loaded later, as a page of its own would be:
// `import(new URL("…", import.meta.url))`.
const patterns = {
    ".js": [
        { find: /^[ \t]*(?:import|export)\b[^;"'`]*?\bfrom\s*"(?<to>[^"\n]+)"/gmd, isModule: true },
        { find: /^[ \t]*import\s*"(?<to>[^"\n]+)"/gmd, isModule: true },
        { find: /\bimport\(\s*"(?<to>[^"\n]+)"\s*\)/gd, isModule: true },
        {
            find: /(?<entry>\bimport\(\s*)?\bnew URL\(\s*"(?<to>[^"\n]+)"\s*,\s*import\.meta\.url\s*\)/gd,
            isModule: false,
        },
    ],
    ".css": [
        { find: /\burl\(\s*["']?(?!data:)(?<to>[^"')\s]+)["']?\s*\)/gd, isModule: false },
        { find: /@import\s+["'](?<to>[^"']+)["']/gd, isModule: false },
    ],
    ".html": [
        {
            find: /<script\b(?=[^>]*\btype="module")[^>]*\bsrc="(?<to>\/?static\/[^"]+)"/gd,
            isModule: true,
        },
        {
            find: /<(?!script\b[^>]*"module")[^>]*?\b(?:href|src)="(?<to>\/?static\/[^"]+)"/gd,
            isModule: false,
        },
    ],
};

export class PackingError extends Error {}

// The name of the file that `name` refers to, or null where it is none of ours: "/prices/stream"
// is the server's.
export function nameOf(name, to) {
    const base = new URL(name.endsWith(".html") ? "/" : `${root}${name}`, "http://page");
    const { origin, pathname } = new URL(to, base);
    if (origin !== base.origin)
        throw new PackingError(`${name} refers to ${to}; the page loads nothing from elsewhere`);
    const isFile = pathname.startsWith(root) && !pathname.endsWith("/");
    return isFile ? decodeURIComponent(pathname.slice(root.length)) : null;
}

// The references in `text`, in their order: { to, isModule, isEntry, from, till }. `from` and
// `till` enclose the path.
export function referencesOf(name, text) {
    const found = [];
    for (const { find, isModule } of patterns[extname(name)] ?? [])
        for (const { groups, indices } of text.matchAll(find)) {
            const to = nameOf(name, groups.to);
            // Only a script imports modules by names; the page has their addresses.
            const isBare = !/^\.{0,2}\//.test(groups.to) && extname(name) !== ".html";
            if (isModule && isBare)
                throw new PackingError(`${name} imports "${groups.to}", which no browser can find`);
            if (to === null) continue;
            const path = groups.to.replace(/[?#].*$/, "");
            const [from] = indices.groups.to;
            const isEntry = Boolean(groups.entry);
            found.push({ to, isModule, isEntry, from, till: from + path.length });
        }
    return found.sort((a, b) => a.from - b.from);
}

// `text` with what `address` gives for each reference in its place.
export function withReferences(text, references, address) {
    let out = "";
    let at = 0;
    for (const reference of references) {
        out += text.slice(at, reference.from) + address(reference.to);
        at = reference.till;
    }
    return out + text.slice(at);
}
