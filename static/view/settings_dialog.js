// The settings dialog. A choice takes effect at once; nothing has to be confirmed.

import { askToNotify, canNotify, mayNotify, wakeSound } from "../bell.js";
import { formatPrice, parseNumber } from "../format.js";
import { alarmsMax, isBeyond } from "../model/alarm.js";
import { alarmWords } from "./alarm_words.js";
import { byId, element, iconButton, setText } from "./dom.js";
import { makeDialog } from "./settings_markup.js";

const dialog = makeDialog();
const fields = {
    locale: byId("set-locale"),
    zone: byId("set-zone"),
    compact: byId("set-compact"),
    sound: byId("set-sound"),
    notification: byId("set-notification"),
    sample: byId("set-sample"),
    symbol: byId("alarm-symbol"),
    side: byId("alarm-side"),
    price: byId("alarm-price"),
};
const form = byId("alarm-form");
const wrong = byId("alarm-wrong");
const list = byId("alarms");
const notificationWords = byId("notification-words");

const samplePrice = 1234567.89;
const locales = [
    "en-US", "en-GB", "en-IN", "hi-IN", "de-DE", "de-CH", "fr-FR", "es-ES", "pt-BR", "it-IT",
    "nl-NL", "pl-PL", "sv-SE", "tr-TR", "ru-RU", "uk-UA", "ja-JP", "ko-KR", "zh-CN", "ar-EG",
];

function option(value, text) {
    return element("option", { value, text });
}

function nameOfLocale(tag) {
    try {
        return new Intl.DisplayNames("en", { type: "language" }).of(tag);
    } catch {
        return tag;
    }
}

function sampleIn(tag) {
    return new Intl.NumberFormat(tag).format(samplePrice);
}

function localeOptions(chosen) {
    const own = navigator.language;
    const tags = locales.includes(chosen) || !chosen ? locales : [chosen, ...locales];
    return [
        option("", `As the browser: ${nameOfLocale(own)}`),
        ...tags.map((tag) => option(tag, `${nameOfLocale(tag)}: ${sampleIn(tag)}`)),
    ];
}

function zoneOptions(chosen) {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const known = Intl.supportedValuesOf?.("timeZone") ?? [];
    const zones = [...new Set(["UTC", ...(chosen ? [chosen] : []), ...known])];
    return [
        option("", `As this device: ${own}`),
        ...zones.map((zone) => option(zone, zone.replaceAll("_", " "))),
    ];
}

const refusals = {
    missing: "This browser has no notifications.",
    denied: "This browser blocks notifications of this page. Its site settings can change that.",
    default: "Without permission there are no notifications.",
};

export class SettingsDialog {
    #settings;
    #alarms;
    #priceOf;
    #currency = "USD";
    #offered = "";

    // `priceOf`: resolves with the newest price of a symbol, or null if it is not known.
    constructor(settings, alarms, priceOf) {
        this.#priceOf = priceOf;
        this.#settings = settings;
        this.#alarms = alarms;
        byId("settings-close").addEventListener("click", () => dialog.close());
        dialog.addEventListener("click", (event) => {
            if (event.target === dialog && isOutside(event)) dialog.close();
        });
        dialog.addEventListener("change", (event) => this.#take(event.target));
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.#addAlarm();
        });
        settings.addEventListener("change", () => this.#fill());
        alarms.addEventListener("change", () => this.#listAlarms());
    }

    // The symbols for which alarms can be set, and the one that is shown.
    offer(symbols, shown) {
        const { symbol } = fields;
        const chosen = symbol.value;
        const offered = symbols.join();
        if (offered !== this.#offered)
            symbol.replaceChildren(...symbols.map((name) => option(name, name)));
        this.#offered = offered;
        symbol.value = dialog.open && symbols.includes(chosen) ? chosen : shown;
        this.#currency = shown.split("-").at(-1);
    }

    open() {
        this.#fill();
        this.#listAlarms();
        setText(wrong, "");
        dialog.showModal();
    }

    #fill() {
        const { values } = this.#settings;
        if (fields.locale.options.length === 0) {
            fields.locale.append(...localeOptions(values.locale));
            fields.zone.append(...zoneOptions(values.timeZone));
        }
        for (const [name, value] of [["theme", values.theme], ["currency", values.currencyDisplay]])
            dialog.querySelector(`input[name="${name}"][value="${value}"]`).checked = true;
        fields.locale.value = values.locale;
        fields.zone.value = values.timeZone;
        fields.compact.checked = values.isCompact;
        fields.sound.checked = values.hasSound;
        fields.notification.checked = values.hasNotification && mayNotify();
        fields.notification.disabled = !canNotify();
        if (!canNotify()) setText(notificationWords, refusals.missing);
        setText(fields.sample, formatPrice(samplePrice, this.#currency));
    }

    #take(field) {
        const set = (name, value) => this.#settings.set(name, value);
        if (field.name === "theme") set("theme", field.value);
        else if (field.name === "currency") set("currencyDisplay", field.value);
        else if (field === fields.locale) set("locale", field.value);
        else if (field === fields.zone) set("timeZone", field.value);
        else if (field === fields.compact) set("isCompact", field.checked);
        else if (field === fields.notification) this.#takeNotification(field.checked);
        else if (field === fields.sound) {
            if (field.checked) wakeSound();
            set("hasSound", field.checked);
        }
    }

    // Permission is asked for only here, right after the visitor has asked for notifications.
    async #takeNotification(isWanted) {
        setText(notificationWords, "");
        const answer = isWanted ? await askToNotify() : "granted";
        const isGiven = isWanted && answer === "granted";
        fields.notification.checked = isGiven;
        this.#settings.set("hasNotification", isGiven);
        setText(notificationWords, refusals[answer] ?? "");
    }

    #addAlarm() {
        const price = parseNumber(fields.price.value);
        if (!(price > 0)) {
            setText(wrong, "A price is a number above zero.");
            fields.price.setAttribute("aria-invalid", "true");
            fields.price.focus();
            return;
        }
        fields.price.removeAttribute("aria-invalid");
        const { symbol, side } = fields;
        const { isFull } = this.#alarms;
        const alarm = { symbol: symbol.value, side: side.value, price };
        const isNew = this.#alarms.add(alarm);
        const full = `There can be ${alarmsMax} alarms: remove one first.`;
        setText(wrong, isNew ? "" : isFull ? full : "That alarm is set already.");
        if (isNew) this.#sayIfMet(alarm);
        if (isNew) fields.price.value = "";
    }

    // An alarm waits for the price to cross it; one that is met already has to be crossed back first.
    async #sayIfMet(alarm) {
        const now = await this.#priceOf(alarm.symbol);
        if (now === null || !isBeyond(alarm, now)) return;
        const back = alarm.side === "above" ? "below" : "above";
        setText(wrong, `Set, but the price is there already: it has to be ${back} that again first.`);
    }

    #listAlarms() {
        list.replaceChildren(...this.#alarms.list.map((alarm) => {
            const words = alarmWords(alarm);
            const remove = iconButton("remove", `Remove: ${words}`);
            remove.addEventListener("click", () => {
                this.#alarms.remove(alarm);
                fields.price.focus();
            });
            return element("li", {}, element("span", { text: words }), remove);
        }));
    }
}

function isOutside({ clientX, clientY }) {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
