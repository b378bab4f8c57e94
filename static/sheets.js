// Style sheets that are loaded later than the page.

// Resolves when the style sheet is there, or cannot be had.
export function styled(address) {
    const { href } = address;
    const present = [...document.querySelectorAll("link[data-of-tab]")].some((link) => link.href === href);
    if (present) return null;
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = href;
    sheet.dataset.ofTab = "";
    const ready = new Promise((done) => (sheet.onload = sheet.onerror = done));
    document.head.append(sheet);
    return ready;
}
