// How wide the figures of the table are, so that none is ever cut: another currency or language may
// need more than dollars do. The widest of them is measured in the font of the table.

const ruler = document.createElement("canvas").getContext("2d");
const measuredMax = 20; // widths that are remembered
const separators = /[\s.,'’]/g;

// Nearly the width of a text, in digits: only to find the widest.
const roughly = (text) => text.length - 0.5 * (text.match(separators)?.length ?? 0);

export class ColumnWidths {
    #table;
    #widest = new Map(); // by the kind of a column
    #measured = new Map();

    constructor(table) {
        this.#table = table;
    }

    // In pixels.
    #measure(text, weight) {
        const key = `${text} ${weight} ${innerWidth}`;
        if (!this.#measured.has(key)) {
            const { fontFamily, fontSize } = getComputedStyle(this.#table);
            ruler.font = `${weight} ${fontSize} ${fontFamily}`;
            if (this.#measured.size >= measuredMax) this.#measured.clear();
            this.#measured.set(key, Math.ceil(ruler.measureText(text).width));
        }
        return this.#measured.get(key);
    }

    // Whether all these fit into so many pixels.
    fits(texts, px) {
        const widest = texts.reduce((most, text) => (roughly(text) > roughly(most) ? text : most), "");
        return this.#measure(widest, 400) <= px;
    }

    // Columns of a kind (of the class `of-<kind>`) have room for these texts from now on.
    set(kind, texts, weight) {
        this.#widest.set(kind, "");
        for (const text of texts)
            if (roughly(text) > roughly(this.#widest.get(kind))) this.#widest.set(kind, text);
        this.#apply(kind, weight);
    }

    // And for this one.
    grow(kind, text, weight) {
        if (roughly(text) <= roughly(this.#widest.get(kind) ?? "")) return;
        this.#widest.set(kind, text);
        this.#apply(kind, weight);
    }

    #apply(kind, weight) {
        const px = `${this.#measure(this.#widest.get(kind), weight)}px`;
        const name = `--${kind}-needs`;
        if (this.#table.style.getPropertyValue(name) !== px) this.#table.style.setProperty(name, px);
    }
}
