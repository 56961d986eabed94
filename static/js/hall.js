/* Booths on a floor plan are dragged, or moved by arrow keys; each place is kept at once. Without this, the booth’s form does it. */
const said = document.querySelector("[data-said]");
const STEP = 10, METRE = 100;
for (const svg of document.querySelectorAll("svg[data-hall]")) {
  const at = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  const floor = (booth) => booth.querySelector(".floor");
  const place = (booth) => ({ x: +floor(booth).getAttribute("x") + (booth.dx ?? 0), y: +floor(booth).getAttribute("y") + (booth.dy ?? 0) });
  const shift = (booth, dx, dy) => {
    const { width, height } = svg.viewBox.baseVal, box = floor(booth);
    const within = (value, from, size, most) => Math.max(-from, Math.min(value, most - from - size));
    booth.dx = within(Math.round(dx / STEP) * STEP, +box.getAttribute("x"), +box.getAttribute("width"), width);
    booth.dy = within(Math.round(dy / STEP) * STEP, +box.getAttribute("y"), +box.getAttribute("height"), height);
    booth.setAttribute("transform", `translate(${booth.dx} ${booth.dy})`);
  };
  const keep = async (booth) => {
    if (!booth.dx && !booth.dy) return;
    const { x, y } = place(booth), name = booth.dataset.label;
    clearTimeout(booth.later);
    const answer = await fetch(`${svg.dataset.hall}/booths/${booth.dataset.booth}/place`, { method: "POST", body: new URLSearchParams({ x, y }) }).catch(() => null);
    if (answer?.ok) {
      // The page’s own form is as new as the plan.
      for (const field of document.querySelectorAll("input[name=version]")) field.value = (await answer.clone().json()).version;
      for (const part of booth.querySelectorAll("rect, text")) { part.setAttribute("x", +part.getAttribute("x") + booth.dx); part.setAttribute("y", +part.getAttribute("y") + booth.dy); }
      for (const path of booth.querySelectorAll("path")) path.remove();
      said.textContent = `${name} stands ${x / METRE} metres from the left and ${y / METRE} from the top.`;
    } else said.textContent = `${name} is back where it was: another booth stands there, or the plan was changed.`;
    said.classList.toggle("vh", Boolean(answer?.ok));
    booth.dx = booth.dy = 0;
    booth.removeAttribute("transform");
  };
  let held = null, from = null, moved = false;
  svg.addEventListener("pointerdown", (event) => {
    const booth = event.target.closest("[data-booth]");
    if (!booth || event.button) return;
    [held, from, moved] = [booth, at(event), false];
  });
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("pointermove", (event) => {
    if (!held) return;
    const to = at(event);
    if (!moved && Math.hypot(to.x - from.x, to.y - from.y) < STEP * 2) return;
    if (!moved) svg.setPointerCapture(event.pointerId);
    moved = true;
    shift(held, to.x - from.x, to.y - from.y);
  });
  svg.addEventListener("pointerup", () => { if (held && moved) keep(held); held = null; });
  svg.addEventListener("pointercancel", () => { if (held) shift(held, 0, 0); held = null; });
  svg.addEventListener("click", (event) => { if (moved) event.preventDefault(); moved = false; }, true);
  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  svg.addEventListener("keydown", (event) => {
    const booth = event.target.closest("[data-booth]"), way = WAYS[event.key];
    if (!booth || !way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const step = event.shiftKey ? METRE : STEP;
    shift(booth, (booth.dx ?? 0) + way[0] * step, (booth.dy ?? 0) + way[1] * step);
    clearTimeout(booth.later);
    booth.later = setTimeout(keep, 400, booth);
  });
  svg.addEventListener("focusout", (event) => { const booth = event.target.closest("[data-booth]"); if (booth) keep(booth); });
}
