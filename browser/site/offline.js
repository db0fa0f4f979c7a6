/* The service worker of the page without a server: after the first visit everything that was loaded is there offline.

   The page itself is asked for anew, and comes from what is kept where there is no connection. What it loads is kept for as
   long as it is listed; most addresses change with what they lead to. A new version waits until no page of the old one is open. */

const KEPT = "draw-a-digit";
const PAGE = new URL("./", location.href).href;
const worker = /** @type {any} */ (self); // the types of a page and of a service worker exclude one another

/** Addresses, relative to the page: of a first visit, and of what may be loaded later. @returns {Promise<{ first: string[], later: string[] }>} */
const listed = async () => (await fetch("files.json", { cache: "no-cache" })).json();

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(keep()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(Promise.all([worker.clients.claim(), forget().catch(() => {})]))); // offline: the next one forgets
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event, { origin, pathname } = new URL(request.url), page = new URL(PAGE).pathname;
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode !== "navigate") event.respondWith(known(request));
  else if (pathname === page || pathname === `${page}index.html`) event.respondWith(newest(request));
});

async function keep() {
  const kept = await caches.open(KEPT), { first } = await listed();
  const there = await Promise.all(first.map((name) => (name.includes("/", 2) ? kept.match(name) : undefined))); // the others have one address for all versions
  await kept.addAll(first.filter((_, i) => !there[i]));
}

async function forget() {
  const kept = await caches.open(KEPT), { first, later } = await listed(), wanted = new Set([...first, ...later].map((name) => new URL(name, PAGE).href));
  for (const { url } of await kept.keys()) if (!wanted.has(url)) await kept.delete(url);
}

/** @param {Request} request */
async function newest(request) {
  const kept = await caches.open(KEPT);
  try {
    const response = await fetch(request);
    if (response.ok) await kept.put(PAGE, response.clone());
    return response;
  } catch (error) {
    const page = await kept.match(PAGE);
    if (page) return page;
    throw error;
  }
}

/** @param {Request} request */
async function known(request) {
  const kept = await caches.open(KEPT), before = await kept.match(request);
  if (before) return before;
  const response = await fetch(request);
  if (response.ok) kept.put(request, response.clone()).catch(() => {}); // no room: it works without
  return response;
}
