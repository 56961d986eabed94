/* A recording: jumps without loading the page anew, going on where one left, and saying what was played. */
const root = document.querySelector("[data-replay]");
const video = root.querySelector("video[data-film]");
const PING_MS = 20_000;

if (video) {
  try {
    const { default: Hls } = await import(root.dataset.hls);
    if (!video.canPlayType("application/vnd.apple.mpegurl") && Hls.isSupported()) {
      const hls = new Hls({ enableWorker: false, startPosition: Number(root.dataset.begins ?? -1) });
      hls.loadSource(video.dataset.film);
      hls.attachMedia(video);
    }
  } catch { /* the browser may play it by itself */ }

  const jump = (second) => {
    const go = () => { video.currentTime = second; video.play().catch(() => {}); };
    if (video.readyState) go();
    else video.addEventListener("loadedmetadata", go, { once: true });
    video.scrollIntoView({ block: "nearest" });
    video.focus({ preventScroll: true });
  };
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-second]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.replaceState(null, "", `?t=${link.dataset.second}`);
    jump(Number(link.dataset.second));
  });

  /* Which line is being said. */
  video.addEventListener("timeupdate", () => {
    const links = [...root.querySelectorAll("#transcript a[data-second]")];
    const now = links.filter((link) => Number(link.dataset.second) <= video.currentTime).at(-1);
    for (const link of links) link.toggleAttribute("aria-current", link === now);
  });

  /* What was played, in seconds of the film; the server counts no more than the time that passed. */
  let from = null;
  let played = [];
  const page = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const close = () => {
    if (from !== null && video.currentTime > from) played.push([Math.floor(from), Math.ceil(video.currentTime)]);
    from = null;
  };
  const open = () => { from = video.currentTime; };
  const tell = () => {
    const running = from !== null;
    close();
    if (running && !video.paused) open();
    if (!played.length) return;
    const said = new URLSearchParams({ page, visible: "1", playing: "1", second: String(Math.floor(video.currentTime)), played: played.map((part) => part.join("-")).join(",") });
    played = [];
    fetch(`${root.dataset.replay}/presence`, { method: "POST", body: said, keepalive: true }).catch(() => {});
  };
  video.addEventListener("playing", open);
  for (const name of ["pause", "waiting", "seeking", "ended"]) video.addEventListener(name, close);
  setInterval(tell, PING_MS);
  video.addEventListener("pause", tell);
  addEventListener("pagehide", tell);
}
