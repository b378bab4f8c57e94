// What fetches what is not ours: once, whole, and again where something of it is gone.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
    chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const brought = [
    "esbuild/lib/main.js", "@esbuild/linux-x64/package.json",
    "lightweight-charts/dist/lightweight-charts.production.mjs",
];

// Does what npm would: leaves out what NODE_ENV says, unless it is told not to.
const fakeNpm = `#!/usr/bin/env bash
echo "$*" >>"$ASKED"
rm -rf node_modules
for file in $BROUGHT; do
    [[ $file == *esbuild* && "$NODE_ENV" == production && "$*" != *--include=dev* ]] && continue
    mkdir -p "node_modules/$(dirname "$file")"
    : >"node_modules/$file"
done
`;

function folder(t) {
    const place = mkdtempSync(join(tmpdir(), "page-modules-"));
    t.after(() => rmSync(place, { recursive: true }));
    const script = join(place, ".ci/page-modules");
    const modules = join(place, "build/page-modules");
    for (const name of [".ci/page-modules", "static/package.json", "static/package-lock.json"]) {
        mkdirSync(dirname(join(place, name)), { recursive: true });
        copyFileSync(join(root, name), join(place, name));
    }
    mkdirSync(join(place, "bin"));
    writeFileSync(join(place, "bin/npm"), fakeNpm);
    chmodSync(join(place, "bin/npm"), 0o755);
    const asked = join(place, "asked");
    writeFileSync(asked, "");
    const run = (files = brought) => spawnSync(script, {
        encoding: "utf8",
        env: {
            PATH: `${join(place, "bin")}:${process.env.PATH}`, NODE_ENV: "production",
            ASKED: asked, BROUGHT: files.join(" "),
        },
    });
    const times = () => readFileSync(asked, "utf8").split("\n").length - 1;
    return { run, modules, times, isStamped: () => existsSync(join(modules, ".fetched")) };
}

test("what packs the page is fetched in production too, and once", (t) => {
    const { run, modules, times, isStamped } = folder(t);
    const { status, stderr } = run();
    assert.equal(status, 0, stderr);
    for (const file of brought) assert.ok(existsSync(join(modules, "node_modules", file)), file);
    assert.ok(isStamped());
    assert.equal(run().status, 0);
    assert.equal(times(), 1);
});

test("what is gone is fetched again", (t) => {
    const { run, modules, times } = folder(t);
    run();
    let expected = 1;
    for (const gone of ["", ...brought]) {
        rmSync(join(modules, "node_modules", gone), { recursive: true });
        assert.equal(run().status, 0);
        assert.equal(times(), (expected += 1), gone);
    }
});

test("what npm did not bring whole is no success, and is tried again", (t) => {
    const { run, times, isStamped } = folder(t);
    for (const missing of brought) {
        const { status, stderr } = run(brought.filter((file) => file !== missing));
        assert.equal(status, 1);
        assert.match(stderr, /did not bring all/);
        assert.equal(isStamped(), false);
    }
    assert.equal(run().status, 0);
    assert.equal(times(), brought.length + 1);
});
