// How much of the stream other people's pages have to load.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const loaded = (name) =>
    gzipSync(readFileSync(new URL(`../../static/${name}`, import.meta.url)), { level: 9 }).length;

test("the stream and its sharing are less than 5 KB", (t) => {
    const bytes = loaded("stream.js");
    t.diagnostic(`${bytes} bytes`);
    assert.ok(bytes < 5_000, `${bytes} bytes`);
});

test("and less than 6 KB with the past", () => {
    const bytes = ["stream.js", "shared_stream.js", "history.js"]
        .reduce((sum, name) => sum + loaded(name), 0);
    assert.ok(bytes < 6_000, `${bytes} bytes`);
});
