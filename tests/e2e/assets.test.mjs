// What the page consists of: small, kept for good, complete, and of use before any script has run.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import http from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { launch, openPage } from "./support/browser.mjs";
import { start } from "./support/process.mjs";
import { request } from "./support/http.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;
const firstScreenBytesMax = 105_000; // half of it is the library of the chart
const streamBytesMax = 5_000;
const streamAndPastBytesMax = 6_000;
const kept = "public, max-age=31536000, immutable";
const lastingName = /^\/static\/(?:.*\/)?[^/]+-[0-9a-f]{12}\.[a-z.]+$/;

// The bytes of an answer as they came, which fetch() does not show.
function bytesOf(url, headers = {}) {
    return new Promise((resolve, reject) => {
        http.get(url, { headers, agent: false }, (response) => {
            const parts = [];
            response.on("data", (part) => parts.push(part));
            response.on("error", reject);
            response.on("end", () => resolve({
                status: response.statusCode, headers: response.headers, bytes: Buffer.concat(parts),
            }));
        }).on("error", reject);
    });
}

const decoders = { gzip: gunzipSync, br: brotliDecompressSync, undefined: (bytes) => bytes };
const textOf = ({ headers, bytes }) =>
    decoders[headers["content-encoding"]](bytes).toString("utf8");

