// What axe finds in a page, and whether the page has come to look as it should.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { until } from "./wait.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// The open tab and all style sheets that were asked for are there.
const isStyled = (page) => until("the style sheets", () => page.evaluate(() =>
    [...document.querySelectorAll("link[rel=stylesheet]")].every(({ sheet }) => sheet) &&
    [...document.querySelectorAll(".tab[aria-busy=true]")].every((tab) => !tab.checkVisibility())));

// Each violation in one line. `within`: the selector of a part of the page. `rules`: beside the usual ones.
export async function axeFinds(page, { within = null, rules = {} } = {}) {
    await isStyled(page);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(({ within, rules }) =>
        window.axe.run(within ?? document, { rules }), { within, rules });
    return violations.map(({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(" | ")}`);
}

// In pixels.
export async function widthOf(page) {
    await isStyled(page);
    return page.evaluate(() => document.documentElement.scrollWidth);
}
