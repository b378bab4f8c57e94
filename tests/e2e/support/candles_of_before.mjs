// A provider's daily candles of before, as Coinbase gives them.

import { coinbaseTicker } from "./provider.mjs";

export const day = 86_400;
export const today = Math.floor(Date.now() / 1_000 / day) * day;
export const tenYears = 3_652;

// A price of that day, with two decimals.
export const priceOf = (time) => 10_000 + (time / day) % 5_000 + 0.25;

// Coinbase's candles of each day from `begins` on; today's is forming. `change` makes others of
// them, or none.
export function coinbaseCandles({ begins = 0, change = (row) => row } = {}) {
    return (request, response) => {
        const url = new URL(request.url, "https://localhost");
        if (!url.pathname.endsWith("/candles")) {
            coinbaseTicker("63212.97")(request, response);
            return;
        }
        const step = Number(url.searchParams.get("granularity"));
        const rows = [];
        const from = Math.max(Date.parse(url.searchParams.get("start")) / 1_000, begins);
        for (let time = Date.parse(url.searchParams.get("end")) / 1_000; time >= from; time -= step) {
            const open = priceOf(time);
            const row = change([time, open - 10, open + 20, open, open + 5, 1.5]);
            if (row) rows.push(row);
        }
        const body = rows.length > 300
            ? '{"message":"granularity too small for the requested time range"}' : JSON.stringify(rows);
        response.writeHead(rows.length > 300 ? 400 : 200, { "content-type": "application/json" });
        response.end(body);
    };
}
