/* Taking part in a room: what is one's own is marked, lists are sorted, and what is new is said aloud, shortly. */
const root = document.querySelector("[data-room]");
const region = (name) => root.querySelector(`[data-live="${name}"]`);
const given = JSON.parse(root.dataset.mine);
const mine = { votes: new Set(given.votes), answers: new Map(Object.entries(given.answers)) };

/* Own marks. The server sends everybody the same. */
const mark = {
  questions() {
    for (const form of region("questions").querySelectorAll("form[data-vote]")) {
      const voted = mine.votes.has(Number(form.dataset.vote));
      form.action = `${root.dataset.room}/questions/${form.dataset.vote}/vote${voted ? "/withdrawal" : ""}`;
      form.querySelector("button").setAttribute("aria-pressed", voted);
    }
    for (const link of region("questions").querySelectorAll("[data-sort]")) {
      if (link.dataset.sort === order) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    arrange();
  },
  polls() {
    for (const poll of region("polls").querySelectorAll("[data-poll]")) {
      const answer = mine.answers.get(poll.dataset.poll);
      poll.toggleAttribute("data-own-answered", Boolean(answer));
      for (const badge of poll.querySelectorAll("[data-mine]")) badge.hidden = !answer || !chosen(answer, badge.dataset.mine);
      const form = poll.querySelector("form[data-answer]");
      if (form && answer) form.querySelector("button").textContent = "Change";
      if (form && !form.dataset.ownTouched) for (const field of form.querySelectorAll("input")) field.checked = Boolean(answer) && chosen(answer, field.value);
      const yours = poll.querySelector("[data-yours]");
      if (yours && answer && form) {
        const words = answer.words || [...form.querySelectorAll("input:checked")].map((field) => field.closest("label").textContent.trim()).join(", ");
        yours.replaceChildren("Thank you. Your answer: ", Object.assign(document.createElement("strong"), { textContent: words }));
      }
    }
  },
  state() {
    const told = region("state").querySelector("[data-state]");
    Object.assign(root.dataset, { state: told.dataset.state, open: told.dataset.open });
  },
};
const chosen = (answer, key) => String(answer.rating) === key || answer.options.map(String).includes(key);

root.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-answer]");
  if (form) form.dataset.ownTouched = "yes";
});

root.addEventListener("room:sent", ({ target: form, detail: sent }) => {
  if (form.dataset.vote) {
    const id = Number(form.dataset.vote);
    if (!mine.votes.delete(id)) mine.votes.add(id);
    mark.questions();
  } else if (form.dataset.answer) {
    const rating = sent.get("rating");
    mine.answers.set(form.dataset.answer, { options: sent.getAll("option").map(Number), rating: rating && Number(rating), words: sent.get("words") ?? "" });
    delete form.dataset.ownTouched;
    mark.polls();
    form.closest("details").open = false;
    form.closest("details").querySelector("summary").focus();
    say("Your answer is in.");
  } else if (sent.has("question")) say("Your question was sent. The host reads it first.");
  else if (sent.has("line")) own.chat += 1;
});

