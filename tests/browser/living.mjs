// One message that changes in place, with a thread and buttons: posted by the Web API of the sandbox's Slack.

import { join } from "node:path";
import { createHmac } from "node:crypto";
import { DESK, PATIENCE, PHONE, check, expect, folder, open, origin, sound, token } from "./browser.mjs";

/** The token of the bot while no real one is connected. (local/access.rs) */
const TOKEN = `xoxb-${createHmac("sha256", token).update("ringdown simulated slack/bot-token").digest("hex")}`;

async function api(page, method, data) {
  const answer = await page.request.post(`${origin}/sandbox/slack/api/${method}`, {
    data, headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json; charset=utf-8" },
  });
  const told = await answer.json();
  expect(told.ok, `${method}: ${JSON.stringify(told)}`);
  return told;
}

// ---- What is said ----

const mrkdwn = (text) => ({ type: "mrkdwn", text });
const plain = (text) => ({ type: "plain_text", text, emoji: true });
const button = (action_id, text, more = {}) => ({ type: "button", action_id, text: plain(text), value: "an-incident.7", ...more });
const SINCE = Math.floor(Date.now() / 1000) - 95;

const alarms = (first, second) => ({
  type: "section", block_id: "alarms",
  text: mrkdwn(`${first} *checkout-5xx-rate*\n12 is more than 5\n${second} *orders &lt;queue&gt; &amp; age*\n\`ApproximateAgeOfOldestMessage\` is 912 s, ~300 s~ 600 s are allowed`),
});
const fields = (state, calls) => ({
  type: "section", block_id: "facts",
  fields: [["State", state], ["Policy", "default"], ["Calls", calls],
    ["Since", `<!date^${SINCE}^{date_short_pretty} at {time_secs}|a while ago>`]].map(([name, text]) => mrkdwn(`*${name}*\n${text}`)),
});
const foot = { type: "context", elements: [mrkdwn(`<${origin}/|Its page> · policy _default_ · <!channel> is told if nobody takes it`)] };
const OVER = {
  title: plain("Is it over?"), text: mrkdwn("The round ends for *everybody*, and two alarms are still in ALARM."),
  confirm: plain("It is resolved"), deny: plain("Not yet"), style: "danger",
};

const CALLING = [
  { type: "header", text: plain(":rotating_light: checkout-5xx-rate and 1 more: calling bravo") },
  alarms(":red_circle:", ":red_circle:"), fields(":telephone_receiver: calling <@U0000002>", "2 of 3"), { type: "divider" },
  { type: "actions", block_id: "round", elements: [
    button("take", "I have it", { style: "primary" }), button("silence", "Quiet for an hour"),
  ] },
  foot,
];
const TAKEN = [
  { type: "header", text: plain(":large_yellow_circle: checkout-5xx-rate and 1 more: bravo has it") },
  alarms(":white_check_mark:", ":red_circle:"), fields(":raising_hand: <@U0000002> has it", "2 of 3"), { type: "divider" },
  { type: "actions", block_id: "round", elements: [
    button("release", "I can’t after all"), button("resolve", "Resolved", { style: "danger", confirm: OVER }),
  ] },
  foot,
];
const RESOLVED = [
  { type: "header", text: plain(":white_check_mark: checkout-5xx-rate and 1 more: over after 14 min") },
  alarms(":white_check_mark:", ":white_check_mark:"), fields("resolved", "2 of 3"),
  { type: "context", elements: [mrkdwn(`<${origin}/|Its page> · <@U0000002> had it`)] },
];
const LINES = [
  ":rotating_light: *checkout-5xx-rate* went off: 12 is more than 5", ":telephone_receiver: calling <@U0000001> (call 1 of 3)",
  "*alpha*: declined", ":rotating_light: *orders &lt;queue&gt; &amp; age* went off too", ":telephone_receiver: calling <@U0000002> (call 2 of 3)",
  "*bravo*: answered", ":raising_hand: *bravo* has it: see http://example.com/a?b=1&amp;c=2.",
];

// ---- What is seen ----

/** Looks at the message as it is now: at both widths, in light and in dark. */
async function look(browser, name) {
  for (const [viewport, size] of [[DESK, "desk"], [PHONE, "phone"]]) {
    for (const scheme of ["light", "dark"]) {
      const { page, trouble, close } = await open(browser, viewport, scheme);
      const where = `${name} (${size}, ${scheme})`;
      await check(`${where} opens`, async () => {
        await page.goto(`${origin}/sandbox/slack`);
        await page.locator("#messages h3").first().waitFor();
      });
      await sound(page, trouble, where);
      await page.screenshot({ path: join(folder, `${name}-${size}-${scheme}.png`) });
      await close();
    }
  }
}

/** Presses, and gives what the page sent for it; and what the server answered, as the page was told. */
async function pressed(page, press) {
  const [answer] = await Promise.all([
    page.waitForResponse((answer) => answer.url() === `${origin}/sandbox/slack/click`), press(),
  ]);
  const told = await answer.json();
  // The buttons of this message belong to no incident.
  expect(told.status === 200, `the server answered ${JSON.stringify(told)}`);
  return answer.request().postDataJSON();
}

