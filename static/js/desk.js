/* The desk: pages beside it open in a dialog, questions are decided by key, what waits is said shortly. room.js does the rest. */
const root = document.querySelector("[data-room]");
const dialog = root.querySelector("[data-dialog]");
const panel = dialog.querySelector('[data-live="panel"]');
const region = (name) => root.querySelector(`[data-live="${name}"]`);
const told = (words) => { root.querySelector("[data-said]").textContent = words; };

/* Beside the desk: a link or a search marked `data-panel` is fetched; where that fails, it is simply followed. */
const beside = async (address) => {
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    const html = await answer.text();
    if (!html.includes('<template data-region="panel"')) throw new Error(answer.status);
    panel.replaceChildren();
    root.dispatchEvent(new CustomEvent("room:html", { detail: html }));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    dialog.setAttribute("aria-label", panel.querySelector("h1").textContent.trim());
  } catch { location.assign(address); }
};
root.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-panel]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  beside(link.href);
});
root.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-panel]");
  if (!form) return;
  event.preventDefault();
  beside(`${form.action}?${new URLSearchParams(new FormData(form))}`);
});
dialog.addEventListener("close", () => panel.replaceChildren());
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
/* A form that worked closes it, or (`data-stays`) leaves it with what the server says now. */
root.addEventListener("room:sent", ({ target }) => {
  if (!dialog.contains(target)) return;
  if (!("stays" in target.dataset)) { dialog.close(); return; }
  panel.replaceChildren();
  queueMicrotask(() => panel.querySelector("input, select")?.focus());
});

/* Keys, on the question that has the focus. They can be switched off, and that is remembered. */
const KEYS = "desk keys";
const toggle = root.querySelector("[data-keys]");
let on = true;
try { on = localStorage.getItem(KEYS) !== "off"; } catch { /* not kept */ }
const showKeys = () => toggle.setAttribute("aria-checked", on);
toggle.addEventListener("click", () => {
  on = !on;
  showKeys();
  try { localStorage.setItem(KEYS, on ? "on" : "off"); } catch { /* not kept */ }
});
showKeys();
const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
root.addEventListener("keydown", (event) => {
  const item = event.target.closest("[data-question]");
  if (!on || !item || dialog.open || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key in STEPS) {
    const all = [...root.querySelectorAll("[data-question]")].filter((one) => one.checkVisibility());
    const next = all[all.indexOf(item) + STEPS[key]];
    if (!next) return;
    event.preventDefault();
    next.focus();
    return;
  }
  const does = /^[a-z]$/.test(key) && item.querySelector(`[data-key="${key}"]`);
  if (!does) return;
  event.preventDefault();
  does.click();
});

/* A question that was decided leaves its pile: the focus goes on to the one after it. */
let after = null;
root.addEventListener("submit", (event) => {
  const item = event.target.closest("[data-question]");
  if (item) after = { id: item.id, pile: item.parentElement, next: (item.nextElementSibling ?? item.previousElementSibling)?.id };
}, true);
const goOn = () => {
  if (!after || after.pile.contains(document.getElementById(after.id))) return;
  const free = [document.body, region("desk-queue")].includes(document.activeElement);
  if (free) (document.getElementById(after.next) ?? root.querySelector("#questions-h")).focus();
  after = null;
};

/* What waits: in the title, and aloud when there is more of it. */
const waiting = () => Number(region("desk-queue").querySelector('[data-pile="waiting"]').dataset.total);
const title = document.title;
let before = waiting();
const showWaiting = () => { document.title = before ? `(${before}) ${title}` : title; };
const notes = () => region("desk-notes").querySelector("li")?.id;
let [last, mine] = [notes(), false];
root.addEventListener("room:sent", ({ target }) => { if (target.closest('[data-live="note"]')) mine = true; });
root.addEventListener("room:put", ({ detail: name }) => {
  if (name === "desk-queue") {
    const now = waiting();
    if (now > before) told(now === 1 ? "A question is waiting." : `${now} questions are waiting.`);
    before = now;
    showWaiting();
    // Once room.js has looked after the focus itself.
    queueMicrotask(goOn);
  }
  if (name === "desk-notes" && notes() !== last) {
    if (!mine) told("A new note from the crew.");
    [last, mine] = [notes(), false];
  }
  if (name === "state") tick();
});
showWaiting();

/* How long it has been live, by the server’s clock. */
const ahead = Date.now() / 1000 - Number(root.dataset.now);
const tick = () => {
  const shown = root.querySelector("[data-since]");
  if (!shown) return;
  const seconds = Math.max(0, Math.floor(Date.now() / 1000 - ahead - Number(shown.dataset.since)));
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  shown.textContent = `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
};
tick();
setInterval(tick, 1000);

/* What the room sees plays here only while somebody looks at it. */
const preview = root.querySelector("[data-player]");
preview.addEventListener("toggle", () => {
  if (preview.open) for (const script of preview.dataset.player.split(" ")) import(script);
  else preview.querySelector("video")?.pause();
});
