// The simulated phones: asks for their state twice a second, and does what is pressed.
//
// phone: one phone. flows: what it does with Flows. words: what it shows. dom: elements. Here: all phones, and what came of an
// alarm.
// Whatever is said or sent becomes text nodes and nothing else: no text is ever read as HTML.

import { tick } from "/assets/times.js";
import { byId, element, write } from "./phones/dom.js";
import { setFlows } from "./phones/flows.js";
import { Phone, done } from "./phones/phone.js";

const phones = new Map();

function live(well) {
  byId("live").hidden = false;
  write(byId("live"), well ? "live" : "No answer, trying again");
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
  const those = state.phones.filter((phone) => phone.call?.status === "ringing");
  drawRinging(those);
  land(those);
  follow(state.phones);
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

// ---- What came of an alarm: it is told by the server, and stays true while phones ring, talk and fall silent ----

/** The server learns of a call a moment after its phone: it is asked for two seconds after each change. */
const AFTERWARDS = 2_000;
let seen = "";
let until = 0;
async function follow(present) {
  if (!new URLSearchParams(location.search).has("incident")) return;
  const now = JSON.stringify(present.map(({ call, history }) =>
    [call?.sid, call?.status, call?.keys, Boolean(call?.gathering), history[0]?.sid]));
  if (now !== seen) until = Date.now() + AFTERWARDS;
  seen = now;
  if (Date.now() > until) return;
  const text = await fetch(location.href, { cache: "no-store" }).then((answer) => answer.text()).catch(() => "");
  const told = new DOMParser().parseFromString(text, "text/html").getElementById("notice");
  const notice = byId("notice");
  if (!told || told.innerHTML === notice.dataset.told) return;
  notice.dataset.told = told.innerHTML;
  if (notice.contains(document.activeElement)) return;
  notice.replaceChildren(...told.childNodes);
  tick();
}

/** Whoever has just raised an alarm goes on at the phone that rings, unless they are doing something else already. */
let arrives = new URLSearchParams(location.search).has("incident");
function land(those) {
  if (!arrives || those.length === 0) return;
  arrives = false;
  if (document.activeElement === document.body) phones.get(those[0].number).land();
}

poll();
