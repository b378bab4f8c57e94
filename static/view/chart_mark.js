// The dot on the line at the crosshair. A primitive of a lightweight-charts series, on the layer
// that is redrawn for every move of the crosshair. (Primitives of a pane are never drawn there.)

const radius = 4;
const ring = 2;

export class Mark {
    #where;
    #colours = { dot: "", ring: "" };
    #views;

    // `where()`: { x, y } in CSS pixels, or null if there is no dot.
    constructor(where) {
        this.#where = where;
        const renderer = { draw: (target) => target.useMediaCoordinateSpace((s) => this.#draw(s)) };
        this.#views = [{ zOrder: () => "top", renderer: () => renderer }];
    }

    paneViews() {
        return this.#views;
    }

    setColours(colours) {
        this.#colours = colours;
    }

    #draw({ context }) {
        const place = this.#where();
        if (!place) return;
        const disc = (size, colour) => {
            context.fillStyle = colour;
            context.beginPath();
            context.arc(place.x, place.y, size, 0, 2 * Math.PI);
            context.fill();
        };
        disc(radius + ring, this.#colours.ring);
        disc(radius, this.#colours.dot);
    }
}
