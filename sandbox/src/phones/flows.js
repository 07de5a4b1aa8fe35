// What a phone does with Flows: it calls and texts them, speaks where it is recorded, and whoever a call was handed over to
// answers or does not.

import { element, write } from "./dom.js";

/** The words of the buttons for the other side of a handed-over call. */
const PARTY = { "party-answer": "Somebody answers", "party-refuse": "Nobody is free", "party-hang-up": "The other side hangs up" };

let flows = [];

/** Takes the Flows that can be called or texted now. */
export function setFlows(present) {
  flows = present;
}

/** The part of one phone that has to do with Flows. */
export class Flows {
  constructor(phone) {
    this.phone = phone;
    this.select = phone.part(".reach select");
    this.call = phone.part(".reach [data-call]");
    this.text = phone.part(".reach form");
    this.speech = phone.part(".speak");
    this.select.addEventListener("change", () => this.choose());
    this.call.addEventListener("click", () => phone.act(`call-flow/${encodeURIComponent(this.select.value)}`));
    submit(this.text, (words) => phone.act(`text-flow/${encodeURIComponent(this.select.value)}`, words));
    submit(this.speech, (words) => phone.act("say", words));
    for (const button of phone.root.querySelectorAll("[data-party]")) write(button, PARTY[button.dataset.party]);
  }

  /** Shows what can be done now. */
  draw(call) {
    this.speech.hidden = !call?.recording && (call?.voicemail || !call?.gathering?.takes_speech);
    for (const button of this.phone.root.querySelectorAll("[data-party]")) {
      const isForAnswered = button.dataset.party === "party-hang-up";
      button.hidden = !call?.handover || call.handover.answered !== isForAnswered;
    }
    this.phone.part(".reach").hidden = flows.length === 0;
    this.isBusy = call !== null;
    const names = JSON.stringify(flows);
    if (this.names !== names) {
      this.names = names;
      const chosen = this.select.value;
      this.select.replaceChildren(...flows.map(({ sid, name }) => element("option", { value: sid }, name)));
      if (flows.some(({ sid }) => sid === chosen)) this.select.value = chosen;
    }
    this.choose();
  }

  /** Offers what the chosen Flow takes. */
  choose() {
    const flow = flows.find(({ sid }) => sid === this.select.value);
    this.call.hidden = !flow?.takes_calls;
    this.call.disabled = this.isBusy;
    this.text.hidden = !flow?.takes_texts;
  }
}

/** Has a form hand over its words, and empties it once they were taken. */
export function submit(form, take) {
  const input = form.querySelector("input");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = input.value.trim();
    if (words && await take(words)) input.value = "";
  });
}
