// kill -9, again and again, under load, with clients that resume: what any of them has seen is one
// history, without a gap, a hole or a duplicate. The price of the k-th tick of a symbol is k.

import assert from "node:assert/strict";
import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { parseEvents, positionOf } from "./events.mjs";
import { json } from "./http.mjs";
import { startServer } from "./server.mjs";
import { until } from "./wait.mjs";

const symbols = Array.from({ length: 250 }, (_, n) => `S${String(n).padStart(3, "0")}-USD`);
export const ticksPerSecond = 1_000;
const everyMs = 20;

// A client as EventSource is: it comes back by itself, with the last id that it saw.
class Resuming {
    #url = null;
    #request = null;
    #rest = "";
    #lastId = null;
    #lastAt = 0n;
    #isOver = false;
    price = null; // the last one seen
    seen = 0;
    resumed = 0;
    faults = [];

    constructor(symbol, history) {
        this.symbol = symbol;
        this.history = history; // id to content, over all clients and lives
    }

    turnTo(url) {
        this.#url = url;
        this.#request?.destroy();
        this.#connect();
    }

    close() {
        this.#isOver = true;
        this.#request?.destroy();
    }

    #connect() {
        const url = this.#url;
        const headers = { accept: "text/event-stream" };
        if (this.#lastId) headers["last-event-id"] = this.#lastId;
        this.#rest = "";
        const isLeft = () => this.#isOver || this.#url !== url;
        const again = () => setTimeout(() => { if (!isLeft()) this.#connect(); }, 50);
        const request = http.get(
            `${url}/prices/stream?symbols=${this.symbol}`, { agent: false, headers }, (response) => {
                if (response.statusCode !== 200) this.faults.push(`status ${response.statusCode}`);
                if (this.#lastId) this.resumed += 1;
                response.setEncoding("utf8");
                response.on("data", (text) => this.#take(text));
                response.on("error", () => {});
                response.on("close", () => { if (request === this.#request) again(); });
            });
        this.#request = request;
        request.on("error", () => { if (request === this.#request) again(); });
    }

    #take(text) {
        this.#rest += text;
        const end = this.#rest.lastIndexOf("\n\n");
        if (end < 0) return;
        const whole = this.#rest.slice(0, end + 2);
        this.#rest = this.#rest.slice(end + 2);
        for (const event of parseEvents(whole)) this.#note(event);
    }

    #note({ event, id, data }) {
        if (event === "gap") this.faults.push(`a gap ${JSON.stringify(data)}`);
        if (id === undefined || event !== undefined) return;
        const at = positionOf(id);
        if (at <= this.#lastAt) this.faults.push(`${id} comes after ${this.#lastId}`);
        if (this.price !== null && data.price !== this.price + 1)
            this.faults.push(`${data.price} comes after ${this.price}`);
        const content = `${data.symbol} ${data.price}`;
        const known = this.history.get(id) ?? content;
        if (known !== content) this.faults.push(`${id} was ${known} and is ${content}`);
        this.history.set(id, content);
        [this.#lastId, this.#lastAt, this.price] = [id, at, data.price];
        this.seen += 1;
    }
}

// Writes the next tick of one symbol after the other.
class Load {
    #next;
    #turn = 0;
    #timer;

    // `newest`: the last price of each symbol that the server knows.
    constructor(server, newest) {
        this.#next = new Map(symbols.map((symbol) => [symbol, (newest.get(symbol) ?? 0) + 1]));
        this.#timer = setInterval(() => {
            for (let n = 0; n < (ticksPerSecond * everyMs) / 1_000; n += 1) {
                const symbol = symbols[this.#turn++ % symbols.length];
                const price = this.#next.get(symbol);
                this.#next.set(symbol, price + 1);
                server.publish(price, symbol);
            }
        }, everyMs);
    }

    stop() {
        clearInterval(this.#timer);
        return this.#next;
    }
}

async function newestOf(server) {
    const { body } = await json(`${server.url}/api/prices?symbols=${symbols.join()}`);
    return new Map(body.prices.filter(({ price }) => price !== null)
        .map(({ symbol, price }) => [symbol, price]));
}

// `archive`: the settings of the archive. `kills`: how often; `clients`: how many.
export async function killAgainAndAgain(t, { archive, kills, clients }) {
    const settings = {
        ...archive, SYMBOLS: symbols.join(), LOG_LEVEL: "warn",
        // A busy disk must not be passed by: then the next life could not know what was shown.
        ARCHIVE_PATIENCE: "10s",
    };
    const history = new Map();
    const all = Array.from({ length: clients }, (_, n) =>
        new Resuming(symbols[n % symbols.length], history));
    t.after(() => all.forEach((client) => client.close()));
    let slowest = 0;
    for (let life = 0; life <= kills; life += 1) {
        const began = performance.now();
        const server = await startServer(t, settings);
        slowest = Math.max(slowest, performance.now() - began);
        const load = new Load(server, await newestOf(server));
        for (const client of all) client.turnTo(server.url);
        if (life < kills) {
            await pause(200 + Math.random() * (life % 10 === 0 ? 2_800 : 800));
            server.child.signal("SIGKILL");
            load.stop();
            await server.child.exited();
            continue;
        }
        await pause(1_000);
        const next = load.stop();
        await until(() => `all have all: ${all.filter((client) =>
            client.price !== next.get(client.symbol) - 1).length} have not`, () =>
            all.every((client) => client.price === next.get(client.symbol) - 1), { timeout: 60_000 });
    }
    const sum = (what) => all.reduce((total, client) => total + client[what], 0);
    t.diagnostic(`${clients} clients saw ${sum("seen")} ticks and resumed ${sum("resumed")} times; ` +
        `${history.size} ids; the slowest start took ${slowest.toFixed(0)} ms`);
    assert.deepEqual(all.flatMap((client) => client.faults).slice(0, 10), []);
    assert.ok(sum("resumed") >= clients, "clients did resume");
}
