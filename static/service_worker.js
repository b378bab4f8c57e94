// Serves the page where there is no network, and its last figures with their age. It never answers for
// the stream or for prices: the page itself says that it is not live.
//
// Where the server is reachable, its answers are used, so a new version of the page is there with the
// next visit. All files of a version are kept under names that stand for their bytes, together with
// the page that names them: there is never one of one version beside one of another.

// Filled in when the page is packed. Without files, as in the sources, nothing is kept.
const built = { version: "", files: [] };

const prefix = "tickertape ";
const filesCache = `${prefix}files ${built.version}`;
const answersCache = `${prefix}answers`;
const versionsKept = 2; // a page that is open may still be of the one before
const answersMax = 40;
const answerBytesMax = 2_000_000;
const keptHeader = "tickertape-kept-at";
const scope = new URL(self.registration.scope);
const isEmpty = built.files.length === 0;

const pathOf = (url) => new URL(url).pathname.slice(scope.pathname.length);
const isFile = (path) => /^static\/.*-[0-9a-f]{12}\.[a-z]+$/.test(path);
// Figures of the tabs, which are shown with their age. None of them is a secret.
const isAnswer = (path) => /^api\/(?:cryptos|news|trending|compare|bitcoin\/[a-z]+)(?:\/[\w.-]+)*$/.test(path);
const isPage = (path) => !/^(?:api|prices|static|udf|embed|metrics|healthz|readyz)\b/.test(path);

// Whether a page is of this version: then all that it names is kept.
const isOurs = (text) => built.files.every((name) => !/^(?:page|styles|theme)-/.test(name) ||
    text.includes(`static/${name}`));

async function install() {
    if (isEmpty) return;
    const cache = await caches.open(filesCache);
    // One after the other: the server may have a limit for each client.
    for (const name of built.files) {
        const address = new URL(`static/${name}`, scope);
        if (!(await cache.match(address))) await cache.add(address);
    }
    const page = await fetch(scope, { cache: "no-cache" });
    if (!page.ok || !isOurs(await page.clone().text()))
        throw new Error("the page is of another version by now");
    await cache.put(scope, page);
}

async function activate() {
    const names = (await caches.keys()).filter((name) => name.startsWith(`${prefix}files`));
    const old = names.filter((name) => name !== filesCache);
    for (const name of old.slice(0, Math.max(0, old.length - versionsKept + 1))) await caches.delete(name);
    await self.clients.claim();
}

// A proxy says that the server is away. What the server itself refuses is a problem in JSON.
const isAway = ({ status, headers }) => status >= 502 && status <= 504 &&
    !/problem\+json/.test(headers.get("content-type") ?? "");

// Without a network, or where a proxy says that the server is away, the page as it was last.
async function page(request) {
    let answer = null;
    try {
        answer = await fetch(request);
        if (!isAway(answer)) return answer;
    } catch (error) {
        if (!(await kept())) throw error;
    }
    return (await kept()) ?? answer;
}

// The page that was kept is that of the scope, whose files have relative names. So its base says where
// that is, whatever address it is opened at.
async function kept() {
    const last = await (await caches.open(filesCache)).match(scope);
    if (!last) return null;
    const text = (await last.text()).replace(/<base href="[^"]*">/, `<base href="${scope.pathname}">`);
    const headers = new Headers(last.headers);
    for (const name of ["content-encoding", "content-length"]) headers.delete(name);
    return new Response(text, { headers });
}

async function file(request) {
    return (await caches.match(request.url)) ?? fetch(request);
}

// An answer as it was, with the time when it was kept, by the clock of this device.
async function figures(event) {
    const { request } = event;
    const cache = await caches.open(answersCache);
    let answer = null;
    try {
        answer = await fetch(request);
        if (answer.ok) event.waitUntil(keepAnswer(cache, request.url, answer.clone()).catch(() => {}));
        if (!isAway(answer)) return answer;
    } catch (error) {
        if (!(await cache.match(request.url))) throw error;
    }
    return (await cache.match(request.url)) ?? answer;
}

async function keepAnswer(cache, url, answer) {
    const control = answer.headers.get("cache-control") ?? "";
    const isPublic = !answer.redirected && !/no-store|private/.test(control);
    if (!isPublic) return;
    const type = answer.headers.get("content-type") ?? "";
    await keep(cache, url, await answer.arrayBuffer(), { type, date: answer.headers.get("date"), at: Date.now() });
}

// What a tab shows: an answer with all changes that the stream has brought since (kept_answer.js).
async function keepShown({ path, body, sentAt, at }) {
    if (isEmpty || typeof body !== "string" || !Number.isFinite(at)) return;
    const url = new URL(String(path), scope).href;
    if (!url.startsWith(scope.href) || !isAnswer(pathOf(url))) return;
    await keep(await caches.open(answersCache), url, new TextEncoder().encode(body),
        { type: "application/json", date: new Date(sentAt).toUTCString(), at });
}

async function keep(cache, url, body, { type, date, at }) {
    if (body.byteLength > answerBytesMax) return;
    const headers = new Headers({ "content-type": type, [keptHeader]: String(at) });
    if (date) headers.set("date", date);
    await cache.delete(url); // so that the newest is the last
    await cache.put(url, new Response(body, { headers }));
    const all = await cache.keys();
    for (const old of all.slice(0, Math.max(0, all.length - answersMax))) await cache.delete(old);
}

self.addEventListener("install", (event) => {
    self.skipWaiting();
    event.waitUntil(install());
});
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
    if (event.data?.shown) event.waitUntil(keepShown(event.data.shown).catch(() => {}));
});
self.addEventListener("fetch", (event) => {
    const { request } = event;
    const isAside = isEmpty || request.method !== "GET" || !request.url.startsWith(scope.href) ||
        request.headers.has("authorization");
    if (isAside) return;
    const path = pathOf(request.url);
    if (request.mode === "navigate" && isPage(path)) event.respondWith(page(request));
    else if (isFile(path)) event.respondWith(file(request));
    else if (isAnswer(path)) event.respondWith(figures(event));
});
