// What /metrics says, as numbers.

import { request } from "./http.mjs";

export class Figures {
    #rows;

    constructor(text) {
        this.#rows = [...text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)].map(([, name, labels, value]) =>
            ({ name, labels: labels ?? "", value: Number(value) }));
    }

    // Of all rows of that name whose labels hold all of `wanted`; 0 where there is none.
    sum(name, wanted = {}) {
        const texts = Object.entries(wanted).map(([label, value]) => `${label}="${value}"`);
        return this.#rows
            .filter((row) => row.name === name && texts.every((text) => row.labels.includes(text)))
            .reduce((sum, { value }) => sum + value, 0);
    }

    // By the values of that label.
    by(label, name) {
        const pattern = new RegExp(`(?:^|,)${label}="([^"]*)"`);
        const sums = {};
        for (const row of this.#rows) {
            const value = row.name === name && pattern.exec(row.labels)?.[1];
            if (value) sums[value] = (sums[value] ?? 0) + row.value;
        }
        return sums;
    }
}

export async function figuresOf(server) {
    const { text } = await request(`${server.url}/metrics`, { timeout: 30_000 });
    return new Figures(text);
}
