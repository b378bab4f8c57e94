// The search for a symbol: a field with a list below it, after the combobox pattern. The chosen
// symbol is shown and added to the watchlist.

import { findSymbols, stepTo } from "../model/search.js";
import { byId, element } from "./dom.js";

const field = byId("find-text");
const list = byId("find-list");

function option(attributes, ...children) {
    return element("li", { role: "option", "aria-selected": "false", ...attributes }, ...children);
}

export class Find {
    #symbols = [];
    #watched = [];
    #found = [];
    #active = -1;
    #onChoice;

    constructor(onChoice) {
        this.#onChoice = onChoice;
        field.addEventListener("input", () => this.#open());
        field.addEventListener("click", () => this.#open());
        field.addEventListener("blur", () => this.#close());
        field.addEventListener("keydown", (event) => this.#onKey(event));
        // A press on the list must not take the focus out of the field, which would close it.
        list.addEventListener("pointerdown", (event) => event.preventDefault());
        list.addEventListener("click", (event) => {
            const option = event.target.closest("[data-symbol]");
            if (option) this.#choose(option.dataset.symbol);
        });
    }

    offer(symbols, watched) {
        this.#symbols = symbols;
        this.#watched = watched;
    }

    // Goes on with what the visitor has typed before this search was there. `isEntered`: and has
    // pressed Enter.
    resume(isEntered) {
        if (document.activeElement !== field) return;
        this.#open();
        if (isEntered && this.#found.length > 0) this.#choose(this.#found[0]);
    }

    #onKey(event) {
        const steps = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (steps) {
            event.preventDefault();
            if (list.hidden) this.#open();
            else this.#mark(stepTo(this.#active, steps, this.#found.length));
        } else if (event.key === "Enter") {
            event.preventDefault();
            const symbol = this.#found[Math.max(0, this.#active)];
            if (!list.hidden && symbol) this.#choose(symbol);
        } else if (event.key === "Escape" && !list.hidden) {
            event.preventDefault();
            this.#close();
        }
    }

    #open() {
        const unwatched = this.#symbols.filter((symbol) => !this.#watched.includes(symbol));
        const offered = field.value.trim() ? this.#symbols : unwatched;
        this.#found = findSymbols(field.value, offered);
        const rows = this.#found.map((symbol, i) => {
            const hint = this.#watched.includes(symbol) ? "show" : "add";
            return option({ id: `found-${i}`, "data-symbol": symbol },
                element("span", { text: symbol }),
                element("span", { className: "hint", text: hint }));
        });
        if (rows.length === 0) {
            const isAsked = field.value.trim() !== "";
            const text = isAsked ? "This server has no such symbol" : "All symbols are watched";
            rows.push(option({ "aria-disabled": "true", className: "hint", text }));
        }
        list.replaceChildren(...rows);
        this.#active = -1;
        field.removeAttribute("aria-activedescendant");
        this.#showList(true);
    }

    #mark(index) {
        if (this.#found.length === 0) return;
        list.children[this.#active]?.setAttribute("aria-selected", "false");
        this.#active = index;
        const option = list.children[this.#active];
        option.setAttribute("aria-selected", "true");
        option.scrollIntoView({ block: "nearest" });
        field.setAttribute("aria-activedescendant", option.id);
    }

    #choose(symbol) {
        field.value = "";
        this.#close();
        this.#onChoice(symbol);
    }

    #close() {
        this.#showList(false);
        field.removeAttribute("aria-activedescendant");
    }

    #showList(isShown) {
        list.hidden = !isShown;
        field.setAttribute("aria-expanded", String(isShown));
    }
}
