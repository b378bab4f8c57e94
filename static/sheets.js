// Style sheets that are loaded later than the page.

const triesMax = 3;
const againMs = 3_000; // a refusal for asking too often is over by then

function load(href) {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = href;
    sheet.dataset.ofTab = "";
    const ready = new Promise((done) => {
        sheet.onload = () => done(true);
        sheet.onerror = () => {
            sheet.remove();
            done(false);
        };
    });
    document.head.append(sheet);
    return ready;
}

// Resolves when the style sheet is there, or could not be had in three tries.
export async function styled({ href }) {
    const sheets = [...document.querySelectorAll("link[data-of-tab]")];
    if (sheets.some((sheet) => sheet.href === href)) return;
    for (let tries = 1; !await load(href) && tries < triesMax; tries += 1)
        await new Promise((done) => setTimeout(done, againMs));
}
