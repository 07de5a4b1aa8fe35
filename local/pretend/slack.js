// The pretend Slack: asks for the messages every second, and shows them as Slack would.
//
// Whatever a message says becomes text nodes and nothing else: no text is ever read as HTML.

const ALL = "";
const GROUP_MILLISECONDS = 5 * 60 * 1000;

const byId = (id) => document.getElementById(id);
const log = byId("messages");

/** One element with its properties (and `class`, `aria-…`, `data-…` attributes) and children (nodes or texts). */
function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class" || key.includes("-")) made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// ---- Slack mrkdwn → nodes (docs.slack.dev, "Formatting message text") ----

const EMOJI = {
  bell: "🔔", calling: "📲", eyes: "👀", hourglass: "⏳", information_source: "ℹ️", phone: "☎️", repeat: "🔁",
  rotating_light: "🚨", telephone_receiver: "📞", warning: "⚠️", wave: "👋", white_check_mark: "✅", x: "❌",
};

// Slack decodes these three and no other, ampersand last.
const decoded = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const plain = (text) =>
  decoded(text.replace(/:([a-z_]+):/g, (whole, name) => (Object.hasOwn(EMOJI, name) ? EMOJI[name] : whole)));

// A mark counts at the edge of a word only; a zero-width space beside it takes its meaning away.
const marked = (mark) =>
  String.raw`(?<![\w\u200b${mark}])${mark}(?![\s\u200b])((?:<[^<>\n]*>|[^${mark}\n<])+?)` +
  String.raw`(?<![\s\u200b])${mark}(?![\w\u200b${mark}])`;
const TOKEN = new RegExp([
  "```\\n?([\\s\\S]+?)\\n?```", "`([^`\\n]+)`", "<([^<>\\n]+)>",
  marked("\\*"), marked("_"), marked("~"), "^(?:&gt;|>) ?(.*)$",
].join("|"), "gm");

/** The nodes of one mrkdwn text. */
function mrkdwn(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(TOKEN)) {
    const [whole, pre, code, angle, bold, italic, struck, quote] = found;
    nodes.push(plain(text.slice(end, found.index)));
    if (pre !== undefined) nodes.push(element("pre", {}, decoded(pre)));
    else if (code !== undefined) nodes.push(element("code", {}, decoded(code)));
    else if (angle !== undefined) nodes.push(reference(angle));
    else if (bold !== undefined) nodes.push(element("strong", {}, ...mrkdwn(bold)));
    else if (italic !== undefined) nodes.push(element("em", {}, ...mrkdwn(italic)));
    else if (struck !== undefined) nodes.push(element("s", {}, ...mrkdwn(struck)));
    else nodes.push(element("blockquote", {}, ...mrkdwn(quote)));
    end = found.index + whole.length;
    // A quote is a block: the line's own end would be a second one.
    if (quote !== undefined && text[end] === "\n") end += 1;
  }
  nodes.push(plain(text.slice(end)));
  return nodes;
}

/** What stands in angle brackets: a mention, a channel, a date, or a link. */
function reference(inner) {
  const [target, label] = inner.split(/\|(.*)/s);
  const chip = (text) => element("span", { class: "mention" }, plain(text));
  if (target.startsWith("@")) return chip(`@${label ?? target.slice(1)}`);
  if (target.startsWith("#")) return chip(`#${label ?? target.slice(1)}`);
  if (target.startsWith("!date^")) return element("span", {}, plain(label ?? target));
  if (target.startsWith("!")) return chip(label ?? `@${target.slice(1)}`);
  const shown = plain(label ?? target.replace(/^(mailto|tel):/, ""));
  if (!/^(https?|mailto|tel):/i.test(target)) return element("span", {}, shown);
  return element("a", { href: decoded(target), target: "_blank", rel: "noopener noreferrer" }, shown);
}

/** A text object of Block Kit, or a bare string, as nodes. */
function textOf(object) {
  if (!object) return [];
  if (typeof object === "string") return mrkdwn(object);
  return object.type === "mrkdwn" ? mrkdwn(object.text ?? "") : [plain(object.text ?? "")];
}

// ---- Block Kit → elements ----

const BLOCKS = {
  header: (block) => element("h3", { class: "block" }, ...textOf(block.text)),
  divider: () => element("hr"),
  section: (block) =>
    element("div", { class: "block section" },
      element("div", { class: "words" }, ...textOf(block.text)),
      block.fields
        ? element("div", { class: "fields" }, ...block.fields.map((field) => element("div", {}, ...textOf(field))))
        : null,
      block.accessory ? control(block.accessory) : null),
  context: (block) =>
    element("div", { class: "block context" }, ...(block.elements ?? []).map((part) =>
      element("span", {}, ...(part.type === "image" ? [part.alt_text ?? "image"] : textOf(part))))),
  actions: (block) => element("div", { class: "block actions" }, ...(block.elements ?? []).map(control)),
};

/** A button, which nobody can press here. */
function control(part) {
  const style = part.style === "primary" || part.style === "danger" ? part.style : "quiet";
  const words = part.text ? textOf(part.text) : [part.type ?? "element"];
  return element("button", { class: style, disabled: true, title: "Buttons rest in the pretend Slack" }, ...words);
}

function bodyOf(message) {
  const blocks = Array.isArray(message.blocks) ? message.blocks : [];
  if (!blocks.length) return [element("div", { class: "block words" }, ...mrkdwn(message.text ?? ""))];
  return blocks.map((block) =>
    Object.hasOwn(BLOCKS, block.type) ? BLOCKS[block.type](block)
      : element("div", { class: "block context" }, `(a block of type ${block.type}, not drawn here)`));
}

