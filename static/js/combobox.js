/* Suggestions under a field (ARIA 1.2 combobox). Without this file the field is a plain search, or has the list it names.
   The server answers a list of options: choosing one opens where it leads (data-href), or puts its value into the field
   (data-value). */
const closed = (input, list) => {
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
};

const marked = (input, list, option) => {
  for (const other of list.querySelectorAll("[role=option]")) other.setAttribute("aria-selected", String(other === option));
  if (option) {
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
};

const begun = (input) => {
  const list = document.createElement("div");
  list.id = `${input.id}-list`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  input.closest(".combo").append(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list", "aria-haspopup": "listbox" })) input.setAttribute(name, value);

  /* Where letters are put into the field a list is known, and may be opened before any is typed. */
  const least = input.list ? 0 : 2;
  input.list?.remove();
  input.removeAttribute("list");
  const choose = (option) => {
    if (option.dataset.href) return location.assign(option.dataset.href);
    input.value = option.dataset.value;
    closed(input, list);
  };

  let timer = 0;
  let asked = "";
  const ask = async () => {
    const typed = input.value.trim();
    asked = typed;
    if (typed.length < least) return closed(input, list);
    const address = new URL(input.dataset.combobox, location.href);
    address.searchParams.set("q", typed);
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    const body = answer.ok ? await answer.text() : "";
    if (asked !== typed || document.activeElement !== input) return;
    list.innerHTML = body;
    const found = list.querySelector("[role=option]") !== null;
    list.hidden = !found;
    input.setAttribute("aria-expanded", String(found));
    input.removeAttribute("aria-activedescendant");
  };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 150); });
  input.addEventListener("keydown", (event) => {
    const options = [...list.querySelectorAll("[role=option]")];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" && list.hidden) {
      event.preventDefault();
      ask();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = at + step;
      marked(input, list, next < 0 || next >= options.length ? (at === -1 && step < 0 ? options.at(-1) : null) : options[next]);
    } else if (event.key === "Enter" && !list.hidden && at >= 0) {
      event.preventDefault();
      choose(options[at]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      closed(input, list);
    }
  });
  /* The list goes only after a press on it has become a click. */
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
  input.addEventListener("blur", () => closed(input, list));
};

for (const input of document.querySelectorAll("[data-combobox]")) begun(input);
