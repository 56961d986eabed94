/* A room that follows what happens: the server sends whole regions, this page puts in what differs. Without it, reloading does. */
const root = document.querySelector("[data-room]");
const FAILS_BEFORE_POLLING = 3;
const POLL_MS = 3000;
const HIDDEN_MS = 5 * 60 * 1000;

let have = root.dataset.have;
let source = null;
let fails = 0;
let polling = 0;
let over = false;

/* What was sent takes the place of what differs; where the reader is, and what was typed there, stays. */
const put = (html) => {
  const sent = document.createElement("div");
  sent.innerHTML = html;
  for (const piece of sent.querySelectorAll("template[data-region]")) {
    const region = root.querySelector(`[data-live="${piece.dataset.region}"]`);
    if (region) {
      patch(region, piece.content);
      region.dispatchEvent(new CustomEvent("room:put", { bubbles: true, detail: piece.dataset.region }));
    }
  }
};

/* Keyed by id, in place: an element that is the same keeps its focus, its playing film, its open fold. */
const patch = (old, fresh) => {
  const kept = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  let at = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    let mine = node.id && kept.get(node.id);
    if (!mine && at && at.nodeName === node.nodeName && !at.id && !node.id) mine = at;
    if (!mine) {
      old.insertBefore(document.importNode(node, true), at);
      continue;
    }
    if (mine !== at) old.insertBefore(mine, at);
    else at = at.nextSibling;
    if (mine.isEqualNode(node)) continue;
    if (mine.nodeType !== Node.ELEMENT_NODE) { mine.nodeValue = node.nodeValue; continue; }
    for (const { name } of [...mine.attributes]) if (!node.hasAttribute(name) && !name.startsWith("data-own-")) mine.removeAttribute(name);
    for (const { name, value } of node.attributes) if (mine.getAttribute(name) !== value) mine.setAttribute(name, value);
    if (!mine.matches("input, textarea, select, video, iframe")) patch(mine, node);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
};

const listen = () => {
  if (over || source) return;
  source = new EventSource(`${root.dataset.room}/stream?have=${encodeURIComponent(have)}`);
  source.addEventListener("open", () => { fails = 0; stopPolling(); });
  source.addEventListener("room", (event) => { have = event.lastEventId; put(event.data); });
  source.addEventListener("bye", () => { over = true; stop(); location.reload(); });
  source.addEventListener("error", () => {
    fails += 1;
    if (source?.readyState === EventSource.CLOSED || fails >= FAILS_BEFORE_POLLING) { stop(); poll(); }
  });
};

const stop = () => {
  source?.close();
  source = null;
};

const stopPolling = () => {
  clearTimeout(polling);
  polling = 0;
};

/* Where no stream comes through: ask every few seconds, and try the stream again now and then. */
const poll = (times = 0) => {
  stopPolling();
  polling = setTimeout(async () => {
    if (over || document.hidden) return;
    try {
      const answer = await fetch(`${root.dataset.room}/regions?have=${encodeURIComponent(have)}`, { headers: { accept: "text/html" } });
      if (answer.status === 200) {
        have = answer.headers.get("x-room-version");
        put(await answer.text());
      } else if (answer.status === 403 || answer.status === 404) {
        over = true;
        location.reload();
        return;
      }
    } catch { /* the network is away; the next one will tell */ }
    if (times % 10 === 9) listen();
    poll(times + 1);
  }, POLL_MS);
};

/* A page nobody looks at stops after a while, and catches up when it is looked at again. */
let hidden = 0;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hidden);
  if (document.hidden) hidden = setTimeout(() => { stop(); stopPolling(); }, HIDDEN_MS);
  else if (!source && !over) listen();
});
addEventListener("pagehide", () => { stop(); stopPolling(); });

listen();
