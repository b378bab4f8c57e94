// How much of the stream other people's pages have to load, under the name that they load it by. What
// the server sends is measured in tests/e2e/assets.test.mjs.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { packPage } from "../../internal/web/packing/packed_page.mjs";

const linkerUrl =
    new URL("../../build/page-modules/node_modules/esbuild/lib/main.js", import.meta.url);
const skip = existsSync(linkerUrl) ? false : "nothing is fetched yet: .ci/page-modules";
const folder = new URL("../../static/", import.meta.url);

test("the stream and its sharing are one file of less than 5 KB", { skip }, async (t) => {
    const { default: esbuild } = await import(linkerUrl.href);
    const names = ["stream.js", ...readdirSync(new URL("stream/", folder)).map((name) => `stream/${name}`)];
    const sources = new Map(names.map((name) => [name, readFileSync(new URL(name, folder))]));
    sources.set("index.html", Buffer.from(""));
    const { files } = await packPage(sources, { esbuild });
    const { bytes } = files.find(({ name }) => name === "stream.js");
    const size = gzipSync(bytes, { level: 9 }).length;
    t.diagnostic(`${size} bytes`);
    assert.doesNotMatch(bytes.toString(), /^import /m);
    assert.ok(size < 5_000, `${size} bytes`);
});
