// What the page of a coin asks for, and what it says of the answers.

import { figureOf } from "./coin_words.js";
import { noticeOf as noticeOfTab } from "./tab_words.js";

export const ranges = [
    { key: "7d", label: "7 d", stepS: 3_600 }, { key: "30d", label: "30 d", stepS: 86_400 },
    { key: "90d", label: "90 d", stepS: 86_400 }, { key: "365d", label: "365 d", stepS: 86_400 },
];

// The id in "/coin/bitcoin", or "".
export function idOf(pathname) {
    try {
        return decodeURIComponent(/\/coin\/([^/]+)$/.exec(pathname)?.[1] ?? "");
    } catch {
        return "";
    }
}

export const pathOf = (id) => `api/cryptos/${encodeURIComponent(id)}`;
export const historyPathOf = (id, range) => `${pathOf(id)}/history?range=${range}`;

// Addresses that may be followed: { href, host }.
export function linksOf(addresses) {
    return (addresses ?? []).flatMap((href) => {
        try {
            const { protocol, host } = new URL(href);
            return ["http:", "https:"].includes(protocol) ? [{ href, host: host.replace(/^www\./, "") }] : [];
        } catch {
            return [];
        }
    });
}

// { label, text, title, note } of each figure. `day(seconds)` writes a date.
export function figuresOf(coin, detail, day) {
    const at = (seconds) => (seconds === null || seconds === undefined ? "" : day(seconds));
    const rows = [
        ["Market cap", coin.market_cap, "money", "market_cap"],
        ["Volume, 24 h", coin.volume_24h, "money", "volume_24h"],
        ["High, 24 h", coin.high_24h, "price", "high_24h"],
        ["Low, 24 h", coin.low_24h, "price", "low_24h"],
        ["All-time high", coin.ath ?? detail?.ath, "price", "ath", at(coin.ath_at ?? detail?.ath_at)],
        ["All-time low", detail?.atl, "price", "atl", at(detail?.atl_at)],
        ["Circulating supply", coin.circulating_supply ?? detail?.circulating_supply, "amount", "circulating_supply"],
        ["Total supply", coin.total_supply ?? detail?.total_supply, "amount", "total_supply"],
        ["Max supply", coin.max_supply ?? detail?.max_supply, "amount", "max_supply"],
    ];
    return rows.map(([label, value, kind, field, note = ""]) => {
        const reason = coin.withheld?.[field] ?? "";
        const { text, title, spoken } = figureOf(value, kind, { reason, isShort: kind !== "price" });
        return { label, field, text, title, spoken, note: value === null || value === undefined ? "" : note,
            value: value ?? null };
    });
}

const plural = (seconds) => (seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`);

// Why there is no more of the coin than its row, or "".
export function whyWords({ detail, why, retry_after: retry }) {
    if (!why) return "";
    const again = retry ? ` It can be asked for again in ${plural(retry)}.` : "";
    const what = detail ? "The description is of before: " : "There is no description: ";
    return `${what}${why}.${again}`;
}

// From whom the chart is, or why there is none.
export function chartWords({ points, sources, step, why }) {
    if (points.length === 0) return `There is no history${why ? `: ${why}` : ""}.`;
    const names = sources.map((source) =>
        source === "coingecko" ? "CoinGecko" : source === "archive" ? "this server" : source);
    const of = step === "1h" ? "Prices by the hour" : "Prices by the day";
    return `${of}, of ${names.join(" and ")}${why ? ` (${why})` : ""}`;
}

// The notice above the page, or null.
export function noticeOf({ answer, trouble, ...standing }) {
    if (trouble?.status === 404 && trouble.kind !== "off")
        return {
            title: "There is no such coin here.", isBad: false,
            detail: "The newest table of the market does not have it.",
        };
    return noticeOfTab({
        off: {
            title: "This server has no table of the market.",
            detail: "MARKET is off, as it is by default where prices are not live. MARKET=on turns it on.",
        },
        early: {
            title: "There is no table yet.",
            detail: "No source has answered since the server was started.",
        },
        failed: "The coin could not be loaded.",
        unheard: "These figures were not refreshed",
        old: answer?.stale
            ? { title: "These figures are old.", detail: "No source has given the server newer ones." } : null,
    }, { hasAnswer: Boolean(answer), trouble, ...standing });
}
