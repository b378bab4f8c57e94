// How the page is packed: what becomes of names, references and comments.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { withoutComments } from "../../internal/web/packing/comments.mjs";
import { cppSource } from "../../internal/web/packing/cpp_source.mjs";
import { packPage } from "../../internal/web/packing/packed_page.mjs";

function pack(files) {
    const sources = new Map(
        Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
    const { page, files: packed } = packPage(sources);
    const texts = Object.fromEntries(packed.map(({ name, bytes }) => [name, bytes.toString()]));
    // The name a file has for ever: "page-0123456789ab.js".
    const lasting = (name) => {
        const at = name.lastIndexOf(".");
        const found = packed.filter((file) => file.isLasting &&
            file.name.slice(0, -13 - (name.length - at)) === name.slice(0, at));
        assert.equal(found.length, 1, name);
        assert.match(found[0].name.slice(at), /^-[0-9a-f]{12}\./);
        return found[0].name;
    };
    return { page, packed, texts, lasting, textOf: (name) => texts[lasting(name)] };
}

const html = (head) => `<!doctype html>\n${head}\n`;
const entry = html(`<script type="module" src="/static/page.js"></script>`);

describe("the packed page", () => {
    test("a file is there under its own name, as it is, and under a lasting one", () => {
        const { packed, texts, lasting } = pack({ "index.html": "x", "icons/a.svg": "<svg/>" });
        assert.deepEqual(packed.map(({ name, isLasting }) => [name, isLasting]),
            [[lasting("icons/a.svg"), true], ["icons/a.svg", false]]);
        assert.equal(texts["icons/a.svg"], "<svg/>");
        assert.equal(texts[lasting("icons/a.svg")], "<svg/>");
    });

    test("what scripts load by themselves gets its lasting name, and nothing else does", () => {
        const page = [
            `import { a } from "./model/a.js";`,
            `import {`,
            `    b,`,
            `    c,`,
            `} from "./b.js";`,
            `import "./b.js";`,
            `export { d } from "./b.js";`,
            `export const from = "./b.js";`,
            `const later = () => import("./b.js");`,
            `const worker = new URL("./b.js", import.meta.url);`,
            `const stream = new URL("/prices/stream", import.meta.url);`,
            `const own = new SharedWorker(import.meta.url, { type: "module" });`,
            `say("./b.js");`,
        ];
        const { texts, lasting, textOf } = pack({
            "index.html": entry, "page.js": page.join("\n"), "b.js": "export const b = 1;",
            "model/a.js": `import { b } from "../b.js";\nimport "/static/c.js?x=1";`, "c.js": "",
        });
        const b = `./${lasting("b.js")}`;
        const expected = [...page];
        expected[0] = `import { a } from "./${lasting("model/a.js")}";`;
        for (const line of [4, 5, 6, 8, 9]) expected[line] = page[line].replace("./b.js", b);
        assert.equal(textOf("page.js"), expected.join("\n"));
        assert.equal(texts["page.js"], page.join("\n"), "under its own name nothing changes");
        assert.equal(
            textOf("model/a.js"),
            `import { b } from "../${lasting("b.js")}";\nimport "/static/${lasting("c.js")}?x=1";`);
    });

    test("style sheets and the page refer to lasting names too", () => {
        const css = `@import "./b.css"; a{background:url(icons/a.svg)} b{src:url("icons/a.svg#x")}`;
        const head = (style, script) => html(
            `<link href="/static/${style}" rel="stylesheet">` +
            `<script src="/static/${script}"></script><a href="/">x</a><a href="https://x.example/">y</a>`);
        const { page, lasting, textOf } = pack({
            "index.html": head("a.css", "theme.js"),
            "a.css": `${css} c{background:url(data:image/png;base64,x)}`, "b.css": "",
            "icons/a.svg": "<svg/>", "theme.js": "",
        });
        assert.equal(page, head(lasting("a.css"), lasting("theme.js")));
        const icon = lasting("icons/a.svg");
        assert.equal(
            textOf("a.css"),
            `@import "./${lasting("b.css")}"; a{background:url(${icon})} ` +
            `b{src:url("${icon}#x")} c{background:url(data:image/png;base64,x)}`);
    });

    test("a lasting name changes with what a file leads to, and with nothing else", () => {
        const names = (changed) => {
            const { lasting } = pack({
                "index.html": entry, "page.js": `import "./a.js";`, "a.js": `import "./b.js";`,
                "b.js": "1", "c.js": "1", ...changed,
            });
            return ["page.js", "a.js", "b.js", "c.js"].map(lasting);
        };
        const before = names({});
        assert.deepEqual(names({}), before);
        const after = names({ "b.js": "2" });
        assert.deepEqual(after.map((name, i) => name === before[i]), [false, false, false, true]);
    });

    test("modules may import each other", () => {
        const files = { "index.html": entry, "page.js": `import "./a.js";`,
            "a.js": `import "./page.js";` };
        const { lasting, textOf } = pack(files);
        assert.equal(textOf("a.js"), `import "./${lasting("page.js")}";`);
        assert.equal(textOf("page.js"), `import "./${lasting("a.js")}";`);
    });

    test("every module that runs before the page does is asked for at once", () => {
        const { page, lasting } = pack({
            "index.html": html(`<!-- modules -->\n<script type="module" src="/static/page.js">`),
            "page.js": `import "./a.js";\nimport "./vendor/x.js";\nconst c = import("./c.js");`,
            "a.js": `import "./b.js";\nnew URL("./d.js", import.meta.url);`,
            "b.js": `import "./a.js";`, "c.js": "", "d.js": "", "vendor/x.js": `import "x";`,
        });
        const preloads = page.match(/<link rel="modulepreload" href="\/static\/[^"]+">/g);
        assert.deepEqual(preloads, ["a.js", "vendor/x.js", "b.js"].map((name) =>
            `<link rel="modulepreload" href="/static/${lasting(name)}">`));
        assert.ok(page.includes(`src="/static/${lasting("page.js")}"`));
    });

    for (const [text, complaint] of [
        [`import "./nothing.js";`, "page.js refers to nothing.js, which is not there"],
        [`import "./index.html";`, "page.js refers to index.html, which is not there"],
        [`import "lightweight-charts";`,
            `page.js imports "lightweight-charts", which no browser can find`],
        [`const x = import("https://x.example/x.js");`,
            "page.js refers to https://x.example/x.js; the page loads nothing from elsewhere"],
    ])
        test(`${text} is refused`, () => {
            assert.throws(
                () => pack({ "index.html": entry, "page.js": text }), { message: complaint });
        });

    test("a page without an index.html is refused", () => {
        assert.throws(() => pack({ "page.js": "" }), { message: "there is no index.html" });
    });
});

describe("comments", () => {
    test("a line that is a comment becomes an empty one", () => {
        assert.equal(
            withoutComments("a.js", "// one\nconst a = 1; // two\n    // three\nb(`//`);\n"),
            "\nconst a = 1; // two\n\nb(`//`);\n");
    });

    test("nothing is taken away where a line may be something else", () => {
        for (const text of ["a(`\n// text\n`);\n", "/*\n// x */ a();\n// y\n"])
            assert.equal(withoutComments("a.js", text), text);
    });

    test("those of style sheets leave their lines behind", () => {
        assert.equal(withoutComments("a.css", "/* a\n b */\nc{}/**/ /* d */e{}"), "\n\nc{} e{}");
    });

    test("other files keep all they have", () => {
        const text = "// x\n/* y */\n";
        assert.equal(withoutComments("a.svg", text), text);
        assert.equal(pack({ "index.html": "", "vendor/a.js": text }).textOf("vendor/a.js"), text);
    });
});

describe("the C++ source", () => {
    // The bytes of each literal, as a compiler would read them.
    function literals(source) {
        const read = (_, code) =>
            (code.length === 3 ? String.fromCharCode(parseInt(code, 8)) : code);
        return [...source.matchAll(/constexpr char text_\d+\[\] =\n((?: {4}".*"\n?)+);/g)].map(
            ([, lines]) => Buffer.from(
                [...lines.matchAll(/^ {4}"(.*)"$/gm)].map(([, line]) => line).join("").replace(
                    /\\(\d{3}|.)/g, read),
                "latin1"));
    }

    test("has every byte of a file, and of what it is compressed to", () => {
        const bytes = Buffer.from(Array.from({ length: 2048 }, (_, i) => (i * 7) % 256));
        const [plain, gzipped, brotlied, page] = literals(
            cppSource({ page: "{{price}}", files: [{ name: "a", bytes, isLasting: true }] }));
        assert.deepEqual(plain, bytes);
        assert.deepEqual(gunzipSync(gzipped), bytes);
        assert.deepEqual(brotliDecompressSync(brotlied), bytes);
        assert.equal(page.toString(), "{{price}}");
    });

    test("has what is not smaller when compressed only as it is, and nothing twice", () => {
        const file = { bytes: Buffer.from("abc"), isLasting: false };
        const source = cppSource(
            { page: "abc", files: [{ ...file, name: "a" }, { ...file, name: "b" }] });
        assert.equal(literals(source).length, 1);
        assert.match(source, /embedded_file\{"a", \{text_0, 3\}, \{\}, \{\},/);
        assert.match(source, /embedded_file\{"b", \{text_0, 3\}, \{\}, \{\},/);
    });

    test("an empty file has nothing to point to", () => {
        const files = [{ name: "a", bytes: Buffer.alloc(0), isLasting: false }];
        assert.match(cppSource({ page: "", files }), /embedded_file\{"a", \{\}, \{\}, \{\},/);
    });
});
