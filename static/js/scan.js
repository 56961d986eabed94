/* The scanning page of an exhibitor's desk: reads badges by the camera, has the guest agree on this screen, and keeps on this
   device what it could not send. Each record has a number and a time of its own, so that the server keeps it once, however
   often it is sent, and puts a wrong clock right by the time it was sent. Without scripts the page's form and each badge's own
   address do the same.

   Kept on the device until sent: the badge's code, when, and what was noted. No name: this page never knew one. */
const root = document.querySelector("#scan");
const part = (name) => root?.querySelector(`[data-${name}]`);
/* Whose scans these are. The copy that opens without a connection knows nobody: it goes on for whoever opened the page last. */
const WHO = `${root?.dataset.keep}-by`;
const by = root?.dataset.by || localStorage.getItem(WHO);
const KEEP = `${root?.dataset.keep}-${by}`;
const AGAIN_MS = 15_000;
const SAME_MS = 5_000;
const MOST_AT_ONCE = 100;
const CODE = /^[2-9A-HJKMNP-TV-Z]{10}$/;

let badge = "";
let scan = "";
let sending = false;
let again = 0;
let trouble = "";

/* The camera stays open from one badge to the next: `seeing` while it is looked at. The badge that was just dealt with is still
   in the picture then, and is not asked for again. */
let stream = null;
let detector = null;
let seeing = false;
let dealt = { code: "", at: 0 };

/* What waits, as it stands now: another tab of this desk may have changed it. */
const waiting = () => JSON.parse(localStorage.getItem(KEEP) ?? "[]");
const keep = (records) => localStorage.setItem(KEEP, JSON.stringify(records));
/* What others who share this device have not sent: only they can. */
const theirs = () => Object.keys(localStorage)
  .filter((key) => key !== KEEP && key !== WHO && key.startsWith(`${root.dataset.keep}-`))
  .flatMap((key) => JSON.parse(localStorage.getItem(key))).filter((one) => !one.refused);
const number = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))]
  .map((byte, at) => ((at === 6 ? (byte & 15) | 64 : at === 8 ? (byte & 63) | 128 : byte) + 256).toString(16).slice(1))
  .join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
const grouped = (code) => `${code.slice(0, 5)} ${code.slice(5)}`;

