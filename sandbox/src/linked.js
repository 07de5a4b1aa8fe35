// Addresses in a text become links; the rest of it stays text.

/** http and https alone. */
const ADDRESS = /\bhttps?:\/\/[^\s<>"`|]+/gi;

/** What closes a sentence, or a bracket that was opened before an address, is none of it. */
function trimmed(found) {
  let address = found;
  for (;;) {
    const last = address.at(-1);
    const opens = { ")": "(", "]": "[" }[last];
    const count = (letter) => address.split(letter).length;
    if (opens ? count(opens) < count(last) : ".,;:!?'".includes(last)) address = address.slice(0, -1);
    else return address;
  }
}

/** The nodes of a text: `link` makes one of an address. */
export function linked(text, link = plainLink) {
  const nodes = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = trimmed(found);
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
