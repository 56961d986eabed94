/* Floor plans: what is in the middle stays there when the size changes; two fingers or Ctrl and the wheel change it; the mouse pans;
   an address with a booth shows it. Without this, the sizes and the scroll bars do the same. */
const MOST = 12, READABLE = 56;
const views = new WeakMap();
const set = (view, factor, at) => {
  const { box, svg } = view, before = svg.getBoundingClientRect();
  const next = Math.min(MOST, Math.max(1, factor)), edge = box.getBoundingClientRect();
  const x = at?.x ?? edge.left + edge.width / 2, y = at?.y ?? edge.top + Math.min(edge.height, innerHeight) / 2;
  const [u, v] = [(x - before.left) / before.width, (y - before.top) / before.height];
  view.factor = next;
  svg.style.width = `${next * 100}%`;
  box.classList.toggle("pans", next > 1);
  const after = svg.getBoundingClientRect();
  box.scrollLeft += after.left + u * after.width - x;
  box.scrollTop += after.top + v * after.height - y;
};
const show = (spot) => {
  const view = views.get(spot.closest("[data-plan]"));
  if (!view) return;
  const wide = spot.querySelector(".floor").getBoundingClientRect().width;
  if (wide && wide < READABLE) set(view, view.factor * READABLE / wide);
  const box = view.box.getBoundingClientRect(), at = spot.getBoundingClientRect();
  view.box.scrollLeft += at.left + at.width / 2 - box.left - box.width / 2;
  view.box.scrollTop += at.top + at.height / 2 - box.top - box.height / 2;
};
const ready = (root) => {
  for (const element of root.querySelectorAll("[data-plan]")) {
    if (views.has(element)) continue;
    const view = { box: element.querySelector(".scroll"), svg: element.querySelector(".hall-plan"), factor: 1 };
    views.set(element, view);
    element.addEventListener("change", (event) => { if (event.target.name?.startsWith("zoom-")) set(view, +event.target.value); });
    view.box.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      set(view, view.factor * Math.exp(-event.deltaY / 200), { x: event.clientX, y: event.clientY });
    }, { passive: false });
    fingers(view);
    if (!view.svg.dataset.hall) pans(view);
  }
};
const fingers = (view) => {
  const span = ([one, other]) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
  let start = 0, factor = 1;
  view.box.addEventListener("touchstart", (event) => { if (event.touches.length === 2) [start, factor] = [span(event.touches), view.factor]; }, { passive: true });
  view.box.addEventListener("touchmove", (event) => {
    if (event.touches.length !== 2 || !start) return;
    event.preventDefault();
    const [one, other] = event.touches;
    set(view, factor * span(event.touches) / start, { x: (one.clientX + other.clientX) / 2, y: (one.clientY + other.clientY) / 2 });
  }, { passive: false });
};
const pans = ({ box }) => {
  let from = null, moved = false;
  box.addEventListener("dragstart", (event) => event.preventDefault());
  box.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button || !box.classList.contains("pans")) return;
    [from, moved] = [{ x: event.clientX, y: event.clientY, left: box.scrollLeft, top: box.scrollTop }, false];
  });
  addEventListener("pointermove", (event) => {
    if (!from) return;
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (!moved && Math.hypot(dx, dy) < 6) return;
    moved = true;
    box.classList.add("panning");
    [box.scrollLeft, box.scrollTop] = [from.left - dx, from.top - dy];
  });
  addEventListener("pointerup", () => { from = null; setTimeout(() => box.classList.remove("panning")); });
  box.addEventListener("click", (event) => { if (moved) event.preventDefault(); moved = false; }, true);
};
const named = () => {
  const spot = document.querySelector(".spot:target");
  if (spot) show(spot);
};
ready(document);
// The browser knows which part an address names once the page is read.
addEventListener("load", named);
addEventListener("hashchange", named);
document.addEventListener("htmx:load", (event) => ready(event.target));