/* The code in what was read or typed; empty when it is none. */
const codeIn = (text) => {
  const code = text.trim().replace(/^(https?:\/\/)?[^\s/]+\/b\/([^/?#]+)\/?$/i, "$2").replace(/[\s-]+/g, "").toUpperCase();
  return CODE.test(code) ? code : "";
};

/* One step at a time is on the screen. */
const show = (name) => {
  part("finding").hidden = Boolean(name);
  part("consent").hidden = name !== "consent";
  part("noting").hidden = name !== "noting";
  if (name) {
    scrollTo({ top: 0 });
    part(name).focus({ preventScroll: true });
  } else if (stream) see();
  else if (matchMedia("(pointer: fine)").matches) root.querySelector("#f-badge").focus();
};

const ask = (code) => {
  badge = code;
  show("consent");
};

const next = () => {
  dealt = { code: badge, at: Date.now() };
  show("");
};

/* Only what the server has answered to, or refused, leaves the device. */
const send = async () => {
  clearTimeout(again);
  const records = waiting().filter((one) => !one.refused).slice(0, MOST_AT_ONCE);
  if (sending || !records.length) return tell();
  sending = true;
  tell();
  try {
    const body = JSON.stringify({ by: Number(by), sent_at: new Date().toISOString(), records });
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(`${root.dataset.page}/records`, { method: "POST", headers, body, signal: AbortSignal.timeout(AGAIN_MS) });
    trouble = answer.redirected ? "You are signed out. Sign in again in another tab; nothing is lost."
      : answer.status === 409 ? "Somebody else is signed in here by now. They are sent when you sign in again."
      : answer.status === 403 ? "The organiser has closed scanning for your company."
      : answer.ok ? "" : "The portal could not take it just now.";
    if (!trouble) take(await answer.json());
  } catch {
    trouble = "There is no connection.";
  }
  sending = false;
  if (waiting().some((one) => !one.refused)) again = setTimeout(send, trouble ? AGAIN_MS : 0);
  tell();
};

const take = (told) => {
  const answers = new Map(told.map((one) => [one.id, one]));
  keep(waiting().flatMap((one) => {
    const answer = answers.get(one.id);
    if (!answer) return [one];
    return answer.state === "refused" ? [{ ...one, refused: answer.words }] : [];
  }));
  const asked = told.findLast((one) => one.sentence)?.sentence;
  if (asked && part("sentence")) {
    root.dataset.read = asked.read;
    part("sentence").textContent = asked.text;
    part("wording").textContent = `Wording ${asked.version}`;
  }
  const mine = answers.get(scan);
  if (!mine || !part("undo")) return;
  part("undo").hidden = mine.state === "refused" || mine.visits > 1;
  part("whom").textContent = mine.state === "refused" ? "Not kept" : [mine.name, mine.company].filter(Boolean).join(", ");
  part("what").textContent = mine.words;
};

/* What is not sent yet, and why. */
const tell = () => {
  const records = waiting();
  const unsent = records.filter((one) => !one.refused).length;
  const refused = records.length - unsent;
  const others = theirs();
  part("unsent").hidden = !records.length && !others.length && !part("list").dataset.used;
  if (records.length) part("list").dataset.used = "yes";
  part("unsent-words").textContent = [
    unsent ? `${unsent} not sent yet.` : others.length ? "Nothing of yours waits." : "Everything is sent.",
    refused ? `${refused} not kept.` : "", unsent && sending ? "Sending…" : unsent ? trouble : "",
  ].filter(Boolean).join(" ");
  part("send-now").hidden = !unsent;
  part("list").replaceChildren(...records.map(row));
  part("theirs").hidden = !others.length;
  part("theirs-words").textContent = `${others.length} not sent yet of somebody else who uses this device. `
    + "They wait until that person signs in here and opens this page.";
  part("theirs-list").replaceChildren(...others.map(row));
};

const row = (one) => {
  const item = document.createElement("li");
  const words = document.createElement("p");
  const at = new Date(one.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const what = one.kind === "scan" ? `Badge ${grouped(one.badge)}` : one.kind === "note" ? "Note" : "Undone scan";
  words.textContent = `${what}, ${at}: ${one.refused || "not sent yet"}`;
  item.className = "spread";
  item.append(words);
  if (one.refused) {
    const gone = document.createElement("button");
    gone.type = "button";
    gone.className = "btn sm";
    gone.textContent = "Remove";
    gone.addEventListener("click", () => {
      keep(waiting().filter((other) => other.id !== one.id));
      tell();
    });
    item.append(gone);
  }
  return item;
};

const put = (record) => {
  keep([...waiting(), record]);
  send();
};

/* The browser's own detector, or ours where it has none (Safari, Firefox): fetched when the camera is first wanted. */
const detecting = async () => {
  const own = globalThis.BarcodeDetector;
  const known = own ? await own.getSupportedFormats?.().catch(() => []) : [];
  const Detector = own && (!known || known.includes("qr_code")) ? own : (await import(root.dataset.detector)).BarcodeDetector;
  return new Detector({ formats: ["qr_code"] });
};

const open = async () => {
  part("camera-words").textContent = "";
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    detector ??= await detecting();
  } catch (problem) {
    close();
    part("camera-words").textContent = problem.name === "NotAllowedError"
      ? "The camera is not open to this page: allow it in the browser’s settings for this site, or type the code."
      : "No camera could be opened. Type the code, or point your phone’s own camera at the badge.";
    return;
  }
  stream.getVideoTracks().forEach((track) => track.addEventListener("ended", close));
  part("camera").querySelector("video").srcObject = stream;
  see();
};

const see = async () => {
  const video = part("camera").querySelector("video");
  const mine = stream;
  if (seeing) return;
  seeing = true;
  for (const name of ["camera", "camera-off"]) part(name).hidden = false;
  part("camera-on").hidden = true;
  await video.play().catch(() => {});
  while (stream === mine && !part("finding").hidden) {
    const found = await detector.detect(video).catch(() => []);
    const code = found.map((one) => codeIn(one.rawValue)).find(Boolean);
    const known = code && code === dealt.code && Date.now() - dealt.at < SAME_MS;
    if (known) dealt.at = Date.now();
    if (code && !known && stream === mine && !part("finding").hidden) {
      navigator.vibrate?.(60);
      ask(code);
      break;
    }
    part("seen").textContent = known ? "That one is done. Hold the next badge into the picture."
      : found.length && !code ? "That is no badge of ours." : "Hold the badge’s code into the picture.";
    await new Promise((then) => setTimeout(then, 150));
  }
  video.pause();
  seeing = false;
};

const close = () => {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  for (const name of ["camera", "camera-off"]) part(name).hidden = true;
  part("camera-on").hidden = false;
};

/* With a connection: let the page open without one from now on, where the browser can. */
const prepare = async () => {
  const workers = navigator.serviceWorker;
  if (!workers || !root.dataset.worker || !root.dataset.by) return;
  await workers.register(root.dataset.worker, { scope: root.dataset.page });
  await workers.ready;
  part("ready").hidden = false;
};

if (root) {
  if (root.dataset.by) localStorage.setItem(WHO, by);
  part("send-now").addEventListener("click", send);
  addEventListener("online", send);
  addEventListener("storage", (event) => event.key?.startsWith(root.dataset.keep) && tell());
  send();
  prepare().catch(() => {});
}

if (part("finding")) {
  if (!root.dataset.by) part("note").elements.follow_up_who.add(new Option("Myself", by));
  if (navigator.mediaDevices?.getUserMedia) part("camera-on").hidden = false;
  part("camera-on").addEventListener("click", open);
  part("camera-off").addEventListener("click", close);

  part("typed").addEventListener("submit", (event) => {
    const field = event.target.elements.badge;
    const code = codeIn(field.value);
    if (!code) return; // The server says what is wrong with it.
    event.preventDefault();
    field.value = "";
    ask(code);
  });

  part("agree").addEventListener("click", () => {
    scan = number();
    part("whom").textContent = `Badge ${grouped(badge)}`;
    part("what").textContent = "Kept on this device";
    part("undo").hidden = false;
    part("note").reset();
    show("noting");
    put({ id: scan, kind: "scan", badge, at: new Date().toISOString(), read: root.dataset.read });
  });
  part("refuse").addEventListener("click", next);
  part("undo").addEventListener("click", () => {
    put({ id: number(), kind: "undo", of: scan, at: new Date().toISOString() });
    next();
  });

  part("note").addEventListener("input", () => part("note").elements.follow_up.setCustomValidity(""));
  part("note").addEventListener("submit", (event) => {
    event.preventDefault();
    const said = new FormData(event.target);
    const text = (name) => (said.get(name) ?? "").trim();
    const answers = [...event.target.querySelectorAll("[data-question]")]
      .map((asked) => [asked.dataset.question, text(asked.querySelector("input").name)]).filter(([, answer]) => answer);
    const what = event.target.elements.follow_up;
    if (!text("follow_up") && (text("follow_up_by") || text("follow_up_who"))) {
      what.setCustomValidity("Please say what is to be done.");
      return what.reportValidity();
    }
    const note = {
      rating: text("rating") || null, note: text("note"), tags: text("tags").split(",").map((tag) => tag.trim()).filter(Boolean),
      answers: Object.fromEntries(answers), follow_up: text("follow_up"), follow_up_by: text("follow_up_by") || null,
      follow_up_who: Number(text("follow_up_who")) || null,
    };
    next();
    if (answers.length || Object.values(note).some((value) => value?.length || value > 0))
      put({ id: number(), kind: "note", of: scan, at: new Date().toISOString(), ...note });
  });
  addEventListener("pagehide", close);
}
