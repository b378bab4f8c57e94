// The page as a test sees it: what it says, what it lists, what it has drawn.

import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";
import { until } from "./wait.mjs";

// What the page's list shows, oldest first, in the form that the checks of streams take. What was
// never held before the first tick is not a hole.
export function listed(page) {
    return page.evaluate(() =>
        [...document.querySelectorAll("#ticks tr")].reverse()
            .filter((row) => row.dataset.leading !== "true")
            .map(({ dataset, innerText }) =>
                dataset.gap
                    ? {
                        id: dataset.to, event: "gap", text: innerText,
                        data: { from: dataset.from, to: dataset.to, reason: dataset.gap },
                    }
                    : { id: dataset.id, data: { price: Number(dataset.price) } }));
}

export const state = (page) => page.getAttribute("#state", "data-state");
export const text = (page, selector) => page.innerText(selector);

export async function showsState(page, wanted, options) {
    let last;
    await until(
        () => `the page says ${wanted}; it says ${last}`,
        async () => (last = await state(page)) === wanted, options);
}

export async function showsPrice(page, price, options) {
    let last;
    await until(
        () => `the page shows ${price}; it shows ${last}`,
        async () => (last = await page.getAttribute("#price", "data-price")) === String(price),
        options);
}

// What the chart has drawn: bars, gaps, and over which time.
export function drawn(page) {
    return page.evaluate(async () => {
        const { chart } = await import(document.querySelector("script[type=module]").src);
        return chart.data();
    });
}

// How many ticks are in what is drawn; each is counted in one bar.
export async function ticksDrawn(page) {
    return (await drawn(page)).bars.reduce((sum, bar) => sum + bar.count, 0);
}

// No bar stands twice or out of order, and none was drawn within a gap.
export function checkDrawn({ bars, gaps }) {
    for (let i = 1; i < bars.length; i += 1)
        assert.ok(bars[i - 1].lastAt <= bars[i].firstAt && bars[i - 1].at < bars[i].at,
            "bars are in order");
    for (const gap of gaps) {
        const within = bars.filter((bar) => bar.firstAt > gap.fromAt && bar.lastAt < gap.toAt);
        assert.deepEqual(within, [], "a gap is empty");
    }
}

// Opens the page and returns it with a check of what no page may ever do.
export async function openClean(t, browser, url, options) {
    const opened = await openPage(t, browser, url, options);
    const isClean = () => {
        assert.deepEqual(opened.complaints, []);
        assert.deepEqual(opened.foreign, []);
    };
    return { ...opened, isClean };
}
