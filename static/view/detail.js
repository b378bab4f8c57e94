// The list of providers: their state, and which of them are in the price.

import { formatDuration, formatPrice } from "../format.js";
import { spell } from "../model/provider_names.js";
import { arrange, byId, element, setAttribute, setHidden, setText } from "./dom.js";

const section = byId("providers");
const policy = byId("policy");
const servedBy = byId("served-by");
const list = byId("provider-rows");

class Row {
    constructor() {
        this.name = element("span");
        this.who = element("span", { className: "who" },
            element("span", { className: "dot", "aria-hidden": "true" }), this.name);
        this.value = element("span", { className: "value" });
        this.words = element("span", { className: "words" });
        this.use = element("span", { className: "use" });
        this.error = element("span", { className: "error" });
        this.node = element("li", {}, this.who, this.value, this.words, this.use, this.error);
    }

    draw(row, { currency, feedAgeMs }) {
        setAttribute(this.node, "data-kind", row.kind);
        setAttribute(this.node, "data-provider", row.name);
        setText(this.name, row.market ? `${spell(row.name)} (${row.market})` : spell(row.name));
        setText(this.value, row.price === null ? "—" : formatPrice(row.price, currency));
        const age = row.ageMs === null ? "" : `, ${formatDuration(row.ageMs + feedAgeMs)} old`;
        setText(this.words, `${row.words}${age}`);
        setText(this.use, row.use.words);
        setAttribute(this.use, "data-used", String(row.use.isUsed));
        setHidden(this.error, !row.error);
        if (!row.error) return;
        const ago = formatDuration(row.error.ageMs + feedAgeMs);
        setText(this.error, `Last error, ${ago} ago: ${row.error.words}`);
    }
}

export class Detail {
    #rows = new Map();
    #sources = element("p", { id: "sources", hidden: "" });

    // At the foot of the page, the names of all sources.
    drawFoot(words) {
        if (!this.#sources.isConnected) document.querySelector("footer").prepend(this.#sources);
        setHidden(this.#sources, !words);
        setText(this.#sources, words);
    }

    // `described`: from model/providers.js. Null hides the list, unless the answer is on its way.
    draw(described, facts, isPending) {
        // The list is that of another symbol then: it keeps its space, but styles hide it. Without
        // a connection no answer is on its way.
        setAttribute(section, "aria-busy", String(isPending));
        if (isPending && facts.connection.name !== "open") setHidden(section, true);
        if (isPending) return;
        setHidden(section, !described);
        if (!described) return;
        setText(policy, described.policy);
        setText(servedBy, described.servedBy);
        setHidden(servedBy, !described.servedBy);
        const rows = described.rows.map((row) => {
            if (!this.#rows.has(row.name)) this.#rows.set(row.name, new Row());
            this.#rows.get(row.name).draw(row, facts);
            return this.#rows.get(row.name).node;
        });
        arrange(list, rows);
    }
}
