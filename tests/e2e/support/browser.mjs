// Chromium, and what a page must never do in it.

import { accessSync } from "node:fs";
import { chromium } from "playwright-core";

function program() {
    const paths = [process.env.CHROMIUM_BIN, "/usr/bin/chromium", "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome"];
    const found = paths.filter(Boolean).find((path) => {
        try {
            accessSync(path);
            return true;
        } catch {
            return false;
        }
    });
    if (!found) throw new Error("no Chromium found; CHROMIUM_BIN says where it is");
    return found;
}

export async function launch() {
    return chromium.launch({
        executablePath: program(),
        args: [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
        ],
    });
}

// A page without a service worker, unless the options allow it, whose complaints are kept: `complaints` holds every error that is not a failed connection,
// which is what these tests bring about on purpose.
export async function openPage(t, browser, url, options = {}) {
    const context = await browser.newContext({ locale: "en-US", serviceWorkers: "block", ...options });
    t.after(() => context.close());
    const page = await context.newPage();
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(`${error}`));
    page.on("console", (message) => {
        const isNetwork = /registration blocked by Playwright|net::ERR_(CONNECTION|INCOMPLETE|EMPTY|NETWORK)|Failed to load resource/;
        if (["error", "warning"].includes(message.type()) && !isNetwork.test(message.text()))
            complaints.push(message.text());
    });
    const foreign = [];
    page.on("request", (request) => {
        if (!request.url().startsWith(new URL(url).origin)) foreign.push(request.url());
    });
    await page.addInitScript(() => {
        document.addEventListener("securitypolicyviolation", (event) =>
            console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`));
    });
    const response = await page.goto(url);
    return { page, complaints, foreign, response };
}

// What a page holds after a collection, and for how many seconds its main thread has been busy.
// `devtools`: a session of Chromium's protocol in which Performance is enabled.
export async function heldBy(devtools) {
    await devtools.send("HeapProfiler.collectGarbage");
    const { metrics } = await devtools.send("Performance.getMetrics");
    const of = (name) => metrics.find((metric) => metric.name === name).value;
    return {
        heap: of("JSHeapUsedSize"), nodes: of("Nodes"), listeners: of("JSEventListeners"),
        busy: of("TaskDuration"),
    };
}
