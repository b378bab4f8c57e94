// The form of the settings and alarms. A choice takes effect at once; nothing has to be confirmed.

import { askToNotify, canNotify, mayNotify } from "../bell.js";
import { formatPrice, perUnit } from "../format.js";
import { alarmsMax, isBeyond } from "../model/alarm.js";
import { parseNumber } from "../parse_number.js";
import { alarmWords } from "./alarm_words.js";
import { byId, crossPath, element, iconButton, setText } from "./dom.js";
import { SectionsForm } from "./sections_form.js";
import { furnishSettings } from "./settings_markup.js";

const section = byId("settings");
furnishSettings(section);
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

// Settings that are one of a few, by the names of their buttons.
const radios = { theme: "theme", colours: "colours", currency: "currencyDisplay", unit: "unit" };

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

export class SettingsForm {
    #settings;
    #parts;
    #currency = "USD";
    #offered = "";
    #isOpen = false;
    #sections;

    // `parts`: { alarms, desk, wakeSound() }.
    constructor(settings, parts) {
        const { alarms, desk } = parts;
        this.#parts = parts;
        this.#settings = settings;
        this.#sections = new SectionsForm(settings);
        section.addEventListener("change", (event) => this.#take(event.target));
        form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.#addAlarm();
        });
        alarms.addEventListener("change", () => this.#listAlarms());
        desk.addEventListener("change", () => this.#isOpen && this.#offer());
    }

    enter() {
        this.#isOpen = true;
        this.#offered = "";
        this.#offer();
        this.fill();
        setText(wrong, "");
    }

    leave() {
        this.#isOpen = false;
    }

    // The symbols for which alarms can be set. When the tab is opened, the one shown is chosen.
    #offer() {
        const { symbols, symbol: shown } = this.#parts.desk;
        const offered = symbols.join();
        if (offered === this.#offered) return;
        const chosen = this.#offered ? fields.symbol.value : shown;
        fields.symbol.replaceChildren(...symbols.map((name) => option(name, name)));
        if (symbols.includes(chosen)) fields.symbol.value = chosen;
        this.#offered = offered;
        this.#currency = shown.split("-").at(-1);
    }

    fill() {
        const { values } = this.#settings;
        if (fields.locale.options.length === 0) {
            fields.locale.append(...localeOptions(values.locale));
            fields.zone.append(...zoneOptions(values.timeZone));
        }
        for (const [name, key] of Object.entries(radios))
            section.querySelector(`input[name="${name}"][value="${values[key]}"]`).checked = true;
        fields.locale.value = values.locale;
        fields.zone.value = values.timeZone;
        fields.compact.checked = values.isCompact;
        fields.sound.checked = values.hasSound;
        fields.notification.checked = values.hasNotification && mayNotify();
        fields.notification.disabled = !canNotify();
        if (!canNotify()) setText(notificationWords, refusals.missing);
        setText(fields.sample, formatPrice(samplePrice, this.#currency));
        this.#sections.fill();
        this.#nameUnit();
        this.#listAlarms();
    }

    // Of the price that is to be typed in.
    #nameUnit() {
        setText(byId("alarm-unit"), this.#units === 1 ? "Price" : "Price in sats");
    }

    get #units() {
        return perUnit(fields.symbol.value.split("-").at(-1));
    }

    #take(field) {
        const set = (name, value) => this.#settings.set(name, value);
        if (field === fields.symbol) this.#nameUnit();
        if (radios[field.name]) set(radios[field.name], field.value);
        else if (field === fields.locale) set("locale", field.value);
        else if (field === fields.zone) set("timeZone", field.value);
        else if (field === fields.compact) set("isCompact", field.checked);
        else if (field === fields.notification) this.#takeNotification(field.checked);
        else if (field === fields.sound) {
            if (field.checked) this.#parts.wakeSound();
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
        const price = parseNumber(fields.price.value) / this.#units;
        if (!(price > 0)) {
            setText(wrong, "A price is a number above zero.");
            fields.price.setAttribute("aria-invalid", "true");
            fields.price.focus();
            return;
        }
        fields.price.removeAttribute("aria-invalid");
        const { symbol, side } = fields;
        const { alarms } = this.#parts;
        const { isFull } = alarms;
        const alarm = { symbol: symbol.value, side: side.value, price };
        const isNew = alarms.add(alarm);
        const full = `There can be ${alarmsMax} alarms: remove one first.`;
        setText(wrong, isNew ? "" : isFull ? full : "That alarm is set already.");
        if (isNew) this.#sayIfMet(alarm);
        if (isNew) fields.price.value = "";
    }

    // An alarm waits for the price to cross it; one that is met already has to be crossed back first.
    async #sayIfMet(alarm) {
        const now = await this.#parts.desk.priceOf(alarm.symbol);
        if (now === null || !isBeyond(alarm, now)) return;
        const back = alarm.side === "above" ? "below" : "above";
        setText(wrong, `Set, but the price is there already: it has to be ${back} that again first.`);
    }

    #listAlarms() {
        const { alarms } = this.#parts;
        list.replaceChildren(...alarms.list.map((alarm) => {
            const words = alarmWords(alarm);
            const remove = iconButton(crossPath, `Remove: ${words}`);
            remove.addEventListener("click", () => {
                alarms.remove(alarm);
                fields.price.focus();
            });
            return element("li", {}, element("span", { text: words }), remove);
        }));
    }
}
