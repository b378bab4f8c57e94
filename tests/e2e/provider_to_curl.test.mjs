// From the answer of a provider, over real TLS, to the bytes that curl prints.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { curl } from "./support/curl.mjs";
import { isTick } from "./support/events.mjs";
import { request } from "./support/http.mjs";
import { coinbaseTicker, coingeckoPrice, failing, startProvider } from "./support/provider.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 60_000;

// Two fake providers and a server that trusts their authority.
async function setUp(t, { certificates, coinbase, coingecko, settings = {} }) {
    const first = await startProvider(t, certificates.coinbase);
    const second = await startProvider(t, certificates.coingecko);
    first.respond = coinbase;
    second.respond = coingecko;
    const server = await startServer(t, {
        PROVIDERS: "coinbase,coingecko",
        COINBASE_URL: first.url,
        COINGECKO_URL: second.url,
        CA_FILE: certificates.caFile,
        FETCH_INTERVAL: "200ms",
        ...settings,
    });
    return { first, second, server };
}

async function newestTick(stream) {
    await stream.sees("a tick", (events) => events.some(isTick), { timeout: 20_000 });
    return stream.events.filter(isTick).at(-1);
}

describe("from a provider to curl", { timeout: 300_000 }, () => {
    let trusted;
    let stranger;
    const cleanUp = [];

    before(async () => {
        const directory = await scratch({ after: (step) => cleanUp.push(step) });
        trusted = await makeCertificates(directory, "trusted");
        stranger = await makeCertificates(directory, "stranger");
        trusted = { ...trusted, coinbase: trusted, coingecko: trusted };
    });
    after(async () => {
        for (const step of cleanUp) await step();
    });

    test("the provider's price is what curl prints, to the byte", { timeout }, async (t) => {
        const { server } = await setUp(t, {
            certificates: trusted,
            coinbase: coinbaseTicker("63212.97"),
            coingecko: coingeckoPrice(1),
        });
        const stream = curl(t, `${server.url}/prices/stream`);
        const tick = await newestTick(stream);
        const seconds = tick.id.slice(0, -"123-0".length);
        assert.equal(
            tick.text,
            `id: ${tick.id}\ndata: {"timestamp":${seconds},"price":63212.97,"symbol":"BTC-USD",` +
                `"source":"coinbase"}\n\n`);
        const [first] = stream.events;
        assert.match(first.text, /^retry: \d+\n\n$/);
        assert.ok(Math.abs(Number(seconds) - Date.now() / 1000) < 30, "the tick is of now");
    });

    test("a new price at the provider arrives without another request of curl's", { timeout }, async (t) => {
        const { first, server } = await setUp(t, {
            certificates: trusted,
            coinbase: coinbaseTicker("63212.97"),
            coingecko: coingeckoPrice(1),
        });
        const stream = curl(t, `${server.url}/prices/stream`);
        await stream.sees("the first price", (_, { prices }) => prices.includes(63212.97));
        first.respond = coinbaseTicker("0.00004321");
        await stream.sees("the second price", (_, { prices }) => prices.includes(0.00004321));
        assert.match(stream.text, /"price":(0\.00004321|4\.321e-0?5),/);
    });

    test("requests say who asks and reuse one connection", { timeout }, async (t) => {
        const { first, second, server } = await setUp(t, {
            certificates: trusted,
            coinbase: coinbaseTicker("63212.97"),
            coingecko: coingeckoPrice(1),
        });
        await until("five requests", () => first.requests.length >= 5);
        assert.equal(first.connections, 1);
        assert.equal(second.requests.length, 0, "nobody asks the second while the first is well");
        for (const { url, headers } of first.requests) {
            assert.equal(url, "/products/BTC-USD/ticker");
            assert.match(headers["user-agent"], /^tickertape\/\d+\.\d+/);
            assert.equal(headers.host, new URL(first.url).host);
        }
        assert.equal((await request(`${server.url}/readyz`)).status, 200);
    });

    for (const [what, coinbase] of Object.entries(failing))
        test(`the second provider stands in when the first ${what}`, { timeout }, async (t) => {
            const { first, second, server } = await setUp(t, {
                certificates: trusted,
                coinbase,
                coingecko: coingeckoPrice(61999.5),
                // Leaves the second one time where the first uses up all it has.
                settings: { FETCH_INTERVAL: "1s" },
            });
            const stream = curl(t, `${server.url}/prices/stream`);
            const tick = await newestTick(stream);
            assert.equal(tick.data.price, 61999.5);
            assert.equal(tick.data.source, "coingecko");
            assert.ok(first.requests.length >= 1);
            assert.match(second.requests[0].url, /^\/simple\/price\?ids=bitcoin&vs_currencies=usd&/);
            assert.match(second.requests[0].headers["user-agent"], /^tickertape\//);
            await server.child.says(/WARN .*coinbase/);
            first.respond = coinbaseTicker("63212.97");
            await stream.sees("the first provider again",
                (events) => events.some((e) => isTick(e) && e.data.source === "coinbase"));
        });

    test("a certificate of an unknown authority is refused", { timeout }, async (t) => {
        const { first, server } = await setUp(t, {
            certificates: { coinbase: stranger, coingecko: trusted, caFile: trusted.caFile },
            coinbase: coinbaseTicker("63212.97"),
            coingecko: coingeckoPrice(61999.5),
        });
        const stream = curl(t, `${server.url}/prices/stream`);
        const tick = await newestTick(stream);
        assert.equal(tick.data.source, "coingecko");
        assert.equal(first.requests.length, 0, "nothing was asked over a connection that lies");
        await server.child.says(/certificate/i);
    });

    test("a certificate for another host is refused", { timeout }, async (t) => {
        const { first, server } = await setUp(t, {
            certificates: trusted,
            coinbase: coinbaseTicker("63212.97"),
            coingecko: coingeckoPrice(61999.5),
            settings: { COINBASE_URL: "https://127.0.0.1:1" },
        });
        const wrongName = await startServer(t, {
            PROVIDERS: "coinbase,coingecko",
            COINBASE_URL: first.url.replace("localhost", "127.0.0.1"),
            COINGECKO_URL: "https://localhost:1",
            CA_FILE: trusted.caFile,
            FETCH_INTERVAL: "200ms",
        });
        await wrongName.child.says(/WARN .*coinbase/);
        assert.equal(first.requests.length, 0);
        assert.equal((await request(`${wrongName.url}/readyz`)).status, 503);
        assert.equal((await request(`${wrongName.url}/api/prices/btc-usd`)).status, 503);
        // The one with a provider that refuses connections goes on to the next.
        const tick = await newestTick(curl(t, `${server.url}/prices/stream`));
        assert.equal(tick.data.source, "coingecko");
    });

    // The answers say that it is `ahead` less than this machine's clock does, prices and Date alike.
    const inThePast = (answerWith, ahead) => (request, response) => {
        response.setHeader("date", new Date(Date.now() - ahead * 1000).toUTCString());
        answerWith(request, response);
    };
    const coinbaseOf = (ahead) => (request, response) => {
        const time = new Date(Date.now() - ahead * 1000).toISOString();
        const body = `{"price":"5","bid":"5","ask":"5","volume":"1","time":"${time}"}`;
        response.writeHead(200, { "content-type": "application/json" }).end(body);
    };
    const coingeckoOf = (ahead) => (request, response) => {
        const seconds = Math.floor(Date.now() / 1000 - ahead);
        response.writeHead(200, { "content-type": "application/json" })
            .end(`{"bitcoin":{"usd":5,"last_updated_at":${seconds}}}`);
    };
    const feedOf = async (server) => JSON.parse((await request(`${server.url}/api/feed`)).text);

    test("a wrong clock of this machine is said, with what it costs", { timeout }, async (t) => {
        const { first, second, server } = await setUp(t, {
            certificates: trusted,
            coinbase: inThePast(coinbaseOf(190), 190),
            coingecko: inThePast(coingeckoOf(190), 190),
            settings: { COINGECKO_RATE: "600" },
        });
        await server.child.says(/clocks differ .*this machine's clock is 3 min (9|10|11) s fast/);
        await server.child.says(/prices refused .*provider=coinbase reason=stale .*3 min \d+ s old/);
        await until("the report says so", async () => {
            const { clock_ahead_seconds: ahead, providers } = await feedOf(server);
            return ahead > 185 && ahead < 195 && providers.every((p) =>
                p.clock_ahead_seconds > 185 && /too old .*BTC-USD/.test(p.last_error?.words));
        });
        const figures = (await request(`${server.url}/metrics`)).text;
        assert.match(figures, /tickertape_clock_ahead_seconds\{provider="coinbase"\} 1[89]\d/);
        first.respond = inThePast(coinbaseOf(0), 0);
        second.respond = inThePast(coingeckoOf(0), 0);
        await server.child.says(/clocks agree .*this machine's clock is right again/);
        await until("there is a price", async () =>
            (await request(`${server.url}/api/prices/btc-usd`)).status === 200);
        const lines = server.child.stderr.split("\n");
        for (const words of ["machine's clock is 3 min", "provider=coinbase reason=stale"])
            assert.equal(lines.filter((line) => line.includes(words)).length, 1, words);
    });

    test("a wrong clock of one provider is that provider's", { timeout }, async (t) => {
        const { server } = await setUp(t, {
            certificates: trusted,
            coinbase: inThePast(coinbaseOf(-400), -400),
            coingecko: coingeckoPrice(61999.5),
            settings: { COINGECKO_RATE: "600" },
        });
        await server.child.says(/clocks differ .*the clock of coinbase is 6 min \d+ s fast/);
        await server.child.says(/prices refused .*provider=coinbase reason=future/);
        const tick = await newestTick(curl(t, `${server.url}/prices/stream`));
        assert.equal(tick.data.source, "coingecko");
        assert.doesNotMatch(server.child.stderr, /this machine's clock is/);
    });

    test("a wrong address is a failure, and no lack of symbols", { timeout }, async (t) => {
        for (const [body, words] of [
            ['{"message":"no such route"}', "no such route"],
            ["<html><body>Nothing here</body></html>", "Nothing here"],
        ]) {
            const { server } = await setUp(t, {
                certificates: trusted,
                coinbase: (_, response) => response.writeHead(404).end(body),
                coingecko: coingeckoPrice(61999.5),
            });
            await server.child.says(new RegExp(`provider fails .*provider=coinbase .*${words}`));
            await until("the report says so", async () => {
                const { providers: [coinbase] } = await feedOf(server);
                return coinbase.last_error?.words.includes(words) &&
                    coinbase.last_success === null && coinbase.lacks.length === 0;
            });
        }
    });

    test("a provider that has nothing it is asked for is warned of", { timeout }, async (t) => {
        const { server } = await setUp(t, {
            certificates: trusted,
            coinbase: (_, response) => response.writeHead(404, { "content-type": "application/json" })
                .end('{"message":"NotFound"}'),
            coingecko: coingeckoPrice(61999.5),
        });
        await server.child.says(/WARN +provider has nothing it was asked for .*NotFound/);
        await until("the report says so", async () => {
            const { providers: [coinbase] } = await feedOf(server);
            return coinbase.last_error?.words.includes("none of the 1") &&
                coinbase.last_success === null && coinbase.lacks.join() === "BTC-USD";
        });
    });

    test("with every provider gone there is no price, and no made-up one", { timeout }, async (t) => {
        const { first, second, server } = await setUp(t, {
            certificates: trusted,
            coinbase: failing["answers 500"],
            coingecko: failing["answers with garbage"],
            settings: { HEARTBEAT: "200ms" },
        });
        const stream = curl(t, `${server.url}/prices/stream`);
        await until("several fetches", () => first.requests.length >= 3 && second.requests.length >= 2);
        await stream.sees("a heartbeat", (events) => events.some((e) => e.event === "heartbeat"));
        assert.deepEqual(stream.prices, []);
        const answer = await request(`${server.url}/crypto-price`);
        assert.equal(answer.status, 503);
        assert.match(answer.headers["content-type"], /^application\/problem\+json/);
        assert.equal((await request(`${server.url}/healthz`)).status, 200);
    });
});
