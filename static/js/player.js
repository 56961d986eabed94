/* The picture of a room: HLS by hls.js (loaded when there is something to play), or by the browser itself. A film shown as
   if it were live is at the same second for everybody, by the server's clock. Nothing starts with sound by itself. */
const root = document.querySelector("[data-room]");
const DRIFT = 2.5;
const BEHIND = 20;
const LOOK_MS = 2000;

/* The server's time: what it said when this page was made, and what has passed since, asleep or awake. */
const arrived = performance.getEntriesByType("navigation")[0]?.responseStart ?? performance.now();
const walls = Date.now() - (performance.now() - arrived);
const serverNow = () => Number(root.dataset.now) + Math.max(performance.now() - arrived, Date.now() - walls) / 1000;

/* Whether the person here has asked for a picture with sound; then the next one may have it too. */
let wanted = false;
let playing = null;

class Player {
  constructor(film) {
    this.film = film;
    this.video = film.querySelector("video");
    this.bar = film.querySelector(".bar");
    this.begun = film.dataset.begun ? Number(film.dataset.begun) : null;
    this.seconds = Number(film.dataset.seconds ?? 0);
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    this.video.controls = false;
    this.bar.hidden = false;
    for (const control of film.querySelectorAll("[data-do]")) {
      control.addEventListener(control.matches("input") ? "input" : "click", () => this[control.dataset.do](control), { signal });
    }
    this.video.addEventListener("click", () => this.play(), { signal });
    for (const name of ["play", "pause", "volumechange", "timeupdate", "playing", "waiting"]) this.video.addEventListener(name, () => this.draw(), { signal });
    this.video.addEventListener("loadedmetadata", () => this.catchUp(true), { signal });
    this.looking = setInterval(() => this.catchUp(), LOOK_MS);
    for (const track of this.video.textTracks) track.mode = "showing";
    this.draw();
    this.open();
  }

  async open() {
    const url = this.film.dataset.film;
    try {
      const { default: Hls } = await import(root.dataset.hls);
      if (this.stopping.signal.aborted) return;
      if (Hls.isSupported()) {
        this.hls = new Hls({ enableWorker: false, startPosition: this.begun === null ? -1 : this.due() });
        this.hls.on(Hls.Events.ERROR, (_, told) => { if (told.fatal) this.fault(told, Hls); });
        this.hls.on(Hls.Events.FRAG_BUFFERED, () => this.say(""));
        this.hls.loadSource(url);
        this.hls.attachMedia(this.video);
      } else this.video.preload = "metadata";
    } catch {
      this.video.preload = "metadata";
    }
    this.begin();
  }

  /* The picture runs without sound until somebody wants it; who wants less motion starts it by hand. */
  async begin() {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.connection?.saveData;
    if (still && !wanted) return this.offer("Play");
    this.video.muted = !wanted;
    try {
      await this.video.play();
      if (!wanted) this.offer("Turn the sound on");
    } catch { this.offer("Play"); }
  }

  offer(words) {
    if (this.stopping.signal.aborted) return;
    const button = this.film.querySelector('[data-do="start"]');
    button.querySelector("span").textContent = words;
    button.hidden = false;
  }

  start(button) {
    wanted = true;
    if (document.activeElement === button) this.bar.querySelector('[data-do="play"]').focus();
    button.hidden = true;
    this.video.muted = false;
    this.catchUp(true);
    this.video.play().catch(() => this.offer("Play"));
  }

  play() {
    if (this.video.paused) { wanted = true; this.catchUp(true); this.video.play().catch(() => {}); } else this.video.pause();
    this.film.querySelector('[data-do="start"]').hidden ||= !this.video.muted;
  }

  sound() {
    this.video.muted = !this.video.muted;
    wanted = !this.video.muted;
    this.film.querySelector('[data-do="start"]').hidden = true;
  }

  volume(input) {
    this.video.volume = input.value / 100;
    this.video.muted = Number(input.value) === 0;
  }

  live() { this.catchUp(true); }

  captions(button) {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", on);
    for (const track of this.video.textTracks) track.mode = on ? "showing" : "hidden";
  }

