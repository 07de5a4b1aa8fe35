// The simulated phones: asks for their state twice a second, and does what is pressed.
//
// Whatever is said or sent becomes text nodes and nothing else: no text is ever read as HTML.

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const ENDED = {
  completed: "answered", busy: "declined or busy", "no-answer": "not answered", failed: "could not be reached",
  canceled: "hung up before it was answered",
};

const TEXTS = {
  accepted: "on its way", queued: "on its way", sent: "sent, no receipt yet", delivered: "delivered",
  undelivered: "not delivered", failed: "not sent",
};

const byId = (id) => document.getElementById(id);
const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const time = (at) => element("time", { dateTime: at }, hour.format(new Date(at)));

/** One element with its properties (and `class`) and children (nodes or texts). */
function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class" || key.includes("-")) made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}

/** Sets a text only where it differs: a screen reader would read it again. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// ---- One phone ----

const phones = new Map();
/** How often something was done: an answer that was asked for before that is out of date. */
let done = 0;

class Phone {
  constructor(number) {
    this.number = number;
    this.drawn = {};
    this.root = byId("phone").content.firstElementChild.cloneNode(true);
    this.root.dataset.number = number;
    const title = this.part("h2");
    title.id = `phone-${phones.size}`;
    this.root.setAttribute("aria-labelledby", title.id);
    this.part(".keys").append(...KEYS.map((key) => {
      const button = element("button", { type: "button", class: "quiet", "data-key": key }, key);
      button.addEventListener("click", () => this.act(`press/${encodeURIComponent(key)}`));
      return button;
    }));
    for (const button of this.root.querySelectorAll("[data-does]")) {
      button.type = "button";
      button.addEventListener("click", () => this.act(button.dataset.does));
    }
    this.root.addEventListener("keydown", (event) => {
      if (this.part(".keys").hidden || event.ctrlKey || event.metaKey || event.altKey) return;
      if (KEYS.includes(event.key)) this.act(`press/${encodeURIComponent(event.key)}`);
    });
    this.part(".reception select").addEventListener("change", (event) => this.receive(event.target.value));
    byId("phones").append(this.root);
  }

  part(selector) {
    return this.root.querySelector(selector);
  }

  /** Has texts end like this from now on; what the phone does with calls stays. */
  receive(outcome) {
    const [texts, code] = outcome.split(" ");
    const { error_code, ...others } = this.behaviour ?? {};
    this.act("habit", JSON.stringify({ ...others, texts, ...(code && { error_code: Number(code) }) }));
  }

  async act(what, body) {
    let refused = "";
    try {
      const path = `/sandbox/phones/${encodeURIComponent(this.number)}/${what}`;
      const answer = await fetch(path, { method: "POST", body });
      done += 1;
      if (answer.ok) this.draw(await answer.json());
      else refused = (await answer.text()).trim();
    } catch {
      refused = "The server did not answer.";
    }
    write(this.part(".refused"), refused);
  }

  draw(state) {
    const { call } = state;
    const rings = call?.status === "ringing";
    const talks = call !== null && !rings;
    // Read before anything is hidden: a browser may take the focus off a hidden button at any time.
    const held = this.root.contains(document.activeElement) ? document.activeElement : null;
    this.root.classList.toggle("rings", rings);
    this.root.classList.toggle("talks", talks);
    this.root.classList.toggle("quiet-line", call === null);
    write(this.part("h2"), state.name || "Not on the roster");
    write(this.part(".number"), state.number_end);
    write(this.part(".state"), words(call));
    write(this.part(".clock"), call ? clock(call) : "");
    this.part(".keys").hidden = !talks || call.voicemail;
    this.part(".keys").classList.toggle("asked", Boolean(call?.gathering));
    for (const button of this.root.querySelectorAll("[data-does]")) {
      button.hidden = button.dataset.does === "hang-up" ? !talks : !rings;
    }
    if (call?.sid !== this.sid) write(this.part(".refused"), "");
    this.sid = call?.sid;
    this.list("said", [call?.said ?? [], call?.saying ?? null], () => this.drawSaid(call));
    this.list("texts", state.texts, () => this.drawTexts(state.texts));
    this.behaviour = state.habit;
    this.list("reception", state.habit, () => { this.part(".reception select").value = reception(state.habit); });
    this.list("history", state.history, () => this.drawHistory(state.history));
    // The button that was pressed may be gone: whoever uses a keyboard goes on from the phone's next control.
    if (held?.closest("[hidden]")) this.focus();
  }

  focus() {
    (this.root.querySelector(".keys:not([hidden]) button, .does button:not([hidden])") ?? this.part("h2")).focus();
  }

  /** Draws a list anew only if it has changed. */
  list(name, value, draw) {
    const text = JSON.stringify(value);
    if (this.drawn[name] === text) return;
    this.drawn[name] = text;
    draw();
  }

  drawSaid(call) {
    const list = this.part(".said");
    const said = call?.said ?? [];
    const kept = [...list.children].every((line, index) => line.textContent === said[index]);
    if (!kept) list.replaceChildren();
    said.slice(list.children.length).forEach((line) => list.append(element("p", {}, line)));
    [...list.children].forEach((line, index) =>
      line.classList.toggle("now", Boolean(call?.saying) && index === said.length - 1));
    list.scrollTop = list.scrollHeight;
  }

