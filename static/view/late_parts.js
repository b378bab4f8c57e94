// What of the price's tab is drawn after the first view: the providers, the names of lists, the order of
// sections, satoshis, and the buttons that save files.

import { aggregatedWords, describeFeed } from "../model/providers.js";
import { Detail } from "./detail.js";
import { addFileButtons } from "./file_buttons.js";
import { drawSats } from "./sats.js";
import { arrangeSections } from "./sections.js";
import { ListsView } from "./watchlists.js";

export class LateParts {
    #detail = new Detail();
    #lists;

    constructor(storage, watchlist) {
        this.#lists = new ListsView(storage, watchlist);
        addFileButtons();
    }

    // `facts`: as the page gathers them.
    draw(facts, { feed, symbol }, { order, unit }) {
        this.#detail.draw(feed && describeFeed(feed, symbol), facts, feed === null);
        if (feed) this.#detail.drawFoot(aggregatedWords(feed));
        this.#lists.draw();
        arrangeSections(order);
        drawSats(facts, unit === "sats");
    }

    // Takes over what another tab has stored.
    followLists(kept) {
        this.#lists.follow(kept);
    }
}
