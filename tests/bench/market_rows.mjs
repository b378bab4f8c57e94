// A table of the market as its source would send it, with as many coins as are wanted.

import { bodies } from "../e2e/support/market.mjs";

// The recorded rows, and more like them, each with less of everything than the one before.
export function manyRows(count) {
    const recorded = JSON.parse(bodies.coingecko);
    const shape = Array.from({ length: 168 }, (_, i) => 1 + Math.sin(i / 9) / 20);
    return Array.from({ length: count }, (_, i) => {
        if (i < recorded.length)
            return { ...recorded[i], sparkline_in_7d: { price: shape.map((by) => by * recorded[i].current_price) } };
        const last = recorded.at(-1);
        const price = 1 + (count - i) / 7;
        const supply = (last.market_cap * 0.99 ** (i - recorded.length + 1)) / price;
        return {
            ...last, id: `coin-${i}`, symbol: `c${i}`, name: `Coin number ${i}`,
            current_price: price, market_cap: supply * price, market_cap_rank: i + 1,
            total_volume: supply * price / 20, high_24h: price * 1.02, low_24h: price * 0.98,
            circulating_supply: supply, total_supply: supply, max_supply: null,
            ath: price * 3, sparkline_in_7d: { price: shape.map((by) => by * price) },
        };
    });
}

// Every price, volume and change is another one.
export function moveRows(rows) {
    for (const row of rows) {
        const by = 1 + (Math.random() - 0.5) / 200;
        const { high_24h: high, low_24h: low } = row;
        row.current_price = Math.min(high, Math.max(low, row.current_price * by));
        row.total_volume *= 1 + (Math.random() - 0.5) / 100;
        row.price_change_percentage_24h_in_currency = (Math.random() - 0.5) * 4;
        row.price_change_percentage_1h_in_currency = Math.random() - 0.5;
        row.last_updated = new Date().toISOString();
    }
}
