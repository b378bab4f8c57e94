// One stream of prices over a connection of its own, which reconnects by itself and delivers each
// tick once. What it tells and when: docs/client.md.
//
// An EventSource reconnects by itself after a cut, after the time the server asked for, and sends
// the last id it saw. It is allowed to do so once. But it does not notice a connection that died
// silently, and on some errors it gives up for good. Then this file opens another, with the
// position in the URL and after a growing wait.

import { ask, parse } from "./answers.js";
import { patienceMs, steady, topicNames } from "./limits.js";
import { comparePositions, parsePosition } from "./position.js";

// The pause after which the server sends a heartbeat, until it is learned from heartbeats.
const heartbeatMs = 15_000;
// A connection counts as dead after this many times the longest of the last pauses.
const heartbeatsMissed = 2.5;
// How long a first attempt may take. Each attempt after it may take twice as long, up to waitMaxMs.
const attemptMs = 5_000;
// The wait after the second failed attempt in a row. It doubles with each further one.
const backoffMs = 1_000;
const waitMaxMs = 30_000;
// How often the connection is checked.
const checkEveryMs = 500;

export class PriceStream extends EventTarget {
    #url;
    #since;
    #symbols;
    #topics;
    // The topics of which no change was left out since they were told as followed.
    #followed = new Set();
    // The symbols that have had a tick. For any other symbol, the newest tick is delivered although
    // it lies before the position reached.
    #begun;
    // Whether a request for newest ticks is under way.
    #isAsking = false;
    // The symbols that were called stale, each with the time of its newest tick.
    #staleSince = new Map();
    #source = null;
    #state = { name: "idle", retryAt: null };
    // The position reached: that of the last tick, or the end of the last gap with an id of its
    // own.
    #lastId;
    // The last gap without an id of its own, on this connection.
    #lastGap = "";
    // When the last event came. While the browser waits before it reconnects: the end of that wait.
    #heardAt = 0;
    // How far the wall clock is ahead of the steady clock, which may stand still during sleep.
    #aheadMs = Date.now() - steady();
    // The time of the last heartbeat, by the server; NaN if another event came after it.
    #beatAt = NaN;
    // How many attempts have failed since the connection was last open.
    #failures = 0;
    // What the server announced before it ended the response: how long to wait, and why.
    #announced = {};
    // The pauses before the last heartbeats.
    #silences = Array(3).fill(heartbeatMs);
    // The timers of the next attempt and, while the stream is open, of the checks.
    #reopenTimer = 0;
    #checkTimer = 0;
    #onChange = () => this.#check(globalThis.document?.visibilityState !== "hidden");
    // No check opens it again, but "pageshow" does: a browser may keep a page that was left.
    #onHide = () => {
        this.#pause();
        this.#reopenTimer = -1;
    };
    // The handlers of events: their data, the id, and for how long no event had come before.
    #listeners = {
        open: ({ covered }) => {
            this.#failures = 0;
            this.#announced = {};
            this.#become("open");
            const topics = this.#topics.filter((topic) => !this.#followed.has(topic));
            for (const topic of topics) this.#followed.add(topic);
            if (topics.length > 0) this.#tell("followed", { topics });
            // A worker that has just accepted this tab is about to send the newest ticks.
            covered ?? this.#begin();
        },
        error: () => {
            const { retry = null, why } = this.#announced;
            this.#announced = {};
            this.#failures += 1;
            const { readyState, url } = this.#source;
            // The browser has given up, or has tried again without success.
            if (readyState !== EventSource.CONNECTING || this.#failures > 1) {
                this.#reopenLater();
                if (readyState === EventSource.CLOSED && url) this.#askWhy(url);
                return;
            }
            // The browser waits as long as the server asked for; silence counts from the end of
            // that wait.
            this.#heardAt += retry;
            this.#become("reconnecting", retry && Date.now() + retry, why);
        },
        message: (tick, id) => {
            if (typeof tick.price !== "number" || !parsePosition(id)) return;
            const isNews = this.#advance(id);
            if (!isNews && this.#begun.has(tick.symbol)) return;
            this.#tellTick({ ...tick, id }, isNews);
        },
        // A gap of some symbols of several has no id of its own, because ticks of the other symbols
        // up to its end follow it. The event then has the id before it, and comes again when the
        // browser reconnects.
        gap: (gap, id) => {
            const [from, to] = [gap.from, gap.to].map(parsePosition);
            if (!from || !to) return;
            // What follows a restart is new, even if the clock was set back: the server answers an
            // id from its future with a gap that ends before that id.
            const isAnew =
                gap.reason === "restarted" && comparePositions(gap.to, this.#lastId) <= 0;
            if (isAnew) this.#lastId = "";
            const name = `${gap.to} ${gap.symbols}`;
            if (id === gap.to ? !this.#advance(id) : name === this.#lastGap) return;
            this.#lastGap = name;
            this.#tell("gap", { ...gap, fromAt: from.ms, toAt: to.ms, isAnew });
        },
        heartbeat: (beat, id, silentMs) => {
            const at = beat.timestamp * 1000;
            // Two heartbeats in a row are as far apart as the pause that the server keeps. Its own
            // clock gives whole seconds; the arrival may be late because of the network. Arrival
            // alone is not enough, because events that waited for a frozen page arrive all at once.
            // A pause longer than the limit means that the page slept or a clock was set. Pauses
            // shorter than a check do not count.
            const ms = Math.max(at - this.#beatAt, silentMs, checkEveryMs);
            const isUsual = ms <= heartbeatsMissed * Math.max(...this.#silences);
            if (isUsual && !this.#source.wake) this.#noteSilence(ms);
            this.#beatAt = at;
            this.#begin();
            if (at) this.#tell("heartbeat", { ...beat, at });
        },
        stale: (notice) => {
            if (!notice.symbol) return;
            this.#staleSince.set(notice.symbol, steady() - notice.age * 1000);
            this.#tell("stale", notice);
        },
        fresh: (notice) => {
            if (!notice.symbol) return;
            this.#staleSince.delete(notice.symbol);
            this.#tell("fresh", notice);
        },
        moving: (word) => (this.#announced = word),
        busy: (word) => (this.#announced = { ...word, why: "busy" }),
        // The worker is alive: its position, and the state of its own stream.
        here: (state, id) => {
            this.#advance(id);
            if (state.name === "open") this.#listeners.open(state);
            else this.#become(state.name, state.retryAt, state.why);
        },
    };

    // `symbols`: empty for the server's first. `since`: Unix seconds to begin at. `lastId`: the id
    // to resume after; it wins over `since`. `topics`: what is followed beside ticks.
    constructor({ url = "/prices/stream", symbols = [], topics = [], since = null, lastId = "" } = {}) {
        super();
        this.#url = new URL(url, globalThis.document?.baseURI ?? location.href);
        this.#since = since;
        this.#lastId = parsePosition(lastId) ? lastId : "";
        this.#symbols = symbols.map((symbol) => symbol.toUpperCase());
        this.#begun = new Set(this.#lastId && this.#symbols);
        this.#topics = topics;
        // Its id says up to where all ticks were sent.
        for (const topic of topicNames)
            this.#listeners[topic] = (state, id) => {
                this.#advance(id);
                this.#tell(topic, state);
            };
    }

    get state() {
        return this.#state;
    }

    // Whether the shared connection of all tabs serves this stream now.
    get isShared() {
        return !!this.#source?.wake;
    }

    // The id to resume after; empty before the first tick.
    get lastId() {
        return this.#lastId;
    }

    open() {
        if (this.#checkTimer) return;
        this.#checkTimer = setInterval(() => this.#check(false), checkEveryMs);
        this.#watch("addEventListener");
        this.#connect();
        this.#become("connecting");
    }

    // `name`: the state from then on.
    close(name = "idle") {
        this.#pause();
        clearInterval(this.#checkTimer);
        this.#checkTimer = 0;
        this.#watch("removeEventListener");
        this.#become(name);
    }

    // Makes the next attempt at once, if the stream is waiting for it.
    wake() {
        this.#check(true);
    }

    // Changes the symbols, and goes on after the last id or after an earlier one: no tick of a
    // symbol that stays is lost. A new symbol begins with its newest tick, and so does one that was
    // dropped and is added again. A wait that the server asked for is kept.
    setSymbols(symbols, lastId = this.#lastId, topics = this.#topics) {
        const before = `${this.#symbols} ${this.#lastId} ${this.#topics}`;
        this.#symbols = symbols.map((symbol) => symbol.toUpperCase());
        this.#lastId = lastId;
        this.#topics = topics;
        this.#followed = new Set([...this.#followed].filter((topic) => topics.includes(topic)));
        for (const symbol of this.#begun)
            if (!this.#symbols.includes(symbol)) this.#begun.delete(symbol);
        for (const symbol of this.#staleSince.keys())
            if (!this.#symbols.includes(symbol)) this.#staleSince.delete(symbol);
        if (before === `${this.#symbols} ${lastId} ${topics}`) return;
        const waitMs = this.#heardAt - steady();
        if (waitMs > 0 && this.#source && !this.#source.wake) this.#reopenLater(waitMs);
        else this.reopen(this.#source);
    }

    // Follows these topics; no tick is lost. "followed" tells when changes of a new one begin to come.
    setTopics(topics) {
        this.setSymbols(this.#symbols, this.#lastId, topics);
    }

    // `isQuiet`: the state stays `open` meanwhile. If that takes too long, a check changes it.
    reopen(isQuiet) {
        if (!this.#checkTimer) return;
        this.#connect();
        if (!isQuiet) this.#become("reconnecting", Date.now());
    }

    // Makes the source of events: an EventSource, or an object that behaves like one. An object
    // with `wake` is a worker: it sends only some of the events of the server, so the pauses
    // between them say nothing about heartbeats, and it sends `here` to show that it is alive.
    createSource(url) {
        return new EventSource(url);
    }

    // A worker has no document, and does not get all of these events.
    #watch(how) {
        globalThis.document?.[how]("visibilitychange", this.#onChange);
        globalThis[how]("online", this.#onChange);
        globalThis[how]("pageshow", this.#onChange);
        globalThis[how]("pagehide", this.#onHide);
    }

    #connect() {
        this.#pause();
        // A stream from an earlier position repeats gaps, and listeners may need them: a gap may be
        // told twice, but never left out.
        this.#lastGap = "";
        const url = new URL(this.#url);
        const [symbols, topics, since, lastId] =
            [this.#symbols, this.#topics, this.#since, this.#lastId];
        if (symbols.length > 0) url.searchParams.set("symbols", symbols);
        if (topics.length > 0) url.searchParams.set("topics", ["ticks", ...topics]);
        if (lastId) url.searchParams.set("last_event_id", lastId);
        else if (since !== null) url.searchParams.set("since", since);
        const source = this.createSource(url, { url: this.#url.href, symbols, topics, since, lastId });
        // A worker brings changes from now on; what came while this tab was without it is missing.
        if (source.wake) this.#followed.clear();
        for (const type in this.#listeners)
            source.addEventListener(type, ({ data, lastEventId }) => {
                // A source that was replaced may still deliver an event.
                if (source !== this.#source) return;
                const silentMs = steady() - this.#heardAt;
                this.#heardAt += silentMs;
                if (type !== "heartbeat") this.#beatAt = NaN;
                this.#listeners[type](parse(data), lastEventId, silentMs);
            });
        this.#source = source;
        this.#heardAt = steady();
    }

    // Closes the source and cancels the next attempt.
    #pause() {
        clearTimeout(this.#reopenTimer);
        this.#reopenTimer = 0;
        this.#source?.close();
        this.#source = null;
    }

    // A stream that resumes after an id does not send the newest tick of a symbol that was added.
    // So it is asked for, for all such symbols in one request; ticks after the last id come by
    // themselves. An answer counts only on the connection on which it was asked for: by the next
    // one, the symbol may have been dropped for a while, and the ticks of that time would be
    // missing silently.
    async #begin() {
        const source = this.#source;
        const isNew = (symbol) => this.#lastId && !this.#begun.has(symbol);
        // One answer has up to 64 symbols.
        const symbols = this.#symbols.filter(isNew).slice(0, 64);
        if (this.#isAsking || symbols.length === 0) return;
        this.#isAsking = true;
        const url = new URL(`../api/watchlist?points=0&symbols=${symbols}`, this.#url);
        const answer = await ask(url, "application/json");
        this.#isAsking = false;
        if (source !== this.#source) {
            if (this.#source?.readyState === EventSource.OPEN) this.#begin();
            return;
        }
        if (!answer) return;
        for (const tick of answer.watchlist)
            if (isNew(tick.symbol) && tick.id && comparePositions(tick.id, this.#lastId) <= 0)
                this.#tellTick(tick);
        for (const symbol of symbols) this.#begun.add(symbol);
        this.#begin();
    }

    // An EventSource does not say which answer made it give up, so the same URL is asked for once
    // more. The answer counts only until the next attempt. 408 (too slow) and 429 (too often) may
    // succeed later.
    async #askWhy(url) {
        const timer = this.#reopenTimer;
        const problem = await ask(url, "application/problem+json");
        if (timer !== this.#reopenTimer || !/^4(?!08|29)/.test(problem?.status)) return;
        // The server has nothing of a topic (any more): prices go on without it.
        if (problem.parameter === "topics" && this.#topics.length > 0) {
            this.setTopics([]);
            return this.#tell("unfollowed", problem);
        }
        this.close("refused");
        this.#tell("refused", problem);
    }

    // The wait is up to half longer or shorter at random, so that clients do not all come back at
    // once.
    #reopenLater(waitMs = (0.5 + Math.random()) * this.#doubled(backoffMs, this.#failures - 2)) {
        this.#pause();
        this.#reopenTimer = setTimeout(() => this.reopen(), waitMs);
        this.#become("reconnecting", Date.now() + waitMs);
    }

    #doubled(ms, times) {
        return Math.min(waitMaxMs, ms * 2 ** Math.max(0, times));
    }

    // Finds a connection that died silently: after a change of network, a pulled cable, or a sleep,
    // in which the wall clock goes on and the steady clock may stand still.
    #check(isNews) {
        if (!this.#checkTimer) return;
        const source = this.#source;
        const silentMs = steady() - this.#heardAt;
        const sleptMs = Date.now() - steady() - this.#aheadMs;
        this.#aheadMs += sleptMs;
        const usualMs = Math.max(...this.#silences);
        if (isNews) source?.wake?.();
        if (!source) {
            if (isNews || !this.#reopenTimer) this.reopen();
        } else if (source.readyState !== EventSource.OPEN) {
            // Short at first: the browser may try over an idle connection that is dead too.
            if (silentMs <= this.#doubled(attemptMs, this.#failures)) return;
            this.#failures += 1;
            this.#reopenLater();
        } else if (sleptMs > patienceMs) {
            this.reopen();
        } else if (silentMs > (source.wake ? patienceMs : heartbeatsMissed * usualMs)) {
            // The server may send heartbeats less often than expected.
            this.#noteSilence(Math.min(waitMaxMs, usualMs * 2));
            this.reopen();
        }
    }

    #noteSilence(ms) {
        this.#silences = [...this.#silences.slice(1), ms];
    }

    // Moves the position on; false if it was reached before.
    #advance(id) {
        if (comparePositions(id, this.#lastId) <= 0) return false;
        this.#lastId = id;
        return true;
    }

    // For listeners, a tick ends `stale`. A tick that is not new (`isNews`) does not: it only gives
    // a symbol its first price, so `stale` is told again right after it.
    #tellTick(tick, isNews) {
        const { id, symbol } = tick;
        this.#begun.add(symbol);
        if (isNews) this.#staleSince.delete(symbol);
        this.#tell("tick", { ...tick, at: parsePosition(id).ms });
        const since = this.#staleSince.get(symbol);
        if (since) this.#tell("stale", { symbol, age: Math.round((steady() - since) / 1000) });
    }

    #become(name, retryAt = null, why) {
        if (name === "reconnecting" && !navigator.onLine) name = "offline";
        if (this.#state.name === name && this.#state.retryAt === retryAt) return;
        this.#state = { name, retryAt, why };
        this.#tell("state", this.#state);
    }

    #tell(type, detail) {
        this.dispatchEvent(new CustomEvent(type, { detail }));
    }
}
