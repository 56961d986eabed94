/* Says every twenty seconds that this page is open, and what of a recording was played. Only the server's clock counts. */
const root = document.querySelector("[data-room], [data-replay]");
const EVERY_MS = 20_000;
const MOST_RANGES = 40;
const MOST_SECONDS = 1_000_000;
const id = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const address = `${root.dataset.room ?? root.dataset.replay}/presence`;

/* Since the last sign: whether it was looked at, and which seconds of the recording were played. */
let looked = !document.hidden;
let played = [];
let from = null;
let at = null;
let over = false;
let busy = false;

const film = () => root.querySelector("video");

/* Of our own player we know; another service's may be on at any time. */
const playing = () => {
  const own = film();
  return own ? String(Number(!own.paused && !own.ended)) : "";
};

const cut = () => {
  if (from !== null && at > from) {
    const [first, last] = [Math.floor(from), Math.ceil(at)];
    const before = played.at(-1);
    if (before && before[0] <= first && first <= before[1]) before[1] = Math.max(before[1], last);
    else played.push([first, last]);
  }
  from = at = null;
};

/* A film that runs says so several times a second; a page in the background less often, but what was played is known. */
const ran = (second, ranges) => {
  const within = [...Array(ranges?.length ?? 0).keys()].some((n) => ranges.start(n) <= at && second <= ranges.end(n) + 1);
  if (at !== null && second >= at && (second - at < 3 || within)) {
    at = second;
    return;
  }
  cut();
  from = at = second;
};
root.addEventListener("timeupdate", (event) => { if (!event.target.seeking && !event.target.paused) ran(event.target.currentTime, event.target.played); }, true);
root.addEventListener("seeking", cut, true);
root.addEventListener("pause", cut, true);
/* Players of other services are heard by their own script, which passes on the second they are at. */
root.addEventListener("film:at", (event) => ran(event.detail));

const sign = (ranges) => {
  const second = Math.floor(film()?.currentTime ?? at ?? NaN);
  const said = { page: id, visible: String(Number(looked)), playing: playing(), played: ranges.map((range) => range.join("-")).join(",") };
  if (second < MOST_SECONDS) said.second = String(second);
  return new URLSearchParams(said);
};

/* What was played until now; a film that runs goes on from here. */
const taken = () => {
  const here = at;
  cut();
  if (here !== null) from = at = here;
  return played.splice(0).slice(-MOST_RANGES);
};

/* What did not arrive is said again next time. */
const say = async () => {
  if (over || busy) return;
  busy = true;
  const ranges = taken();
  try {
    const answer = await fetch(address, { method: "POST", body: sign(ranges), keepalive: true });
    over = answer.status === 403 || answer.status === 404;
    if (!answer.ok) throw new Error(answer.statusText);
    looked = !document.hidden;
    if (answer.status === 200) show(await answer.text());
  } catch { /* the network is away, or the server is */
    played = [...ranges, ...played];
  } finally {
    busy = false;
  }
};

const show = (html) => {
  const old = document.getElementById("minutes");
  if (!old || old.contains(document.activeElement)) return;
  old.outerHTML = html;
};

const leave = () => {
  if (!over) navigator.sendBeacon(address, sign(taken()));
};

document.addEventListener("visibilitychange", () => { if (!document.hidden) looked = true; void say(); });
addEventListener("pagehide", leave);
addEventListener("pageshow", (event) => { if (event.persisted) void say(); });

/* Thousands of pages that were opened together do not speak together. */
const again = () => setTimeout(() => { void say(); again(); }, EVERY_MS * (0.9 + Math.random() * 0.2));
void say();
again();
