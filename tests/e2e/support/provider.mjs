// A provider that answers as Coinbase and CoinGecko do, over TLS, or misbehaves as it is told.

import https from "node:https";

export class FakeProvider {
    connections = 0;
    requests = []; // { url, headers }
    // What a request is answered with: (request, response) => void.
    respond = () => {};

    constructor(certificates) {
        this.server = https.createServer(certificates, (request, response) => {
            this.requests.push({ url: request.url, headers: request.headers });
            this.respond(request, response);
        });
        this.server.on("secureConnection", () => { this.connections += 1; });
        this.server.on("tlsClientError", () => {});
        this.server.keepAliveTimeout = 60_000;
    }

    async listen() {
        await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
        this.url = `https://localhost:${this.server.address().port}`;
    }

    close() {
        this.server.close();
        this.server.closeAllConnections();
    }
}

function answer(response, status, body, type = "application/json; charset=utf-8") {
    response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
    response.end(body);
}

// As recorded from api.exchange.coinbase.com/products/BTC-USD/ticker, with a price and the time of now.
export function coinbaseTicker(price) {
    return (request, response) => answer(
        response, 200,
        `{"ask":"${price}","bid":"${price}","volume":"4916.94797396","trade_id":1040406588,` +
            `"price":"${price}","size":"0.00782662","time":"${new Date().toISOString()}",` +
            `"rfq_volume":"31.625279"}`);
}

// As recorded from api.coingecko.com/api/v3/simple/price?…&include_last_updated_at=true.
export function coingeckoPrice(price) {
    return (request, response) => answer(
        response, 200,
        `{"bitcoin":{"usd":${price},"last_updated_at":${Math.floor(Date.now() / 1000)}}}`);
}

export const failing = {
    "answers 500": (request, response) => answer(response, 500, '{"message":"Internal Server Error"}'),
    "never answers": () => {},
    "sends half an answer and closes": (request, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": 500 });
        response.write('{"price":"63', () => response.destroy());
    },
    "answers with garbage": (request, response) => answer(response, 200, "\u0000\u0001}{ not json"),
    "answers with a page": (request, response) =>
        answer(response, 200, "<html><body>Just a moment…</body></html>", "text/html"),
    "answers with a price of zero": coinbaseTicker("0.00000000"),
    "answers with a negative price": coinbaseTicker("-63212.97"),
    "answers with a price that is no number": coinbaseTicker("NaN"),
    "limits the rate": (request, response) => {
        response.setHeader("retry-after", "1");
        answer(response, 429, '{"message":"Public rate limit exceeded"}');
    },
};

export async function startProvider(t, certificates) {
    const provider = new FakeProvider(certificates);
    await provider.listen();
    t.after(() => provider.close());
    return provider;
}
