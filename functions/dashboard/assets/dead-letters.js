// "Replay" of many letters with its progress, and what becomes of them once that is known.
// Without this file the forms still work: the server answers them with a redirect, and the page says the rest when it is
// loaded again.

// What was sent until then stays sent.
const AGAIN = "Press again to go on with what is left.";
const POLL = 2000;
// By then the page has said all that it can: letters that wait for Slack wait for hours.
const POLLS = 60;

const outcome = document.getElementById("outcome");

/** Sends one more piece again. Gives `{replayed, refused, left, after, since}`; throws an error that a person can read. */
async function replay(group, after) {
  let answer;
  try {
    answer = await fetch("/dead-letters/replay", {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams({ group, after }),
    });
  } catch {
    throw new Error(`The server did not answer. ${AGAIN}`);
  }
  // Whoever was signed out meanwhile is answered with the sign-in page.
  if (answer.status === 401 || answer.redirected) throw new Error("You are signed out: reload the page and sign in.");
  if (!answer.ok) throw new Error(`The server answered ${answer.status}. ${AGAIN}`);
  return answer.json();
}

/** Goes through all that wait, piece by piece, and tells `show` after each. Gives the address that says what became of them. */
async function replayAll(group, show) {
  let sent = 0;
  let refused = 0;
  let after = "";
  let since;
  for (;;) {
    const piece = await replay(group, after);
    sent += piece.replayed;
    refused += piece.refused;
    since ??= piece.since;
    const all = sent + refused + piece.left;
    show(`${sent} of ${all} sent again${refused ? `, ${refused} refused` : ""}`, sent + refused, all);
    // Of very many only the next ones are counted: the cursor says where the end is. One that stands still would ask for
    // the same piece for ever.
    if (piece.after === null || piece.after === after) {
      return `/dead-letters?${new URLSearchParams({ since, refused })}`;
    }
    after = piece.after;
  }
}

for (const form of document.querySelectorAll(".replay-all")) {
  form.addEventListener("submit", async (submit) => {
    submit.preventDefault();
    const bar = document.getElementById("replay-bar");
    const text = document.getElementById("replay-text");
    const button = form.querySelector("button");
    document.getElementById("replay").hidden = false;
    outcome.textContent = "";
    outcome.classList.remove("bad");
    bar.removeAttribute("value");
    text.textContent = "Sending again …";
    button.disabled = true;
    try {
      const group = form.elements.group?.value ?? "";
      location.href = await replayAll(group, (line, done, total) => {
        bar.max = Math.max(total, 1);
        bar.value = done;
        text.textContent = line;
      });
    } catch (error) {
      document.getElementById("replay").hidden = text.textContent === "Sending again …";
      outcome.classList.add("bad");
      outcome.textContent = error.message;
      button.disabled = false;
    }
  });
}

/** Says what became of the letters that are on their way; once that is known, the list is loaded again. */
async function follow({ since, refused }, polls) {
  const query = new URLSearchParams({ since, refused });
  const answer = await fetch(`/dead-letters?${query}`, { headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) return;
  const { pending, text } = await answer.json();
  outcome.textContent = text;
  if (!pending) location.reload();
  else if (polls > 1) setTimeout(() => follow({ since, refused }, polls - 1).catch(() => {}), POLL);
}

if (outcome.dataset.since) follow(outcome.dataset, POLLS).catch(() => {});
