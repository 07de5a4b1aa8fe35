// Who you are, and what you press.

import { byId, element } from "./dom.js";
import { names, textOf } from "./mrkdwn.js";

const me = byId("me");

/** The member id of whoever sits here. */
export const whoAmI = () => me.value;

/** Learns who and what is in this Slack. */
export async function meet() {
  const answer = await fetch("/sandbox/slack/directory").catch(() => null);
  if (!answer?.ok) return;
  const { members, channels } = await answer.json();
  for (const { id, name } of [...members, ...channels]) names.set(id, name);
  me.replaceChildren(...members.map(({ id, name }) => element("option", { value: id }, name)));
  const before = localStorage.getItem("me");
  if (members.some(({ id }) => id === before)) me.value = before;
}

me.addEventListener("change", () => {
  localStorage.setItem("me", me.value);
  document.dispatchEvent(new Event("another-me"));
});

/** Asks in Slack's dialog, which stays open whatever happens behind it; gives whether the answer is yes. */
function confirmed(asks) {
  const dialog = byId("confirm");
  const [yes, no] = [byId("confirm-yes"), byId("confirm-no")];
  byId("confirm-title").replaceChildren(...textOf(asks.title));
  byId("confirm-text").replaceChildren(...textOf(asks.text));
  yes.replaceChildren(...textOf(asks.confirm));
  no.replaceChildren(...textOf(asks.deny));
  yes.className = asks.style === "danger" ? "danger" : "primary";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
byId("confirm-yes").addEventListener("click", () => byId("confirm").close("yes"));
byId("confirm-no").addEventListener("click", () => byId("confirm").close());

/** Presses a button: the server is told as Slack tells it. What it does not take in time is said beside the button. */
export async function press(part, block, card, button) {
  if (button.ariaDisabled === "true") return;
  if (part.confirm && !(await confirmed(part.confirm))) return card.focusOn(button.dataset.handle);
  if (part.confirm) card.focusOn(button.dataset.handle);
  button.ariaDisabled = "true";
  card.warn("");
  card.warn(await click({
    ts: card.ts, block_id: block.block_id, action_id: part.action_id, value: part.value, selected: part.selected, user: whoAmI(),
  }));
  button.ariaDisabled = null;
  document.dispatchEvent(new Event("pressed"));
}

/** Sends a click; gives what went wrong. */
async function click(what) {
  try {
    const answer = await fetch("/sandbox/slack/click", { method: "POST", body: JSON.stringify(what) });
    if (!answer.ok) return `Slack could not send it: ${(await answer.text()).trim()}.`;
    const { status, note } = await answer.json();
    return status === 200 ? "" : `The app did not take it: ${note}.`;
  } catch {
    return "The server did not answer.";
  }
}
