// The sandbox's Slack: asks for the messages every second, and shows them as Slack would.
//
// dom: elements. mrkdwn, blocks: what a message says. card: a message with its thread. act: who you are, and what you
// press. samples: the events to send. Here: channels, and what is new.

import { meet, whoAmI } from "./slack/act.js";
import { Card } from "./slack/card.js";
import { byId, element } from "./slack/dom.js";
import { samples } from "./slack/samples.js";

const ALL = "";
const GROUP_MILLISECONDS = 5 * 60 * 1000;

const log = byId("messages");
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

let messages = [];
/** The messages on the page, each with its card; replies are in the card of their thread. */
let shown = [];
let unseen = 0;
let following = true;
let chosen = ALL;
const read = new Map();

// The address keeps the chosen channel; any other hash is a jump within the page.
const addressOf = (name) => (name === ALL ? "#" : `#in/${encodeURIComponent(name)}`);
function choose() {
  if (!location.hash) chosen = ALL;
  else if (location.hash.startsWith("#in/")) chosen = decodeURIComponent(location.hash.slice(4));
}

const atBottom = () => log.scrollHeight - log.scrollTop - log.clientHeight < 40;
const toBottom = () => { log.scrollTop = log.scrollHeight; };
const dateOf = (message) => new Date(message.at).toDateString();

/** Whether it is lines alone: no heading, no buttons. */
const isPlain = (message) => message.blocks.every((block) => block.type === "section");

/** Whether it follows so closely on one like it that it needs no heading; nothing does behind a thread. */
const isClose = (message, before) =>
  before && before.channel === message.channel && dateOf(before) === dateOf(message) && isPlain(before)
  && isPlain(message) && !shown.at(-1).card.thread
  && new Date(message.at) - new Date(before.at) < GROUP_MILLISECONDS;

function append(message, replies) {
  const before = shown.at(-1)?.message;
  if (!before || dateOf(before) !== dateOf(message)) {
    const today = dateOf(message) === new Date().toDateString();
    log.append(element("p", { class: "day" }, element("span", {}, today ? "Today" : day.format(new Date(message.at)))));
  }
  const place = chosen === ALL
    ? element("a", { class: "place", href: addressOf(message.channel) }, `#${message.channel}`) : null;
  const card = new Card(message, isClose(message, before) ? "close" : "first", place);
  card.update(message, replies);
  log.append(card.root);
  shown.push({ message, card });
}

/** What whoever sits here sees in the chosen channel: messages, and by the `ts` of each its replies. */
function wanted() {
  const mine = messages.filter((message) =>
    (chosen === ALL || message.channel === chosen) && (!message.ephemeral || message.user === whoAmI()));
  const known = new Set(mine.map((message) => message.ts));
  const replies = Map.groupBy(mine.filter((message) => message.thread_ts), (message) => message.thread_ts);
  // A reply whose thread is gone stands for itself.
  const first = mine.filter((message) => !known.has(message.thread_ts) || message.broadcast);
  return { first, repliesOf: ({ ts }) => replies.get(ts) ?? [] };
}

/** Shows the messages of the chosen channel: only adds to the page, or changes in place, where that is enough. */
function draw(afresh) {
  following ||= afresh;
  const { first, repliesOf } = wanted();
  const grown = !afresh && shown.every(({ message }, index) => message.ts === first[index]?.ts);
  const added = grown ? first.length - shown.length : 0;
  const top = log.scrollTop;
  if (!grown) {
    log.replaceChildren();
    shown = [];
  }
  shown.forEach((entry, index) => entry.card.update(entry.message = first[index], repliesOf(first[index])));
  first.slice(shown.length).forEach((message) => append(message, repliesOf(message)));
  log.scrollTop = top;
  byId("nothing").hidden = first.length > 0;
  drawChannels();
  drawNewer(following ? 0 : unseen + added);
  if (following) toBottom();
}

function drawNewer(count) {
  unseen = count;
  byId("newer").hidden = count === 0;
  byId("newer").textContent = `${count} newer ${count === 1 ? "message" : "messages"} ↓`;
}

function drawChannels() {
  const counts = new Map([[ALL, messages.length], [chosen, 0]]);
  for (const message of messages) counts.set(message.channel, (counts.get(message.channel) ?? 0) + 1);
  // Who reads all channels has read each of them.
  for (const [name, count] of counts) if (chosen === ALL || chosen === name) read.set(name, count);
  const names = [...counts.keys()].sort();
  const items = names.map((name) => {
    const fresh = name === ALL ? 0 : Math.max(0, counts.get(name) - (read.get(name) ?? 0));
    const link = element("a", { href: addressOf(name), class: fresh ? "fresh" : "" },
      element("span", {}, name === ALL ? "All channels" : `# ${name}`));
    if (name === chosen) link.setAttribute("aria-current", "true");
    if (fresh) link.append(element("b", {}, String(fresh), element("span", { class: "unseen" }, " not read")));
    return element("li", {}, link);
  });
  const list = byId("channels");
  const focused = list.contains(document.activeElement) ? document.activeElement.hash : null;
  list.replaceChildren(...items);
  if (focused !== null) [...list.querySelectorAll("a")].find((link) => link.hash === focused)?.focus();
  byId("channel-title").textContent = chosen === ALL ? "All channels" : `# ${chosen}`;
}

// Whoever is at the end stays there, also when the window changes; whoever scrolled up is left alone.
log.addEventListener("scroll", () => {
  following = atBottom();
  if (following) drawNewer(0);
});
new ResizeObserver(() => { if (following) toBottom(); }).observe(log);
byId("newer").addEventListener("click", () => { toBottom(); log.focus(); });
window.addEventListener("hashchange", () => { choose(); draw(true); });
document.addEventListener("another-me", () => draw(true));
document.addEventListener("pressed", () => again(100));

// ---- Asking the server ----

function live(well) {
  const mark = byId("live");
  const words = well ? "live" : "No answer, trying again";
  if (mark.textContent !== words) mark.textContent = words;
  mark.classList.toggle("on", well);
  mark.classList.toggle("off", !well);
}

let last = null;
let timer = 0;
let asked = 0;
function again(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(poll, milliseconds);
}

async function poll() {
  const turn = (asked += 1);
  const text = await fetch("/sandbox/slack/messages", { cache: "no-store", signal: AbortSignal.timeout(5000) })
    .then((answer) => (answer.ok ? answer.text() : null))
    .catch(() => null);
  // Whoever pressed a button asks out of turn: an older answer is out of date.
  if (turn !== asked) return;
  again(1000);
  live(text !== null);
  if (text === null || text === last) return;
  messages = JSON.parse(text);
  draw(last === null);
  last = text;
}

choose();
samples();
await meet();
poll();
