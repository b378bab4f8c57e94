// Why prices cannot be had, in words, with the age of what is shown; and alarms that went off.

import { byId, element, icon, setAttribute, setHidden, setText } from "./dom.js";

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
    const close = element("button", { className: "quiet", type: "button", "aria-label": `Dismiss: ${text}` });
    close.append(icon("M5 5l10 10M15 5L5 15"));
    const toast = element("div", { className: "toast" }, element("span", { text }), close);
    close.addEventListener("click", () => toast.remove());
    toasts.prepend(toast);
    while (toasts.childElementCount > toastsMax) toasts.lastElementChild.remove();
}
