// The sections of the price's tab that can be hidden, and moved within their column.

export const sections = [
    { key: "plot", label: "Chart", column: "lead" },
    { key: "statistics", label: "Statistics", column: "lead" },
    { key: "watchlist", label: "Watchlist", column: "rail" },
    { key: "providers", label: "Where the price comes from", column: "rail" },
    { key: "ticks", label: "Ticks", column: "ticks" },
];

// All of them: those of `order`, keys with blanks between, first within their column, then the others.
export function inOrder(order) {
    const keys = order.split(" ");
    const place = ({ key }) => (keys.includes(key) ? keys.indexOf(key) : keys.length);
    const columns = [...new Set(sections.map(({ column }) => column))];
    return columns.flatMap((name) => sections.filter(({ column }) => column === name)
        .map((one, i) => ({ one, at: place(one) * sections.length + i }))
        .sort((a, b) => a.at - b.at).map(({ one }) => one));
}

// The order after one is moved by a step within its column; the same where it cannot be.
export function moved(order, key, step) {
    const all = inOrder(order);
    const from = all.findIndex((one) => one.key === key);
    const to = from + step;
    if (all[to]?.column === all[from]?.column) all.splice(to, 0, ...all.splice(from, 1));
    return all.map((one) => one.key).join(" ");
}

export function toggled(hidden, key, isShown) {
    const keys = hidden.split(" ").filter((one) => one && one !== key);
    return (isShown ? keys : [...keys, key]).join(" ");
}
