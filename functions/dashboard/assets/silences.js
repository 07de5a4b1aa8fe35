// What a new silence takes is shown while it is typed. Without this file the button "Show what it takes" does the same.

const form = document.getElementById("silence-new");
const alarms = document.getElementById("silence-alarms");
const preview = document.getElementById("preview");

/** So long nothing was typed when we ask, in milliseconds. */
const PAUSE = 400;

let timer;
let asked = 0;

async function show() {
  const number = ++asked;
  if (!alarms.value.trim()) {
    preview.replaceChildren();
    return;
  }
  const body = new URLSearchParams({ alarms: alarms.value, do: "preview", part: "preview" });
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const part = answer.ok ? await answer.text() : "";
    // Who has typed on meanwhile waits for the later answer.
    if (number !== asked || !answer.ok) return;
    const read = new DOMParser().parseFromString(part, "text/html");
    preview.replaceChildren(...read.body.childNodes);
  } catch {
    // The button still asks.
  }
}

alarms?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(show, PAUSE);
});
