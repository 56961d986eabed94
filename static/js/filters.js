/* Keeps what was left empty out of a filtered list's address, and a word being typed from filling the history.
   Without this file addresses are longer and there are more steps back, nothing else. */
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") return;
  const kept = [...detail.formData].filter(([, value]) => value !== "");
  for (const name of new Set([...detail.formData.keys()])) detail.formData.delete(name);
  for (const [name, value] of kept) detail.formData.append(name, value);
});

/* The first letters of a search are a step; the next ones change it, and the same list again is none. */
document.addEventListener("htmx:beforeHistoryUpdate", ({ detail }) => {
  const here = new URL(location.href);
  const typed = detail.requestConfig?.triggeringEvent?.type === "input";
  const same = new URL(detail.history.path, here).href === here.href;
  if (same || (typed && here.searchParams.has("q"))) detail.history.type = "replace";
});

/* Filters are drawn anew with each list. What the reader has unfolded stays so, and the keyboard finds its choice again. */
const unfolded = new Map();
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  for (const { id, open } of detail.target.querySelectorAll("details[id]")) unfolded.set(id, open);
  for (const drawn of detail.fragment.querySelectorAll("details[id]")) drawn.open = unfolded.get(drawn.id) ?? drawn.open;
});
