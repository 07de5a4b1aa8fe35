// Block Kit → elements (docs.slack.dev, "Reference: blocks").

import { press } from "./act.js";
import { element } from "./dom.js";
import { mrkdwn, textOf } from "./mrkdwn.js";

const BLOCKS = {
  header: (block) => element("h3", { class: "block" }, ...textOf(block.text)),
  divider: () => element("hr"),
  section: (block, card) =>
    element("div", { class: "block section" },
      block.text ? element("div", { class: "words" }, ...textOf(block.text)) : null,
      block.fields
        ? element("div", { class: "fields" }, ...block.fields.map((field) => element("div", {}, ...textOf(field))))
        : null,
      block.accessory ? control(block.accessory, block, card) : null),
  context: (block) =>
    element("div", { class: "block context" }, ...(block.elements ?? []).map((part) =>
      element("span", {}, ...(part.type === "image" ? [part.alt_text ?? "image"] : textOf(part))))),
  actions: (block, card) =>
    element("div", { class: "block actions" }, ...(block.elements ?? []).map((part) => control(part, block, card))),
};

/** A menu: whatever is chosen is told to the server, and the menu is as before. */
function menu(part, block, card) {
  const handle = `${block.block_id}/${part.action_id}`;
  const words = part.placeholder?.text ?? "Choose";
  const made = element("select", { "data-handle": handle, "aria-label": words },
    element("option", { value: "" }, words),
    ...(part.options ?? []).map((option) => element("option", { value: option.value }, option.text?.text ?? option.value)));
  made.addEventListener("change", () => {
    const selected = made.value;
    made.value = "";
    if (selected) press({ ...part, selected }, block, card, made);
  });
  return made;
}

/** A button or a menu; what it does is told to the server. Any other element rests. */
function control(part, block, card) {
  if (part.type === "static_select") return menu(part, block, card);
  const style = part.style === "primary" || part.style === "danger" ? part.style : "quiet";
  const words = part.text ? textOf(part.text) : [part.type ?? "element"];
  const handle = `${block.block_id}/${part.action_id}`;
  const made = element("button", { type: "button", class: style, "data-handle": handle }, ...words);
  if (part.accessibility_label) made.ariaLabel = part.accessibility_label;
  if (part.type === "button") made.addEventListener("click", () => press(part, block, card, made));
  else Object.assign(made, { disabled: true, title: "Only buttons can be pressed in the sandbox's Slack" });
  return made;
}

/** What a message says: its blocks, or without any its text. */
export function bodyOf(message, card) {
  const blocks = Array.isArray(message.blocks) ? message.blocks : [];
  if (!blocks.length) return [element("div", { class: "block words" }, ...mrkdwn(message.text ?? ""))];
  return blocks.map((block) =>
    Object.hasOwn(BLOCKS, block.type) ? BLOCKS[block.type](block, card)
      : element("div", { class: "block context" }, `(a block of type ${block.type}, not drawn here)`));
}
