/* A room that follows what happens: the server sends whole regions, this page puts in what differs, and forms are sent
   without leaving it. Without it, reloading and plain forms do the same.

   What carries `data-own` (or attributes that start with it) is this page's own: what is sent leaves it alone. After each
   region `room:put` is told on it, after each form `room:sent`; `room:html` on the page puts in what another script asked for. */
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
    if (!region) continue;
    const [active, within] = [document.activeElement, region.contains(document.activeElement)];
    patch(region, piece.content);
    region.dispatchEvent(new CustomEvent("room:put", { bubbles: true, detail: piece.dataset.region }));
    if (!within || document.activeElement === active) continue;
    if (!active.isConnected) region.tabIndex = -1;
    (active.isConnected ? active : region).focus({ preventScroll: true });
  }
};

root.addEventListener("room:html", (event) => put(event.detail));

/* Keyed by id, in place: an element that is the same keeps its focus, its playing film, its open fold. A list that the
   page sorts itself keeps its order; what is new comes last. */
const patch = (old, fresh) => {
  const kept = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  const sorted = old instanceof Element && old.hasAttribute("data-sorted");
  let at = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    let mine = node.id && kept.get(node.id);
    if (sorted) {
      if (mine) same(mine, node);
      else if (node.id) old.append(document.importNode(node, true));
      kept.delete(node.id);
      continue;
    }
    if (!mine && at && at.nodeName === node.nodeName && !at.id && !node.id) mine = at;
    if (!mine) {
      old.insertBefore(document.importNode(node, true), at);
      continue;
    }
    if (mine === at) at = at.nextSibling;
    else if (old.moveBefore) old.moveBefore(mine, at);
    else old.insertBefore(mine, at);
    same(mine, node);
  }
  if (sorted) for (const gone of kept.values()) gone.remove();
  else while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
};

/* One element made like another. Whether a fold is open is the reader's affair. */
const same = (mine, node) => {
  if (mine.nodeType !== Node.ELEMENT_NODE) { if (mine.nodeValue !== node.nodeValue) mine.nodeValue = node.nodeValue; return; }
  if (mine.hasAttribute("data-own") || mine.isEqualNode(node)) return;
  const left = (name) => name.startsWith("data-own-") || (name === "open" && mine.localName === "details") || (name === "tabindex" && mine.matches("[data-live]"));
  for (const { name } of [...mine.attributes]) if (!node.hasAttribute(name) && !left(name)) mine.removeAttribute(name);
  for (const { name, value } of node.attributes) if (mine.getAttribute(name) !== value && !left(name)) mine.setAttribute(name, value);
  if (!mine.matches("input, textarea, select, video, iframe")) patch(mine, node);
};

const lost = (is) => { const told = root.querySelector("[data-lost]"); if (told) told.hidden = !is; };

const listen = () => {
  if (over || source) return;
  source = new EventSource(`${root.dataset.room}/stream?have=${encodeURIComponent(have)}`);
  source.addEventListener("open", () => { fails = 0; stopPolling(); lost(false); });
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

/* Where no stream comes through: ask at once, for it may have been refused to this person, then every few seconds, and try
   the stream again now and then. */
const poll = (times = 0) => {
  stopPolling();
  polling = setTimeout(async () => {
    if (over || document.hidden) return;
    try {
      const answer = await fetch(`${root.dataset.room}/regions?have=${encodeURIComponent(have)}`, { headers: { accept: "text/html" } });
      lost(answer.status >= 500);
      if (answer.status === 200) {
        have = answer.headers.get("x-room-version");
        put(await answer.text());
      } else if (answer.status === 403 || answer.status === 404) {
        over = true;
        location.reload();
        return;
      }
    } catch { lost(true); }
    if (times % 10 === 9) listen();
    poll(times + 1);
  }, times ? POLL_MS : 0);
};

/* A page nobody looks at stops after a while, and catches up when it is looked at again. */
let hidden = 0;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hidden);
  if (document.hidden) hidden = setTimeout(() => { stop(); stopPolling(); }, HIDDEN_MS);
  else if (!source && !over) listen();
});
addEventListener("pagehide", () => { stop(); stopPolling(); });
addEventListener("pageshow", (event) => { if (event.persisted) listen(); });

listen();

/* Forms: sent once, answered with parts of this page, or with why not. */
root.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-send]");
  if (!form) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const sent = new URLSearchParams(new FormData(form, event.submitter));
  note(form, "");
  try {
    const answer = await fetch(event.submitter?.hasAttribute("formaction") ? event.submitter.formAction : form.action, { method: "POST", body: sent, headers: { "HX-Request": "true" } });
    const html = await answer.text();
    if (answer.headers.has("HX-Redirect")) location.assign(answer.headers.get("HX-Redirect"));
    if (answer.ok) {
      if ("clears" in form.dataset) for (const field of texts(form)) { field.value = ""; keep(field); }
      form.dispatchEvent(new CustomEvent("room:sent", { bubbles: true, detail: sent }));
    }
    if (html.includes("<template data-region=")) {
      put(html);
      if (!answer.ok) form.querySelector("[aria-invalid], [aria-invalid] input")?.focus();
    } else if (!answer.ok) {
      note(form, new DOMParser().parseFromString(html, "text/html").querySelector("[data-message]")?.textContent ?? "That did not work. Please try again.");
    }
  } catch {
    note(form, "That could not be sent. Please look at your connection, and try again.");
  } finally {
    form.ariaBusy = "false";
  }
});

/* Why a form was refused: beside it where it has a place for that, else in a notice that goes by itself. */
let going = 0;
const note = (form, words) => {
  const place = form.querySelector("[data-note]") ?? root.querySelector("[data-fault]");
  if (!place) return;
  place.textContent = words;
  place.hidden = !words;
  clearTimeout(going);
  if (words && "fault" in place.dataset) going = setTimeout(() => { place.hidden = true; }, 10_000);
};

/* What is typed survives a page that has to be loaded anew. */
const texts = (form) => form.querySelectorAll("textarea, input:is([type=text], :not([type]))");
const draft = (field) => `draft ${location.pathname} ${field.name}`;
const keep = (field) => {
  try {
    if (field.value) sessionStorage.setItem(draft(field), field.value);
    else sessionStorage.removeItem(draft(field));
  } catch { /* not kept */ }
};
root.addEventListener("input", (event) => {
  if (event.target.closest("form[data-clears]") && event.target.matches("textarea, input[type=text]")) keep(event.target);
});
for (const form of root.querySelectorAll("form[data-clears]")) {
  for (const field of texts(form)) {
    try { field.value ||= sessionStorage.getItem(draft(field)) ?? ""; } catch { /* none kept */ }
  }
}
