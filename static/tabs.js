// The tabs of the page are links, one of which is open: the address says which. What a tab needs is
// loaded when it is opened first.

const links = document.querySelectorAll(".bar [data-tab]");
const root = document.documentElement;

export const isPriceOpen = () => root.dataset.tab === "price";

// Calls `onOpen` when a tab is opened: now, by a link, and by the buttons of the browser.
export function followTabs(onOpen) {
    const open = () => {
        root.dataset.tab = /\/(market|bitcoin|news|compare|settings|coin)(\/[^/]+)?$/.exec(location.pathname)?.[1] ?? "price";
        for (const link of links) {
            const isOpen = link.dataset.tab === root.dataset.tab;
            link[isOpen ? "setAttribute" : "removeAttribute"]("aria-current", "page");
        }
        onOpen();
    };
    addEventListener("popstate", open);
    document.addEventListener("click", (event) => {
        const link = event.target.closest("a[data-tab]");
        const { button, ctrlKey, metaKey, shiftKey, altKey } = event;
        if (!link || button || ctrlKey || metaKey || shiftKey || altKey) return;
        event.preventDefault();
        if (link.href !== location.href) history.pushState(null, "", link.href);
        scrollTo(0, 0);
        open();
    });
    open();
}

// Tabs are no part of what is linked for the first view: each has the modules it needs to itself,
// so that nothing of the first view becomes a file of its own.
const loads = {
    market: () => import(new URL("./market_tab.js", import.meta.url)),
    bitcoin: () => import(new URL("./bitcoin_tab.js", import.meta.url)),
    news: () => import(new URL("./news_tab.js", import.meta.url)),
    compare: () => import(new URL("./compare_tab.js", import.meta.url)),
    coin: () => import(new URL("./coin_tab.js", import.meta.url)),
    settings: () => import(new URL("./settings_tab.js", import.meta.url)),
};

// Resolves with the module of the tab that is open, whose `open(settings, parts)` shows it.
export const loadTab = () => loads[root.dataset.tab]();
