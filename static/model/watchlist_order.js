// The order of the watchlist by change, the largest rise first. Rows that hop about cannot be read or
// hit: the order is kept for a few seconds, and for as long as the pointer or the focus is on the list.

const everyMs = 5_000;

export class ChangeOrder {
    #order = [];
    #orderedAt = -Infinity;

    // `symbols`: in the visitor's order, which decides between equals; those of which no change is known
    // come last. `ratioOf(symbol)`: a number, or null.
    of(symbols, ratioOf, now, isHeld) {
        const isSameSet = symbols.length === this.#order.length &&
            symbols.every((symbol) => this.#order.includes(symbol));
        if (isSameSet && (isHeld || now - this.#orderedAt < everyMs)) return this.#order;
        const ratios = new Map(symbols.map((symbol) => [symbol, ratioOf(symbol) ?? -Infinity]));
        const compare = (a, b) => {
            const [x, y] = [ratios.get(a), ratios.get(b)];
            return x === y ? 0 : y - x;
        };
        this.#order = [...symbols].sort(compare);
        this.#orderedAt = now;
        return this.#order;
    }
}
