/* The scanning page of an exhibitor's desk: reads badges by the camera where the browser can, has the guest agree on this
   screen, and keeps on this device what it could not send. Each record has a number and a time of its own, so that the
   server keeps it once, however often it is sent. Without scripts the page's form and each badge's own address do the same.

   Kept on the device until sent: the badge's code, when, and what was noted. No name: this page never knew one. */
const root = document.querySelector("#scan");
const part = (name) => root?.querySelector(`[data-${name}]`);
const KEEP = root?.dataset.keep;
const AGAIN_MS = 15_000;
const MOST_AT_ONCE = 100;
const CODE = /^[2-9A-HJKMNP-TV-Z]{10}$/;

let badge = "";
let scan = "";
let sending = false;
let again = 0;
let trouble = "";
let stream = null;

/* What waits, as it stands now: another tab of this desk may have changed it. */
const waiting = () => JSON.parse(localStorage.getItem(KEEP) ?? "[]");
const keep = (records) => localStorage.setItem(KEEP, JSON.stringify(records));
const number = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))]
  .map((byte, at) => ((at === 6 ? (byte & 15) | 64 : at === 8 ? (byte & 63) | 128 : byte) + 256).toString(16).slice(1))
  .join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
const grouped = (code) => `${code.slice(0, 5)} ${code.slice(5)}`;

/* The code in what was read or typed; empty when it is none. */
const codeIn = (text) => {
  const code = text.trim().replace(/^(https?:\/\/)?[^\s/]+\/b\/([^/?#]+)\/?$/i, "$2").replace(/[\s-]+/g, "").toUpperCase();
  return CODE.test(code) ? code : "";
};

const show = (name) => {
  part("consent").hidden = name !== "consent";
  part("noting").hidden = name !== "noting";
  if (name) {
    part(name).scrollIntoView({ block: "nearest" });
    part(name).focus({ preventScroll: true });
  } else root.querySelector("#f-badge").focus();
};

const ask = (code) => {
  badge = code;
  show("consent");
};

/* Only what the server has answered to, or refused, leaves the device. */
const send = async () => {
  clearTimeout(again);
  const records = waiting().filter((one) => !one.refused).slice(0, MOST_AT_ONCE);
  if (sending || !records.length) return tell();
  sending = true;
  tell();
  try {
    const body = JSON.stringify(records);
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(root.dataset.send, { method: "POST", headers, body, signal: AbortSignal.timeout(AGAIN_MS) });
    trouble = answer.redirected ? "You are signed out. Sign in again in another tab; nothing is lost."
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
  const mine = answers.get(scan);
  if (!mine) return;
  part("whom").textContent = mine.state === "refused" ? "Not kept" : [mine.name, mine.company].filter(Boolean).join(", ");
  part("what").textContent = mine.words;
};

/* What is not sent yet, and why. */
const tell = () => {
  const records = waiting();
  const unsent = records.filter((one) => !one.refused).length;
  const refused = records.length - unsent;
  part("unsent").hidden = !records.length && !part("list").dataset.used;
  if (records.length) part("list").dataset.used = "yes";
  part("unsent-words").textContent = [
    unsent ? `${unsent} not sent yet.` : "Everything is sent.",
    refused ? `${refused} not kept.` : "", unsent && sending ? "Sending…" : unsent ? trouble : "",
  ].filter(Boolean).join(" ");
  part("send-now").hidden = !unsent;
  part("list").replaceChildren(...records.map(row));
};

const row = (one) => {
  const item = document.createElement("li");
  const words = document.createElement("p");
  const at = new Date(one.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  words.textContent = `${one.kind === "scan" ? `Badge ${grouped(one.badge)}` : "Note"}, ${at}: ${one.refused || "not sent yet"}`;
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

/* The camera. */
const look = async () => {
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const video = part("camera").querySelector("video");
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    part("camera-on").firstElementChild.textContent = "The camera is not open to this page. Please type the code.";
    return;
  }
  video.srcObject = stream;
  part("camera").hidden = false;
  part("camera-on").hidden = true;
  await video.play();
  const mine = stream;
  while (stream === mine) {
    const found = await detector.detect(video).catch(() => []);
    const code = found.map((one) => codeIn(one.rawValue)).find(Boolean);
    if (code && stream === mine) {
      close();
      return ask(code);
    }
    part("seen").textContent = found.length ? "That is no badge of ours." : "Hold the badge’s code into the picture.";
    await new Promise((next) => setTimeout(next, 150));
  }
};

const close = () => {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  part("camera").hidden = true;
  part("camera-on").hidden = false;
};

if (root) {
  if ("BarcodeDetector" in window && navigator.mediaDevices?.getUserMedia) part("camera-on").hidden = false;
  part("camera-on").addEventListener("click", look);
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
    part("note").reset();
    show("noting");
    put({ id: scan, kind: "scan", badge, at: new Date().toISOString(), read: root.dataset.read });
  });
  part("refuse").addEventListener("click", () => show(""));

  part("note").addEventListener("input", () => part("note").elements.follow_up.setCustomValidity(""));
  part("note").addEventListener("submit", (event) => {
    event.preventDefault();
    const said = new FormData(event.target);
    const text = (name) => said.get(name).trim();
    const what = event.target.elements.follow_up;
    if (!text("follow_up") && (text("follow_up_by") || text("follow_up_who"))) {
      what.setCustomValidity("Please say what is to be done.");
      return what.reportValidity();
    }
    const note = {
      rating: text("rating") || null, note: text("note"), tags: text("tags").split(",").map((tag) => tag.trim()).filter(Boolean),
      follow_up: text("follow_up"), follow_up_by: text("follow_up_by") || null,
      follow_up_who: Number(text("follow_up_who")) || null,
    };
    show("");
    if (Object.values(note).some((value) => value?.length || value > 0))
      put({ id: number(), kind: "note", of: scan, at: new Date().toISOString(), ...note });
  });
  part("next").addEventListener("click", () => show(""));
  part("send-now").addEventListener("click", send);

  addEventListener("online", send);
  addEventListener("storage", (event) => event.key === KEEP && tell());
  addEventListener("pagehide", close);
  send();
}
