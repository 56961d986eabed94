/* The grid of a programme: sessions are dragged, or carried by keyboard, to another time, room or length. What is sent is the
   form that stands behind each session, and what comes back is the grid as the server has it now. */
const said = document.querySelector("[data-said]");
const say = (words) => { said.textContent = words; };
const board = () => document.querySelector("[data-board]");

/* Where the rows and columns are, read from the page as it lies. */
const grid = () => {
  const table = board().querySelector("table");
  return { wrap: table.parentElement, rows: [...table.tBodies[0].rows], columns: [...table.tHead.rows[0].cells].slice(1) };
};
const minutes = () => Number(board().dataset.every);
const nameOf = (slot) => slot.querySelector("b").textContent;

let held = null;

/* Picked up: where it is, in rows and columns; what is not placed begins at the top of what is seen. */
const pickUp = (slot, by) => {
  const at = grid();
  const row = at.rows.findIndex((one) => one.dataset.start === slot.dataset.start);
  const before = !("start" in slot.dataset) ? -1 : row >= 0 ? row : within(at, slot);
  const column = at.columns.findIndex((one) => one.dataset.room === slot.dataset.room);
  held = {
    slot, by, at, fromTray: before < 0, from: before, row: before < 0 ? topmost(at) : before, column: before < 0 && !slot.dataset.room ? 0 : Math.max(column, 0),
    span: Math.max(1, Math.ceil(slot.dataset.minutes / minutes())), length: Number(slot.dataset.minutes), moved: false,
  };
  held.ghost = Object.assign(document.createElement("div"), { className: "programme-ghost" });
  held.at.wrap.append(held.ghost);
  slot.classList.add("is-held");
  board().classList.add("carries");
  draw();
  hinder(held);
};
/* When it cannot be: its people are elsewhere or away, a room is not open. Told by the server, drawn into the grid. */
const hinder = async (carried) => {
  const { day, path } = board().dataset;
  const answer = await fetch(`${path}${carried.slot.dataset.session}/hindrances?day=${day}`).catch(() => null);
  if (!answer?.ok || held !== carried) return;
  carried.hindrances = await answer.json();
  if (held !== carried) return;
  const { at } = carried;
  const box = at.wrap.getBoundingClientRect();
  const first = Number(at.rows[0].dataset.at);
  const top = (moment) => {
    const rows = Math.min(Math.max((moment - first) / minutes(), 0), at.rows.length);
    const row = at.rows[Math.min(Math.floor(rows), at.rows.length - 1)].getBoundingClientRect();
    const lies = row.top + (rows - Math.min(Math.floor(rows), at.rows.length - 1)) * row.height;
    return lies - box.top + at.wrap.scrollTop;
  };
  carried.drawn = carried.hindrances.map((one) => {
    const from = one.room === null ? at.columns[0] : at.columns.find((column) => Number(column.dataset.room) === one.room);
    const to = one.room === null ? at.columns.at(-1) : from;
    if (!from || top(one.to) <= top(one.from)) return null;
    const mark = Object.assign(document.createElement("div"), { className: "programme-hindrance" });
    mark.append(Object.assign(document.createElement("span"), { textContent: one.why }));
    const [left, right] = [from.getBoundingClientRect().left, to.getBoundingClientRect().right];
    Object.assign(mark.style, { top: `${top(one.from)}px`, height: `${top(one.to) - top(one.from)}px`, left: `${left - box.left + at.wrap.scrollLeft}px`, width: `${right - left}px` });
    at.wrap.append(mark);
    return mark;
  }).filter(Boolean);
  if (carried.by === "keys" && inTheWay()) say(`${where()}. ${inTheWay()}`);
};
/* What is in the way of where it would be put now, in words. */
const inTheWay = () => {
  if (held.away) return "";
  const row = held.at.rows[held.row].dataset;
  const from = Number(row.at) + (inside(starts(held)) - inside(row.start) + 1440) % 1440;
  const room = Number(held.at.columns[held.column].dataset.room);
  const found = (held.hindrances ?? []).filter((one) => one.from < from + held.length && one.to > from && (one.room === null || one.room === room));
  return [...new Set(found.map((one) => one.why))].join("; ");
};
/* A session that does not begin on a step of the grid lies in the row before. */
const within = (at, slot) => at.rows.findLastIndex((one) => one.getBoundingClientRect().top <= slot.getBoundingClientRect().top + 2);

const topmost = (at) => {
  const under = at.columns[0].getBoundingClientRect().bottom;
  return Math.max(0, at.rows.findIndex((one) => one.getBoundingClientRect().top >= under - 1));
};

