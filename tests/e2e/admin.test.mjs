// What operators may do: missing days fetched by a request, and from the page at /admin.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, openPage } from "./support/browser.mjs";
import { coinbaseCandles, day, today } from "./support/candles_of_before.mjs";
import { request } from "./support/http.mjs";
import { axeFinds, widthOf } from "./support/looks.mjs";
import { startProvider } from "./support/provider.mjs";
import { scratch, startServer } from "./support/server.mjs";
import { makeCertificates } from "./support/tls.mjs";
import { until } from "./support/wait.mjs";

const timeout = 90_000;
const token = "a-token-of-the-tests-0123456789";
const dayText = (time) => new Date(time * 1_000).toISOString().slice(0, 10);
const daysAgo = (count) => dayText(today - count * day);

describe("operators", { timeout: 600_000 }, () => {
    let certificates;
    let browser;
    const cleanUp = [];
    before(async () => {
        certificates = await makeCertificates(
            await scratch({ after: (step) => cleanUp.push(step) }), "trusted");
        browser = await launch();
    });
    after(async () => {
        await browser?.close();
        for (const step of cleanUp) await step();
    });

    async function start(t, settings = {}, answers = {}) {
        const provider = await startProvider(t, certificates);
        provider.respond = coinbaseCandles(answers);
        const server = await startServer(t, {
            PROVIDERS: "coinbase", COINBASE_URL: provider.url, CA_FILE: certificates.caFile,
            COINBASE_RATE: "6000", FETCH_INTERVAL: "1s", BACKFILL: "off", MARKET: "off",
            ARCHIVE: `sqlite:${join(await scratch(t), "data")}`, ADMIN_TOKEN: token, ...settings,
        });
        return { provider, server };
    }
    async function ask({ url }, { query = "", body, as = `Bearer ${token}`, method } = {}) {
        const { status, headers, text } = await request(`${url}/api/admin/backfill${query}`, {
            method: method ?? (body === undefined ? "GET" : "POST"),
            headers: as ? { authorization: as } : {}, body,
        });
        return { status, headers, body: JSON.parse(text) };
    }
    const ended = (server, query = "") => until("the order is over", async () => {
        const { body } = await ask(server, { query });
        return ["idle", "running"].includes(body.backfill.state) ? null : body;
    }, { timeout: 30_000 });

    test("missing days are listed, fetched on demand, and there then", { timeout }, async (t) => {
        const { server, provider } = await start(t);
        const [from, to] = [daysAgo(40), daysAgo(11)];
        const query = `?from=${from}&to=${to}`;
        const before = await ask(server, { query });
        assert.equal(before.status, 200);
        assert.equal(before.headers["cache-control"], "no-store");
        assert.deepEqual(before.body, {
            backfill: { state: "idle" }, from, to,
            symbols: [{ symbol: "BTC-USD", missing: [{ from, to, days: 30 }] }],
        });
        const accepted = await ask(server, { body: JSON.stringify({ from, to }) });
        assert.equal(accepted.status, 202);
        assert.equal(accepted.body.from, from);
        assert.deepEqual(accepted.body.symbols, ["BTC-USD"]);
        const after = await ended(server, query);
        assert.deepEqual(after.symbols, [{ symbol: "BTC-USD", missing: [] }]);
        const { state, fetched, requests, problems } = after.backfill;
        assert.deepEqual({ state, requests, problems }, { state: "complete", requests: 1, problems: [] });
        assert.ok(fetched >= 30, `${fetched}, longer ones among them`);
        const shown = (await request(`${server.url}/api/bitcoin/history?range=90d`)).text;
        assert.equal(JSON.parse(shown).closes[0].day, from);

        // What is there is not asked for again.
        const asked = provider.requests.filter(({ url }) => url.includes("/candles?")).length;
        assert.equal((await ask(server, { body: JSON.stringify({ from, to }) })).status, 202);
        await ended(server);
        assert.equal(provider.requests.filter(({ url }) => url.includes("/candles?")).length, asked);
    });

    test("one order at a time, and a provider that fails is named", { timeout }, async (t) => {
        const { server, provider } = await start(t, { BREAKER_REST: "100ms" });
        const order = JSON.stringify({ from: daysAgo(20), to: daysAgo(2) });
        let hold = true;
        const good = provider.respond;
        provider.respond = (incoming, response) => {
            if (!incoming.url.includes("/candles?")) return good(incoming, response);
            const answer = () => {
                if (hold) return setTimeout(answer, 50);
                response.writeHead(500, { "content-type": "text/plain" });
                response.end("no");
            };
            answer();
        };
        assert.equal((await ask(server, { body: order })).status, 202);
        const second = await ask(server, { body: order });
        assert.equal(second.status, 409);
        assert.match(second.body.detail, /not finished/);
        hold = false;
        const { backfill } = await ended(server);
        assert.equal(backfill.state, "incomplete");
        assert.equal(backfill.problems.length, 1);
        assert.equal(backfill.problems[0].provider, "coinbase");
        assert.match(backfill.problems[0].why, /500/);
    });

    test("nobody else gets in, and bad orders are refused with words", { timeout }, async (t) => {
        const { server } = await start(t);
        for (const as of [null, "Bearer", "Bearer wrong", `Bearer ${token}x`, `Basic ${token}`, token]) {
            const refused = await ask(server, { as });
            assert.equal(refused.status, 401, as);
            assert.equal(refused.headers["www-authenticate"], "Bearer");
            assert.equal((await ask(server, { as, body: "{}" })).status, 401, as);
        }
        const bad = async (body, words) => {
            const refused = await ask(server, { body });
            assert.equal(refused.status, body.includes("doge") ? 404 : 400, body);
            assert.match(`${refused.body.detail} ${refused.body.accepted}`, words, body);
        };
        await bad("", /no JSON object.*2024-04-07/);
        await bad("[]", /no JSON object/);
        await bad("{}", /from is missing/);
        await bad(`{"from":"${daysAgo(3)}"}`, /to is missing/);
        await bad(`{"from":"${daysAgo(3)}","to":"${daysAgo(0)}"}`, /not over.*yesterday/);
        await bad(`{"from":"${daysAgo(3)}","to":"${daysAgo(4)}"}`, /after to/);
        await bad(`{"from":"2008-01-01","to":"2010-01-01"}`, /too early/);
        await bad(`{"from":"2010-01-01","to":"${daysAgo(2)}"}`, /too many days.*3660/);
        await bad(`{"from":7,"to":"${daysAgo(2)}"}`, /from is not a day/);
        await bad(`{"from":"2024-02-31","to":"${daysAgo(2)}"}`, /from is not a day/);
        await bad(`{"days":7}`, /no member 'days'.*from, to, symbols/);
        await bad(`{"from":"${daysAgo(3)}","to":"${daysAgo(2)}","symbols":["doge-usd"]}`, /doge-usd/i);
        assert.equal((await ask(server, { query: "?from=yesterday" })).status, 400);
        assert.doesNotMatch(server.child.stderr + server.child.stdout, new RegExp(token));

        const without = await start(t, { ADMIN_TOKEN: "" });
        const off = await ask(without.server);
        assert.equal(off.status, 404);
        assert.match(off.body.detail, /ADMIN_TOKEN is empty/);
        assert.equal((await request(`${without.server.url}/admin`)).status, 404);
        const piped = await startServer(t, { ADMIN_TOKEN: token });
        const none = await ask(piped);
        assert.equal(none.status, 404);
        assert.match(none.body.detail, /of no market/);
    });

    for (const colorScheme of ["light", "dark"])
        for (const width of [320, 768, 1360])
            test(`the page lists the days and has them fetched, ${width} pixels, ${colorScheme}`, { timeout }, async (t) => {
                const { server } = await start(t);
                const { page, complaints } = await openPage(
                    t, browser, `${server.url}/admin`, { colorScheme, viewport: { width, height: 900 } });
                await page.fill("#token", "wrong");
                await page.keyboard.press("Enter");
                await until("the refusal", () => page.isVisible("text=the token is not the server's ADMIN_TOKEN"));
                await page.fill("#token", token);
                await page.click("text=Show");
                await until("the days", () => page.isVisible("text=BTC-USD: 365 days"));
                await page.fill("#from", daysAgo(30));
                await page.click("text=Look");
                await until("fewer", () => page.isVisible("text=BTC-USD: 30 days"));
                await page.click("#fetch");
                await until("none", () => page.isVisible("text=BTC-USD: none"), { timeout: 30_000 });
                assert.match(await page.innerText("#state"), /^Done: .* candles fetched with 1 answer\.$/);
                assert.equal(await widthOf(page), width);
                assert.deepEqual(await axeFinds(page), []);
                if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/admin-${width}-${colorScheme}.png` });
                assert.deepEqual(complaints.filter((words) => !/401/.test(words)), []);
            });
});
