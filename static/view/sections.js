// Puts the sections of the price's tab in the order that the visitor has chosen.

import { inOrder } from "../model/sections.js";

let arranged = "";

export function arrangeSections(order) {
    if (order === arranged) return;
    arranged = order;
    for (const { key, column } of inOrder(order))
        if (column !== "ticks")
            document.querySelector(`.${column}`).append(document.querySelector(`.${column} > .${key}`));
}
