// Files that are made here.

import { element } from "./dom.js";

// Hands a file to the browser, which asks where to keep it or keeps it.
export function save({ name, type, text }) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    const link = element("a", { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
