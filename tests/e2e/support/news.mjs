// Feeds of news as publishers serve them, from recorded bodies, or as a test wants them.

import { readFileSync } from "node:fs";
import { startProvider } from "./provider.mjs";

const recorded = (name) =>
    readFileSync(new URL(`../../fixtures/news/${name}.xml`, import.meta.url), "utf8");

// As each publisher's feed was on its day.
export const recordedFeeds = [
    "coindesk.rss.2026-09-25.3items", "theblock.rss.2026-10-08.3items",
    "decrypt.rss.2026-10-03.3items", "bitcoinmagazine.rss.2026-10-02.2items",
    "cryptoslate.rss.2026-10-03.1item", "utoday.rss.2026-10-03.4items",
].map(recorded);

export function says(response, body, { status = 200, headers = {} } = {}) {
    response.writeHead(status, { "content-type": "application/rss+xml; charset=utf-8", ...headers });
    response.end(body);
}
export const always = (body, more) => (request, response) => says(response, body, more);
export const item = (title, link, more = "<pubDate>Sat, 03 Oct 2026 20:00:00 +0000</pubDate>") =>
    `<item><title>${title}</title><link>${link}</link>${more}</item>`;
export const rss = (...items) =>
    `<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title>${items.join("")}</channel></rss>`;

// A feed for each of these answers, on a host of its own, and the settings that make a server ask
// them.
export async function startFeeds(t, certificates, answers) {
    const feeds = [];
    for (const respond of answers) {
        const feed = await startProvider(t, certificates);
        feed.respond = respond;
        feed.source = new URL(feed.url).host;
        feeds.push(feed);
    }
    const settings = {
        CA_FILE: certificates.caFile, NEWS_INTERVAL: "1s", BREAKER_REST: "100ms",
        NEWS_FEEDS: feeds.map(({ url }) => `${url}/rss`).join(),
    };
    return { feeds, settings };
}
