// Elements of the page.

import { clock } from "/assets/times.js";

export const byId = (id) => document.getElementById(id);

export const time = (at) => element("time", { dateTime: at, "data-kind": "clock" }, clock.format(new Date(at)));

/** One element with its properties (and `class`) and children (nodes or texts). */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class" || key.includes("-")) made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}

/** Sets a text only where it differs: a screen reader would read it again. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
