/* Marks the buttons of companies on the shortlist, as often as the bar that names them or the list has changed.
   Without this file the shortlist works alike, and a style sheet marks the buttons. */
const marked = () => {
  const kept = document.getElementById("shortlist")?.dataset.kept;
  if (kept === undefined) return;
  const slugs = new Set(kept.split(" "));
  for (const form of document.querySelectorAll("[data-keep]")) {
    form.querySelector("button").setAttribute("aria-pressed", String(slugs.has(form.dataset.keep)));
  }
};
document.addEventListener("htmx:afterSettle", marked);
marked();
