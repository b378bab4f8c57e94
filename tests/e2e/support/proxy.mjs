// A TCP connection between a client and a server that can be cut, refused or muted at will.

import net from "node:net";

export class Proxy {
    #server;
    #pairs = new Set();
    #isMute = false;
    accepted = 0;

    constructor(targetPort, targetHost) {
        Object.assign(this, { targetPort, targetHost });
        this.#server = net.createServer((client) => this.#join(client));
    }

    async listen(port = 0) {
        await new Promise((resolve, reject) => {
            this.#server.once("error", reject);
            this.#server.listen(port, "127.0.0.1", resolve);
        });
        this.port = this.#server.address().port;
        this.url = `http://127.0.0.1:${this.port}`;
    }

    get open() {
        return this.#pairs.size;
    }

    #join(client) {
        this.accepted += 1;
        const server = net.connect({ port: this.targetPort, host: this.targetHost });
        const pair = { client, server };
        this.#pairs.add(pair);
        const end = () => {
            this.#pairs.delete(pair);
            client.destroy();
            server.destroy();
        };
        for (const socket of [client, server]) socket.on("error", end).on("close", end);
        client.on("data", (bytes) => server.write(bytes));
        server.on("data", (bytes) => client.write(bytes));
        if (this.#isMute) this.#pause(pair);
    }

    #pause({ client, server }) {
        client.pause();
        server.pause();
    }

    // Breaks every connection: the client sees a reset, in the middle of whatever it was reading.
    cut() {
        for (const { client, server } of this.#pairs) {
            client.resetAndDestroy();
            server.destroy();
        }
    }

    // No byte passes any more, and nobody is told.
    mute() {
        this.#isMute = true;
        for (const pair of this.#pairs) this.#pause(pair);
    }

    // New connections pass again; the muted ones stay dead.
    unmute() {
        this.#isMute = false;
    }

    // Connections are refused until accept() is called.
    async refuse() {
        const closed = new Promise((resolve) => this.#server.close(resolve));
        this.cut();
        await closed;
    }

    async accept() {
        this.#server = net.createServer((client) => this.#join(client));
        await this.listen(this.port);
    }

    close() {
        this.#server.close();
        for (const { client, server } of this.#pairs) {
            client.destroy();
            server.destroy();
        }
    }
}

export async function startProxy(t, targetPort, targetHost = "127.0.0.1") {
    const proxy = new Proxy(targetPort, targetHost);
    await proxy.listen();
    t.after(() => proxy.close());
    return proxy;
}
