/* What htmx does not do: the theme button, steppers, countdowns, copying, printing. Every page works without it. */
const root = document.documentElement;

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("themeToggle" in button.dataset) {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* not saved */ }
  } else if ("print" in button.dataset) {
    print();
  } else if (button.dataset.copy) {
    navigator.clipboard.writeText(button.dataset.copy).then(() => {
      const label = button.querySelector("span") ?? button;
      const before = label.textContent;
      label.textContent = "Copied";
      setTimeout(() => { label.textContent = before; }, 2000);
    });
  } else if (button.dataset.step) {
    const input = button.closest(".stepper").querySelector("input");
    input.value = stepped(input, Number(button.dataset.step));
    bound(button.closest(".stepper"));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

/* Steppers: below the least that is sold there is only the floor; a button that leads nowhere is off. */
const stepped = ({ value, min, max, dataset }, by) => {
  const [wanted, least] = [Number(value || 0) + by, Number(dataset.least || 1)];
  const next = wanted >= least ? wanted : by > 0 ? least : Number(min);
  return Math.min(Number(max), Math.max(Number(min), next));
};
const bound = (stepper) => {
  const input = stepper.querySelector("input");
  for (const button of stepper.querySelectorAll("[data-step]")) {
    const off = input.value !== "" && stepped(input, Number(button.dataset.step)) === Number(input.value);
    if (off && document.activeElement === button) input.focus();
    button.disabled = off;
  }
};
document.addEventListener("input", (event) => {
  const stepper = event.target.closest(".stepper");
  if (stepper) bound(stepper);
});
document.addEventListener("focusin", (event) => {
  if (event.target.matches(".stepper input")) event.target.select();
});

/* Countdowns: the server says how much is left, so a wrong clock changes nothing, and a sleeping laptop is caught up with. */
const clocks = new Map();
const spoken = (left) => {
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  return `${hours ? `${hours}:${String(minutes).padStart(2, "0")}` : minutes}:${String(seconds).padStart(2, "0")}`;
};
const tick = () => {
  for (const clock of document.querySelectorAll("[data-countdown]")) {
    if (!clocks.has(clock)) {
      const left = clock.textContent.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
      clocks.set(clock, { left, steady: performance.now(), wall: Date.now() });
    }
    const begun = clocks.get(clock);
    const passed = Math.max(performance.now() - begun.steady, Date.now() - begun.wall) / 1000;
    const left = Math.max(0, Math.ceil(begun.left - passed));
    clock.textContent = spoken(left);
    const bar = clock.closest(".hold")?.querySelector(".fill rect");
    if (bar) bar.setAttribute("width", `${Math.min(100, (left / Number(clock.dataset.whole)) * 100)}%`);
    if (left === 0 && clock.dataset.then && !begun.over) {
      begun.over = true;
      location.assign(clock.dataset.then);
    }
  }
  for (const clock of clocks.keys()) if (!clock.isConnected) clocks.delete(clock);
};
tick();
setInterval(tick, 1000);
document.addEventListener("htmx:afterSwap", tick);

/* The reader's own time beside the event's. */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const time of document.querySelectorAll("time[data-own]")) {
  if (time.dataset.own === zone) continue;
  const at = new Date(time.dateTime);
  const here = at.toLocaleString("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const there = at.toLocaleString("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: time.dataset.own });
  if (here === there) continue;
  const note = document.createElement("small");
  note.textContent = `${here} your time (${zone.replaceAll("_", " ")})`;
  // In facts it has a line of its own.
  time.after(time.closest("dd") ? " " : "\u00a0· ", note);
}

/* Files that are too large are told about before they are sent for nothing. */
const tooLarge = (input) => {
  const most = Number(input.dataset.most);
  const file = [...input.files].find(({ size }) => size > most * 1e6);
  const id = `${input.id}-large`;
  document.getElementById(id)?.remove();
  const others = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
  input.setAttribute("aria-describedby", [...(file ? [id] : []), ...others].join(" "));
  input.toggleAttribute("aria-invalid", false);
  if (!file) return false;
  const told = document.createElement("p");
  told.id = id;
  told.className = "error";
  told.textContent = `${file.name} has ${Math.ceil(file.size / 1e5) / 10} MB; please choose one of up to ${most} MB.`;
  input.after(told);
  input.setAttribute("aria-invalid", "true");
  return true;
};
document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file][data-most]")) tooLarge(event.target);
});
document.addEventListener("submit", (event) => {
  const large = [...event.target.querySelectorAll("input[type=file][data-most]")].filter(tooLarge);
  if (!large.length) return;
  event.preventDefault();
  large[0].focus();
}, true);

/* Which site led here is told with the request for the ticket form, and kept nowhere in the browser. */
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.id === "ticket-panel" && document.referrer) detail.parameters.from = new URL(document.referrer).origin;
});

/* Show errors of a refused form where the reader is, each once. */
let shown = null;
const showErrors = () => {
  const errors = document.querySelector("#errors");
  if (errors && errors !== shown) errors.focus();
  shown = errors;
};
showErrors();
document.addEventListener("htmx:afterSettle", showErrors);
