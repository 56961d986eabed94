/* A recording: jumps without loading the page anew, and going on where one left. `presence.js` says what was played. */
const root = document.querySelector("[data-replay]");
const video = root.querySelector("video[data-film]");

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
}
