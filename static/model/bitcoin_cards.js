// The figures of the Bitcoin tab: which there are, in which order, and what a card says of one. An
// answer more is a row of `answers`, a figure more a row of `groups`.

import { directionOf, directionOfRatio, formatChange, formatDuration, formatPercent, formatPrice, formatShortTime } from "../format.js";
import { ago, noticeOf as noticeOfTab } from "./tab_words.js";
import { sourceLine } from "./source.js";

// Answers of one form: flat figures, and "sources" with who says each of them, and when.
export const answers = [
    { key: "kpis", path: "api/bitcoin/kpis" },
    { key: "network", path: "api/bitcoin/network" },
];

const fullBlock = 1_000_000; // virtual bytes

const blocksTo = (field) => (answer) =>
    answer.height === null ? "" : `in ${plain(answer[field] - answer.height)} blocks`;
const timeTo = (field) => (answer, now) =>
    answer[field] * 1000 > now ? `in ${formatDuration(answer[field] * 1000 - now)}` : "by now";

// Figures that the server has only where its operator wants them, and the licence of their source.
const optional = new Set(["realised_cap", "mvrv"]);
export const isShown = ({ field }, answer) => !optional.has(field) || Boolean(answer && Object.hasOwn(answer, field));
function licensed(words) {
    return ({ sources }) => [words, sources.mvrv?.licence].filter(Boolean).join("; ");
}

// `of`: the answer; `field`: its name there, with a dot before that of a part; `note(answer, now)`:
// what is said besides, where the figure is known.
export const groups = [
    ["Price and value", "kpis", [
        ["price", "Price", "dollars"],
        ["change_24h_percent", "Change, 24 hours", "change"],
        ["change_24h", "Change in dollars, 24 hours", "gain"],
        ["high_24h", "High, 24 hours", "dollars"],
        ["low_24h", "Low, 24 hours", "dollars"],
        ["volume_24h", "Volume, 24 hours", "money"],
        ["market_cap", "Market cap", "money"],
        ["dominance", "Dominance", "share", () => "Bitcoin's share of the market cap of all coins"],
        ["ath", "All-time high", "dollars", ({ ath_at: at }, now) => (at === null ? "" : timeWords(at, now))],
        ["days_since_ath", "Days since the all-time high", "count"],
        ["drawdown_percent", "Below the all-time high", "share"],
        ["volatility_30d", "Volatility, 30 days", "share", () => "a year, of daily closes"],
        ["volatility_90d", "Volatility, 90 days", "share", () => "a year, of daily closes"],
        ["fear_greed", "Fear and greed", "count",
            ({ sources }) => `of 100: ${sources.fear_greed?.word ?? "no word for it"}`],
        ["realised_cap", "Realised cap", "money", licensed("what all coins cost when they last moved")],
        ["mvrv", "Market cap to realised cap", "ratio", licensed("MVRV, once a day")],
    ]],
    ["Blocks", "network", [
        ["height", "Block height", "count",
            ({ block_at: at }, now) => (at === null ? "" : `dated ${timeWords(at, now)} by its miner`)],
        ["seconds_since_block", "Since the newest block", "span",
            () => "when the source was asked; there may be newer ones"],
        ["block_seconds", "Time between blocks", "span", () => "on average"],
    ]],
    ["Fees for a transaction", "network", [
        ["fees.fastest", "For the next block", "fee"],
        ["fees.half_hour", "Within half an hour", "fee"],
        ["fees.hour", "Within an hour", "fee"],
        ["fees.economy", "Economy", "fee"],
        ["fees.minimum", "Minimum", "fee", () => "of the source's node"],
        ["mempool_transactions", "Transactions waiting", "count"],
        ["mempool_vsize", "Size of these transactions", "size",
            ({ mempool_vsize: size }) => `as much as ${plain(Math.ceil(size / fullBlock))} full blocks hold`],
    ]],
    ["Mining", "network", [
        ["hash_rate", "Hash rate", "hashes"],
        ["difficulty", "Difficulty", "large"],
        ["difficulty_change_percent", "Next difficulty change", "change", () => "estimated"],
        ["retarget_height", "Next difficulty change at block", "count", blocksTo("retarget_height")],
    ]],
    ["Supply", "kpis", [
        ["circulating_supply", "Circulating supply", "coins"],
        ["max_supply", "Maximum supply", "coins"],
        ["mined_percent", "Mined so far", "share"],
    ]],
    ["Halving", "network", [
        ["halving_height", "Next halving at block", "count", blocksTo("halving_height")],
        ["halving_at_by_target", "Date at 10 minutes a block", "moment", timeTo("halving_at_by_target")],
        ["halving_at_by_average", "Date at the recent pace", "moment", timeTo("halving_at_by_average")],
        ["inflation_percent", "Inflation of the supply", "share", () => "over the next 52,560 blocks, about a year"],
    ]],
].map(([title, of, rows]) => ({
    title, cards: rows.map(([field, label, kind, note]) => ({ of, field, label, kind, note })),
}));

const plain = (value, digits = 0) => formatPrice(value, "", digits);
const timeWords = (seconds, now) => formatShortTime(seconds * 1000, now, now);

