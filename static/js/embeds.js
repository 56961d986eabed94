/* Films of other services. Nothing of them is loaded before their reader wants it; from then on this browser remembers it.
   What plays is heard from the service's own player by messages, so that minutes with a recording count, and one goes on
   where one left: `film:at` on the page says the second. */
const root = document.querySelector("[data-room], [data-replay]");
const PLAYERS = {
  YouTube: {
    origin: "https://www.youtube-nocookie.com",
    greeting: { event: "listening", id: "film", channel: "widget" },
    second: (said) => (said.event === "infoDelivery" || said.event === "initialDelivery" ? said.info?.currentTime : undefined),
    jump: (second) => [{ event: "command", func: "seekTo", args: [second, true] }, { event: "command", func: "playVideo", args: [] }],
    from: (address, second) => address.searchParams.set("start", second),
  },
  Vimeo: {
    origin: "https://player.vimeo.com",
    greeting: { method: "addEventListener", value: "timeupdate" },
    second: (said) => (said.event === "timeupdate" ? said.data?.seconds : undefined),
    jump: (second) => [{ method: "setCurrentTime", value: second }, { method: "play" }],
    from: (address, second) => { address.hash = `t=${second}s`; },
  },
};
const GREET_MS = 500;
const GREETINGS = 60;
const key = (service) => `films from ${service}`;
const allowed = (service) => { try { return localStorage.getItem(key(service)) !== null; } catch { return false; } };
const place = () => root.querySelector("[data-embed]");
const frame = () => place()?.querySelector("iframe");
const tell = (said) => frame().contentWindow.postMessage(JSON.stringify(said), PLAYERS[place().dataset.service].origin);

/* A film that runs as if it were live is at the same second for everybody, by the server's clock. */
const serverNow = () => Number(root.dataset.now) + performance.now() / 1000;

const show = (second) => {
  const { embed, service, title, begun } = place().dataset;
  const address = new URL(embed);
  if (begun) second = Math.max(0, Math.floor(serverNow() - Number(begun)));
  if (second !== undefined) PLAYERS[service].from(address, second);
  const made = Object.assign(document.createElement("iframe"), {
    className: "film", src: address.href, title, allow: "autoplay; fullscreen; picture-in-picture", allowFullscreen: true,
    referrerPolicy: "strict-origin",
  });
  place().replaceChildren(made);
};

/* The player answers once it has heard that somebody listens. */
let greeted = null;
let heard = false;
const greet = (times = 0) => {
  if (heard || times >= GREETINGS || !frame() || frame() !== greeted) return;
  tell(PLAYERS[place().dataset.service].greeting);
  setTimeout(() => greet(times + 1), GREET_MS);
};
const look = () => {
  if (!place()) return;
  if (!frame() && allowed(place().dataset.service)) show();
  if (!frame() || frame() === greeted) return;
  greeted = frame();
  heard = false;
  greet();
};

addEventListener("message", (event) => {
  const player = PLAYERS[place()?.dataset.service];
  if (!player || event.origin !== player.origin || event.source !== frame()?.contentWindow) return;
  let said = event.data;
  try { if (typeof said === "string") said = JSON.parse(said); } catch { return; }
  const second = player.second(said ?? {});
  heard ||= said?.event !== undefined && said.event !== "ready";
  if (typeof second === "number") root.dispatchEvent(new CustomEvent("film:at", { detail: second }));
});

root.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || !place()) return;
  const link = event.target.closest("a[data-show], a[data-second]");
  if (!link) return;
  const second = link.dataset.second === undefined ? undefined : Number(link.dataset.second);
  const { service } = place().dataset;
  if ("show" in link.dataset) {
    try { localStorage.setItem(key(service), "yes"); } catch { /* not remembered */ }
    show();
  } else if (frame()) PLAYERS[service].jump(second).forEach(tell);
  else return;
  event.preventDefault();
  look();
  if (second !== undefined) history.replaceState(null, "", `?t=${second}`);
  frame().focus();
});

root.addEventListener("room:put", ({ detail }) => { if (detail === "stage") look(); });
look();
