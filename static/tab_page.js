// What all tabs but the first have in common: their style sheets, their title, and that nothing is
// done for one that is not open.

import { configureFormats } from "./format.js";
import { styled } from "./sheets.js";
import { byId, setAttribute } from "./view/dom.js";

const root = document.documentElement;

export class TabPage {
    #of;
    #settings = null;
    #styled;

    // `sheets`: addresses. `begin(settings, parts)` is called once, `enter()` and `leave()` with each opening and
    // its end, and `format()` when figures and times are to be written in another way.
    constructor({ name, title, sheets, ...of }) {
        this.#of = of;
        this.name = name;
        this.title = title;
        this.#styled = Promise.all(sheets.map(styled));
    }

    get isOpen() {
        return root.dataset.tab === this.name;
    }

    // Called when the tab is opened, which it may be no longer.
    async open(settings, parts) {
        if (!this.isOpen) return;
        document.title = `${this.title} · Tickertape`;
        if (!this.#settings) this.#begin(settings, parts);
        this.#of.enter();
        await this.#styled;
        setAttribute(byId(this.name), "aria-busy", "false");
    }

    #begin(settings, parts) {
        this.#settings = settings;
        configureFormats(settings.values);
        settings.addEventListener("change", () => {
            configureFormats(settings.values);
            this.#of.format();
        });
        new MutationObserver(() => this.isOpen || this.#of.leave())
            .observe(root, { attributeFilter: ["data-tab"] });
        this.#of.begin?.(settings, parts);
    }
}