const draw = () => {
  const { at, ghost, row, column, span } = held;
  const box = at.wrap.getBoundingClientRect();
  const head = at.columns[column].getBoundingClientRect();
  const first = at.rows[row].getBoundingClientRect();
  const last = at.rows[Math.min(row + span, at.rows.length) - 1].getBoundingClientRect();
  Object.assign(ghost.style, {
    top: `${first.top - box.top + at.wrap.scrollTop}px`, left: `${head.left - box.left + at.wrap.scrollLeft}px`,
    width: `${head.width}px`, height: `${last.bottom - first.top}px`,
  });
  ghost.textContent = held.away ? "" : `${starts(held)}–${until()} ${at.columns[column].firstChild.textContent}`;
  ghost.hidden = Boolean(held.away);
  board().querySelector("[data-tray]").classList.toggle("is-over", Boolean(held.away));
};
const clock = (text, later) => {
  const [hours, mins] = text.split(":").map(Number);
  const at = (hours * 60 + mins + later) % 1440;
  return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
};
/* What begins between two lines of the grid keeps its minutes as long as it stays in its row. */
const starts = ({ at, from, row, slot }) => row === from ? slot.dataset.start : at.rows[row].dataset.start;
const inside = (text) => text.split(":").reduce((hours, mins) => Number(hours) * 60 + Number(mins));
const until = () => clock(starts(held), held.length);
const where = () => held.away ? "not placed" : `${starts(held)} to ${until()}, ${held.at.columns[held.column].firstChild.textContent.trim()}`;

const move = ({ row = held.row, column = held.column, length = held.length, away = false }) => {
  const edge = row < 0 ? "The grid begins here." : row >= held.at.rows.length ? "The grid ends here." : "";
  row = Math.min(Math.max(row, 0), held.at.rows.length - 1);
  column = Math.min(Math.max(column, 0), held.at.columns.length - 1);
  length = Math.max(length, Math.min(minutes(), held.length));
  if (row === held.row && column === held.column && length === held.length && away === Boolean(held.away)) return edge;
  Object.assign(held, { row, column, length, away, moved: true, span: Math.max(1, Math.ceil(length / minutes())) });
  draw();
  return edge;
};

const letGo = () => {
  held.ghost.remove();
  held.drawn?.forEach((one) => one.remove());
  held.slot.classList.remove("is-held");
  board().classList.remove("carries");
  board().querySelector("[data-tray]").classList.remove("is-over");
  const was = held;
  held = null;
  return was;
};
const putBack = () => {
  const { slot } = letGo();
  slot.focus();
  say(`${nameOf(slot)} is where it was.`);
};
const putDown = () => {
  const was = letGo();
  const { slot, at, column, length, away, moved } = was;
  if (!moved && "start" in slot.dataset) { say(`${nameOf(slot)} is where it was.`); return; }
  const fields = new URLSearchParams({ version: slot.dataset.version, room: at.columns[column].dataset.room, length });
  fields.set("day", away ? "" : board().dataset.day);
  fields.set("start", starts(was));
  if (away) fields.set("room", slot.dataset.room);
  send(`${board().dataset.path}${slot.dataset.session}/place${board().dataset.query}`, fields, slot.dataset.session);
};

/* Sent as the form would be. An answer that is no grid means that nothing was saved, and nothing here is lost. */
const send = async (address, fields, session) => {
  const root = board();
  root.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { method: "POST", body: fields, headers: { "HX-Request": "true" } });
    const html = await answer.text();
    const made = new DOMParser().parseFromString(html, "text/html").querySelector("[data-board]");
    if (!made) throw new Error(answer.status);
    const { scrollTop, scrollLeft } = grid().wrap;
    root.replaceWith(made);
    grid().wrap.scrollTo(scrollLeft, scrollTop);
    const outcome = made.querySelector("[data-outcome]");
    say(outcome ? [...outcome.querySelectorAll("h2, p, li")].map((one) => one.textContent.trim()).join(" ") : "Saved.");
    const errors = made.querySelector("#errors");
    (errors ?? document.getElementById(`s-${session}`))?.focus({ preventScroll: !errors });
  } catch {
    root.removeAttribute("aria-busy");
    say("It could not be saved: the server was not reached. The session is where it was.");
    root.querySelector("[data-lost]")?.remove();
    root.prepend(Object.assign(document.createElement("p"), { className: "error", textContent: said.textContent }));
    root.firstChild.dataset.lost = "";
    document.getElementById(`s-${session}`)?.focus();
  }
};
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-place]")) return;
  event.preventDefault();
  send(event.target.action, new URLSearchParams(new FormData(event.target)), event.target.action.match(/sessions\/(\d+)\//)[1]);
});

