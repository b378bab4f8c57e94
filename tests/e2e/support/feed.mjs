// Prices for a server that reads them from its standard input: each one higher than all before it,
// over all servers of a test, so that a price says which tick it was and what came before.

export class RisingPrices {
    #next = 1_000;
    #timer = null;

    // Begins to write to `server`; returns the list of what it has been sent, which grows.
    start(server, { everyMs = 20 } = {}) {
        this.stop();
        const sent = [];
        this.#timer = setInterval(() => sent.push(this.one(server)), everyMs);
        return sent;
    }

    // Writes one price and returns it.
    one(server) {
        const price = this.#next / 4; // a quarter is exact in binary and short in decimal
        this.#next += 1;
        server.publish(price);
        return price;
    }

    stop() {
        clearInterval(this.#timer);
        this.#timer = null;
    }
}
