// Replays the path of a chosen execution on its Flow's graph, step by step. Without this file the path stands there whole,
// and the steps are a list. Times are told by times.js. A graph that is wider than its frame begins with its first widget.

import { clock, span } from "./times.js";

const place = document.getElementById("replay");

/** The longest wait between two steps, in milliseconds, however long they are apart; and the shortest. */
const [LONGEST, SHORTEST] = [2_000, 300];
const SPEEDS = [1, 4, 16];

/** The colours of the moment. They are rules and touch no element: what the server sends anew does not undo them. */
const sheet = new CSSStyleSheet();

/** How many steps have been taken; all of them until somebody begins. */
let at = Infinity;
let timer = 0;

const steps = () => [...document.querySelectorAll("#chosen tr[data-step]")];
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function element(name, facts, ...children) {
  const made = Object.assign(document.createElement(name), facts);
  made.append(...children);
  return made;
}

const button = (text, act) => element("button", { type: "button", className: "quiet", textContent: text, onclick: act });
const play = button("Play", () => (timer ? pause() : begin()));
const back = button("Back", () => go(taken() - 1));
const forward = button("Forward", () => go(taken() + 1));
const speed = element("select", {}, ...SPEEDS.map((times) => element("option", { value: times, textContent: `${times}×` })));
const scrubber = element("input", { type: "range", min: 0, step: 1, oninput: () => go(Number(scrubber.value)) });
const told = element("output", {});

/** The number of steps that have been taken, of those that there are. */
const taken = () => Math.min(at, steps().length);

/** A time after the beginning, below ten seconds with a decimal, as the graph has it. */
function after(milliseconds) {
  const tenths = Math.floor(Math.max(0, milliseconds) / 100);
  return tenths < 100 && tenths % 10 ? `${tenths / 10} s` : span(milliseconds);
}

/** The moment of the beginning, and of each step. */
function moments(rows) {
  const all = rows.map((row) => Date.parse(row.dataset.at));
  const began = Date.parse(place.dataset.began);
  return [Number.isNaN(began) ? all[0] : began, ...all];
}

function begin() {
  if (at >= steps().length) at = 0;
  play.textContent = "Pause";
  show();
  wait();
}

function pause() {
  clearTimeout(timer);
  timer = 0;
  play.textContent = "Play";
}

/** Waits for the next step as long as the execution did, at the chosen speed, and within bounds. */
function wait() {
  const all = moments(steps());
  if (at + 1 >= all.length) return pause();
  const apart = (all[at + 1] - all[at]) / Number(speed.value);
  timer = setTimeout(() => {
    at += 1;
    show();
    wait();
  }, Math.min(LONGEST, Math.max(SHORTEST, apart)));
}

function go(to) {
  pause();
  at = Math.max(0, Math.min(to, steps().length));
  show();
}

/** Shows the moment: where the execution is, how it came there, and what is still to come. */
function show() {
  const rows = steps();
  place.hidden = rows.length === 0;
  if (place.hidden) return;
  const [first, count] = [rows[0].dataset.left, taken()];
  const here = count ? rows[count - 1].dataset : { widget: first, to: "Start" };
  const past = rows.slice(0, count).flatMap((row) => [row.dataset.widget, row.dataset.edge]);
  const reached = new Set([first, ...past, ...rows.slice(0, count).map((row) => row.dataset.left)]);
  const ahead = rows.flatMap((row) => [row.dataset.left, row.dataset.widget, row.dataset.edge]);
  const id = (name) => `#${CSS.escape(name)}`;
  const rules = [...new Set(ahead)].filter((name) => !reached.has(name)).map((name) => `${id(name)} { opacity: 0.3; }`);
  if (Number.isFinite(at)) {
    rules.push(`${id(here.widget)} .box { stroke: var(--flow-accent); stroke-width: 5; }`);
    if (here.edge) rules.push(`${id(here.edge)} .line { stroke: var(--flow-accent); stroke-width: 6; }`);
    if (here.step) rules.push(`#chosen tr[data-step="${CSS.escape(here.step)}"] { background: var(--tint); }`);
  }
  sheet.replaceSync(rules.join("\n"));
  const all = moments(rows);
  const when = `+${after(all[count] - all[0])}, ${clock.format(all[count])}`;
  const text = `${count} of ${rows.length}: ${here.to}, ${when}`;
  if (told.textContent !== text) told.textContent = text;
  scrubber.max = rows.length;
  scrubber.value = count;
  scrubber.setAttribute("aria-valuetext", text);
  // A button that has the focus stays one that can have it.
  back.setAttribute("aria-disabled", count === 0);
  forward.setAttribute("aria-disabled", count === rows.length);
  if (Number.isFinite(at)) reveal(document.getElementById(here.widget));
}

/** Scrolls the graph, and nothing else, to a widget that is out of sight. */
function reveal(widget, behavior = still() ? "auto" : "smooth") {
  const canvas = document.querySelector(".canvas");
  if (!widget || !canvas) return;
  const [box, frame] = [widget.getBoundingClientRect(), canvas.getBoundingClientRect()];
  const seen = box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
  if (seen) return;
  canvas.scrollBy({
    left: box.left + box.width / 2 - frame.left - frame.width / 2,
    top: box.top + box.height / 2 - frame.top - frame.height / 2,
    behavior,
  });
}

if (place) {
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  speed.value = 4;
  scrubber.setAttribute("aria-label", "Step of the replay");
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", "Replay on the graph");
  place.append(play, back, forward, element("label", {}, "Speed ", speed), scrubber, told);
  play.classList.add("play");
  // Steps come while it runs: the scrubber grows.
  new MutationObserver(show).observe(document.querySelector("#chosen tbody"), { childList: true });
  show();
}

reveal(document.querySelector(".canvas .widget.on-path") ?? document.querySelector(".canvas .widget"), "auto");
