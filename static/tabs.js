// The tabs of the page are links, one of which is open: the address says which. What a tab needs is
// loaded when it is opened first.

const links = document.querySelectorAll(".tabs a");
const root = document.documentElement;

export const isPriceOpen = () => root.dataset.tab !== "market";

// Calls `onOpen` when a tab is opened: now, by a link, and by the buttons of the browser.
export function followTabs(onOpen) {
    const open = () => {
        root.dataset.tab = /\/market$/.test(location.pathname) ? "market" : "price";
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

// The market's tab is no part of what is linked for the first view: it has the modules it needs to
// itself, so that nothing of the first view becomes a file of its own.
let market = null;
export function loadMarket() {
    market ??= import(new URL("./market_tab.js", import.meta.url)).catch((error) => {
        market = null;
        throw error;
    });
    return market;
}
