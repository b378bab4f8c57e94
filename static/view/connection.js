// The state of the connection: a dot, a word, and the text spoken. Also the label of prices that
// are not from a market, and the title of the page, which shows the state when the page itself is
// hidden.

import { formatPrice } from "../format.js";
import { Announcer } from "../model/announcer.js";
import { originOf } from "../model/source.js";
import { byId, setAttribute, setText } from "./dom.js";

const nodes = {
    state: byId("state"),
    word: byId("state-word"),
    spoken: byId("state-spoken"),
    origin: byId("origin"),
};
const announcer = new Announcer();

export function drawConnection({ truth, newest, hereNow }) {
    setAttribute(nodes.state, "data-state", truth.name);
    setText(nodes.word, truth.word);
    const origin = originOf(newest?.source);
    const spoken = origin ? `${truth.spoken}. ${origin.word}` : truth.spoken;
    setText(nodes.spoken, announcer.offer(spoken, hereNow));
    setAttribute(nodes.origin, "data-origin", origin ? newest.source : "");
}

export function drawTitle({ truth, newest, currency, symbol }) {
    const mark = truth.name === "live" ? "" : `(${truth.name})`;
    const origin = originOf(newest?.source);
    const price = newest ? formatPrice(newest.price, currency) : "";
    const words = [mark, price, symbol, origin && `(${origin.mark})`].filter(Boolean).join(" ");
    const title = words ? `${words} · Tickertape` : "Tickertape";
    if (document.title !== title) document.title = title;
}
