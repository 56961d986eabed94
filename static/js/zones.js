/* The reader's own time beside the event's: the browser knows the zone, and remembers that it was asked for. Pages stay the
   same for everybody; the zone is part of the address. Without this file a form asks for it. */
const KEPT = "zone";
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
const remembered = () => { try { return localStorage.getItem(KEPT); } catch { return null; } };
const remember = (zone) => { try { if (zone) localStorage.setItem(KEPT, zone); else localStorage.removeItem(KEPT); } catch { /* private window */ } };

const asked = new URL(location.href).searchParams.get("zone");
const withZone = (zone) => {
  const to = new URL(location.href);
  to.searchParams.set("zone", zone);
  return to;
};

const look = () => {
  const link = document.querySelector("[data-zone-of]");
  if (!link) return;
  const zone = remembered();
  if (zone && !asked && zone !== link.dataset.zoneOf) location.replace(withZone(zone));
  else if (here && here !== link.dataset.zoneOf && here.includes("/")) {
    link.href = withZone(here);
    link.textContent = `Your own time beside it (${here.split("/").pop().replaceAll("_", " ")})`;
  }
};

if (document.querySelector("[data-zone-off]") && asked) remember(asked);
document.addEventListener("click", ({ target }) => { if (target.closest?.("[data-zone-off]")) remember(""); });
const choice = document.getElementById("f-zone");
if (choice && !choice.value && [...choice.options].some(({ value }) => value === here)) choice.value = here;
look();
document.addEventListener("htmx:afterSettle", look);
