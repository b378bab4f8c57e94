// The name of the symbol as a switch to another one, for screens on which the watchlist is far
// below: a select, which each system shows in its own way, lies invisible over the name.

import { byId, element, setHidden } from "./dom.js";

const field = byId("switch");

// Those watched first, then the others.
export function groupsOf(symbols, watched) {
    const first = watched.filter((symbol) => symbols.includes(symbol));
    const others = symbols.filter((symbol) => !first.includes(symbol));
    return [["Watchlist", first], ["Other symbols", others]].filter(([, list]) => list.length > 0);
}

export class Switcher {
    #key = "";

    constructor(onChoice) {
        field.addEventListener("change", () => onChoice(field.value));
    }

    draw({ symbols, watched, shown }) {
        setHidden(field, symbols.length < 2);
        const groups = groupsOf(symbols, watched);
        const key = JSON.stringify(groups);
        if (key !== this.#key) {
            this.#key = key;
            field.replaceChildren(...groups.map(([label, list]) =>
                element("optgroup", { label }, ...list.map((symbol) =>
                    element("option", { value: symbol, text: symbol })))));
        }
        if (field.value !== shown) field.value = shown;
    }
}