// ---- Messages → the page ----

let messages = [];
let shown = [];
let unseen = 0;
let following = true;
let chosen = ALL;
const read = new Map();

const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

// The address keeps the chosen channel; any other hash is a jump within the page.
const addressOf = (name) => (name === ALL ? "#" : `#in/${encodeURIComponent(name)}`);
function choose() {
  if (!location.hash) chosen = ALL;
  else if (location.hash.startsWith("#in/")) chosen = decodeURIComponent(location.hash.slice(4));
}

const atBottom = () => log.scrollHeight - log.scrollTop - log.clientHeight < 40;
const toBottom = () => { log.scrollTop = log.scrollHeight; };

/** One message as the page shows it; without its heading if it follows closely on one like it. */
function article(message, before) {
  const at = new Date(message.at);
  const close = before && before.channel === message.channel && at - new Date(before.at) < GROUP_MILLISECONDS
    && new Date(before.at).toDateString() === at.toDateString();
  const time = element("time", { dateTime: at.toISOString(), title: full.format(at) }, hour.format(at));
  const place = chosen === ALL
    ? element("a", { class: "place", href: addressOf(message.channel) }, `#${message.channel}`) : null;
  const made = element("article", { class: close ? "message close" : "message" });
  if (close) made.append(time);
  else {
    made.append(element("img", { class: "face", src: "/assets/favicon.svg", alt: "" }));
    made.append(element("header", {}, element("strong", {}, "Ringdown"), time, place ?? ""));
  }
  made.append(element("div", { class: "body" }, ...bodyOf(message)));
  return made;
}

function append(message) {
  const before = shown.at(-1);
  const date = new Date(message.at);
  if (!before || new Date(before.at).toDateString() !== date.toDateString()) {
    const today = date.toDateString() === new Date().toDateString();
    log.append(element("p", { class: "day" }, element("span", {}, today ? "Today" : day.format(date))));
  }
  log.append(article(message, before));
  shown.push(message);
}

/** Shows the messages of the chosen channel: only adds to the page where that is enough. */
function draw(afresh) {
  following ||= afresh;
  const wanted = messages.filter((message) => chosen === ALL || message.channel === chosen);
  const grown = !afresh && shown.every((message, index) => message.key === wanted[index]?.key);
  const added = grown ? wanted.length - shown.length : 0;
  const top = log.scrollTop;
  if (!grown) {
    log.replaceChildren();
    shown = [];
  }
  wanted.slice(shown.length).forEach(append);
  log.scrollTop = top;
  byId("nothing").hidden = wanted.length > 0;
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

// ---- Asking the house ----

function live(well) {
  const mark = byId("live");
  const words = well ? "Live" : "No answer, trying again";
  if (mark.textContent !== words) mark.textContent = words;
  mark.classList.toggle("on", well);
  mark.classList.toggle("off", !well);
}

let last = null;
async function poll() {
  const text = await fetch("/pretend/slack/messages", { cache: "no-store", signal: AbortSignal.timeout(5000) })
    .then((answer) => (answer.ok ? answer.text() : null))
    .catch(() => null);
  setTimeout(poll, 1000);
  live(text !== null);
  if (text === null || text === last) return;
  messages = JSON.parse(text).map((message) => ({ ...message, key: JSON.stringify(message) }));
  draw(last === null);
  last = text;
}

function toast(well, title, note) {
  const made = element("div", { class: well ? "toast" : "toast bad" },
    element("p", {}, element("strong", {}, title), note ? ` ${note}` : ""),
    element("button", { class: "quiet", "aria-label": "Close", onclick: () => made.remove() }, "×"));
  byId("toasts").append(made);
  while (byId("toasts").children.length > 3) byId("toasts").firstChild.remove();
  if (well) setTimeout(() => made.remove(), 6000);
}

async function send(sample, button) {
  button.disabled = true;
  panel(false);
  try {
    const answer = await fetch(`/pretend/samples/${encodeURIComponent(sample.name)}`, { method: "POST" });
    if (!answer.ok) throw new Error(`The house answered ${answer.status}. ${(await answer.text()).slice(0, 200)}`);
    const { status, note } = await answer.json();
    toast(status >= 200 && status < 300, `${sample.title}: ${status}`, note);
  } catch (error) {
    const why = error instanceof TypeError ? "The house did not answer." : error.message;
    toast(false, `${sample.title}: not sent.`, why);
  }
  button.disabled = false;
}

async function samples() {
  try {
    const answer = await fetch("/pretend/samples");
    if (!answer.ok) throw new Error(String(answer.status));
    byId("sample-list").replaceChildren(...(await answer.json()).map((sample) => {
      const button = element("button", { class: "quiet sample", "data-sample": sample.name },
        element("span", {}, sample.title), element("code", {}, sample.name));
      button.addEventListener("click", () => send(sample, button));
      return element("li", {}, button);
    }));
  } catch {
    byId("samples-trouble").textContent = "The list of events could not be read. Reload the page to try again.";
    byId("samples-trouble").hidden = false;
  }
}

/** Opens or closes the panel of events, which is a sheet on a narrow screen and always there on a wide one. */
function panel(open) {
  if (!open && document.body.classList.contains("sending")) byId("open-samples").focus();
  document.body.classList.toggle("sending", open);
  byId("open-samples").setAttribute("aria-expanded", String(open));
}
byId("open-samples").addEventListener("click", () => panel(!document.body.classList.contains("sending")));
document.addEventListener("keydown", (key) => { if (key.key === "Escape") panel(false); });

choose();
samples();
poll();
