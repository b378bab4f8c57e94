// What stands above a tab when something is wrong with what it shows.

import { element, setAttribute, setHidden, setText, svg } from "./dom.js";

const warning = "M10 3l7.5 13.5h-15z M10 8.2v3.6 M10 14v.2";

export class TabNotice {
    // `hurry()` asks the server now.
    constructor(hurry) {
        this.title = element("strong");
        this.detail = element("span");
        this.again = element("button", { className: "quiet small", type: "button", text: "Ask now" });
        this.again.addEventListener("click", hurry);
        this.price = element("a", { href: "./", "data-tab": "price", text: "To the price" });
        this.node = element("div", { className: "banner told", role: "status", hidden: "" },
            svg("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" },
                svg("path", { d: warning })),
            element("p", {}, this.title, " ", this.detail),
            this.price, this.again);
    }

    // `notice`: of model/tab_words.js, or null; `trouble`: how the last request failed, or null.
    draw(notice, trouble) {
        setHidden(this.node, !notice);
        if (!notice) return;
        const isOff = trouble?.kind === "off";
        setAttribute(this.node, "data-kind", notice.isBad ? "away" : "old");
        setText(this.title, notice.title);
        setText(this.detail, notice.detail);
        setHidden(this.again, !trouble || isOff);
        setHidden(this.price, !isOff);
    }
}
