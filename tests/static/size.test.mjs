// How much of the stream other people's pages have to load, under the names that they load it by. What
// the server sends is measured in tests/e2e/assets.test.mjs.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { withoutComments } from "../../internal/web/packing/comments.mjs";

function servedBytes(name) {
    const source = readFileSync(new URL(`../../static/${name}`, import.meta.url), "utf8");
    return gzipSync(withoutComments(name, source), { level: 9 }).length;
}

test("the stream and its sharing are less than 5 KB without their comments", (t) => {
    const bytes = servedBytes("stream.js");
    t.diagnostic(`${bytes} bytes`);
    assert.ok(bytes < 5_000, `${bytes} bytes`);
});
