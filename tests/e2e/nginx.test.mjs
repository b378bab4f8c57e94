// A reverse proxy with its default settings in between.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { curl } from "./support/curl.mjs";
import { checkOrder, isTick } from "./support/events.mjs";
import { RisingPrices } from "./support/feed.mjs";
import { request } from "./support/http.mjs";
import { startNginx } from "./support/nginx.mjs";
import { startServer } from "./support/server.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;

// Ticks and gaps as they were sent; the first retry: differs from one connection to the next.
const bytesWithIds = (stream) =>
    stream.events.filter((event) => event.id !== undefined).map((event) => event.text).join("");

describe("behind nginx", { timeout: 120_000 }, () => {
    test("the stream has the same bytes as without it, as they happen", { timeout }, async (t) => {
        const server = await startServer(t);
        const nginx = await startNginx(t, server.port);
        const prices = new RisingPrices();
        const begin = Math.floor(Date.now() / 1000);
        const early = [prices.one(server), prices.one(server), prices.one(server)];
        const path = `/prices/stream?since=${begin}`;
        const direct = curl(t, server.url + path);
        const proxied = curl(t, nginx.url + path);
        for (const stream of [direct, proxied])
            await stream.sees("the history", (_, { prices: seen }) => seen.length >= early.length);
        // nginx buffers answers unless it is told not to: then nothing below would arrive.
        for (let i = 0; i < 5; i += 1) {
            const price = prices.one(server);
            for (const stream of [direct, proxied])
                await stream.sees(`the price ${price}`, (_, { prices: seen }) => seen.at(-1) === price);
        }
        assert.equal(bytesWithIds(proxied), bytesWithIds(direct));
        assert.ok(bytesWithIds(direct).length > 0);
        assert.match(proxied.text, /^retry: \d+\n\n/);
        checkOrder(proxied.events);
    });

    test("a client resumes through it without a hole or a duplicate", { timeout }, async (t) => {
        const server = await startServer(t);
        const nginx = await startNginx(t, server.port);
        const prices = new RisingPrices();
        const first = curl(t, `${nginx.url}/prices/stream`);
        const sent = [];
        for (let i = 0; i < 3; i += 1) sent.push(prices.one(server));
        await first.sees("three prices", (_, { prices: seen }) => seen.at(-1) === sent.at(-1));
        await first.child.kill();
        for (let i = 0; i < 3; i += 1) sent.push(prices.one(server));
        const { id } = first.events.filter(isTick).at(-1);
        const byHeader = curl(t, `${nginx.url}/prices/stream?since=0`, "--header", `Last-Event-ID: ${id}`);
        const byParameter = curl(t, `${nginx.url}/prices/stream?last_event_id=${id}`);
        for (const second of [byHeader, byParameter]) {
            await second.sees("the rest", (_, { prices: seen }) => seen.at(-1) === sent.at(-1));
            assert.deepEqual(second.prices, sent.slice(3));
        }
    });

    test("the page, the interface and the errors pass through unchanged", { timeout }, async (t) => {
        const server = await startServer(t);
        const nginx = await startNginx(t, server.port);
        server.publish(64000.5);
        await until("a price", async () => (await request(`${server.url}/readyz`)).status === 200);
        for (const path of ["/", "/static/page.js", "/crypto-price", "/healthz", "/prices/stream?since=x",
            "/nowhere"]) {
            const [direct, proxied] =
                await Promise.all([request(server.url + path), request(nginx.url + path)]);
            assert.equal(proxied.status, direct.status, path);
            assert.equal(proxied.text, direct.text, path);
            assert.equal(proxied.headers["content-type"], direct.headers["content-type"], path);
        }
    });

    test("subscribers that leave nginx leave the server too", { timeout }, async (t) => {
        const server = await startServer(t, { HEARTBEAT: "100ms" });
        const nginx = await startNginx(t, server.port);
        const subscribers = async () => {
            const { text } = await request(`${server.url}/metrics`);
            return [...text.matchAll(/^tickertape_subscribers\{.*\} (\d+)$/gm)]
                .reduce((sum, [, count]) => sum + Number(count), 0);
        };
        const before = server.openSockets();
        const streams = Array.from({ length: 10 }, () => curl(t, `${nginx.url}/prices/stream`));
        for (const stream of streams) await stream.sees("the beginning", (events) => events.length > 0);
        assert.equal(await subscribers(), 10);
        for (const stream of streams) await stream.child.kill();
        await until("the server counts none", async () => (await subscribers()) === 0);
        await until("their connections are gone", () => server.openSockets() <= before);
    });
});