// The addresses that a text leads to: those of the page's own files. The first view does without
// what a script imports later.
function addressesIn(whole, base, isFirstView) {
    const later = /\bimport\((?:new URL\()?"[^"]+"/g;
    const text = isFirstView ? whole.replace(later, "later(") : whole;
    const found = [
        ...text.matchAll(/\b(?:href|src)="(static\/[^"]+)"/g),
        ...text.matchAll(/\b(?:from|import)\s*"(\.{1,2}\/[^"]+)"/g),
        ...text.matchAll(/\bimport\("(\.{1,2}\/[^"]+)"\)/g),
        ...text.matchAll(/\bnew URL\("(\.{1,2}\/[^"]+)",\s*import\.meta\.url\)/g),
        ...text.matchAll(/\burl\(["']?(?!data:)([^"')]+)["']?\)/g),
    ];
    return found.map(([, to]) => new URL(to, base).href.replace(/[?#].*$/, ""));
}

// Everything the page leads to, asked for with `coding`, as { address: answer }; the page first.
async function walk(url, coding, isFirstView = false) {
    const answers = {};
    const open = [`${url}/`];
    for (const address of open) {
        if (answers[address]) continue;
        const answer = await bytesOf(address, { "accept-encoding": coding });
        answers[address] = answer;
        assert.equal(answer.status, 200, address);
        if (/html|javascript|css/.test(answer.headers["content-type"]))
            open.push(...addressesIn(textOf(answer), address, isFirstView));
    }
    return answers;
}

async function publishAndWait(server, price, symbol = "BTC-USD") {
    server.publish(price, symbol);
    await until("the price has arrived", async () => {
        const answer = await fetch(`${server.url}/api/prices/${symbol.toLowerCase()}`);
        return answer.ok && (await answer.json()).price === price;
    });
}

// A server whose page is `text`.
async function startWithPage(t, text, settings) {
    const folder = await scratch(t);
    await writeFile(join(folder, "index.html"), text);
    return startServer(t, { STATIC_DIR: folder, ...settings });
}

const pageText = async (server, target = "/") => (await fetch(`${server.url}${target}`)).text();

describe("the page's files", { timeout: 300_000 }, () => {
    for (const coding of ["gzip", "br", "identity"])
        test(`are all there, for good, as ${coding}`, { timeout }, async (t) => {
            const server = await startServer(t);
            await publishAndWait(server, 69420.25);
            const { [`${server.url}/`]: page, ...files } = await walk(server.url, coding);
            assert.equal(page.headers["cache-control"], "no-cache");
            assert.equal(page.headers["content-encoding"], coding === "gzip" ? "gzip" : undefined);
            const names = Object.keys(files).map((address) => new URL(address).pathname);
            assert.ok(names.some((name) => /^\/static\/page-/.test(name)), `${names}`);
            for (const [address, { headers, bytes }] of Object.entries(files)) {
                assert.match(new URL(address).pathname, lastingName);
                assert.equal(headers["cache-control"], kept, address);
                assert.equal(Number(headers["content-length"]), bytes.length, address);
                // A few words are not worth it.
                if (bytes.length < 200) continue;
                const expected = coding === "identity" ? undefined : coding;
                assert.equal(headers["content-encoding"], expected, address);
                assert.match(headers.vary, /^Accept-Encoding\b/, address);
            }
        });

    test("are the same in every coding, each with a tag of its own", { timeout }, async (t) => {
        const server = await startServer(t);
        const address = `${server.url}/static/vendor/lightweight-charts.js`;
        const answers = await Promise.all(["gzip", "br", "identity"].map((coding) =>
            bytesOf(address, { "accept-encoding": coding })));
        const [gzipped, brotlied, plain] = answers;
        assert.equal(textOf(gzipped), textOf(plain));
        assert.equal(textOf(brotlied), textOf(plain));
        assert.ok(brotlied.bytes.length < gzipped.bytes.length);
        assert.ok(gzipped.bytes.length < plain.bytes.length);
        assert.equal(new Set(answers.map(({ headers }) => headers.etag)).size, 3);
        for (const { headers } of answers) {
            const again = await bytesOf(
                address, { "accept-encoding": headers["content-encoding"] ?? "identity",
                    "if-none-match": headers.etag });
            assert.equal(again.status, 304);
            assert.equal(again.headers.vary, "Accept-Encoding");
        }
    });

    test("of the first screen are small, with the chart", { timeout }, async (t) => {
        const server = await startServer(t);
        await publishAndWait(server, 69420.25);
        for (const coding of ["gzip", "br, gzip;q=0.5"]) {
            const answers = await walk(server.url, coding, true);
            const sizes = Object.entries(answers).map(([address, answer]) =>
                [new URL(address).pathname, answer.bytes.length]);
            const hasChart = Object.values(answers).some((answer) =>
                textOf(answer).includes("TradingView Lightweight Charts"));
            if (!hasChart) t.diagnostic("the page has no chart of that library");
            const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
            t.diagnostic(`${coding}: ${sizes.length} answers, ${total} bytes`);
            assert.ok(total < firstScreenBytesMax, `${total} bytes\n${sizes.join("\n")}`);
        }
    });

    test("that others load for the stream are small", { timeout }, async (t) => {
        const server = await startServer(t);
        const sizes = {};
        for (const name of ["stream.js", "history.js"]) {
            const answer =
                await bytesOf(`${server.url}/static/${name}`, { "accept-encoding": "gzip" });
            assert.equal(answer.status, 200, name);
            sizes[name] = answer.bytes.length;
        }
        const words = JSON.stringify(sizes);
        t.diagnostic(words);
        const total = Object.values(sizes).reduce((sum, bytes) => sum + bytes);
        assert.ok(sizes["stream.js"] < streamBytesMax, words);
        assert.ok(total < streamAndPastBytesMax, words);
    });

    test("are what curl --compressed makes of them", { timeout }, async (t) => {
        const server = await startServer(t);
        const [, address] = Object.keys(await walk(server.url, "identity"));
        const plain = textOf(await bytesOf(address));
        const child = start(t, "curl", ["-sS", "--compressed", address]);
        await child.exited();
        assert.equal(child.stdout, plain);
    });

    test("under their own names are asked about each time", { timeout }, async (t) => {
        const server = await startServer(t);
        const address = `${server.url}/static/stream.js`;
        const { headers } = await bytesOf(address, { "accept-encoding": "gzip" });
        assert.equal(headers["cache-control"], "no-cache");
        assert.equal(headers["content-encoding"], "gzip");
        const known = { "accept-encoding": "gzip", "if-none-match": headers.etag };
        assert.equal((await bytesOf(address, known)).status, 304);
        for (const name of ["package.json", "package-lock.json", ".npmrc", "page-000000000000.js"])
            assert.equal((await request(`${server.url}/static/${name}`)).status, 404, name);
    });

    test("beside a folder of sources come from the program where they are not ours", { timeout },
        async (t) => {
            const server = await startWithPage(t, "{{symbol}}");
            assert.equal(await pageText(server), "BTC-USD");
            const chart = await bytesOf(`${server.url}/static/vendor/lightweight-charts.js`);
            assert.match(textOf(chart), /createChart/);
            assert.equal((await request(`${server.url}/static/page.js`)).status, 404);
        });
});

describe("the page before any script has run", { timeout: 300_000 }, () => {
    const facts = "{{symbol}}|{{price}}|{{price_number}}|{{source}}|{{origin}}|{{stale}}";

    test("says the last price of the symbol asked for, or of the first", { timeout }, async (t) => {
        const server = await startWithPage(t, facts, { SYMBOLS: "BTC-USD,ETH-EUR" });
        assert.equal(await pageText(server), "BTC-USD|—||—||true");
        await publishAndWait(server, 69420.25);
        await publishAndWait(server, 2500.5, "ETH-EUR");
        assert.equal(await pageText(server), "BTC-USD|$69,420.25|69420.25|pipe|pipe|false");
        const other = await pageText(server, "/?symbol=eth-eur");
        assert.equal(other, "ETH-EUR|€2,500.50|2500.5|pipe|pipe|false");
        for (const unknown of ["DOGE-USD", "%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "", "%ff"])
            assert.match(await pageText(server, `/?symbol=${unknown}`), /^BTC-USD\|/, unknown);
    });

    test("says that it is stale, or simulated", { timeout }, async (t) => {
        const stale = await startWithPage(t, facts, { STALE_AFTER: "200ms" });
        await publishAndWait(stale, 1);
        await until("it is stale", async () =>
            (await pageText(stale)) === "BTC-USD|$1.00|1|pipe|pipe|true");
        const simulated = await startWithPage(
            t, facts, { PROVIDERS: "simulator", SIMULATOR_PERIOD: "200ms" });
        await until("it is simulated", async () =>
            (await pageText(simulated)).endsWith("|simulator|simulator|false"));
    });

    test("writes prices as the scripts do", { timeout }, async (t) => {
        const symbols = ["A-USD", "A-JPY", "A-BRL", "A-BTC", "A-CHF", "A-SEK", "A-USDT"];
        const server =
            await startWithPage(t, "{{price_number}} {{price}}", { SYMBOLS: symbols.join(",") });
        const prices = [1.005, 2.125, 0.5, 0.001, 0.1, 0.99996, 999.995, 1e-8, 0.00001234, 1e-13,
            123456789.987654321, 1e15, 1, 1000, 12345.678];
        let random = 0.5; // and some that nobody chose, the same each time
        for (let i = 0; i < 40; i += 1) {
            random = (random * 16807.123) % 1;
            prices.push(Number((random * 10 ** ((i % 20) - 10)).toPrecision(1 + (i % 15))));
        }
        const written = (value, currency) => {
            const digits = value >= 1 ? 2 : Math.min(12, 3 - Math.floor(Math.log10(value)));
            const style = { minimumFractionDigits: digits, maximumFractionDigits: digits };
            if (currency.length !== 3)
                return `${new Intl.NumberFormat("en-US", style).format(value)} ${currency}`;
            return new Intl.NumberFormat("en-US", {
                ...style, style: "currency", currency, currencyDisplay: "narrowSymbol",
            }).format(value);
        };
        for (const [i, price] of prices.entries()) {
            const symbol = symbols[i % symbols.length];
            server.publish(price, symbol);
            let text;
            await until(() => `${price} of ${symbol}: ${text}`, async () => {
                text = await pageText(server, `/?symbol=${symbol}`);
                return Number(text.split(" ")[0]) === price;
            });
            const shown = text.slice(text.indexOf(" ") + 1);
            assert.equal(shown, written(price, symbol.slice(2)), `${price}`);
        }
    });
});

describe("in a browser", { timeout: 300_000 }, () => {
    let browser;
    before(async () => { browser = await launch(); });
    after(async () => browser?.close());

    test("the page without JavaScript shows the last price", { timeout }, async (t) => {
        const server = await startServer(t, { SYMBOLS: "BTC-USD,ETH-USDT" });
        await publishAndWait(server, 69420.25);
        await publishAndWait(server, 2500.5, "ETH-USDT");
        const { page, complaints } =
            await openPage(t, browser, `${server.url}/`, { javaScriptEnabled: false });
        assert.equal(await page.textContent("#price"), "$69,420.25");
        assert.ok(await page.isVisible("#price"));
        await page.goto(`${server.url}/?symbol=ETH-USDT`);
        assert.equal(await page.textContent("#price"), "2,500.50 USDT");
        await page.goto(`${server.url}/?symbol=NO-SUCH`);
        assert.equal(await page.textContent("#price"), "$69,420.25");
        const state = await page.textContent("body");
        assert.ok(!/\bLive\b/.test(state.replace(/Live price|live price/g, "")), "it is not live");
        assert.deepEqual(complaints, []);
    });

    test("the page's files are asked for once, under lasting names", { timeout }, async (t) => {
        const server = await startServer(t);
        await publishAndWait(server, 69420.25);
        const asked = async () => {
            const metrics = await (await fetch(`${server.url}/metrics`)).text();
            const counts = /^tickertape_requests_total\{route="\/static\/\*".*\} (\d+)/gm;
            return [...metrics.matchAll(counts)].reduce((sum, [, n]) => sum + Number(n), 0);
        };
        const names = [];
        const { page, complaints } = await openPage(t, browser, `${server.url}/`);
        page.on("request", (r) => names.push(new URL(r.url()).pathname));
        await page.waitForLoadState("load");
        await page.goto(`${server.url}/?again`);
        await page.waitForLoadState("load");
        // Parts that nobody sees at first come after the page has been loaded.
        const late = () => until("the late parts", () => page.evaluate(() =>
            performance.getEntriesByType("resource").some(({ name }) => /\/late-[0-9a-f]+\.css$/.test(name))));
        await late();
        const before = await asked();
        assert.ok(before > 0);
        await page.goto(`${server.url}/`);
        await page.waitForLoadState("load");
        await late();
        assert.equal(await asked(), before, "nothing is asked for a second time");
        const files = names.filter((name) => name.startsWith("/static/"));
        assert.ok(files.length > 0);
        for (const name of files) assert.match(name, lastingName);
        assert.deepEqual(complaints, []);
    });

    test("another site's page may import the stream, where it may read answers", { timeout },
        async (t) => {
            const site = http.createServer((asked, answer) => {
                const server = new URL(asked.url, "http://x").searchParams.get("server");
                answer.setHeader("content-type", "text/html");
                answer.end(`<!doctype html><title>waiting</title><link rel="icon" href="data:,">
                    <script type="module">
                    try {
                        const { PriceStream } = await import("${server}/static/stream.js");
                        document.title = typeof PriceStream;
                    } catch (error) { document.title = error.name; }
                    </script>`);
            });
            await new Promise((listening) => site.listen(0, "127.0.0.1", listening));
            t.after(() => site.close());
            t.after(() => site.closeAllConnections());
            const origin = `http://127.0.0.1:${site.address().port}`;
            const titleWith = async (origins) => {
                const server = await startServer(t, { CORS_ORIGINS: origins });
                const { page } = await openPage(t, browser, `${origin}/?server=${server.url}`);
                await page.waitForFunction(() => document.title !== "waiting");
                const { headers } = await bytesOf(
                    `${server.url}/static/stream.js`, { origin, "accept-encoding": "gzip" });
                return { title: await page.title(), vary: headers.vary };
            };
            assert.deepEqual(
                await titleWith("*"), { title: "function", vary: "Accept-Encoding" });
            assert.deepEqual(
                await titleWith(origin), { title: "function", vary: "Accept-Encoding, Origin" });
            assert.deepEqual(
                await titleWith("https://other.example"),
                { title: "TypeError", vary: "Accept-Encoding, Origin" });
        });
});
