// Room for the tag of the newest price on the price axis: marks that it would cover, or cut in
// half, are left out.

const roomPx = 16; // half of the tag and half of a mark
const moveMinPx = 2;

export class TagRoom {
    #yOf;
    #price = null; // of the tag
    #madeFor = null; // the one for which marks were last left out

    // `yOf(price)`: in CSS pixels, or null before there is an axis.
    constructor(yOf) {
        this.#yOf = yOf;
    }

    // `price`: null where there is no tag. True if the marks are to be made again.
    moveTo(price) {
        this.#price = price;
        if (this.#distance(price, this.#madeFor) < moveMinPx) return false;
        this.#madeFor = price;
        return true;
    }

    covers(price) {
        return this.#distance(price, this.#price) < roomPx;
    }

    #distance(a, b) {
        if (a === b) return 0;
        const [y, other] = [a, b].map((price) => (price === null ? null : this.#yOf(price)));
        return y === null || other === null ? Infinity : Math.abs(y - other);
    }
}
