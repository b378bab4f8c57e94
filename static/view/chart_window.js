// The part of the time axis in view. It moves on with "now" until the visitor scrolls "now" out of
// view; then it stays until the visitor scrolls back. In slots of the grid of the chart; the first
// slot is from 0 to 1.

const marginShare = 0.04; // of the width, kept free to the right of now
const gestureMs = 400;
const glideMs = 1_500; // how long a flick goes on
const slotsMin = 10;
const slotSliver = 1e-3;

export class ChartWindow {
    #scale;
    #wanted = { slots: null, margin: null }; // on either side of now; null: not following
    #last = 0; // the slot of now
    #gestureUntil = 0;
    #isPressed = false;
    #onMoved;

    // `scale()`: the time scale of lightweight-charts. `onMoved`: called when a person moved it.
    constructor(plot, scale, onMoved, signal) {
        this.#scale = scale;
        this.#onMoved = onMoved;
        this.#listen(plot, signal);
    }

    get isFollowing() {
        return this.#wanted !== null;
    }

    // The range is in view, and all of it.
    get isWhole() {
        return this.#wanted?.slots === null;
    }

    // { from, to } in slots, or null before there is anything to see.
    get range() {
        const range = this.#scale().getVisibleLogicalRange();
        return range && { from: range.from, to: range.to + 1 };
    }

    // lightweight-charts speaks of the middles of slots: its range ends with the last one's.
    set({ from, to }) {
        const { range } = this;
        if (range && Math.abs(range.from - from) + Math.abs(range.to - to) < slotSliver) return;
        this.#scale().setVisibleLogicalRange({ from, to: to - 1 });
    }

    follow() {
        this.#wanted = { slots: null, margin: null };
        this.#gestureUntil = 0;
    }

    // `last`: the slot of now. `slots`: how many slots before it are in view, unless the visitor
    // has zoomed.
    moveOn(last, slots) {
        this.#last = last;
        if (!this.#wanted || this.#isGesture()) return;
        const before = this.#wanted.slots ?? slots;
        const least = Math.max(1, Math.round(before * marginShare));
        const margin = Math.max(this.#wanted.margin ?? least, least);
        this.set({ from: last - before, to: last + 1 + margin });
    }

    // Called by the chart whenever its range has changed, by the visitor or by the page.
    noteChange() {
        const { range } = this;
        if (!range || !this.#isGesture()) return;
        const isNowVisible = range.from < this.#last && range.to > this.#last;
        this.#wanted = isNowVisible
            ? { slots: this.#last - range.from, margin: range.to - this.#last - 1 }
            : null;
        this.#onMoved();
    }

    zoom(factor) {
        const { range } = this;
        if (!range) return;
        this.#expect(gestureMs);
        const slots = Math.max(slotsMin, (range.to - range.from) * factor);
        this.set({ from: range.to - slots, to: range.to });
    }

    // Brings a slot into view; true if that takes effect with the next frame.
    reveal(slot) {
        const { range } = this;
        if (!range || (slot >= range.from && slot < range.to)) return false;
        this.#expect(gestureMs);
        const shift = slot < range.from ? slot - range.from - 1 : slot - range.to + 1;
        this.set({ from: range.from + shift, to: range.to + shift });
        return true;
    }

    #isGesture() {
        return this.#isPressed || performance.now() < this.#gestureUntil;
    }

    #expect(ms) {
        this.#gestureUntil = performance.now() + ms;
    }

    #listen(plot, signal) {
        const options = { signal, passive: true };
        // Other buttons do not move the chart, and the menu they open may swallow their release.
        const press = ({ button }) => {
            if (button === 0) this.#isPressed = true;
        };
        const noteMove = ({ buttons }) => {
            if (buttons === 0) this.#isPressed = false;
        };
        plot.addEventListener("pointerdown", press, options);
        addEventListener("pointermove", noteMove, options);
        const release = ({ pointerType }) => {
            if (!this.#isPressed) return;
            this.#isPressed = false;
            this.#expect(pointerType === "touch" ? glideMs : gestureMs);
        };
        addEventListener("pointerup", release, options);
        addEventListener("pointercancel", release, options);
        // The wheel scrolls the page; it zooms the chart only after a click or tab into it, or with
        // a key held.
        const onWheel = (event) => {
            const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
            const hasFocus = plot.contains(document.activeElement);
            if (isSideways || event.ctrlKey || event.metaKey || hasFocus) this.#expect(gestureMs);
            else event.stopPropagation();
        };
        plot.addEventListener("wheel", onWheel, { ...options, capture: true });
    }
}
