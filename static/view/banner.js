// The banner, which says why there are no new prices; and messages of alarms, which go by themselves.
// Both lie over the page, so that nothing moves when they come and go.

import { byId, crossPath, element, iconButton, setAttribute, setHidden, setText } from "./dom.js";

const banner = byId("banner");
const title = byId("banner-title");
const detail = byId("banner-detail");
const toasts = byId("toasts");
const toastsMax = 4;
const toastMs = 10_000; // then it goes, unless somebody is at it or the page is not looked at
const fadeMs = 300;

export function drawBanner(trouble) {
    setHidden(banner, !trouble);
    if (!trouble) return;
    setAttribute(banner, "data-kind", trouble.kind);
    setText(title, trouble.title);
    setText(detail, trouble.detail);
}

export function showToast(text) {
    const close = iconButton(crossPath, `Dismiss: ${text}`);
    const toast = element("div", { className: "toast" }, element("span", { text }), close);
    close.addEventListener("click", () => toast.remove());
    toasts.prepend(toast);
    while (toasts.childElementCount > toastsMax) toasts.lastElementChild.remove();
    goLater(toast);
}

// Counted while it can be read.
function goLater(toast) {
    const timer = setTimeout(() => {
        if (!toast.isConnected) return;
        if (document.hidden || toast.matches(":hover, :focus-within")) {
            goLater(toast);
            return;
        }
        toast.dataset.going = "true";
        setTimeout(() => toast.remove(), fadeMs);
    }, toastMs);
    timer.unref?.(); // in tests outside of a browser
}