// "966.12 EH/s"; `sizes`: units and their sizes, the largest first.
function inUnits(value, sizes) {
    const [size, unit] = sizes.find(([one]) => Math.abs(value) >= one) ?? sizes.at(-1);
    return `${plain(value / size, 2)} ${unit}`;
}

const large = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1, ""]];
const writers = {
    dollars: (value) => formatPrice(value, "USD"),
    gain: (value) => formatChange(value, value, "USD"),
    money: (value) => {
        const [size, unit] = large.find(([one]) => Math.abs(value) >= one) ?? large.at(-1);
        return `${formatPrice(value / size, "USD", 2)} ${unit}`.trim();
    },
    coins: (value) => `${plain(value)} BTC`,
    count: (value) => plain(value),
    span: (value) => formatDuration(value * 1000),
    fee: (value) => `${plain(value, Number.isInteger(value) ? 0 : 2)} sat/vB`,
    size: (value) => inUnits(value, [[1e6, "MvB"], [1e3, "kvB"], [1, "vB"]]),
    hashes: (value) => inUnits(value,
        [[1e21, "ZH/s"], [1e18, "EH/s"], [1e15, "PH/s"], [1e12, "TH/s"], [1, "H/s"]]),
    large: (value) => inUnits(value, [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1, ""]]).trim(),
    change: (value) => formatPercent(value / 100),
    ratio: (value) => plain(value, 2),
    share: (value) => formatPercent(value / 100).replace(/^\+/, ""),
    moment: (value, now) => timeWords(value, now),
};
const wholes = { hashes: "H/s", large: "", size: "vB", money: "USD", coins: "BTC" }; // said in full on hover

const names = {
    blockchain: "blockchain.info", mempool: "mempool.space", blockchair: "Blockchair", coingecko: "CoinGecko", coinpaprika: "CoinPaprika", coinlore: "CoinLore",
    coinmetrics: "Coin Metrics", archive: "this server's archive", protocol: "the rules of Bitcoin",
};
// "alternative.me" is written as it is.
const nameOf = (source) => names[source] ?? (source.includes(".") ? source : sourceLine(source));

function windowWords({ window_blocks: blocks, window_days: days, window_seconds: seconds }) {
    if (blocks > 0) return ` over ${plain(blocks)} blocks`;
    if (days > 0) return ` over ${plain(days)} days`;
    return seconds > 0 ? ` over ${formatDuration(seconds * 1000)}` : "";
}

// What a card says: { text, value, title, note, reason, by, age, isComputed, isStale, direction }. `answer`: null
// before the first. `now`: by the server's clock. `reason` is there where the text is a dash.
export function cardOf({ field, kind, note }, answer, now) {
    const [whole, part] = field.split(".");
    const value = (part ? answer?.[whole]?.[part] : answer?.[whole]) ?? null;
    const withheld = answer?.withheld?.[field] ?? answer?.withheld?.[whole];
    const source = answer?.sources?.[field] ?? answer?.sources?.[whole] ?? null;
    const isKnown = value !== null;
    const isComputed = Boolean(source?.computed);
    const from = source && nameOf(source.source);
    return {
        value,
        text: isKnown ? writers[kind](value, now) : "–",
        title: isKnown && Object.hasOwn(wholes, kind) ? `${plain(value)} ${wholes[kind]}`.trim() : "",
        note: isKnown ? (note?.(answer, now) ?? "") : "",
        reason: isKnown ? ""
            : withheld ? `withheld: ${withheld}`
                : !answer ? "not known yet"
                    : source ? `unknown: ${from} does not say it` : "no data yet",
        by: !source ? "" : isComputed ? `computed from ${from}${windowWords(source)}` : from,
        // What follows from the rules of the protocol alone is of no time.
        age: typeof source?.at === "number" ? ago(Math.max(0, now - source.at * 1000)) : "",
        isComputed,
        isStale: Boolean(source?.stale),
        direction: !isKnown ? "none" : kind === "change" ? directionOfRatio(value / 100)
            : kind === "gain" ? directionOf(value) : "none",
    };
}

// The notice above the cards of an answer, or null.
export function noticeOf({ answer, now, ...standing }) {
    return noticeOfTab({
        off: {
            title: "This server has no figures of Bitcoin.",
            detail: "MARKET is off, as it is by default where prices are not live. MARKET=on turns it on.",
        },
        early: {
            title: "There are no figures yet.",
            detail: "No source has answered since the server was started.",
        },
        failed: "The figures could not be loaded.",
        unheard: "These figures were not refreshed",
        old: isOld(answer) ? { title: "Figures are old.", detail: oldWords(answer, now) } : null,
    }, { hasAnswer: Boolean(answer), ...standing });
}

// An answer without a price is stale to programs that read nothing else of it; a card says it here.
const isOld = (answer) => Boolean(answer?.stale) && Object.values(answer.sources).some(({ stale }) => stale);

const lateBlock = 3 * 3600; // seconds; the server calls a chain with such a block old

function oldWords({ sources, seconds_since_block: since }, now) {
    const { at } = sources?.height ?? {};
    if (at === undefined) return "The cards say which.";
    const newest = `The chain was last asked for ${ago(Math.max(0, now - at * 1000))}`;
    return since > lateBlock
        ? `${newest}, and its newest block was ${formatDuration(since * 1000)} old then.`
        : `${newest}: no source has told the server of it since.`;
}
