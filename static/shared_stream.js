// What a page needs to show prices, in one place.

export { loadHistory } from "./history.js";
export { SharedPriceStream } from "./stream.js";
