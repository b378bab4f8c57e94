// What a change of the topic "news" makes of the answer that is shown.

import { isAll, sentAt } from "./news_words.js";

const feedsMs = 60_000; // the states of the feeds are not in the topic, and are asked for this seldom

// `wanted`: what is shown, a search or a source perhaps, to which the server has to answer itself.
// `askedMs`: since the answer was asked for.
export function changedNews(answer, { items, ...head }, sinceMs, wanted, askedMs) {
    const isMissingOther = head.missing_feeds !== answer.missing_feeds;
    const askInMs = isMissingOther || !isAll(wanted) ? 0 : Math.max(0, feedsMs - askedMs);
    if (!isAll(wanted)) return { askInMs };
    const links = new Set(answer.items.map(({ link }) => link));
    const more = items.filter(({ link }) => !links.has(link));
    const changed = new Map(items.map((item) => [item.link, item]));
    const all = [...more, ...answer.items.map((item) => changed.get(item.link) ?? item)];
    const newerS = head.updated_at - answer.updated_at;
    return {
        askInMs,
        answer: {
            ...answer, ...head, total: answer.total + more.length,
            age_seconds: Math.max(0, answer.age_seconds + sinceMs / 1000 - newerS),
            items: newestFirst(all, (sentAt(answer) + sinceMs) / 1000).slice(0, wanted.limit),
        },
    };
}

const aheadS = 300; // items further in the future come last, as the server has it

function newestFirst(items, now) {
    const isAhead = ({ published_at: at }) => at > now + aheadS;
    return items.sort((a, b) => isAhead(a) - isAhead(b) || b.published_at - a.published_at);
}
