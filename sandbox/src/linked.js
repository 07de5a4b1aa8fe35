// Addresses in a text become links; the rest of it stays text.

/** http and https alone; what closes a sentence or a bracket behind an address is none of it. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"'`|]+/g;

/** The nodes of a text: `link` makes one of an address. */
export function linked(text, link = plainLink) {
  const nodes = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = found.replace(/[.,;:!?)\]]+$/, "");
    nodes.push(text.slice(end, index), link(address));
    end = index + address.length;
  }
  return [...nodes, text.slice(end)].filter((node) => node !== "");
}

function plainLink(address) {
  const made = document.createElement("a");
  Object.assign(made, { href: address, target: "_blank", rel: "noopener noreferrer", textContent: address });
  return made;
}
