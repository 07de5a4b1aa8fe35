// Elements of the page.

export const byId = (id) => document.getElementById(id);

/** One element with its properties (and `class`, `aria-…`, `data-…` attributes) and children (nodes or texts). */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "class" || key.includes("-")) made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Puts other children into a node; whoever has the focus in there keeps it, on what stands in the same place. */
export function refill(node, ...children) {
  const held = node.contains(document.activeElement) ? document.activeElement : null;
  node.replaceChildren(...children);
  if (held === null) return;
  const same = [...node.querySelectorAll("[data-handle]")].find((one) => one.dataset.handle === held.dataset.handle);
  const next = same ?? node.querySelector("button, a[href]");
  if (next) next.focus({ preventScroll: true });
  else focusOn(node);
}

/** Sets the focus on what cannot have it otherwise. */
export function focusOn(node) {
  node.tabIndex = -1;
  node.focus({ preventScroll: true });
}
