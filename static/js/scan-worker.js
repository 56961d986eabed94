/* Lets the scanning page of one exhibitor open without a connection. Served below that page, and for it alone: it answers when
   that page is opened and when files of ours are asked for, nothing else.

   What it keeps is a copy of the page that has nothing of anybody (`…/scan/offline`) and the files that copy names. They have
   their content in their address, so what is kept is never outdated; each time the page is opened with a connection the copy is
   made anew, and without a right, an event or somebody signed in it goes, with this worker. */
const PAGE = new URL(registration.scope).pathname;
const COPY = `${PAGE}/offline`;
const KEPT = `scan 1 ${PAGE}`;
const SLOW_MS = 4_000;
const NAMED = /(?:src|href|data-detector|url\()="?(\/(?:static|assets)\/[^"#)]+)/g;

const named = (text) => [...text.matchAll(NAMED)].map(([, address]) => address);
const copy = async () => (await caches.open(KEPT)).match(COPY);

const forget = async () => {
  await caches.delete(KEPT);
  await registration.unregister();
};

const renew = async () => {
  const made = await fetch(COPY, { cache: "no-store" });
  if (made.redirected || (made.status >= 400 && made.status < 500 && made.status !== 429)) return forget();
  if (!made.ok) throw new Error("There is no copy just now.");
  const cache = await caches.open(KEPT);
  const wanted = new Set(named(await made.clone().text()));
  for (const address of wanted) {
    if (!(await cache.match(address))) await cache.add(address);
    if (address.includes(".css")) named(await (await cache.match(address)).text()).forEach((font) => wanted.add(font));
  }
  await cache.put(COPY, made);
  for (const { url } of await cache.keys()) {
    const { pathname, search } = new URL(url);
    if (pathname !== COPY && !wanted.has(pathname + search)) await cache.delete(url);
  }
};

/* The page itself, where there is a connection that is good for something; else the copy. */
const opened = async (event) => {
  const answer = fetch(event.request);
  event.waitUntil(answer.then(renew).catch(() => {}));
  const slow = new Promise((then) => setTimeout(then, SLOW_MS)).then(copy).then((found) => found ?? answer);
  try {
    const first = await Promise.race([answer, slow]);
    return first.status < 500 ? first : (await copy()) ?? first;
  } catch {
    return (await copy()) ?? Response.error();
  }
};

const file = async (request) => (await (await caches.open(KEPT)).match(request, { ignoreVary: true })) ?? fetch(request);

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(renew());
});

addEventListener("activate", (event) => {
  const former = async () => {
    const names = (await caches.keys()).filter((name) => name.endsWith(` ${PAGE}`) && name !== KEPT);
    await Promise.all(names.map((name) => caches.delete(name)));
    await clients.claim();
  };
  event.waitUntil(former());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && pathname === PAGE) event.respondWith(opened(event));
  else if (request.mode !== "navigate" && /^\/(static|assets)\//.test(pathname)) event.respondWith(file(request));
});