/* Top or new: sorted here, while nobody points at the list: what one is about to press stays where it is. */
const KEY = "room order";
let order = new URLSearchParams(location.search).get("order");
try { order ??= sessionStorage.getItem(KEY); } catch { /* not kept */ }
order = order === "new" ? "new" : "top";
const list = () => region("questions").querySelector("[data-sorted]");
const busy = () => list()?.matches(":has(:focus-visible)") || (matchMedia("(hover: hover)").matches && list()?.matches(":hover"));
const rank = (item) => [-item.matches(".now"), order === "new" ? -item.dataset.seen : -item.dataset.votes, (order === "new" ? -1 : 1) * item.id.slice(2)];
const arrange = (asked = false) => {
  if (!list() || (!asked && busy())) return;
  const items = [...list().children];
  const wanted = items.toSorted((a, b) => rank(a).map((key, n) => key - rank(b)[n]).find(Boolean) ?? 0);
  if (wanted.every((item, n) => item === items[n])) return;
  const active = document.activeElement;
  list().replaceChildren(...wanted);
  if (list().contains(active)) active.focus({ preventScroll: true });
};
root.addEventListener("click", (event) => {
  const link = event.target.closest("[data-sort]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  order = link.dataset.sort;
  try { sessionStorage.setItem(KEY, order); } catch { /* not kept */ }
  mark.questions();
  arrange(true);
});
region("questions").addEventListener("pointerleave", () => arrange());
region("questions").addEventListener("focusout", () => setTimeout(arrange));

/* One's own questions: when the list of all changes, what became of those that wait or are open is asked for, now and then. */
const OWN_MS = 5000;
let asking = 0;
const lookAfterOwn = () => {
  if (asking || !region("ask").querySelector('[data-asked="pending"]')) return;
  asking = setTimeout(async () => {
    asking = 0;
    try {
      const answer = await fetch(`${root.dataset.room}/questions/own`, { headers: { "HX-Request": "true" } });
      if (answer.ok) root.dispatchEvent(new CustomEvent("room:html", { detail: await answer.text() }));
    } catch { /* the next time */ }
  }, OWN_MS);
};

/* What is new, in a few words, at most every few seconds, and never what one did oneself. */
const SAID_MS = 4000;
const waiting = new Map();
let [speaking, spoke] = [0, -SAID_MS];
const say = (words) => tell(words, words);
const tell = (about, words) => {
  waiting.set(about, words);
  speaking ||= setTimeout(() => {
    [speaking, spoke] = [0, performance.now()];
    root.querySelector("[data-said]").textContent = [...waiting.values()].join(" ");
    waiting.clear();
  }, Math.max(400, spoke + SAID_MS - performance.now()));
};
const ids = (name, selector) => new Set([...(region(name)?.querySelectorAll(selector) ?? [])].map((one) => one.id));
const WATCHED = { questions: ["#r-questions [data-sorted] > li", "question"], chat: ["li", "line of chat", "lines of chat"], resources: ["li", "thing to take with you", "things to take with you"] };
const known = Object.fromEntries(Object.entries(WATCHED).map(([name, [selector]]) => [name, ids(name, selector)]));
const [counts, own] = [{}, { questions: 0, chat: 0, resources: 0 }];
const notice = (name) => {
  const [selector, one, many = `${one}s`] = WATCHED[name];
  const now = ids(name, selector);
  const fresh = [...now].filter((id) => !known[name].has(id));
  for (const id of fresh) known[name].add(id);
  const others = Math.max(0, fresh.length - own[name]);
  own[name] -= fresh.length - others;
  if (!others) return;
  counts[name] = (waiting.has(name) ? counts[name] : 0) + others;
  tell(name, counts[name] === 1 ? `A new ${one}.` : `${counts[name]} new ${many}.`);
};
let open = ids("polls", "[data-takes]");
const noticePolls = () => {
  const now = ids("polls", "[data-takes]");
  for (const id of now) if (!open.has(id)) tell(id, `A poll is open: ${root.querySelector(`#${id} h3`).textContent}`);
  for (const id of open) if (!now.has(id)) tell(id, "The poll is closed.");
  open = now;
};

/* The chat stays at its end for whoever is there. */
const lines = () => region("chat")?.querySelector(".chat-lines");
let atEnd = true;
const toEnd = () => { if (lines() && atEnd) lines().scrollTop = lines().scrollHeight; };
region("chat")?.addEventListener("scroll", () => { atEnd = lines().scrollHeight - lines().scrollTop - lines().clientHeight < 24; }, true);

/* A reaction of many is seen by all. */
const counted = () => new Map([...root.querySelectorAll("[data-count]")].map((one) => [one.closest("button").id, Number(one.dataset.count)]));
let before = counted();
const pulse = () => {
  const now = counted();
  for (const [id, count] of now) {
    if (count <= (before.get(id) ?? 0)) continue;
    root.querySelector(`#${id} .i`)?.animate([{ scale: 1 }, { scale: 1.5 }, { scale: 1 }], { duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 500 });
  }
  before = now;
};

let state = root.dataset.state;
root.addEventListener("room:put", ({ detail: name }) => {
  mark[name]?.();
  if (name in WATCHED) notice(name);
  if (name === "questions") lookAfterOwn();
  if (name === "polls") noticePolls();
  if (name === "chat") toEnd();
  if (name === "reactions") pulse();
  if (name === "state" && root.dataset.state !== state) {
    state = root.dataset.state;
    say(region("state").textContent.trim());
  }
});
for (const name of Object.keys(mark)) mark[name]();
toEnd();
