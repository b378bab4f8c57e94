// The legend above the chart: for the bar under the crosshair, otherwise for all in view.

const pairsMax = 4;

export class ChartLegend {
    #time;
    #pairs = [];
    #element;
    #spoken;
    #shown = "";

    constructor() {
        this.#element = document.createElement("div");
        this.#element.className = "price-chart-legend";
        this.#time = document.createElement("span");
        this.#time.className = "price-chart-time";
        this.#element.append(this.#time);
        for (let i = 0; i < pairsMax; ++i) {
            const pair = document.createElement("span");
            const label = document.createElement("span");
            const value = document.createElement("span");
            pair.className = "price-chart-pair";
            label.className = "price-chart-label";
            value.className = "price-chart-value";
            pair.append(label, " ", value);
            pair.hidden = true;
            this.#pairs.push({ pair, label, value });
            this.#element.append(pair);
        }
        this.#spoken = document.createElement("p");
        this.#spoken.className = "spoken";
        this.#spoken.setAttribute("aria-live", "polite");
    }

    get element() {
        return this.#element;
    }

    // The text for screen readers only.
    get spoken() {
        return this.#spoken;
    }

    // A visitor who moves the crosshair with the keyboard may not see it, so its bar is spoken.
    // Later changes of that bar by new prices are not.
    speak() {
        const said = this.#pairs.filter(({ pair }) => !pair.hidden).map(({ label, value }) =>
            [label.textContent, value.textContent].filter(Boolean).join(" "));
        this.#say([this.#time.textContent, ...said].filter(Boolean).join(", "));
    }

    hush() {
        this.#say("");
    }

    #say(words) {
        if (this.#spoken.textContent !== words) this.#spoken.textContent = words;
    }

    // `pairs`: [[label, value], …]. `direction`: up, down, or none.
    show(time, pairs, direction = "none") {
        const shown = JSON.stringify([time, pairs, direction]);
        if (shown === this.#shown) return;
        this.#shown = shown;
        this.#time.textContent = time;
        this.#time.hidden = time === "";
        this.#element.dataset.direction = direction;
        this.#element.dataset.pairs = pairs.length;
        this.#pairs.forEach(({ pair, label, value }, i) => {
            pair.hidden = i >= pairs.length;
            if (pair.hidden) return;
            [label.textContent, value.textContent] = pairs[i];
            label.hidden = pairs[i][0] === "";
        });
    }
}
