// A tooltip behind a button: shown while the button is pointed at or has the keyboard focus, or
// after a tap until the next tap. Escape and a tap elsewhere hide it.

export class Tip {
    #button;
    #panel;
    #isHeld = false; // by a click

    constructor(button, panel) {
        this.#button = button;
        this.#panel = panel;
        const around = button.parentElement;
        around.addEventListener("pointerenter", (event) => {
            if (event.pointerType === "mouse") this.#show(true);
        });
        around.addEventListener("pointerleave", (event) => {
            if (event.pointerType === "mouse" && !this.#isHeld) this.#show(false);
        });
        button.addEventListener("focus", () => {
            if (button.matches(":focus-visible")) this.#show(true);
        });
        button.addEventListener("blur", () => this.close());
        button.addEventListener("click", () => {
            this.#isHeld = !this.#isHeld;
            this.#show(this.#isHeld);
        });
        document.addEventListener("keydown", (event) => {
            if (event.key === "Escape") this.close();
        });
        document.addEventListener("pointerdown", (event) => {
            if (!around.contains(event.target)) this.close();
        });
    }

    close() {
        this.#isHeld = false;
        this.#show(false);
    }

    #show(isShown) {
        this.#panel.hidden = !isShown;
        this.#button.setAttribute("aria-expanded", String(isShown));
    }
}
