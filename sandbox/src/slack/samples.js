// The events to send, and what came of each.

import { byId, element } from "./dom.js";

function toast(well, title, note, link = null) {
  const made = element("div", { class: well ? "toast" : "toast bad" },
    element("p", {}, element("strong", {}, title), note ? ` ${note}` : "", ...(link ? [" ", link] : [])),
    element("button", { class: "quiet", "aria-label": "Close", onclick: () => made.remove() }, "×"));
  byId("toasts").append(made);
  while (byId("toasts").children.length > 3) byId("toasts").firstChild.remove();
  if (well) setTimeout(() => made.remove(), 6000);
}

async function send(sample, button) {
  button.disabled = true;
  panel(false);
  try {
    const answer = await fetch(`/sandbox/samples/${encodeURIComponent(sample.name)}`, { method: "POST" });
    if (!answer.ok) throw new Error(`The server answered ${answer.status}. ${(await answer.text()).slice(0, 200)}`);
    const { status, note, shown, link } = await answer.json();
    const well = status >= 200 && status < 300;
    toast(well, `${sample.title}: ${note}.`, well ? shown : "", well ? element("a", { href: link.path }, link.text) : null);
  } catch (error) {
    const why = error instanceof TypeError ? "The server did not answer." : error.message;
    toast(false, `${sample.title}: not sent.`, why);
  }
  button.disabled = false;
}

/** Shows the list of events. */
export async function samples() {
  try {
    const answer = await fetch("/sandbox/samples");
    if (!answer.ok) throw new Error(String(answer.status));
    byId("sample-list").replaceChildren(...(await answer.json()).map((sample) => {
      const button = element("button", { class: "quiet sample", "data-sample": sample.name },
        element("span", {}, sample.title), element("code", {}, sample.name));
      button.addEventListener("click", () => send(sample, button));
      return element("li", {}, button);
    }));
  } catch {
    byId("samples-trouble").textContent = "The list of events could not be read. Reload the page to try again.";
    byId("samples-trouble").hidden = false;
  }
}

/** Opens or closes the panel of events, which is a sheet on a narrow screen and always there on a wide one. */
function panel(open) {
  if (!open && document.body.classList.contains("sending")) byId("open-samples").focus();
  document.body.classList.toggle("sending", open);
  byId("open-samples").setAttribute("aria-expanded", String(open));
}
byId("open-samples").addEventListener("click", () => panel(!document.body.classList.contains("sending")));
document.addEventListener("keydown", (key) => { if (key.key === "Escape") panel(false); });