  screen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (this.film.requestFullscreen) this.film.requestFullscreen();
    else this.video.webkitEnterFullscreen?.();
  }

  /* Where everybody is: the second by the server's clock, or the edge of what is live. */
  due() {
    if (this.begun !== null) return Math.min(Math.max(0, serverNow() - this.begun), Math.max(0, this.seconds - 0.5));
    const { seekable } = this.video;
    // A playlist that has an end is watched from its beginning: hls.js names an edge of those too.
    if (this.hls) return this.hls.levels[Math.max(0, this.hls.currentLevel)]?.details?.live ? this.hls.liveSyncPosition : null;
    return seekable.length && this.video.duration === Infinity ? seekable.end(seekable.length - 1) - 6 : null;
  }

  catchUp(now = false) {
    const due = this.due();
    if (due === null || !this.video.readyState || (this.video.paused && !now)) return;
    const away = Math.abs(this.video.currentTime - due);
    if (now ? away > 0.5 : this.begun !== null && away > DRIFT) this.video.currentTime = due;
    this.draw();
  }

  draw() {
    const { video } = this;
    const set = (name, words) => this.bar.querySelector(`[data-do="${name}"]`)?.setAttribute("aria-label", words);
    this.film.dataset.ownPaused = video.paused;
    this.film.dataset.ownMuted = video.muted;
    set("play", video.paused ? "Play" : "Pause");
    set("sound", video.muted ? "Turn the sound on" : "Turn the sound off");
    const due = this.due();
    const behind = video.paused || (due !== null && due - video.currentTime > BEHIND);
    const live = this.bar.querySelector('[data-do="live"]');
    live.classList.toggle("is-behind", behind);
    const words = behind ? "Back to live" : "Live";
    if (live.textContent !== words) live.textContent = words;
    const at = this.begun === null ? video.currentTime : due;
    this.bar.querySelector("[data-clock]").textContent = clock(at);
  }

  /* A network that comes back, a film that is damaged for a moment: tried again. Anything else is said. */
  fault(told, Hls) {
    if (told.type === Hls.ErrorTypes.MEDIA_ERROR) { this.hls.recoverMediaError(); return; }
    this.say("The picture does not come through. Trying again…");
    clearTimeout(this.trying);
    this.trying = setTimeout(() => { this.hls?.loadSource(this.film.dataset.film); }, 3000);
  }

  say(words) {
    const place = this.film.querySelector(".film-fault");
    place.textContent = words;
    place.hidden = !words;
  }

  close() {
    this.stopping.abort();
    clearInterval(this.looking);
    clearTimeout(this.trying);
    this.hls?.destroy();
    this.hls = null;
  }
}

const clock = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return `${hours ? `${hours}:${String(minutes).padStart(2, "0")}` : minutes}:${String(rest).padStart(2, "0")}`;
};

/* Whatever the stage shows now; a film that was there before stays as it is. */
const look = () => {
  const stage = root.querySelector('[data-live="stage"]');
  const film = stage.querySelector("[data-film]");
  if (playing && playing.film !== film) {
    playing.close();
    playing = null;
  }
  if (film && !playing) playing = new Player(film);
};

/* How long one still waits: minutes, at last seconds, and nothing once the time has come. */
const wait = () => {
  const place = root.querySelector("[data-until]");
  if (!place) return;
  const left = Math.ceil(Number(place.dataset.until) - serverNow());
  const all = Math.ceil(left / 60);
  const [hours, minutes] = [Math.floor(all / 60), all % 60];
  place.hidden = left <= 0 || left > 24 * 3600;
  place.textContent = left < 120 ? `In ${left} second${left === 1 ? "" : "s"}` : hours ? `In ${hours} h${minutes ? ` ${minutes} min` : ""}` : `In ${minutes} minutes`;
};
setInterval(wait, 1000);

/* A film from where this page may not load: the page is made anew, with what was typed. Once: what is refused then stays so. */
document.addEventListener("securitypolicyviolation", (event) => {
  if (!/^(media|connect|frame)-src/.test(event.effectiveDirective) || !event.blockedURI.startsWith("http")) return;
  const key = `allowed ${event.blockedURI}`;
  try {
    if (sessionStorage.getItem(key)) return;
    sessionStorage.setItem(key, "asked");
  } catch { return; }
  location.reload();
});

root.addEventListener("room:put", ({ detail }) => { if (detail === "stage") { look(); wait(); } });
look();
wait();
