// What a change of the topic "market" makes of the table: places with other coins or figures, and
// what is said of the table as a whole.

// Returns { table, isLacking }: the table with the change, or null where it is of another source, whose
// rows may not stand beside these; and whether the whole has to be asked for, because of that, or
// because the change lacks what only the whole has: the shapes of the week.
export function changed(table, { coins: rows, ...head }) {
    if (head.source !== table.source) return { table: null, isLacking: true };
    const known = new Map(table.coins.map((coin) => [coin.id, coin]));
    const coins = table.coins.slice(0, head.total);
    let isLacking = head.total > table.coins.length && rows.length === 0;
    for (const row of [...rows].sort((a, b) => a.place - b.place)) {
        if (row.place > coins.length + 1) isLacking = true;
        else coins[row.place - 1] = asShown(row, known.get(row.id));
        isLacking ||= !known.has(row.id);
    }
    return { table: { ...table, ...head, coins }, isLacking };
}

// Its price is the table's. Where the whole had the server's own, that stays until there is a tick.
function asShown(row, before) {
    const isOurs = row.streamed_as && before?.price_symbol === row.streamed_as;
    const { price, price_source, price_symbol } = isOurs ? before : row;
    return { ...row, price, price_source, price_symbol, sparkline: before?.sparkline ?? null };
}
