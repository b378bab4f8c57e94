// Many subscribers in a process of their own, which notes when each of them receives each price.
// Told what to do by the process that started it, see Crowd in stream_path.mjs.
//
// A price is the number of its message, as the playback of the fake venues makes it: message N has
// the price 10000 + 0.01 N. Whatever has another price is not of the run.

import net from "node:net";
import { quantile } from "./cost.mjs";

const priceKey = Buffer.from('"price":');
const eventEnd = Buffer.from("\n\n");
const priceOfFirst = 1_000_000; // in hundredths
const connectAtOnce = 100;

const [zero, nine, point, comma, newline] = Buffer.from("09.,\n");

// The number of the message whose price begins at `at`; -1: it is none.
function sequenceAt(bytes, at) {
    let hundredths = 0;
    let decimals = -1;
    for (; at < bytes.length && bytes[at] !== comma; at += 1) {
        if (bytes[at] === point && decimals < 0) decimals = 0;
        else if (bytes[at] < zero || bytes[at] > nine) return -1;
        else {
            hundredths = hundredths * 10 + bytes[at] - zero;
            if (decimals >= 0) decimals += 1;
        }
    }
    if (decimals > 2) return -1;
    for (let missing = 2 - Math.max(0, decimals); missing > 0; missing -= 1) hundredths *= 10;
    return hundredths - priceOfFirst;
}

class Deliveries {
    // `messages` of one run; `symbols`: how many there are. Message N is of symbol N modulo that.
    begin(messages, symbols, subscribers) {
        this.messages = messages;
        this.symbols = symbols;
        this.count = 0;
        this.sequences = new Int32Array(1 << 16);
        this.times = new Float64Array(1 << 16);
        this.newest = new Int32Array(subscribers * symbols).fill(-1);
        this.disordered = 0;
        this.ofLast = 0; // deliveries of the last message
    }

    take(subscriber, sequence, ns) {
        if (!(sequence >= 0 && sequence < this.messages)) return;
        const place = subscriber * this.symbols + (sequence % this.symbols);
        if (this.newest[place] >= sequence) this.disordered += 1;
        this.newest[place] = sequence;
        if (this.count === this.sequences.length) this.#grow();
        this.sequences[this.count] = sequence;
        this.times[this.count] = ns;
        this.count += 1;
        if (sequence === this.messages - 1) this.ofLast += 1;
    }

    #grow() {
        for (const name of ["sequences", "times"]) {
            const larger = new this[name].constructor(2 * this.count);
            larger.set(this[name]);
            this[name] = larger;
        }
    }

    // `sentNs`: when message N was sent; `wantedBy`: by how many the symbol N is.
    report(sentNs, wantedBy) {
        const times = new Int32Array(this.messages);
        const first = new Float64Array(this.messages).fill(Infinity);
        const last = new Float64Array(this.messages);
        const each = new Float64Array(this.count);
        for (let i = 0; i < this.count; i += 1) {
            const sequence = this.sequences[i];
            each[i] = this.times[i] - sentNs[sequence];
            times[sequence] += 1;
            first[sequence] = Math.min(first[sequence], each[i]);
            last[sequence] = Math.max(last[sequence], each[i]);
        }
        const published = [];
        let lost = 0;
        for (let sequence = 0; sequence < this.messages; sequence += 1) {
            if (times[sequence] === 0) continue;
            published.push(sequence);
            lost += wantedBy[sequence % this.symbols] - times[sequence];
        }
        const of = (latencies) => {
            const sorted = Float64Array.from(latencies).sort();
            const ms = (part) => quantile(sorted, part) / 1e6;
            return { median: ms(0.5), p99: ms(0.99), max: ms(1) };
        };
        return {
            published: published.length,
            deliveries: this.count,
            lost,
            disordered: this.disordered,
            first: of(published.map((sequence) => first[sequence])),
            last: of(published.map((sequence) => last[sequence])),
            all: of(each),
        };
    }
}

const deliveries = new Deliveries();
deliveries.begin(0, 1, 0);

// Its bytes are taken out of it before the next read, whichever subscriber's they are.
const buffer = Buffer.allocUnsafeSlow(64 * 1024);
const sockets = [];
let dropped = 0;

class Subscriber {
    #unread = null; // the beginning of an event

    constructor(number, port, path, answered) {
        this.number = number;
        this.answered = answered;
        const socket = net.connect({
            port,
            host: "127.0.0.1",
            onread: { buffer, callback: (count) => this.#read(count) },
        });
        socket.on("error", () => {});
        socket.on("close", () => { dropped += 1; });
        socket.write(`GET ${path} HTTP/1.0\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n`);
        sockets.push(socket);
    }

    #read(count) {
        const ns = Number(process.hrtime.bigint());
        let bytes = buffer.subarray(0, count);
        if (this.answered) {
            if (!/^HTTP\/1\.[01] 200 /.test(bytes.latin1Slice(0, 20))) return;
            this.answered();
            this.answered = null;
        }
        if (this.#unread) bytes = Buffer.concat([this.#unread, bytes]);
        this.#unread = null;
        if (bytes.at(-1) !== newline || bytes.at(-2) !== newline) {
            const at = bytes.lastIndexOf(eventEnd);
            const end = at < 0 ? 0 : at + eventEnd.length;
            this.#unread = Buffer.from(bytes.subarray(end));
            bytes = bytes.subarray(0, end);
        }
        for (let at = 0; (at = bytes.indexOf(priceKey, at)) >= 0;) {
            at += priceKey.length;
            deliveries.take(this.number, sequenceAt(bytes, at), ns);
        }
    }
}

async function connect({ port, paths }) {
    for (let i = 0; i < paths.length; i += connectAtOnce)
        await Promise.all(paths.slice(i, i + connectAtOnce).map((path, j) =>
            new Promise((answered) => new Subscriber(i + j, port, path, answered))));
}

let began = process.cpuUsage();

const answers = {
    connect,
    begin({ messages, symbols }) {
        deliveries.begin(messages, symbols, sockets.length);
        began = process.cpuUsage();
    },
    progress: () => ({ ofLast: deliveries.ofLast, count: deliveries.count, dropped }),
    used() {
        const { user, system } = process.cpuUsage(began);
        return (user + system) / 1e6;
    },
    report: ({ sentNs, wantedBy }) => deliveries.report(sentNs, wantedBy),
};

process.on("message", async ({ ask, ...what }) => process.send((await answers[ask](what)) ?? null));
process.on("disconnect", () => process.exit());