  drawTexts(texts) {
    this.part(".texts").hidden = texts.length === 0;
    const list = this.part(".bubbles");
    const key = (text) => `${text.at} ${text.body}`;
    const kept = [...list.children].every((bubble, index) => bubble.dataset.key === (texts[index] && key(texts[index])));
    if (!kept) list.replaceChildren();
    texts.forEach((text, index) => {
      const bubble = list.children[index] ?? list.appendChild(element("div", { class: "bubble", "data-key": key(text) },
        text.body, element("p", {}, time(text.at), " · ", element("span"))));
      bubble.classList.toggle("failed", ["undelivered", "failed"].includes(text.status));
      write(bubble.querySelector("span"), textOutcome(text));
    });
    list.scrollTop = list.scrollHeight;
  }

  drawHistory(history) {
    const details = this.part(".history");
    details.hidden = history.length === 0;
    write(details.querySelector("summary"), `Earlier calls (${history.length})`);
    details.querySelector("ol").replaceChildren(...history.map((call) =>
      element("li", {}, element("span", {}, outcome(call)), time(call.at))));
  }
}

function words(call) {
  if (!call) return "Quiet";
  if (call.status === "ringing") return "Ringing";
  return call.voicemail ? "Voicemail took the call" : "In a call";
}

function clock(call) {
  if (call.status === "ringing") return `If you let it ring, it stops in ${call.seconds_left} s`;
  const parts = [`${call.talks_for_s} s`];
  if (call.gathering && !call.voicemail) {
    const left = call.gathering.seconds_left;
    parts.push(left === null ? "listens for a key" : `waits ${left} s for a key`);
  }
  if (call.keys) parts.push(`pressed ${call.keys}`);
  return parts.join(" · ");
}

/** The outcome of a text. */
function textOutcome({ status, error_code }) {
  const text = TEXTS[status] ?? status;
  return error_code ? `${text} (${error_code})` : text;
}

/** How a phone with this behaviour takes texts, as its choice has it. */
function reception(behaviour) {
  const unreachable = behaviour?.does === "unreachable";
  const texts = behaviour?.texts ?? (unreachable ? "undelivered" : "delivered");
  const usual = { undelivered: unreachable ? 30005 : 30003, failed: 30001 }[texts];
  return usual ? `${texts} ${behaviour.error_code ?? usual}` : texts;
}

function outcome(call) {
  const parts = [call.voicemail ? "voicemail" : ENDED[call.status] ?? call.status];
  if (call.status === "completed") parts.push(`${call.seconds} s`);
  if (call.keys) parts.push(`pressed ${call.keys}`);
  if (call.error) parts.push(`error ${call.error}`);
  const text = parts.join(", ");
  return text[0].toUpperCase() + text.slice(1);
}

// ---- Asking the server ----

function live(well) {
  write(byId("live"), well ? "Live" : "No answer, trying again");
  byId("live").classList.toggle("on", well);
  byId("live").classList.toggle("off", !well);
}

async function poll() {
  const before = done;
  const state = await fetch("/sandbox/phones/state", { cache: "no-store", signal: AbortSignal.timeout(5000) })
    .then((answer) => (answer.ok ? answer.json() : null))
    .catch(() => null);
  setTimeout(poll, 500);
  live(state !== null);
  if (state === null || done !== before) return;
  for (const phone of state.phones) {
    if (!phones.has(phone.number)) phones.set(phone.number, new Phone(phone.number));
    phones.get(phone.number).draw(phone);
  }
  drawRinging(state.phones.filter((phone) => phone.call?.status === "ringing"));
}

/** Who rings, as links to their phones; and in the page's title, for whoever looks at another page. */
let ringing = "";
function drawRinging(those) {
  const text = those.map((phone) => phone.number).join(" ");
  if (text === ringing) return;
  ringing = text;
  document.title = those.length ? `☎ ${those.length} ringing · Sandbox phones` : "Sandbox phones · Ringdown";
  byId("ringing").replaceChildren(...those.map(({ name, number, number_end }) => {
    const link = element("a", { href: `#${phones.get(number).part("h2").id}` }, `${name || number_end} rings`);
    return element("li", {}, link);
  }));
}

/** Posts an alarm, and says what came of it. */
async function send(what, path, body) {
  const sent = byId("sent");
  let [well, note] = [false, "the server did not answer"];
  try {
    const answer = await fetch(path, { method: "POST", body });
    const text = (await answer.text()).trim();
    well = answer.ok;
    note = `${answer.status}${text && text !== "{}" ? ` ${text.slice(0, 300)}` : ""}`;
  } catch {
    // The note says so.
  }
  sent.classList.toggle("bad", !well);
  sent.textContent = `${hour.format(new Date())} ${what}: ${note}`;
}

async function alarms() {
  try {
    const answer = await fetch("/sandbox/alarms");
    byId("alarms").replaceChildren(...(await answer.json()).map((alarm) => {
      const button = (does, label, style) => {
        const made = element("button", { type: "button", class: style, "aria-label": `${label} ${alarm.name}` }, label);
        made.addEventListener("click", () =>
          send(`${alarm.name} (${does})`, `/sandbox/alarms/${encodeURIComponent(alarm.name)}/${does}`));
        return made;
      };
      return element("li", {}, element("div", {}, alarm.title, element("code", {}, alarm.name)),
        button("raise", "Raise", ""), button("clear", "Clear", "quiet"));
    }));
  } catch {
    write(byId("sent"), "The list of alarms could not be read. Reload the page to try again.");
  }
}
byId("paste").addEventListener("submit", (event) => {
  event.preventDefault();
  send("The pasted alarm", "/sandbox/alarm", byId("pasted").value);
});

alarms();
poll();
