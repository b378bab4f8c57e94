// A disk for backups that fills up: a backup that finds no room leaves those from before, and the next
// one is made when there is room. Needs root, for a disk of its own.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, rmdirSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pipePlace, publish, serve, stop, tool } from "./support/archive.mjs";
import { request } from "./support/http.mjs";
import { figuresOf } from "./support/figures.mjs";
import { PastTicks } from "./support/past_ticks.mjs";
import { until } from "./support/wait.mjs";

const timeout = 180_000;
const size = 4 * 1024 * 1024;

// A small disk of its own; null where none may be mounted.
function smallDisk(t) {
    const path = mkdtempSync(join(tmpdir(), "tickertape-disk-"));
    try {
        execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tickertape-test", path], { stdio: "ignore" });
    } catch {
        rmdirSync(path);
        t.skip("no disk of its own: only root may mount one");
        return null;
    }
    t.after(() => {
        execFileSync("umount", ["--lazy", path]);
        rmdirSync(path);
    });
    return path;
}

// Leaves so many bytes of it.
function leave(at, bytes) {
    const filler = join(at.backups, "filler");
    rmSync(filler, { force: true });
    const { bavail, bsize } = statfsSync(at.backups);
    if (bavail * bsize > bytes) writeFileSync(filler, Buffer.alloc(bavail * bsize - bytes));
}

const usedBy = (name) => Number(execFileSync("du", ["-sB1", name], { encoding: "utf8" }).split("\t")[0]);
const completeIn = (at) => readdirSync(at.backups).filter((name) => /Z$/.test(name)).sort();

// Makes an archive of the newest backup, and returns how many ticks it has.
async function restored(at, name) {
    const to = { ...at, data: join(at.root, name) };
    const done = await tool(to, ["archive", "restore", at.backups]);
    assert.equal(done.code, 0, done.stderr);
    const verified = await tool(to, ["archive", "verify"]);
    assert.equal(verified.code, 0, verified.stdout);
    const text = await tool(to, ["export", "--format", "jsonl"]);
    rmSync(to.data, { recursive: true });
    return text.stdout.trimEnd().split("\n").length;
}

test("a backup that finds no room leaves those from before, wherever it ends", { timeout }, async (t) => {
    const backups = smallDisk(t);
    if (!backups) return;
    const at = { ...await pipePlace(t), backups };
    await new PastTicks(["BTC-USD"], 4_000).addTo(at);
    const server = await serve(t, at, { LOG_LEVEL: "warn" });
    await publish(t, server, 1, 500);
    assert.equal((await tool(at, ["archive", "backup", "--to", at.backups])).code, 0);
    const good = completeIn(at);
    assert.equal(good.length, 1);
    const ticks = await restored(at, "good");
    await publish(t, server, 501, 500);

    const need = usedBy(join(at.backups, good[0]));
    let failed = 0;
    for (let part = 0; part < 16; part += 1) {
        leave(at, Math.floor((need * part) / 16));
        const done = await tool(at, ["archive", "backup", "--to", at.backups]);
        // Sealed days are links to the backup before: it may have found enough room.
        if (done.code === 0) break;
        failed += 1;
        assert.equal(done.code, 1);
        assert.match(done.stderr, /no space left|disk is full|No space left on device/i);
        assert.ok(done.stderr.trimEnd().split("\n").length <= 2, done.stderr);
        assert.deepEqual(completeIn(at), good);
    }
    assert.ok(failed >= 3, `${failed} backups found no room`);
    if (completeIn(at).length === 1) assert.equal(await restored(at, "still"), ticks);
    leave(at, size);
    const after = await tool(at, ["archive", "backup", "--to", at.backups]);
    assert.equal(after.code, 0, after.stderr);
    assert.equal(await restored(at, "after"), ticks + 500);
    t.diagnostic(`${failed} backups found no room; a whole one takes ${need} bytes`);
});

test("a server whose backups find no room says so, and goes on", { timeout }, async (t) => {
    const backups = smallDisk(t);
    if (!backups) return;
    const at = { ...await pipePlace(t), backups };
    await new PastTicks(["BTC-USD"], 4_000).addTo(at);
    const before = await serve(t, at);
    await publish(t, before, 1, 500);
    await stop(before);
    assert.equal((await tool(at, ["archive", "backup", "--to", at.backups])).code, 0);
    const good = completeIn(at);
    leave(at, 4_096);
    const server = await serve(t, at, { BACKUP_DIR: at.backups, BACKUP_INTERVAL: "1ms", LOG_LEVEL: "info" });
    await until("a backup has failed",
        async () => (await figuresOf(server)).sum("tickertape_backup_failures_total") > 0, { timeout: 30_000 });
    assert.match(server.child.stderr, /backup.*(disk is full|space)/i);
    await publish(t, server, 501, 50);
    assert.equal((await request(`${server.url}/readyz`)).status, 200);
    assert.deepEqual(completeIn(at), good);
    leave(at, size);
    await until("the next one is made", () => completeIn(at).some((name) => !good.includes(name)), { timeout: 60_000 });
    await stop(server);
    assert.ok(await restored(at, "restored") >= 4_001 + 500);
});
