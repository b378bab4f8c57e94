// A browser of which every connection, clock, tab and worker is in the hands of the test: what
// static/stream.js and static/history.js find around them, without a browser.

import { mock } from "node:test";

// Whose code is running: the page's, a tab's or a worker's. What it begins is its own.
let current = null;

export class Owner {
    isDead = false;
    isFrozen = false;
    events = new EventTarget();
    #waiting = new Set(); // what would have run while it was frozen

    constructor(isWorker = false) {
        this.isWorker = isWorker;
    }

    run(action) {
        if (this.isDead) return undefined;
        if (this.isFrozen) {
            this.#waiting.add(action);
            return undefined;
        }
        const before = current;
        current = this;
        try {
            return action();
        } finally {
            current = before;
        }
    }

    thaw() {
        this.isFrozen = false;
        for (const action of this.#waiting) this.run(action);
        this.#waiting.clear();
    }
}

const origin = "http://prices.test";
const startedAt = 1_700_000_000_000;

// Connections, oldest first.
export class FakeEventSource extends EventTarget {
    static CONNECTING = 0;
    static OPEN = 1;
    static CLOSED = 2;
    static all = [];

    static get live() {
        return this.all.filter((source) => source.readyState !== this.CLOSED);
    }

    // The one connection that is wanted.
    static get only() {
        if (this.live.length !== 1) throw new Error(`${this.live.length} connections`);
        return this.live[0];
    }

    readyState = FakeEventSource.CONNECTING;
    lastEventId = "";
    #isOver = false;

    constructor(url) {
        super();
        this.owner = current;
        this.url = new URL(url);
        FakeEventSource.all.push(this);
    }

    close() {
        this.readyState = FakeEventSource.CLOSED;
        this.#isOver = true;
    }

    asked(name) {
        return this.url.searchParams.get(name);
    }

    #fire(type, fields = {}) {
        this.owner.run(() => {
            if (!this.#isOver) this.dispatchEvent(Object.assign(new Event(type), fields));
        });
    }

    opens() {
        this.readyState = FakeEventSource.OPEN;
        this.#fire("open");
        return this;
    }

    // The connection breaks, and the browser is about to try again.
    breaks() {
        this.readyState = FakeEventSource.CONNECTING;
        this.#fire("error");
    }

    // The browser gives up: another status than 200, or another content type.
    fails() {
        this.readyState = FakeEventSource.CLOSED;
        this.#fire("error");
    }

    says(type, data, id) {
        if (id !== undefined) this.lastEventId = id;
        this.#fire(type, {
            data: typeof data === "string" ? data : JSON.stringify(data),
            lastEventId: this.lastEventId,
        });
    }

    // A tick at so many milliseconds after the start; returns its id.
    ticks(at, symbol = "BTC-USD", price = at) {
        const id = idAt(at);
        const timestamp = Math.floor((startedAt + at) / 1000);
        this.says("message", { timestamp, price, symbol, source: "pipe" }, id);
        return id;
    }
}

export const idAt = (at, counter = 0) => `${startedAt + at}-${counter}`;

// One end of a channel. Messages are cloned, arrive later and in order, and not at all after close.
class FakePort {
    onmessage = null;
    sent = [];
    isClosed = false;
    owner = current;
    #queue = [];

    postMessage(message) {
        if (this.isClosed) return;
        this.sent.push(message);
        this.other.arrives(structuredClone(message));
    }

