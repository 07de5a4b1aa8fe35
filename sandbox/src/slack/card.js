// One message on the page, with its thread: changed in place, so that whoever reads or presses is not disturbed.

import { bodyOf } from "./blocks.js";
import { element, refill } from "./dom.js";

/** How many of the newest replies of a thread are always seen. */
const SEEN = 4;

const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const second = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/** A `ts` or a time as an element. */
function time(at) {
  return element("time", { dateTime: at.toISOString(), title: full.format(at) }, hour.format(at));
}

export class Card {
  /** `style` is "first" (with its heading), "close" (follows on one like it) or "reply". */
  constructor(message, style, place = null) {
    this.ts = message.ts;
    this.isReply = style === "reply";
    this.replies = new Map();
    this.open = false;
    this.body = element("div", { class: "body" });
    this.warning = element("p", { class: "refused", role: "alert", hidden: true });
    this.root = element("article", { class: style === "first" ? "message" : `message ${style}` });
    this.root.classList.toggle("for-you", Boolean(message.ephemeral));
    this.at = new Date(message.at);
    const at = time(this.at);
    if (style === "first") {
      this.root.append(element("img", { class: "face", src: "/assets/favicon.svg", alt: "" }));
      this.root.append(element("header", {}, element("strong", {}, "Ringdown"), at, place ?? ""));
    } else this.root.append(at);
    this.root.append(this.body, this.warning);
  }

  /** Shows the message and its replies as they are now. */
  update(message, replies = []) {
    const version = JSON.stringify(message);
    if (version !== this.version) {
      this.version = version;
      refill(this.body, ...notes(message, this.isReply), ...bodyOf(message, this), ...edited(message));
    }
    if (replies.length || this.thread) this.drawThread(replies);
  }

  drawThread(replies) {
    this.thread ??= this.makeThread();
    for (const [ts, card] of this.replies) {
      if (replies.some((reply) => reply.ts === ts)) continue;
      card.root.remove();
      this.replies.delete(ts);
    }
    for (const reply of replies) {
      let card = this.replies.get(reply.ts);
      if (!card) {
        card = new Card(reply, "reply");
        this.replies.set(reply.ts, card);
        this.thread.append(card.root);
      }
      card.update(reply);
    }
    this.fold();
  }

  makeThread() {
    const thread = element("div", { class: "thread", role: "group" });
    this.toggle = element("button", { type: "button", class: "link", "data-handle": "thread" });
    this.toggle.addEventListener("click", () => {
      this.open = !this.open;
      this.fold();
    });
    thread.append(this.toggle);
    this.root.append(thread);
    return thread;
  }

  /** Of a long thread only the end is seen, until somebody wants to see all of it. */
  fold() {
    const cards = [...this.replies.values()];
    const earlier = Math.max(0, cards.length - SEEN);
    cards.forEach(({ root }, index) => {
      root.hidden = !this.open && index < earlier && !root.contains(document.activeElement);
    });
    const words = cards.length === 1 ? "1 reply" : `${cards.length} replies`;
    const said = [...this.body.children].map((part) => part.textContent.trim()).join(" ");
    this.thread.ariaLabel = `${words} to “${said.slice(0, 60)}” (${second.format(this.at)})`;
    this.thread.hidden = cards.length === 0;
    this.toggle.hidden = earlier === 0;
    this.toggle.ariaExpanded = String(this.open);
    const label = this.open ? "Show the newest replies only" : `Show ${earlier} earlier ${earlier === 1 ? "reply" : "replies"}`;
    if (this.toggle.textContent !== label) this.toggle.textContent = label;
  }

  /** Says beside the message that something went wrong; nothing, if the text is empty. */
  warn(text) {
    this.warning.hidden = text === "";
    this.warning.textContent = text && `⚠️ ${text}`;
  }

  /** Sets the focus on what has this handle, if it is still there. */
  focusOn(handle) {
    [...this.body.querySelectorAll("[data-handle]")].find((one) => one.dataset.handle === handle)?.focus();
  }
}

/** What Slack says above a message. */
function notes(message, isReply) {
  const said = [];
  if (message.ephemeral) said.push("👁️ Only visible to you");
  if (message.broadcast) said.push(isReply ? "↪ Also sent to the channel" : "↪ Replied to a thread");
  return said.map((text) => element("p", { class: "note" }, text));
}

function edited(message) {
  if (!message.edited) return [];
  const at = new Date(Number(message.edited) * 1000);
  return [element("p", { class: "note", title: full.format(at) }, "(edited)")];
}
