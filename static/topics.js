// The topics that the tabs of the page follow, on the event stream that the page has anyway. A topic
// is asked for while a tab that shows it is open and the page is in sight, and a little longer, so
// that looking elsewhere for a moment makes no other connection.
//
// Dispatches what comes of a topic by its name, and "followed" with names when their changes begin to
// come: what they say in full is then to be asked for, unless that was done within `overlapMs`.

const names = ["market", "kpis", "news"];
const releaseMs = 10_000; // after the last tab that shows it is closed
const hiddenMs = 60_000; // after the page is out of sight
// The server sends once more what changed in the half minute before a stream goes on.
export const overlapMs = 20_000;

export class Topics extends EventTarget {
    #stream = null;
    #isHeard;
    #wanted = new Map(); // by the name of a topic: how many show it
    #asked = [];
    #followed = new Set();
    #refused = new Set(); // the server has nothing of them
    #timer = 0;

    // `isHeard()`: whether the stream has a connection, and is heard as often as usual.
    constructor(isHeard) {
        super();
        this.#isHeard = isHeard;
        document.addEventListener("visibilitychange", () => this.#applySoon(hiddenMs));
    }

    // The stream of the page, once there is one. `onHeard()` is called when something comes.
    attach(stream, onHeard) {
        this.#stream = stream;
        for (const name of names)
            stream.addEventListener(name, ({ detail }) => {
                onHeard();
                this.#tell(name, detail);
            });
        stream.addEventListener("followed", ({ detail }) => {
            for (const name of detail.topics) this.#followed.add(name);
            this.#tell("followed", detail);
        });
        stream.addEventListener("unfollowed", () => {
            for (const name of this.#asked) this.#refused.add(name);
            this.#asked = [];
            this.#followed.clear();
        });
        this.#apply();
    }

    // Whether each change of it comes by itself.
    isFollowed(name) {
        return this.#followed.has(name) && this.#isHeard();
    }

    follow(name) {
        this.#wanted.set(name, (this.#wanted.get(name) ?? 0) + 1);
        this.#apply();
    }

    leave(name) {
        this.#wanted.set(name, Math.max(0, (this.#wanted.get(name) ?? 0) - 1));
        this.#applySoon(releaseMs);
    }

    // At once where something new is wanted.
    #applySoon(ms) {
        const isMore = this.#due().some((name) => !this.#asked.includes(name));
        if (isMore) return this.#apply();
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#apply(), ms);
    }

    #due() {
        if (document.visibilityState !== "visible") return [];
        return names.filter((name) => this.#wanted.get(name) > 0 && !this.#refused.has(name));
    }

    #apply() {
        clearTimeout(this.#timer);
        if (!this.#stream) return;
        this.#asked = this.#due();
        for (const name of this.#followed)
            if (!this.#asked.includes(name)) this.#followed.delete(name);
        this.#stream.setTopics(this.#asked);
    }

    #tell(type, detail) {
        this.dispatchEvent(new CustomEvent(type, { detail }));
    }
}
