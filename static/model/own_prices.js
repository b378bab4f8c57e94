// Which price of a coin is shown: the server's own where it has one, and whether that is live. It
// streams dollars; an answer in another currency says its rate. Times are by the steady clock.

export class OwnPrices {
    isOpen = false; // the stream has a connection, and is heard as often as usual
    #ticks = new Map(); // by symbol: { price, source, isStale, cameAt }
    #symbols = new Map(); // by id of a coin: its symbol here, also while the answer has another price
    #source = "";
    #rate = 1;

    // An answer. Ids are those of its source.
    takeTable({ source, coins, rate }) {
        this.#rate = rate?.value ?? 1;
        if (source !== this.#source) this.#symbols.clear();
        this.#source = source;
        for (const { id, price_symbol: ours, streamed_as: name } of coins)
            if (ours ?? name) this.#symbols.set(id, ours ?? name);
    }

    takeTick({ symbol, price, source }, now) {
        this.#ticks.set(symbol, { price, source, isStale: false, cameAt: now });
    }

    setStale(symbol, isStale) {
        const tick = this.#ticks.get(symbol);
        if (tick) tick.isStale = isStale;
    }

    // Those that are to be streamed, in order.
    get symbols() {
        return [...new Set(this.#symbols.values())].sort();
    }

    // { price, kind, source, symbol }. `kind`: "live", "own" (the server's, but not live now) or
    // "table". `answeredAt`: when the answer with the coin came.
    of(coin, answeredAt) {
        const symbol = coin.price_symbol ?? this.#symbols.get(coin.id) ?? null;
        const tick = symbol && this.#ticks.get(symbol);
        if (tick && this.isOpen && !tick.isStale)
            return { price: tick.price * this.#rate, kind: "live", source: tick.source, symbol };
        if (!coin.price_symbol)
            return { price: coin.price, kind: "table", source: coin.price_source, symbol };
        const isNewer = tick && tick.cameAt > answeredAt;
        if (isNewer)
            return { price: tick.price * this.#rate, kind: "own", source: tick.source, symbol };
        return { price: coin.price, kind: "own", source: coin.price_source, symbol };
    }
}
