// The simulated phones: asks for their state twice a second, and does what is pressed.
//
// phone: one phone. flows: what it does with Flows. words: what it shows. dom: elements. Here: all phones, and alarms.
// Whatever is said or sent becomes text nodes and nothing else: no text is ever read as HTML.

import { byId, element, hour, write } from "./phones/dom.js";
import { setFlows } from "./phones/flows.js";
import { Phone, done } from "./phones/phone.js";

const phones = new Map();

function live(well) {
  write(byId("live"), well ? "Live" : "No answer, trying again");
  byId("live").classList.toggle("on", well);
  byId("live").classList.toggle("off", !well);
}

async function poll() {
  const before = done.count;
  const state = await fetch("/sandbox/phones/state", { cache: "no-store", signal: AbortSignal.timeout(5000) })
    .then((answer) => (answer.ok ? answer.json() : null))
    .catch(() => null);
  setTimeout(poll, 500);
  live(state !== null);
  if (state === null || done.count !== before) return;
  setFlows(state.flows);
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