export async function livingMessage(browser) {
  const { page, trouble, close } = await open(browser, DESK);
  await page.goto(`${origin}/sandbox/slack`);
  const { channels } = await (await page.request.get(`${origin}/sandbox/slack/directory`)).json();
  const channel = channels.find(({ name }) => name === "default").id;
  const { ts } = await api(page, "chat.postMessage", { channel, text: "checkout-5xx-rate went off", blocks: CALLING });
  const update = (text, blocks) => api(page, "chat.update", { channel, ts, text, blocks });
  for (const text of LINES) await api(page, "chat.postMessage", { channel, text, thread_ts: ts });
  const named = (name) => page.getByRole("button", { name, exact: true });
  const card = page.locator("#messages > .message").last();

  await check("a message shows its blocks", async () => {
    await named("I have it").waitFor({ timeout: PATIENCE });
    const text = await card.locator(":scope > .body").innerText();
    for (const part of ["🚨 checkout-5xx-rate and 1 more", "orders <queue> & age", "@bravo", "@channel", "today at"]) {
      expect(text.includes(part), `${part} is not in ${text}`);
    }
    expect(!/[*<>]|date\^/.test(text.replace("<queue>", "")), `mrkdwn is left: ${text}`);
  });
  await check("an address in a message is a link", async () => {
    const link = card.locator(".thread .message").last().locator("a");
    await link.waitFor({ timeout: PATIENCE });
    expect((await link.getAttribute("href")) === "http://example.com/a?b=1&c=2", await link.getAttribute("href"));
    expect((await link.getAttribute("rel")).includes("noopener"), "it gives its window away");
  });
  await check("a long thread is folded, and opens by the keyboard", async () => {
    const replies = card.locator(".thread .message");
    await page.waitForFunction((count) => document.querySelectorAll(".thread .message").length === count, LINES.length);
    expect(!(await replies.first().isVisible()) && (await replies.last().isVisible()), "the end alone should be seen");
    await named("Show 3 earlier replies").focus();
    await page.keyboard.press("Enter");
    expect(await replies.first().isVisible(), "the first reply stays hidden");
    await page.keyboard.press("Enter");
  });
  await look(browser, "living-calling");
  await check("whoever is on a button stays there while the message changes", async () => {
    await named("Quiet for an hour").focus();
    await update("calling again", [{ ...CALLING[0], text: plain("checkout-5xx-rate: calling charlie") }, ...CALLING.slice(1)]);
    await page.getByRole("heading", { name: "calling charlie" }).waitFor({ timeout: PATIENCE });
    const held = await page.evaluate(() => document.activeElement.textContent);
    expect(held === "Quiet for an hour", `the focus is on ${held}`);
    expect(await card.getByText("(edited)").isVisible(), "the message does not say that it was edited");
  });
  await check("a click reaches the server, as whoever is chosen", async () => {
    await page.getByLabel("You are").selectOption({ label: "bravo" });
    const sent = await pressed(page, () => named("I have it").click());
    const expected = { ts, block_id: "round", action_id: "take", value: "an-incident.7", user: "U0000002" };
    expect(JSON.stringify(sent) === JSON.stringify(expected), JSON.stringify(sent));
  });
  await update("bravo has it", TAKEN);
  await check("a button that asks first does nothing when the answer is no", async () => {
    await named("Resolved").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Is it over?" }).waitFor({ timeout: PATIENCE });
    await page.screenshot({ path: join(folder, "living-confirm-desk.png") });
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    const held = await page.evaluate(() => document.activeElement.textContent);
    expect(held === "Resolved", `the focus is on ${held}`);
  });
  await check("the question stays while the message changes, and yes is sent", async () => {
    await named("Resolved").click();
    await update("bravo has it", [{ ...TAKEN[0], text: plain("bravo still has it") }, ...TAKEN.slice(1)]);
    await page.locator("h3", { hasText: "still has it" }).waitFor({ timeout: PATIENCE });
    expect(await page.getByRole("dialog", { name: "Is it over?" }).isVisible(), "the dialog is gone");
    const sent = await pressed(page, () => named("It is resolved").click());
    expect(sent.action_id === "resolve" && sent.user === "U0000002", JSON.stringify(sent));
  });
  await look(browser, "living-taken");
  await phoneConfirm(browser);
  await update("over", RESOLVED);
  await check("a message that is over has no buttons", () => card.locator(".actions").waitFor({ state: "detached" }));
  await look(browser, "living-resolved");
  await check("the living message ran without an error", async () => expect(trouble.length === 0, trouble.join(" · ")));
  await close();
}

/** The question on a phone, in the dark. */
async function phoneConfirm(browser) {
  const { page, trouble, close } = await open(browser, PHONE, "dark");
  await check("the question fits a phone", async () => {
    await page.goto(`${origin}/sandbox/slack`);
    await page.getByRole("button", { name: "Resolved", exact: true }).click();
    await page.getByRole("dialog").waitFor();
  });
  await sound(page, trouble, "the question (phone, dark)");
  await page.screenshot({ path: join(folder, "living-confirm-phone-dark.png") });
  await close();
}
