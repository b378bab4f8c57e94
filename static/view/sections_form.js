// The part of the settings that shows, hides and moves sections of the page.

import { inOrder, moved, toggled } from "../model/sections.js";
import { byId, element, iconButton, setText } from "./dom.js";
import { downPath, upPath } from "./icons.js";

export class SectionsForm {
    #settings;
    #list = byId("sections");

    constructor(settings) {
        this.#settings = settings;
        byId("sections-restore").addEventListener("click", () => {
            settings.set("order", "");
            settings.set("hidden", "");
            setText(byId("said"), "All sections are shown, in their usual order");
        });
    }

    fill() {
        const { order, hidden } = this.#settings.values;
        const all = inOrder(order);
        this.#list.replaceChildren(...all.map((section, i) => {
            const { key, label, column } = section;
            const box = element("input", { type: "checkbox", id: `section-${key}` });
            box.checked = !hidden.split(" ").includes(key);
            box.addEventListener("change", () => this.#show(key, box.checked));
            const move = (name, step) => {
                const button = iconButton(name === "up" ? upPath : downPath, `Move ${label} ${name}`);
                button.id = `section-${key}-${name}`;
                button.disabled = all[i + step]?.column !== column;
                button.addEventListener("click", () => this.#move(section, step, name));
                return button;
            };
            return element("li", {},
                element("label", { className: "check" }, box, element("span", { text: label })),
                move("up", -1), move("down", 1));
        }));
    }

    // Beside the chart there is something else then.
    #show(key, isShown) {
        if (key === "ticks" && !isShown) this.#settings.set("beside", "markets");
        this.#settings.set("hidden", toggled(this.#settings.values.hidden, key, isShown));
        byId(`section-${key}`).focus();
    }

    #move({ key, label }, step, name) {
        this.#settings.set("order", moved(this.#settings.values.order, key, step));
        const button = byId(`section-${key}-${name}`);
        (button.disabled ? byId(`section-${key}`) : button).focus();
        setText(byId("said"), `${label} moved ${name}`);
    }
}
