// "Replay all" with its progress.
// Without this file the forms still work: the server answers them with a redirect.

const OUTCOME = "ringdown.replay";

// What was sent until then stays sent.
const AGAIN = "Press again to go on with what is left.";

const outcome = document.getElementById("outcome");

// What the last replay came to is told once, on the page that it reloaded.
const told = sessionStorage.getItem(OUTCOME);
if (told) {
  sessionStorage.removeItem(OUTCOME);
  outcome.textContent = told;
}

/** Sends one more piece again. Gives `{replayed, refused, left, after}`; throws an error that a person can read. */
async function replay(after) {
  let answer;
  try {
    answer = await fetch("/dead-letters/replay", {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams({ after }),
    });
  } catch {
    throw new Error(`The server did not answer. ${AGAIN}`);
  }
  // Whoever was signed out meanwhile is answered with the sign-in page.
  if (answer.status === 401 || answer.redirected) throw new Error("You are signed out: reload the page and sign in.");
  if (!answer.ok) throw new Error(`The server answered ${answer.status}. ${AGAIN}`);
  return answer.json();
}

/** Goes through all that wait, piece by piece, and tells `show` after each. Gives the final sentence. */
async function replayAll(show) {
  let sent = 0;
  let refused = 0;
  let after = "";
  for (;;) {
    const piece = await replay(after);
    sent += piece.replayed;
    refused += piece.refused;
    const text = `${sent} of ${sent + refused + piece.left} sent again${refused ? `, ${refused} refused` : ""}`;
    show(text, sent + refused, sent + refused + piece.left);
    // A cursor that stands still would ask for the same piece for ever.
    if (!piece.left || piece.after === null || piece.after === after) return `${text}.`;
    after = piece.after;
  }
}

const form = document.getElementById("replay-all");
form?.addEventListener("submit", async (submit) => {
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
    const sentence = await replayAll((line, done, total) => {
      bar.max = Math.max(total, 1);
      bar.value = done;
      text.textContent = line;
    });
    sessionStorage.setItem(OUTCOME, sentence);
    location.reload();
  } catch (error) {
    document.getElementById("replay").hidden = text.textContent === "Sending again …";
    outcome.classList.add("bad");
    outcome.textContent = error.message;
    button.disabled = false;
  }
});