/* By keyboard. */
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
document.addEventListener("keydown", (event) => {
  const slot = event.target.closest?.(".programme-slot");
  if (!held) {
    if (!slot || event.ctrlKey || event.metaKey || event.altKey || (event.key !== " " && event.key !== "Enter")) return;
    event.preventDefault();
    pickUp(slot, "keys");
    say(`${nameOf(slot)} picked up at ${where()}. Arrow keys move it, Space puts it down, Escape puts it back.`);
    held.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
    return;
  }
  if (event.key === "Escape") { event.preventDefault(); putBack(); release(); return; }
  if (held.by !== "keys") return;
  if (event.key === " " || event.key === "Enter") { event.preventDefault(); putDown(); return; }
  if (event.key === "Tab") { putBack(); return; }
  if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); move({ away: true }); say("Not placed, once you put it down."); return; }
  if (!(event.key in STEPS)) return;
  event.preventDefault();
  const [down, right] = STEPS[event.key];
  const edge = event.shiftKey && down ? move({ length: held.length + down * minutes() }) : move({ row: held.row + down, column: held.column + right });
  say([where(), edge, inTheWay()].filter(Boolean).join(". "));
  held.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
});
document.addEventListener("focusout", (event) => {
  if (held?.by === "keys" && event.target === held.slot && event.relatedTarget) putBack();
});

/* By mouse, pen or finger; a finger takes the grip, so that the page can still be scrolled. */
let press = null;
document.addEventListener("pointerdown", (event) => {
  const slot = event.target.closest(".programme-slot");
  if (!slot || event.button || held || (event.pointerType === "touch" && !event.target.closest(".grip, .stretch"))) return;
  press = { slot, x: event.clientX, y: event.clientY, stretch: Boolean(event.target.closest(".stretch")), grab: event.clientY - slot.getBoundingClientRect().top };
});
const over = (lines, at, from, to) => lines.findIndex((one) => {
  const box = one.getBoundingClientRect();
  return at >= box[from] && at < box[to];
});
document.addEventListener("pointermove", (event) => {
  if (!press) return;
  if (!held) {
    if (Math.hypot(event.clientX - press.x, event.clientY - press.y) < 5) return;
    pickUp(press.slot, "pointer");
    if (held.fromTray) press.grab = 4;
    document.documentElement.classList.add("dragging");
  }
  const { at } = held;
  const box = at.wrap.getBoundingClientRect();
  const tray = board().querySelector("[data-tray]").getBoundingClientRect();
  if (!press.stretch && event.clientY > tray.top && event.clientY < tray.bottom && event.clientX > tray.left && event.clientX < tray.right) { move({ away: true }); return; }
  if (event.clientY > box.bottom - 30) at.wrap.scrollTop += 12; else if (event.clientY < box.top + 60) at.wrap.scrollTop -= 12;
  if (event.clientX > box.right - 30) at.wrap.scrollLeft += 12; else if (event.clientX < box.left + 60) at.wrap.scrollLeft -= 12;
  if (press.stretch) {
    const row = over(at.rows, event.clientY, "top", "bottom");
    if (row >= 0) move({ length: Math.max(1, row - held.row + 1) * minutes() });
    return;
  }
  /* Half a row up or down is none: it goes where most of it lies. */
  const row = over(at.rows, event.clientY - press.grab + at.rows[0].getBoundingClientRect().height / 2, "top", "bottom");
  const column = over(at.columns, event.clientX, "left", "right");
  move({ row: row < 0 ? held.row : row, column: column < 0 ? held.column : column });
});
/* The pointer carries nothing any more, whatever it does until it is lifted. */
const release = () => {
  document.documentElement.classList.remove("dragging");
  press = null;
};
document.addEventListener("pointerup", () => {
  if (held && press) {
    putDown();
    dropped = true;
    setTimeout(() => { dropped = false; });
  }
  release();
});
document.addEventListener("pointercancel", () => {
  if (held && press) putBack();
  release();
});
/* The click that ends a drag opens no form. */
let dropped = false;
document.addEventListener("click", (event) => { if (dropped) event.preventDefault(); }, true);
document.addEventListener("dragstart", (event) => { if (event.target.closest?.(".programme-slot")) event.preventDefault(); });

/* A double click on free time begins a new session there. */
document.addEventListener("dblclick", (event) => {
  const cell = event.target.closest?.("table.timegrid td");
  if (!cell || event.target.closest(".programme-slot")) return;
  const at = grid();
  const row = over(at.rows, event.clientY, "top", "bottom");
  const column = over(at.columns, event.clientX, "left", "right");
  if (row < 0 || column < 0) return;
  const given = { day: board().dataset.day, start: at.rows[row].dataset.start, room: at.columns[column].dataset.room };
  location.assign(`${board().dataset.path}new?${new URLSearchParams(given)}`);
});
/* Among many that are not placed, those with these words. */
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-tray-find]")) return;
  const words = event.target.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  board().querySelectorAll(".programme-tray-list .programme-slot").forEach((slot) => {
    slot.hidden = !words.every((word) => slot.textContent.toLocaleLowerCase().includes(word));
  });
});
