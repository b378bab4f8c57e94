// The banner, which says why there are no new prices and how old the price shown is; and messages
// of alarms.

import { byId, element, iconButton, setAttribute, setHidden, setText } from "./dom.js";

const banner = byId("banner");
const title = byId("banner-title");
const detail = byId("banner-detail");
const toasts = byId("toasts");
const toastsMax = 4;

export function drawBanner(trouble) {
    setHidden(banner, !trouble);
    if (!trouble) return;
    setAttribute(banner, "data-kind", trouble.kind);
    setText(title, trouble.title);
    setText(detail, trouble.detail);
}

export function showToast(text) {
    const close = iconButton("remove", `Dismiss: ${text}`);
    const toast = element("div", { className: "toast" }, element("span", { text }), close);
    close.addEventListener("click", () => toast.remove());
    toasts.prepend(toast);
    while (toasts.childElementCount > toastsMax) toasts.lastElementChild.remove();
}