    arrives(data) {
        this.#queue.push(data);
        queueMicrotask(() => this.owner.run(this.#deliver));
    }

    #deliver = () => {
        while (this.onmessage && this.#queue.length > 0)
            this.onmessage({ data: this.#queue.shift() });
    };

    close() {
        this.isClosed = true;
        this.#queue = [];
    }
}

// Workers by name; each is an instance of the module of its own, which accepts ports by `connect`.
export const workers = new Map();
let instances = 0;
const prepared = [];

// Modules are loaded ahead, because a worker is made without waiting.
async function prepare() {
    while (prepared.length < 3) {
        instances += 1;
        globalThis.onconnect = null; // only a worker has it
        await import(`../../../static/stream.js?worker=${instances}`);
        prepared.push(globalThis.onconnect);
        delete globalThis.onconnect;
    }
}

export class FakeSharedWorker {
    static isMissing = false;
    static isMute = false; // it is there and never answers
    static isBroken = false; // its script cannot be loaded

    onerror = null;

    constructor(url, { name }) {
        if (FakeSharedWorker.isMissing) throw new Error("not here");
        this.port = new FakePort();
        if (FakeSharedWorker.isBroken) queueMicrotask(() => this.onerror?.(new Event("error")));
        this.port.other = { arrives() {} };
        if (FakeSharedWorker.isBroken || FakeSharedWorker.isMute) return;
        if (!workers.has(name))
            workers.set(name, { connect: prepared.shift(), owner: new Owner(true), ports: [] });
        const { connect, owner, ports } = workers.get(name);
        ports.push(this.port);
        owner.run(() => {
            this.port.other = new FakePort();
            this.port.other.other = this.port;
            connect({ ports: [this.port.other] });
        });
    }
}

// All workers are gone from one moment to the next, and nobody is told.
export function killWorkers() {
    for (const { owner, ports } of workers.values()) {
        owner.isDead = true;
        for (const port of ports) port.other.isClosed = true;
        for (const source of FakeEventSource.live) if (source.owner === owner) source.close();
    }
    workers.clear();
}

// Answers of the server to requests that are no streams: path to a body, to a status, or to what
// returns one of them, now or later.
export const answers = new Map();
export const requests = [];

// What the server answers where the newest tick of a symbol is asked for.
export const newest = (symbol, id, price) => ({ watchlist: [{ symbol, id, price, timestamp: 1 }] });

// A refusal as the server says it.
export const problem = (status, detail) => () =>
    new Response(JSON.stringify({ status, detail }), {
        status, headers: { "content-type": "application/problem+json" },
    });

// How far the computer's clock is off: a test sets it back or ahead, while the steady clock goes on
// as before. A sleep looks the same where the steady clock stands still meanwhile.
export const wall = { aheadMs: 0 };

// Puts all of it in place for one test. Time stands still until `mock.timers` moves it.
export async function startBrowser(t) {
    await prepare();
    FakeEventSource.all = [];
    Object.assign(FakeSharedWorker, { isMissing: false, isMute: false, isBroken: false });
    workers.clear();
    answers.clear();
    requests.length = 0;
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: startedAt });
    wall.aheadMs = 0;
    const steadyNow = Date.now;
    t.mock.method(Date, "now", () => steadyNow() + wall.aheadMs);
    t.mock.method(performance, "now", () => steadyNow() - startedAt);
    const page = new Owner();
    current = page;
    const document = Object.assign(new EventTarget(), {
        baseURI: `${origin}/`, visibilityState: "visible",
    });
    const timers = { setTimeout: globalThis.setTimeout, setInterval: globalThis.setInterval };
    const later = (how, action, ms) => {
        const owner = current;
        return timers[how](() => owner.run(action), ms);
    };
    t.mock.method(AbortSignal, "timeout", (ms) => {
        const controller = new AbortController();
        timers.setTimeout(() => controller.abort(), ms);
        return controller.signal;
    });
    const globals = {
        EventSource: FakeEventSource,
        SharedWorker: FakeSharedWorker,
        location: new URL(`${origin}/static/`),
        navigator: { onLine: true },
        addEventListener: (...of) => current.events.addEventListener(...of),
        removeEventListener: (...of) => current.events.removeEventListener(...of),
        setTimeout: (action, ms) => later("setTimeout", action, ms),
        setInterval: (action, ms) => later("setInterval", action, ms),
        fetch: async (url, { signal } = {}) => {
            requests.push(`${new URL(url).pathname}${new URL(url).search}`);
            const given = answers.get(new URL(url).pathname);
            const isGivenUp = new Promise((resolve, reject) =>
                signal?.addEventListener("abort", () => reject(signal.reason)));
            const answer =
                await Promise.race([typeof given === "function" ? given(new URL(url)) : given, isGivenUp]);
            if (answer === undefined) throw new TypeError("no network");
            if (answer instanceof Response) return answer;
            const headers = { "content-type": "application/json" };
            return typeof answer === "number"
                ? new Response("{}", { status: answer })
                : new Response(JSON.stringify(answer), { headers });
        },
    };
    const before = Object.fromEntries(
        Object.keys(globals).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));
    for (const [name, value] of Object.entries(globals))
        Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    Object.defineProperty(globalThis, "document", {
        get: () => (current.isWorker ? undefined : document), configurable: true,
    });
    const streams = [];
    t.after(() => {
        for (const stream of streams) stream.close();
        for (const [name, descriptor] of Object.entries(before))
            if (descriptor) Object.defineProperty(globalThis, name, descriptor);
            else delete globalThis[name];
        delete globalThis.document;
        mock.timers.reset();
    });
    return {
        page, document,
        owns: (stream) => {
            streams.push(stream);
            return stream;
        },
        // To that tab, or to the page that a test is without tabs.
        happens: (type, tab = page) => tab.run(() =>
            (type === "visibilitychange" ? document : tab.events).dispatchEvent(new Event(type))),
    };
}

// Lets everything come to rest that needs no time.
export async function settle() {
    for (let i = 0; i < 50; i += 1) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
}

// Time passes, in steps as small as those in which anything looks at the clock.
export async function pass(ms, stepMs = 250) {
    for (let left = ms; left > 0; left -= stepMs) {
        mock.timers.tick(Math.min(stepMs, left));
        await settle();
    }
}

// What a stream tells, as short texts; `of` picks which.
export function record(stream, of = ["tick", "gap", "stale", "fresh"]) {
    const told = [];
    const texts = {
        tick: ({ symbol, price }) => `${symbol.split("-")[0]} ${price}`,
        gap: ({ reason }) => `gap ${reason}`,
        stale: ({ symbol, age }) => `${symbol.split("-")[0]} stale ${age}`,
        fresh: ({ symbol }) => `${symbol.split("-")[0]} fresh`,
        state: ({ name }) => name,
        attached: ({ covered }) => `covered ${covered}`,
        heartbeat: () => "heartbeat",
        refused: ({ detail }) => `refused ${detail}`,
    };
    for (const type of of)
        stream.addEventListener(type, ({ detail }) => told.push(texts[type](detail)));
    return told;
}
