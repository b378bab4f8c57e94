// How the page is packed: what becomes of names, references and comments.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { withoutComments } from "../../internal/web/packing/comments.mjs";
import { cppSource } from "../../internal/web/packing/cpp_source.mjs";
import { packPage } from "../../internal/web/packing/packed_page.mjs";

const linkerUrl =
    new URL("../../build/page-modules/node_modules/esbuild/lib/main.js", import.meta.url);
const isFetched = existsSync(fileURLToPath(linkerUrl));
const skip = isFetched ? false : "nothing is fetched yet: .ci/page-modules";
const { default: esbuild } = isFetched ? await import(linkerUrl.href) : {};

async function pack(files) {
    const sources = new Map(
        Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
    const { page, files: packed } = await packPage(sources, { esbuild });
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
    // As the page has it, and as a file of static/ itself has it.
    const inPage = (name) => `static/${lasting(name)}`;
    const address = (name) => `./${lasting(name)}`;
    const textOf = (name) => texts[lasting(name)].trim();
    return { page, packed, texts, lasting, inPage, address, textOf };
}

const html = (head) => `<!doctype html>\n${head}\n`;
const entry = html(`<!-- modules --><script type="module" src="static/page.js"></script>`);
const worker = `new SharedWorker(import.meta.url, { type: "module" });`;

describe("the packed page", { skip }, () => {
    test("every source is there under its own name, as it is", async () => {
        const files = { "index.html": "x", "a.js": `import "./b.js";`, "b.js": "say( 1 );",
            "icons/a.svg": "<svg/>" };
        const { packed, texts } = await pack(files);
        assert.deepEqual(packed.map(({ name, isLasting }) => [name, isLasting]),
            [["a.js", false], ["b.js", false], ["icons/a.svg", false]]);
        for (const name of Object.keys(texts)) assert.equal(texts[name], files[name]);
    });

    test("what the page leads to is there under lasting names too, and used by them", async () => {
        const head = (style, script) => html(
            `<link href="${style}" rel="stylesheet"><script src="${script}"></script>` +
            `<a href="/">x</a><a href="https://x.example/">y</a>`);
        const { page, lasting, inPage, address, textOf } = await pack({
            "index.html": head("static/a.css", "static/theme.js"),
            "a.css": `@import "./b.css"; a { background: url(icons/a.svg) } ` +
                `b { background: url("icons/a.svg#x") } c { background: url(data:image/png,x) }`,
            "b.css": "", "icons/a.svg": "<svg/>", "theme.js": "var isDark = true;", "c.css": "",
        });
        assert.equal(page, head(inPage("a.css"), inPage("theme.js")));
        const icon = address("icons/a.svg");
        assert.equal(textOf("a.css"), `@import"${address("b.css")}";a{background:url(${icon})}` +
            `b{background:url(${icon}#x)}c{background:url(data:image/png,x)}`);
        assert.equal(textOf("theme.js"), "var isDark=!0;", "its names are everybody's");
        assert.throws(() => lasting("c.css"));
    });

    test("style sheets that follow each other are one file", async () => {
        const links = (...names) =>
            names.map((name) => `<link rel="stylesheet" href="static/${name}">\n`).join("");
        const files = {
            "a.css": "a { background: url(i.svg) }", "b.css": "a { color: red }", "i.svg": "<svg/>",
        };
        const { page, texts, inPage, address, textOf } =
            await pack({ "index.html": html(links("a.css", "b.css")), ...files });
        const sheet = inPage("styles.css");
        assert.equal(page, html(`<link rel="stylesheet" href="${sheet}">\n`));
        assert.equal(textOf("styles.css"),
            `a{background:url(${address("i.svg")})}a{color:red}`);
        assert.equal(texts["a.css"], files["a.css"], "each is there by itself too");
        const index = { "index.html": html(links("a.css", "b.css")) };
        await assert.rejects(pack({ ...index, ...files, "b.css": `@import "./a.css";` }), /imports/);
        await assert.rejects(pack({ ...index, "a.css": "" }), /b\.css, which is not there/);
    });

    test("the modules of the page become one, without what nothing uses", async () => {
        const { page, packed, inPage, textOf } = await pack({
            "index.html": entry,
            "page.js": `import { a } from "./model/a.js";\nsay(a);\nimport "./c.js";`,
            "model/a.js": `import { b } from "../b.js";\nexport const a = b;\nexport const z = 99;`,
            "b.js": "export const b = 41;", "c.js": `say("later");`,
        });
        assert.equal(page, html(
            `<script type="module" src="${inPage("page.js")}"></script>`));
        assert.deepEqual(packed.filter(({ isLasting }) => isLasting).length, 1);
        const text = textOf("page.js");
        assert.ok(!/\bfrom\b|99/.test(text), text);
        assert.match(text, /41/);
        assert.match(text, /later/);
    });

    test("what is imported later is a file of its own, and what both use another", async () => {
        const files = {
            "index.html": entry,
            "page.js": `import { t } from "./t.js";\nsay(t);\nlet n = import("./view/later.js");`,
            "view/later.js": `import { t } from "../t.js";\nexport const words = "later" + t;`,
            "t.js": "export const t = make(41);",
        };
        const { page, inPage, address, textOf, packed } = await pack(files);
        assert.ok(textOf("page.js").includes(`import("${address("later.js")}")`));
        assert.ok(!textOf("page.js").includes("41") && textOf("chunk.js").includes("make(41)"));
        for (const name of ["page.js", "later.js"])
            assert.ok(textOf(name).includes(`from"${address("chunk.js")}"`), textOf(name));
        assert.ok(page.includes(`<link rel="modulepreload" href="${inPage("chunk.js")}">`));
        assert.ok(!page.includes("later"));
        // A change of what is imported later changes the name of what leads to it.
        const changed = await pack({ ...files, "view/later.js": `export const words = "soon";` });
        assert.notEqual(changed.lasting("page.js"), packed.find(({ name, isLasting }) =>
            isLasting && name.startsWith("page-")).name);
    });

    test("a module that starts itself as a worker stays a file, with all that it imports", async () => {
        const { page, inPage, address, textOf, texts } = await pack({
            "index.html": entry,
            "page.js": `import { s } from "./shared.js";\nsay(s);`,
            "shared.js": `import { t } from "./live/t.js";\nexport const s = t + 1; // one\n${worker}`,
            "live/t.js": "// of its own\nexport const t = make(41);",
        });
        assert.match(textOf("page.js"), new RegExp(`from"${address("shared.js")}"`));
        assert.match(page, new RegExp(
            `<link rel="modulepreload" href="${inPage("shared.js")}"><script`));
        // Under its own name as well: other people load it by that.
        for (const text of [textOf("shared.js"), texts["shared.js"]]) {
            assert.match(text, /new SharedWorker\(import\.meta\.url/);
            assert.match(text, /make\(41\)/);
            assert.doesNotMatch(text, /from|of its own/);
        }
        await assert.rejects(pack({
            "index.html": entry, "page.js": `import "./shared.js";`, "later.js": "say(1);",
            "shared.js": `let n = import("./later.js");\n${worker}`,
        }), /shared\.js imports something later/);
    });

    test("addresses are relative to what has them, whatever folder it is in", async () => {
        const { page, inPage, lasting, textOf } = await pack({
            "index.html": html(
                `<link href="/static/css/a.css" rel="stylesheet">` +
                `<script type="module" src="/static/page.js"></script>`),
            "css/a.css": "a { background: url(../icons/a.svg) }", "icons/a.svg": "<svg/>",
            "page.js": `import "./model/a.js";`,
            "model/a.js": `import { s } from "../live/shared.js";\nsay(s);`,
            "live/shared.js": `export const s = new URL("../icons/a.svg", import.meta.url);\n${worker}`,
        });
        assert.equal(page, html(
            `<link href="${inPage("css/a.css")}" rel="stylesheet">` +
            `<script type="module" src="${inPage("page.js")}"></script>`));
        assert.equal(textOf("css/a.css"), `a{background:url(../${lasting("icons/a.svg")})}`);
        // A module that is linked is where the page's is.
        assert.match(textOf("page.js"), new RegExp(`from"./${lasting("live/shared.js")}"`));
        assert.match(textOf("live/shared.js"), new RegExp(`"../${lasting("icons/a.svg")}"`));
    });

    test("an address that a script makes is that of the lasting name", async () => {
        const { address, textOf } = await pack({
            "index.html": entry, "icon.svg": "<svg/>", "a.svg": "<svg/>",
            "page.js": `import "./view/a.js";\nsay(new URL("/prices/stream", import.meta.url));`,
            "view/a.js": `say(new URL("../icon.svg?x", import.meta.url), "../a.svg");`,
        });
        const text = textOf("page.js");
        assert.ok(text.includes(`new URL("${address("icon.svg")}?x",import.meta.url)`), text);
        assert.ok(text.includes(`"../a.svg"`), "what is only a text stays as it is");
        assert.ok(text.includes(`"/prices/stream"`));
    });

    test("what is loaded later as an entry of its own has all it needs in one file", async () => {
        const { page, packed, address, lasting, textOf } = await pack({
            "index.html": entry, "later.css": "a { color: red }",
            "page.js": `import { t } from "./t.js";\nsay(t);\n` +
                `let n = import(new URL("./later.js", import.meta.url));`,
            "later.js": `import { t } from "./t.js";\nimport { own } from "./own.js";\n` +
                `say(t + own, new URL("./later.css", import.meta.url));`,
            "t.js": `export const t = "shared";`, "own.js": `export const own = "own";`,
        });
        const first = textOf("page.js");
        assert.ok(first.includes(`import(new URL("${address("later.js")}",import.meta.url))`), first);
        assert.ok(first.includes("shared") && !first.includes("own"), first);
        const later = textOf("later.js");
        assert.ok(later.includes("shared") && later.includes("own"), later);
        assert.ok(later.includes(`new URL("${address("later.css")}",import.meta.url)`), later);
        assert.doesNotMatch(later, /\b(?:import|from)\s*"/);
        assert.ok(!page.includes(lasting("later.js")), "it is not named beforehand");
        assert.equal(packed.filter(({ isLasting }) => isLasting).length, 3);
    });

    test("a lasting name changes with what a file leads to, and with nothing else", async () => {
        const names = async (changed) => {
            const { lasting } = await pack({
                "index.html": entry, "page.js": `import "./a.js";\nimport "./linked.js";`,
                "a.js": `import "./b.js";\n${worker}`, "b.js": "say(1);", "linked.js": "say(2);",
                "other.js": "", ...changed,
            });
            return ["page.js", "a.js"].map(lasting);
        };
        const before = await names({});
        const isSame = async (changed) =>
            (await names(changed)).map((name, i) => name === before[i]);
        assert.deepEqual(await isSame({}), [true, true]);
        assert.deepEqual(await isSame({ "other.js": "say(3);" }), [true, true]);
        assert.deepEqual(await isSame({ "linked.js": "say(3);" }), [false, true]);
        assert.deepEqual(await isSame({ "b.js": "say(3);" }), [false, false]);
    });

    test("modules may import each other", async () => {
        const { texts, textOf } = await pack({
            "index.html": entry, "page.js": `import "./a.js";`,
            "a.js": `import { b } from "./b.js";\nexport const a = 41;\nsay(b);\n${worker}`,
            "b.js": `import { a } from "./a.js";\nexport const b = () => a;`,
        });
        for (const text of [textOf("a.js"), texts["a.js"]]) assert.match(text, /41/);
        assert.doesNotMatch(texts["a.js"], /from/);
    });

    for (const [text, complaint] of [
        [`import "./nothing.js";`, "page.js refers to nothing.js, which is not there"],
        [`import "./index.html";`, "page.js refers to index.html, which is not there"],
        [`import "lightweight-charts";`,
            `page.js imports "lightweight-charts", which no browser can find`],
        [`const x = import("https://x.example/x.js");`,
            "page.js refers to https://x.example/x.js; the page loads nothing from elsewhere"],
    ])
        test(`${text} is refused`, async () => {
            await assert.rejects(
                pack({ "index.html": entry, "page.js": text }), { message: complaint });
        });

    test("a page without an index.html is refused, and a script that is none", async () => {
        await assert.rejects(pack({ "page.js": "" }), { message: "there is no index.html" });
        await assert.rejects(
            pack({ "index.html": entry, "page.js": "const = 1;" }), /page\.js:1:6/);
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
    });

    test("what is not ours keeps all it has", { skip }, async () => {
        const text = "// x\n/* y */\n";
        const { texts } = await pack({ "index.html": "", "vendor/a.js": text });
        assert.equal(texts["vendor/a.js"], text);
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
