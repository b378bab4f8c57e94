// The subcommands that work on the archive, as an operator uses them: beside a server, and without one.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pipePlace, publish, serve, stop, tool } from "./support/archive.mjs";
import { readEvents } from "./support/events.mjs";
import { json, request } from "./support/http.mjs";
import { binary } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 120_000;

const pricesIn = (text) => text.trim().split("\n").map((line) => JSON.parse(line).price);
const upTo = (n) => Array.from({ length: n }, (_, i) => i + 1);

const lines = (day, count, symbol = "BTC-USD") => Array.from({ length: count }, (_, i) => JSON.stringify({
    symbol, price: 100 + i / 4, timestamp: Date.parse(`${day}T10:00:00Z`) / 1000 + i, source: "elsewhere" })).join("\n");

describe("the tools of the archive", { timeout: 600_000 }, () => {
    test("info, verify and export work beside a server and without one", { timeout }, async (t) => {
        const at = await pipePlace(t);
        const server = await serve(t, at);
        await publish(t, server, 1, 50);
        for (const running of [true, false]) {
            if (!running) await stop(server);
            const info = await tool(at, ["archive", "info", "--json"]);
            assert.equal(info.code, 0, info.stderr);
            const said = JSON.parse(info.stdout);
            assert.equal(said.kind, "pipe");
            assert.equal(said.ticks, 50);
            assert.equal(said.in_use, running);
            assert.equal(said.days.length >= 1, true);
            const verify = await tool(at, ["archive", "verify"]);
            assert.equal(verify.code, 0, verify.stderr + verify.stdout);
            assert.match(verify.stdout, /50 ticks, \d+ candles: sound\n$/);
            assert.equal(/a server uses the archive/.test(verify.stderr), running);
            const text = await tool(at, ["export", "--format", "jsonl"]);
            assert.deepEqual(pricesIn(text.stdout), upTo(50));
            assert.equal(text.stderr, "");
        }
        const json = JSON.parse((await tool(at, ["export", "--format=json"])).stdout);
        assert.equal(json.version, 1);
        assert.deepEqual(Object.keys(json.records[0]), ["timestamp", "symbol", "price", "source", "id"]);
        assert.equal(json.records.length, 50);
        const csv = join(at.root, "out.csv");
        assert.equal((await tool(at, ["export", "--output", csv])).code, 0);
        assert.equal(readFileSync(csv, "utf8").split("\n").length, 52);
    });

    test("verify tells of a changed file and exits with 1", { timeout }, async (t) => {
        const at = await pipePlace(t);
        const server = await serve(t, at);
        await publish(t, server, 1, 20);
        await stop(server);
        const day = readdirSync(at.pipe).find((name) => /^ticks-.*\.db$/.test(name));
        const bytes = readFileSync(join(at.pipe, day));
        for (let i = bytes.indexOf("BTC-USD"); i >= 0; i = bytes.indexOf("BTC-USD", i)) bytes[i] ^= 1;
        writeFileSync(join(at.pipe, day), bytes);
        const verify = await tool(at, ["archive", "verify", "--json"]);
        assert.equal(verify.code, 1, verify.stdout);
        assert.equal(JSON.parse(verify.stdout).sound, false);
    });

    test("candles that do not verify are wrong, are in no backup, and are told by the server", { timeout }, async (t) => {
        const at = await pipePlace(t);
        const csv = join(at.root, "days.csv");
        const first = Date.parse("2019-01-01T00:00:00Z") / 1000;
        writeFileSync(csv, Array.from({ length: 2_000 }, (_, i) =>
            `${first + i * 86_400},100.25,102.5,101.5,${101 + (i % 7) / 8},7`).join("\n"));
        const args = ["import", "--format", "coinbase", "--interval", "1d", "--symbol", "BTC-USD"];
        assert.equal((await tool(at, [...args, csv])).code, 0);
        // Hours they are not.
        const hours = await tool(at, [...args.map((a) => (a === "1d" ? "1h" : a)), csv]);
        assert.equal(hours.code, 1);
        assert.match(hours.stderr, /line 2000: all candles up to here are 1d apart or more/);
        const info = JSON.parse((await tool(at, ["archive", "info", "--json"])).stdout);
        assert.deepEqual(info.candles.map(({ interval, count, since }) => [interval, count, since]),
            [["1d", 2_000, first], ["1w", 284, first + 6 * 86_400]]);
        const backup = () => tool(at, ["archive", "backup", "--to", at.backups]);
        assert.equal((await backup()).code, 0);
        const path = join(at.pipe, "candles.db");
        const bytes = readFileSync(path);
        for (let i = 0; i < 6_000; i += 1) bytes[Math.floor(bytes.length / 2) + i] = (i * 73) % 251;
        writeFileSync(path, bytes);
        const wrong = await tool(at, ["archive", "verify"]);
        assert.equal(wrong.code, 1, wrong.stdout);
        assert.match(wrong.stdout, /^WRONG .*candles\.db: /m);
        const refused = await backup();
        assert.equal(refused.code, 1);
        assert.match(refused.stderr, /the copy does not verify: candles\.db|malformed/);
        const server = await serve(t, at);
        // Of the days that are lost nothing is kept that they could be made of.
        await until("it is told", () => /candles were damaged .*those of 1d of BTC-USD from/.test(server.child.stderr));
        assert.match(server.child.stderr, /candles were damaged .*the damaged file is .*damaged\/candles\.db/);
        assert.ok(existsSync(join(at.pipe, "damaged", "candles.db")));
        const metrics = (await request(`${server.url}/metrics`)).text;
        assert.ok(Number(/^tickertape_archive_candles_damaged_total (\d+)$/m.exec(metrics)[1]) > 0);
        await stop(server);
        const sound = await tool(at, ["archive", "verify"]);
        assert.equal(sound.code, 0, sound.stdout);
        assert.match(sound.stdout, /^note .*candles\.db: lost for good: candles of 1d of BTC-USD from/m);
        assert.equal((await backup()).code, 0);
    });

    test("what is exported can be imported, to the byte", { timeout }, async (t) => {
        const at = await pipePlace(t);
        const file = join(at.root, "old.jsonl");
        writeFileSync(file, [lines("2021-03-01", 500), lines("2021-03-02", 500, "ETH-USD")].join("\n"));
        const first = await tool(at, ["import", file]);
        assert.equal(first.code, 0, first.stderr);
        assert.match(first.stdout, /^1000 ticks added, 0 were there already, 2 days$/m);
        const again = await tool(at, ["import", file]);
        assert.match(again.stdout, /^0 ticks added, 1000 were there already, 2 days$/m);
        for (const format of ["csv", "json", "jsonl"]) {
            const text = await tool(at, ["export", "--format", format]);
            assert.equal(text.code, 0, text.stderr);
            const other = { ...at, data: join(at.root, format) };
            const back = await tool(other, ["import", "-", "--format", format], { input: text.stdout });
            assert.equal(back.code, 0, back.stderr);
            assert.equal((await tool(other, ["export", "--format", format])).stdout, text.stdout);
        }
        const some = await tool(at, ["export", "--symbols", "eth-usd", "--since", "2021-03-02T10:00:10Z",
            "--until", "2021-03-02T10:00:15Z", "--format", "jsonl"]);
        assert.deepEqual(pricesIn(some.stdout), [102.5, 102.75, 103, 103.25, 103.5]);
    });

    test("what was imported is served, and the server goes on after it", { timeout }, async (t) => {
        const at = await pipePlace(t);
        const file = join(at.root, "old.jsonl");
        writeFileSync(file, lines("2021-03-01", 100));
        assert.equal((await tool(at, ["import", file])).code, 0);
        const server = await serve(t, at);
        await publish(t, server, 1, 5);
        const refused = await tool(at, ["import", file]);
        assert.equal(refused.code, 1);
        assert.match(refused.stderr, /a running server uses the archive; stop it to import/);
        const text = await tool(at, ["export", "--format", "jsonl"]);
        assert.equal(pricesIn(text.stdout).length, 105);
        assert.equal((await tool(at, ["archive", "verify"])).code, 0);
        await stop(server);
        const compacted = await tool(at, ["archive", "compact"]);
        assert.equal(compacted.code, 0, compacted.stderr);
        assert.equal(pricesIn((await tool(at, ["export", "--format", "jsonl"])).stdout).length, 105);
    });

    test("a time that was never archived is told as missing, and the history goes back over it", { timeout }, async (t) => {
        const at = await pipePlace(t);
        const file = join(at.root, "old.jsonl");
        writeFileSync(file, [lines("2021-03-01", 100), lines("2021-03-02", 100)].join("\n"));
        assert.equal((await tool(at, ["import", file])).code, 0);
        const first = await serve(t, at);
        await publish(t, first, 1, 5);
        await stop(first);
        const server = await serve(t, at, { STORE_SIZE: "10" });
        // Never more at once than memory holds.
        for (const next of [6, 11, 16, 21]) await publish(t, server, next, 5);
        const imported = Array.from({ length: 100 }, (_, i) => 100 + i / 4);
        const all = [...imported, ...imported, ...upTo(25)];
        const stream = readEvents(t, `${server.url}/prices/stream?since=2021-03-01`);
        await stream.sees("all prices", (_, { prices }) => prices.length >= all.length);
        assert.deepEqual(stream.prices, all);
        const gaps = stream.events.filter(({ event }) => event === "gap").map(({ data }) => data.reason);
        assert.deepEqual(gaps, ["evicted", "missing"]);

        const pages = async (begin, end) => {
            const found = [];
            for (let query = begin; query !== null && found.length < 100;) {
                const { status, body } = await json(`${server.url}/api/prices/btc-usd/history?${query}`);
                assert.equal(status, 200, JSON.stringify(body));
                found.push(body);
                query = body.more ? end(body.next) : null;
            }
            return found;
        };
        const told = (found) => found.flatMap(({ gap }) => gap ? [gap.reason] : []);
        const pricesOf = (found) => found.flatMap(({ ticks }) => ticks.map(({ price }) => price));
        const forwards = await pages("after=0-0&limit=60", ({ after }) => `after=${after}&limit=60`);
        assert.deepEqual(pricesOf(forwards), all);
        assert.deepEqual(told(forwards), ["evicted", "missing"]);
        const backwards = await pages(`before=${2 ** 43}-0&limit=60`, ({ before }) => `before=${before}&limit=60`);
        assert.deepEqual(pricesOf(backwards.reverse()), all);
        const newest = (await json(`${server.url}/api/prices/btc-usd/history`)).body;
        assert.deepEqual(pricesOf([newest]), upTo(25));
        assert.equal(newest.more, true);

        // An id of another server is told so, and gets what memory holds.
        const stranger = readEvents(t, `${server.url}/prices/stream`, { "last-event-id": "99999999999999-0" });
        await stranger.sees("the newest price", (_, { prices }) => prices.at(-1) === 25);
        assert.deepEqual(stranger.prices, upTo(25).slice(-10));
        assert.deepEqual(stranger.events.filter(({ event }) => event === "gap").map(({ data }) => data.reason), ["restarted"]);
    });

    test("bad lines are named, and nothing is imported", { timeout }, async (t) => {
        const at = await pipePlace(t);
        const file = join(at.root, "bad.csv");
        writeFileSync(file, "symbol,price,timestamp\nBTC-USD,1,1614592800\nBTC-USD,-1,1614592801\n");
        const bad = await tool(at, ["import", file]);
        assert.equal(bad.code, 1);
        assert.match(bad.stderr, /bad\.csv line 3: '-1' is no price above zero/);
        assert.match(bad.stderr, /1 bad lines in all; nothing was imported/);
        assert.equal(existsSync(at.pipe), false);
        writeFileSync(file, "symbol,price,timestamp\nBTC-USD,1,1614592800\n");
        const dry = await tool(at, ["import", "--dry-run", file]);
        assert.equal(dry.stdout, "2021-03-01: 1 ticks: would be added\n");
        assert.equal(existsSync(at.pipe), false);
        writeFileSync(file, "1614592800,42.5,1\n");
        const charts = await tool(at, ["import", "--format", "bitcoincharts", "--symbol", "btc-usd", file]);
        assert.equal(charts.code, 0, charts.stderr);
    });

    test("a reader that has seen enough ends an export without a complaint", { timeout }, async (t) => {
        const at = await pipePlace(t);
        const file = join(at.root, "old.jsonl");
        writeFileSync(file, lines("2021-03-01", 20_000));
        assert.equal((await tool(at, ["import", file])).code, 0);
        const child = spawn("sh", ["-c", `"${binary}" export --format jsonl | head -n 1; echo done`], {
            cwd: at.root, env: { PATH: process.env.PATH, PROVIDERS: "pipe", ARCHIVE: `sqlite:${at.data}` } });
        let text = "";
        child.stdout.on("data", (more) => { text += more; });
        child.stderr.on("data", (more) => { text += more; });
        await new Promise((resolve) => { child.on("close", resolve); });
        assert.match(text, /^\{.*\}\ndone\n$/);
    });

    test("a backup that is killed at any moment leaves those that restore", { timeout: 300_000 }, async (t) => {
        const at = await pipePlace(t);
        const server = await serve(t, at);
        let count = 0;
        let certain = 0;  // published before a backup began that was completed
        for (let round = 0; round < 12; round += 1) {
            await publish(t, server, count + 1, 20);
            count += 20;
            const began = count;
            const before = new Set(existsSync(at.backups) ? readdirSync(at.backups) : []);
            const run = tool(at, ["archive", "backup", "--to", at.backups], {
                kill: (child) => {
                    if (round % 4 !== 0) setTimeout(() => child.kill("SIGKILL"), Math.random() * 40);
                },
            });
            for (let n = 0; n < 20; n += 1) server.publish(count + 1 + n);
            count += 20;
            await run;
            const complete = readdirSync(at.backups).filter((name) => /Z$/.test(name) && !before.has(name));
            if (complete.length > 0) certain = began;
            if (round % 4 === 0) assert.equal(complete.length, 1);
            const restored = { ...at, data: join(at.root, `restored-${round}`) };
            const restore = await tool(restored, ["archive", "restore", at.backups]);
            assert.equal(restore.code, 0, restore.stderr);
            const text = await tool(restored, ["export", "--format", "jsonl"]);
            const prices = pricesIn(text.stdout);
            assert.deepEqual(prices, upTo(prices.length));
            assert.ok(prices.length >= certain, `${prices.length} of ${certain}`);
            rmSync(restored.data, { recursive: true });
        }
        // A server goes on with what was restored.
        const last = { ...at, data: join(at.root, "last") };
        assert.equal((await tool(last, ["archive", "restore", at.backups])).code, 0);
        const twice = await tool(last, ["archive", "restore", at.backups]);
        assert.equal(twice.code, 1);
        assert.match(twice.stderr, /is not empty/);
        const second = await serve(t, last);
        await publish(t, second, 1_000_001, 3);
    });

    test("the server makes backups by itself, and removes old ones", { timeout }, async (t) => {
        const at = await pipePlace(t);
        const server = await serve(t, at, { BACKUP_DIR: at.backups, BACKUP_INTERVAL: "1ms", BACKUP_KEEP: "2" });
        await publish(t, server, 1, 10);
        const figures = async () => (await request(`${server.url}/metrics`)).text;
        await until("five backups", async () =>
            Number(/^tickertape_backups_total (\d+)$/m.exec(await figures())?.[1]) >= 5);
        const text = await figures();
        assert.match(text, /^tickertape_backup_failures_total 0$/m);
        assert.match(text, /^tickertape_backup_age_seconds [0-9.e-]+$/m);
        await stop(server);
        const complete = readdirSync(at.backups).filter((name) => /Z$/.test(name));
        assert.ok(complete.length >= 2 && complete.length <= 3, complete.join());
        const restored = { ...at, data: join(at.root, "restored") };
        assert.equal((await tool(restored, ["archive", "restore", at.backups])).code, 0);
    });

    test("what is not understood is refused with what is accepted", { timeout }, async (t) => {
        const at = await pipePlace(t);
        const refused = async (args, line, env = {}) => {
            const run = await tool(at, args, { env });
            assert.equal(run.code, 2, run.stderr);
            assert.match(run.stderr, line);
            assert.equal(run.stderr.trim().split("\n").length, 1, run.stderr);
        };
        await refused(["archive"], /accepted: info, verify, backup, restore, compact/);
        await refused(["archive", "drop"], /no such command: archive 'drop'; accepted: info/);
        await refused(["archive", "info", "--jsn"], /unknown flag '--jsn'; accepted: --json, --help/);
        await refused(["archive", "restore"], /needs FROM/);
        await refused(["archive", "backup"], /BACKUP_DIR is not set; give --to DIR/);
        await refused(["export", "--format", "xml"], /'xml' is none; accepted: csv, json, jsonl/);
        await refused(["import", "a.txt"], /a\.txt: its name says no format/);
        await refused(["import", "--format", "bitcoincharts", "a"], /needs --symbol/);
        await refused(["archive", "info"], /ARCHIVE is none/, { ARCHIVE: "none" });
        for (const command of [["archive", "info"], ["archive", "restore"], ["export"], ["import"]]) {
            const help = await tool(at, [...command, "--help"]);
            assert.equal(help.code, 0);
            assert.match(help.stdout, new RegExp(`^Usage: tickertape ${command.join(" ")}`));
        }
        const none = await tool(at, ["archive", "info"]);
        assert.equal(none.code, 1);
        assert.match(none.stderr, /there is no archive here/);
        mkdirSync(at.pipe, { recursive: true });
        assert.equal((await tool(at, ["archive", "info"])).code, 0);
    });
});
