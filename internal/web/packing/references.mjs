// What a file of the page refers to among the others, and where in its text.
//
// Only what a browser loads by itself is looked for: imports and `new URL(…, import.meta.url)` in
// scripts, `url(…)` and `@import` in style sheets, `href` and `src` in HTML.

import { extname } from "node:path/posix";

const root = "/static/";

// Each finds the reference in its group `to`. `isModule`: its module runs before this one does.
const patterns = {
    ".js": [
        { find: /^[ \t]*(?:import|export)\b[^;"'`]*?\bfrom\s*"(?<to>[^"\n]+)"/gmd, isModule: true },
        { find: /^[ \t]*import\s*"(?<to>[^"\n]+)"/gmd, isModule: true },
        { find: /\bimport\(\s*"(?<to>[^"\n]+)"\s*\)/gd, isModule: false },
        { find: /\bnew URL\(\s*"(?<to>[^"\n]+)"\s*,\s*import\.meta\.url\s*\)/gd, isModule: false },
    ],
    ".css": [
        { find: /\burl\(\s*["']?(?!data:)(?<to>[^"')\s]+)["']?\s*\)/gd, isModule: false },
        { find: /@import\s+["'](?<to>[^"']+)["']/gd, isModule: false },
    ],
    ".html": [
        {
            find: /<script\b(?=[^>]*\btype="module")[^>]*\bsrc="(?<to>\/static\/[^"]+)"/gd,
            isModule: true,
        },
        {
            find: /<(?!script\b[^>]*"module")[^>]*?\b(?:href|src)="(?<to>\/static\/[^"]+)"/gd,
            isModule: false,
        },
    ],
};

export class PackingError extends Error {}

// The name of the file, or null where it is none of ours: "/prices/stream" is the server's.
function resolve(name, to) {
    const base = new URL(name.endsWith(".html") ? "/" : `${root}${name}`, "http://page");
    const { origin, pathname } = new URL(to, base);
    if (origin !== base.origin)
        throw new PackingError(`${name} refers to ${to}; the page loads nothing from elsewhere`);
    const isFile = pathname.startsWith(root) && !pathname.endsWith("/");
    return isFile ? decodeURIComponent(pathname.slice(root.length)) : null;
}

// The references in `text`, in their order: { to, isModule, from, till }. `from` and `till` enclose
// the last part of the path, which is what becomes another name.
export function referencesOf(name, text) {
    const found = [];
    for (const { find, isModule } of patterns[extname(name)] ?? [])
        for (const { groups, indices } of text.matchAll(find)) {
            if (isModule && !/^\.{0,2}\//.test(groups.to))
                throw new PackingError(`${name} imports "${groups.to}", which no browser can find`);
            const to = resolve(name, groups.to);
            if (to === null) continue;
            const path = groups.to.replace(/[?#].*$/, "");
            const [begin] = indices.groups.to;
            const from = begin + path.lastIndexOf("/") + 1;
            found.push({ to, isModule, from, till: begin + path.length });
        }
    return found.sort((a, b) => a.from - b.from);
}

// `text` with what `newName` gives for each reference in the place of its last part.
export function withReferences(text, references, newName) {
    let out = "";
    let at = 0;
    for (const reference of references) {
        out += text.slice(at, reference.from) + newName(reference.to);
        at = reference.till;
    }
    return out + text.slice(at);
}
