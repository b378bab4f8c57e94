// Streams that follow the market, Bitcoin's figures and the news beside the prices, as curl and
// EventSource read them.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { EventSource } from "eventsource";
import { curl } from "./support/curl.mjs";
import { checkOrder, isTick } from "./support/events.mjs";
import { json } from "./support/http.mjs";
import { bodies, dead, good, says, startSources } from "./support/market.mjs";
import { always, recordedFeeds, startFeeds } from "./support/news.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 120_000;

// A market in which one coin's price is what the test says, and all else stays as it is.
function market() {
    const rows = JSON.parse(bodies.coingecko).map((row) =>
        ({ ...row, last_updated: new Date().toISOString() }));
    return {
        rows,
        respond: (request, response) => {
            if (!request.url.startsWith("/coins/markets?")) return good.coingecko(request, response);
            says(response, JSON.stringify(rows));
        },
    };
}

// What a client knows that applies the events in their order.
function stateOf(events) {
    const coins = new Map();
    let head = null;
    for (const { event, data } of events) {
        if (event !== "market") continue;
        for (const coin of data.coins) coins.set(coin.rank, coin);
        head = data;
    }
    return { coins: [...coins.values()].sort((a, b) => a.rank - b.rank), head };
}

describe("topics", { timeout: 600_000 }, () => {
    let certificates;
    const cleanUp = [];
    before(async () => {
        certificates = await makeCertificates(
            await scratch({ after: (step) => cleanUp.push(step) }), "trusted");
    });
    after(async () => {
        for (const step of cleanUp) await step();
    });

    async function setUp(t, settings = {}) {
        const { sources, settings: of } = await startSources(t, certificates);
        const own = market();
        sources.coingecko.respond = own.respond;
        const server = await startServer(t, { ...of, ...settings });
        await until("the table", async () =>
            (await json(`${server.url}/api/cryptos`)).status === 200, { timeout: 60_000 });
        return { sources, server, rows: own.rows };
    }
    const markets = (events) => events.filter(({ event }) => event === "market");

    test("a stream begins with all of the market, and goes on with what changes", { timeout }, async (t) => {
        const { server, rows } = await setUp(t);
        server.publish(69420.25);
        const stream = curl(t, `${server.url}/prices/stream?topics=ticks,market`);
        await stream.sees("all coins", (events) => stateOf(events).coins.length === rows.length);
        const { body } = await json(`${server.url}/api/cryptos?limit=250`);
        const { coins, head } = stateOf(stream.events);
        assert.equal(head.source, "coingecko");
        assert.equal(head.stale, false);
        for (const [i, coin] of coins.entries()) {
            const { sparkline, ...shown } = body.coins[i];
            const { streamed_as: here, ...row } = coin;
            assert.equal(here, undefined, "piped prices are not the market's");
            const { place, ...rest } = row;
            assert.equal(place, row.rank);
            assert.deepEqual(rest, shown);
        }

        const before = markets(stream.events).length;
        rows[3].current_price = 634.5;
        await stream.sees("the coin that changed", (events) => stateOf(events).coins[3].price === 634.5);
        const changed = markets(stream.events).slice(before).flatMap(({ data }) => data.coins);
        assert.deepEqual([...new Set(changed.map(({ rank }) => rank))], [4], "and no other");
        server.publish(69421);
        await stream.sees("the tick after it", (_, { prices }) => prices.includes(69421));
        checkOrder(stream.events.filter(isTick));
    });

    test("who comes back with an id is sent what changed, and no tick twice", { timeout }, async (t) => {
        const { server, rows } = await setUp(t);
        server.publish(1);
        const first = curl(t, `${server.url}/prices/stream?topics=*`);
        await first.sees("all", (events) => stateOf(events).coins.length === rows.length &&
            events.some(({ event }) => event === "kpis"));
        await first.child.kill();
        const { id } = first.events.filter(({ id }) => id).at(-1);
        server.publish(2);
        rows[1].current_price = 2321;
        await until("the change", async () =>
            (await json(`${server.url}/api/cryptos`)).body.coins[1].price === 2321);
        const second = curl(t, `${server.url}/prices/stream?topics=*`, "--header", `Last-Event-ID: ${id}`);
        await second.sees("what it lacks", (events, { prices }) => prices.includes(2) &&
            markets(events).some(({ data }) => data.coins.some(({ rank, price }) => rank === 2 && price === 2321)));
        assert.deepEqual(second.prices, [2]);
        for (const all of [first, second])
            assert.ok(all.events.filter(({ id }) => id).every(({ id }, i, of) =>
                i === 0 || Number(id.split("-")[0]) >= Number(of[i - 1].id.split("-")[0])), "ids never go back");
    });

    test("topics alone bring no ticks, and the npm package's EventSource hears them", { timeout }, async (t) => {
        const { server, rows } = await setUp(t);
        server.publish(69420.25);
        const source = new EventSource(`${server.url}/prices/stream?topics=market,kpis`);
        t.after(() => source.close());
        const heard = { message: 0, market: [], kpis: new Map() };
        source.onmessage = () => { heard.message += 1; };
        source.addEventListener("market", (e) => heard.market.push({ event: "market", data: JSON.parse(e.data), id: e.lastEventId }));
        source.addEventListener("kpis", (e) => {
            for (const figure of JSON.parse(e.data).figures) heard.kpis.set(figure.name, figure);
        });
        await until("both", () => stateOf(heard.market).coins.length === rows.length && heard.kpis.has("dominance"));
        const { body } = await json(`${server.url}/api/bitcoin/kpis`);
        for (const [name, { value, source: said }] of heard.kpis) {
            assert.ok(Object.hasOwn(body, name), name);
            assert.equal(said, body.sources[name]?.source ?? null, name);
            if (name !== "price") assert.equal(value, body[name], name);
        }
        server.publish(69421);
        rows[0].current_price = 70_000;
        await until("the change", () => stateOf(heard.market).coins[0].price === 70_000);
        assert.equal(heard.message, 0, "no tick");
        assert.match(heard.market.at(-1).id, /^\d+-\d+$/);
    });

    test("that the table is old is told on the stream", { timeout }, async (t) => {
        const { server, sources } = await setUp(t);
        const stream = curl(t, `${server.url}/prices/stream?topics=market`);
        await stream.sees("fresh figures", (events) => stateOf(events).head?.stale === false);
        for (const name of ["coingecko", "coinpaprika", "coinlore"]) sources[name].respond = dead;
        await stream.sees("old figures", (events) => stateOf(events).head.stale, { timeout: 60_000 });
        assert.deepEqual(markets(stream.events).at(-1).data.coins, [], "and nothing else has changed");
    });

    test("the news can be followed", { timeout }, async (t) => {
        const { settings } = await startFeeds(t, certificates, recordedFeeds.map((body) => always(body)));
        const server = await startServer(t, settings);
        const stream = curl(t, `${server.url}/prices/stream?topics=news`);
        const links = (events) => new Set(events.filter(({ event }) => event === "news")
            .flatMap(({ data }) => data.items.map(({ link }) => link)));
        await stream.sees("all items", (events) => links(events).size === 16, { timeout: 60_000 });
        const { body } = await json(`${server.url}/api/news?limit=200`);
        assert.deepEqual(links(stream.events), new Set(body.items.map(({ link }) => link)));
    });

    test("what cannot be followed is refused with what can be", { timeout }, async (t) => {
        const server = await startServer(t, {});
        const { status, body } = await json(`${server.url}/prices/stream?topics=ticks,market`);
        assert.equal(status, 400);
        assert.match(body.detail, /MARKET=on turns it on/);
        assert.equal(body.accepted, "ticks, or *");
    });
});
