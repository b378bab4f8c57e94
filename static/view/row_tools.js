// What a row of the watchlist has while the list is edited: a grip to drag it by, and buttons that
// move and remove it.

import { crossPath, element, icon, iconButton, setHidden } from "./dom.js";
import { downPath, gripPath, upPath } from "./icons.js";

export class RowTools {
    // `row`: { symbol, node }; `actions`: moveTo(symbol, index), moveBy(symbol, steps), remove(symbol).
    constructor({ symbol, node }, actions) {
        const grip = { className: "quiet grip", "aria-hidden": "true", title: "Drag to move" };
        this.grip = element("span", grip, icon(gripPath));
        this.up = this.#button(upPath, `Move ${symbol} up`, () => actions.moveBy(symbol, -1));
        this.down = this.#button(downPath, `Move ${symbol} down`, () => actions.moveBy(symbol, 1));
        this.remove = this.#button(crossPath, `Remove ${symbol}`, () => actions.remove(symbol));
        this.buttons = element("span", { className: "tools" }, this.up, this.down, this.remove);
        node.prepend(this.grip);
        node.append(this.buttons);
        this.#listen(node, (index) => actions.moveTo(symbol, index));
    }

    #button(path, label, act) {
        const button = iconButton(path, label);
        button.addEventListener("click", act);
        return button;
    }

    #listen(node, moveTo) {
        this.grip.addEventListener("pointerdown", (event) => {
            if (event.button !== 0) return;
            event.preventDefault();
            this.grip.setPointerCapture(event.pointerId);
            node.dataset.dragged = "true";
        });
        this.grip.addEventListener("pointermove", (event) => {
            if (node.dataset.dragged) moveTo(placeAt(event.clientY, node));
        });
        for (const type of ["pointerup", "pointercancel", "lostpointercapture"])
            this.grip.addEventListener(type, () => delete node.dataset.dragged);
    }

    draw({ isEditing, isFirst, isLast }) {
        setHidden(this.grip, !isEditing);
        setHidden(this.buttons, !isEditing);
        if (this.up.disabled !== isFirst) this.up.disabled = isFirst;
        if (this.down.disabled !== isLast) this.down.disabled = isLast;
    }
}

// The index for a row that is dragged to a height.
function placeAt(y, dragged) {
    const others = [...dragged.parentNode.children].filter((node) => node !== dragged);
    const index = others.findIndex((node) => {
        const { top, height } = node.getBoundingClientRect();
        return y < top + height / 2;
    });
    return index < 0 ? others.length : index;
}
