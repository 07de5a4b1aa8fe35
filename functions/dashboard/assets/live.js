// A page that follows what happens: it asks the server every second, and changes what has changed.
// Without this file the page is whole, but stands still.

import { tick } from "./times.js";

const live = document.getElementById("live");
const following = document.getElementById("following");
const said = document.getElementById("said");
const outcome = document.getElementById("outcome");

/** After so many milliseconds without an answer the page says that it is behind. */
const BEHIND = 6_000;
/** The longest wait before we ask again, in milliseconds. */
const LONGEST_WAIT = 30_000;

// ---- What was asked for is told once: not on a page that is kept, or opened again ----

/** For so many milliseconds it is told at most. */
const TOLD = 10_000;

if (outcome?.textContent && new URLSearchParams(location.search).has("asked")) {
  history.replaceState(history.state, "", location.pathname);
  setTimeout(() => outcome.replaceChildren(), TOLD);
}

// ---- What has changed, and only that: focus, selection, scroll and animations stay ----

/** What the reader or this page has set, and the server knows nothing of. */
const isOurs = (have, name) =>
  (have.localName === "time" && name === "title") || (have.localName === "details" && name === "open");

/** Makes the element `have` equal to the element `want`; one that is only named is there already, and some the page fills. */
function become(have, want) {
  if (want.hasAttribute("data-same") || want.hasAttribute("data-ours")) return;
  for (const { name } of [...have.attributes]) {
    if (!want.hasAttribute(name) && !isOurs(have, name)) have.removeAttribute(name);
  }
  for (const { name, value } of want.attributes) {
    if (have.getAttribute(name) !== value && !isOurs(have, name)) have.setAttribute(name, value);
  }
  // A time's text is ours.
  if (have.localName === "time") return;
  // What goes, goes first: an element that is moved in the document loses its transitions.
  const stays = new Set([...want.children].map((child) => child.id));
  for (const child of [...have.children]) if (child.id && !stays.has(child.id)) child.remove();
  const named = new Map([...have.children].filter((child) => child.id).map((child) => [child.id, child]));
  let at = have.firstChild;
  for (const wanted of [...want.childNodes]) {
    let match = wanted.id ? named.get(wanted.id) : at;
    if (match && !isAlike(match, wanted)) match = null;
    if (!match) {
      const added = document.importNode(wanted, true);
      have.insertBefore(added, at);
      if (added.id) added.classList.add("new");
    } else {
      // What stood before it and is not wanted here goes, or finds its own place later.
      if (match !== at) have.insertBefore(match, at);
      else at = at.nextSibling;
      if (match.nodeType === Node.ELEMENT_NODE) become(match, wanted);
      else if (match.data !== wanted.data) match.data = wanted.data;
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

function isAlike(have, want) {
  return have.nodeType === want.nodeType && have.nodeName === want.nodeName && (have.id ?? "") === (want.id ?? "");
}

/** The parts of the page that are sent alone, each with what it takes around it to be read as what it is. */
const PARTS = "[data-parts] > [id], [data-parts] > svg > [id]";

/** Shows what is new. Our own server made and escaped it; a parsed document runs no script. */
function show(html) {
  const want = new DOMParser().parseFromString(html, "text/html").body;
  const [before, focused] = [live.firstElementChild?.dataset.said, document.activeElement];
  const key = focused?.getAttribute("href");
  if (want.querySelector("[data-parts]")) {
    for (const part of want.querySelectorAll(PARTS)) {
      const have = document.getElementById(part.id);
      if (!have) return follow("");
      become(have, part);
    }
  } else {
    const frame = document.createElement("div");
    frame.append(...want.childNodes);
    for (const { name, value } of live.attributes) frame.setAttribute(name, value);
    become(live, frame);
  }
  // Named, and yet not there: all of it, please.
  if (live.querySelector("[data-same]")) return follow("");
  if (focused && !focused.isConnected && key) {
    const again = [...live.querySelectorAll("a[href]")].find((link) => link.getAttribute("href") === key);
    again?.focus({ preventScroll: true });
  }
  const { tab, said: now, waiting } = live.firstElementChild?.dataset ?? {};
  if (waiting !== undefined) letters(waiting);
  if (tab) document.title = `${tab} · Ringdown`;
  if (now && now !== before) {
    said.textContent = now;
    outcome?.replaceChildren();
  }
  tick();
}

/** How many dead letters wait, in the navigation. */
function letters(waiting) {
  const number = document.getElementById("waiting");
  number.textContent = waiting;
  number.hidden = waiting === "0";
  number.classList.toggle("bad", !number.hidden);
}

// ---- Following ----

let source = null;
let heard = performance.now();
let wait = 1_000;
let later = 0;
/** Names what the page shows. */
let has = live.dataset.has ?? "";

function state(name, text, href) {
  following.hidden = false;
  following.className = `following ${name}`;
  if (following.textContent === text) return;
  following.textContent = href ? "" : text;
  if (href) following.append(Object.assign(document.createElement("a"), { href, textContent: text }));
}

/** Follows from what the page shows, if the server knows a name for that. */
function follow(from = has) {
  has = from;
  clearTimeout(later);
  source?.close();
  heard = performance.now();
  source = new EventSource(has ? `${live.dataset.live}&has=${encodeURIComponent(has)}` : live.dataset.live);
  // Each answer is short and ends; the browser asks again by itself, and says what it has.
  source.onopen = () => {
    heard = performance.now();
    wait = 1_000;
    state("on", "live");
  };
  source.onmessage = (event) => {
    // A name of parts, or a hash that only the event itself knows.
    if (live.dataset.has !== undefined) has = event.lastEventId;
    show(event.data);
  };
  source.onerror = () => {
    if (source?.readyState === EventSource.CLOSED) refused();
  };
}

/** The server answered something else than events: the browser gives up, we do not. */
async function refused() {
  source = null;
  const answer = await fetch(live.dataset.live, { headers: { Accept: "text/event-stream" } }).catch(() => null);
  if (answer?.status === 401) {
    state("off", "signed out: sign in again", `/login?next=${encodeURIComponent(location.pathname)}`);
    return;
  }
  // What it followed is there no more, or not for this reader: the page itself says so.
  if (answer?.status === 404) return location.reload();
  state("off", "reconnecting …");
  later = setTimeout(() => follow(), wait);
  wait = Math.min(wait * 2, LONGEST_WAIT);
}

// A page that nobody sees asks nothing; seen again it is up to date at once.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return follow();
  clearTimeout(later);
  source?.close();
  source = null;
});

setInterval(() => {
  if (source && !document.hidden && performance.now() - heard > BEHIND) state("off", "reconnecting …");
}, 1_000);
if (!document.hidden) follow();
