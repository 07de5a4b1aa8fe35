// One simulated phone.

import { byId, element, time, write } from "./dom.js";
import { Flows, submit } from "./flows.js";
import { linked } from "../linked.js";
import { clock, last, outcome, reception, textOutcome, words } from "./text.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** How often something was done: an answer that was asked for before that is out of date. */
export const done = { count: 0 };

let made = 0;

export class Phone {
  constructor(number) {
    this.number = number;
    this.drawn = {};
    this.root = byId("phone").content.firstElementChild.cloneNode(true);
    this.root.dataset.number = number;
    const title = this.part("h2");
    title.id = `phone-${made}`;
    made += 1;
    this.root.setAttribute("aria-labelledby", title.id);
    this.part(".keys").append(...KEYS.map((key) => {
      const button = element("button", { type: "button", class: "quiet", "data-key": key }, key);
      button.addEventListener("click", () => this.act(`press/${encodeURIComponent(key)}`));
      return button;
    }));
    for (const button of this.root.querySelectorAll("[data-does], [data-party]")) {
      button.type = "button";
      button.addEventListener("click", () => this.act(button.dataset.does ?? button.dataset.party));
    }
    this.root.addEventListener("keydown", (event) => {
      if (this.part(".keys").hidden || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.matches("input, select, textarea")) return;
      if (KEYS.includes(event.key)) this.act(`press/${encodeURIComponent(event.key)}`);
    });
    this.flows = new Flows(this);
    submit(this.part(".answer"), (words) => this.act("text", words));
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

  /** Does something at this phone: whether that went well. */
  async act(what, body) {
    let refused = "";
    try {
      const path = `/sandbox/phones/${encodeURIComponent(this.number)}/${what}`;
      const answer = await fetch(path, { method: "POST", body });
      done.count += 1;
      if (answer.ok) this.draw(await answer.json());
      else refused = (await answer.text()).trim();
    } catch {
      refused = "The server did not answer.";
    }
    write(this.part(".refused"), refused);
    return refused === "";
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
    write(this.part(".clock"), call ? clock(call) : last(state.history[0]));
    this.part(".keys").hidden = !talks || call.voicemail;
    this.part(".keys").classList.toggle("asked", Boolean(call?.gathering));
    this.list("labels", call?.gathering?.labels ?? {}, () => this.drawLabels(call?.gathering?.labels ?? {}));
    for (const button of this.root.querySelectorAll("[data-does]")) {
      button.hidden = button.dataset.does === "hang-up" ? !talks : !rings;
    }
    this.flows.draw(call);
    if (call?.sid !== this.sid) write(this.part(".refused"), "");
    this.sid = call?.sid;
    this.list("said", [call?.said ?? [], call?.saying ?? null], () => this.drawSaid(call));
    this.part(".answer").hidden = !state.can_answer;
    this.list("texts", state.texts, () => this.drawTexts(state.texts));
    this.behaviour = state.habit;
    this.list("reception", state.habit, () => { this.part(".reception select").value = reception(state.habit); });
    this.list("history", state.history, () => this.drawHistory(state.history));
    // The button that was pressed may be gone: whoever uses a keyboard goes on from the phone's next control.
    if (held?.closest("[hidden]")) this.focus();
  }

  /** What the keys do, as long as somebody asks for them. */
  drawLabels(labels) {
    for (const button of this.root.querySelectorAll(".keys [data-key]")) {
      const { key } = button.dataset;
      button.replaceChildren(key, ...(labels[key] ? [" ", element("span", {}, labels[key])] : []));
    }
  }

  /** Whoever comes to this page for this phone is here. */
  land() {
    this.root.scrollIntoView({ block: "nearest" });
    this.focus();
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
    // Long words scroll, by keyboard too.
    if (said.length) list.tabIndex = 0;
    else list.removeAttribute("tabindex");
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
        ...linked(text.body), element("p", {}, time(text.at), " · ", element("span"))));
      bubble.classList.toggle("own", text.is_own);
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
