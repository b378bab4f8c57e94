// How many satoshis one unit of a currency buys: a figure of bitcoin's symbols, for those who have
// chosen that unit.

import { satsPer } from "../model/sats.js";
import { element, setHidden, setText } from "./dom.js";

let box = null;

// `facts`: as the page gathers them.
export function drawSats({ symbol, newest }, isWanted) {
    const figure = isWanted ? satsPer(symbol, newest?.price) : null;
    if (figure && !box) {
        box = { name: element("dt"), value: element("dd") };
        box.node = element("div", { id: "sats" }, box.name, box.value);
        document.querySelector(".quote .facts").append(box.node);
    }
    if (!box) return;
    setHidden(box.node, !figure);
    if (!figure) return;
    setText(box.name, figure.name);
    setText(box.value, figure.value);
}
