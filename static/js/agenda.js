/* Save buttons: what is saved is asked for once, for the whole page, and a click stays where it is. Without this a button
   sends the page’s form, and the page comes back. */
const form = document.getElementById("saving");
const saved = new Set();

const mark = () => {
  for (const button of document.querySelectorAll('button[form="saving"]')) {
    const is = saved.has(button.value);
    button.name = is ? "drop" : "save";
    const words = button.querySelector("span");
    if (button.matches(".stand-mark")) {
      button.setAttribute("aria-pressed", is);
    } else if (words) {
      // What can be read changes, so it is no toggle.
      words.textContent = is ? "In my agenda" : "Save to my agenda";
      button.setAttribute("aria-label", `${words.textContent}${is ? ", take out" : ""}: ${button.dataset.title}`);
      button.toggleAttribute("data-saved", is);
    } else {
      const title = button.parentElement.querySelector("h3")?.textContent ?? "";
      button.setAttribute("aria-label", `Save to my agenda: ${title}`);
      button.setAttribute("aria-pressed", is);
    }
  }
};
const know = ({ keys = [], added = [], dropped = [] }) => {
  for (const key of [...keys, ...added]) saved.add(key);
  for (const key of dropped) saved.delete(key);
  mark();
};

mark();
fetch("/agenda/saved", { headers: { Accept: "application/json" } })
  .then((answer) => (answer.ok ? answer.json() : {}))
  .then(know, () => {});
document.addEventListener("htmx:afterSwap", mark);
document.addEventListener("agenda-changed", ({ detail }) => know(detail));
document.addEventListener("submit", (event) => {
  const { submitter } = event;
  if (event.target !== form || !submitter || !window.htmx) return;
  event.preventDefault();
  htmx.ajax("POST", form.action, { target: "#saving-said", swap: "innerHTML", values: { [submitter.name]: submitter.value } });
});
