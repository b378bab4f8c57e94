// The panel behind the bell: an alarm for the symbol shown, with its price filled in; those that are set,
// and when they went off last.

import { formatPrice, formatTime, perUnit } from "../format.js";
import { parseNumber } from "../parse_number.js";
import { shortAlarmWords } from "./alarm_words.js";
import { byId, crossPath, element, iconButton, setAttribute, setHidden, setText } from "./dom.js";

export class AlarmPanel {
    #desk;
    #alarms;
    #drawn = null;
    #bell = byId("bell");
    #title = element("h2");
    #unit = element("label", { for: "bell-price", text: "Price" });
    #price = element("input", {
        id: "bell-price", type: "text", inputmode: "decimal", autocomplete: "off",
        "aria-describedby": "bell-wrong",
    });
    #wrong = element("p", { className: "wrong", id: "bell-wrong", role: "status" });
    #list = element("ul", { className: "alarms" });
    #panel;

    constructor(desk, alarms) {
        this.#desk = desk;
        this.#alarms = alarms;
        const form = element("form", { novalidate: "" },
            element("div", { className: "field" }, this.#unit, this.#price),
            element("button", { className: "solid", type: "submit", text: "Set" }));
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.#add();
        });
        const all = element("a", { href: "settings", "data-tab": "settings", text: "All alarms, sound and notifications" });
        this.#panel = element("section",
            { className: "bell-panel", id: "bell-panel", "aria-label": "Alarms", hidden: "" },
            this.#title, form, this.#wrong, this.#list, element("p", { className: "hint" }, all));
        this.#bell.after(this.#panel);
        setAttribute(this.#bell, "aria-controls", "bell-panel");
        alarms.addEventListener("change", () => this.#listAlarms());
        document.addEventListener("keydown", ({ key }) => {
            if (key !== "Escape" || this.#panel.hidden) return;
            this.#show(false);
            this.#bell.focus();
        });
        document.addEventListener("pointerdown", ({ target }) => {
            if (!this.#panel.contains(target) && !this.#bell.contains(target)) this.#show(false);
        });
        all.addEventListener("click", () => this.#show(false));
    }

    toggle() {
        this.#show(this.#panel.hidden);
        if (!this.#panel.hidden) this.#price.select();
    }

    #show(isShown) {
        setHidden(this.#panel, !isShown);
        setAttribute(this.#bell, "aria-expanded", String(isShown));
        if (!isShown) return;
        const { symbol, quote } = this.#desk;
        this.#drawn = symbol;
        const units = perUnit(quote.currency);
        setText(this.#title, `Tell me when ${symbol} reaches`);
        setText(this.#unit, units === 1 ? `Price in ${quote.currency}` : "Price in sats");
        this.#price.value = quote.newest ? formatPrice(quote.newest.price * units, "") : "";
        this.#say("");
        this.#listAlarms();
        this.#price.focus();
    }

    #say(words) {
        setText(this.#wrong, words);
        if (words) this.#price.setAttribute("aria-invalid", "true");
        else this.#price.removeAttribute("aria-invalid");
    }

    #add() {
        const { quote } = this.#desk;
        const symbol = this.#drawn;
        const price = parseNumber(this.#price.value) / perUnit(quote.currency);
        const side = this.#alarms.sideOf(price, quote.newest?.price);
        if (!(price > 0)) return this.#refuse("A price is a number above zero.");
        if (!side) return this.#refuse("That is the price now: give one above or below it.");
        if (this.#alarms.isFull)
            return this.#refuse(`There can be ${this.#alarms.max} alarms: remove one first.`);
        if (!this.#alarms.add({ symbol, side, price }, quote.newest?.price))
            return this.#refuse("That alarm is set already.");
        this.#say("");
        return undefined;
    }

    #refuse(words) {
        this.#say(words);
        this.#price.focus();
    }

    #listAlarms() {
        const { symbol } = this.#desk;
        this.#list.replaceChildren(...this.#alarms.of(symbol).map((alarm) => {
            const words = shortAlarmWords(alarm);
            const wentOffAt = this.#alarms.wentOffAt(alarm);
            const last = wentOffAt === null ? "" : `, went off at ${formatTime(wentOffAt, Date.now())}`;
            const remove = iconButton(crossPath, `Remove: ${words}`);
            remove.addEventListener("click", () => {
                this.#alarms.remove(alarm);
                this.#price.focus();
            });
            return element("li", {}, element("span", { text: `${words}${last}` }), remove);
        }));
    }
}
