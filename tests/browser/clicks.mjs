// An incident lived through in Slack alone: its message changes in place, and its buttons act.

import { join } from "node:path";
import { DESK, PATIENCE, PHONE, check, expect, folder, open, origin, sound } from "./browser.mjs";

const ALARM = "orders-queue-age";

const play = async (page, what) => {
  const answer = await page.request.post(`${origin}/sandbox/alarms/${ALARM}/${what}`);
  expect(answer.ok(), `${what}: ${answer.status()}`);
};
const state = async (page) => (await (await page.request.get(`${origin}/incidents.json`)).json())[0].state;
/** The newest message, which is the incident's. */
const message = (page) => page.locator("#messages > .message").last();
const says = (page, text) => message(page).locator(":scope > .body").getByText(text).first().waitFor({ timeout: PATIENCE });

/** Looks at the message as it is now: at both widths, in light and in dark. */
async function look(browser, name, text) {
  for (const [viewport, size] of [[DESK, "desk"], [PHONE, "phone"]]) {
    for (const scheme of ["light", "dark"]) {
      const { page, trouble, close } = await open(browser, viewport, scheme);
      const where = `${name} (${size}, ${scheme})`;
      await check(`${where} shows it`, async () => {
        await page.goto(`${origin}/sandbox/slack`);
        await says(page, text);
      });
      await sound(page, trouble, where);
      await page.screenshot({ path: join(folder, `${name}-${size}-${scheme}.png`) });
      await close();
    }
  }
}

export async function clicks(browser) {
  const { page, trouble, close } = await open(browser, DESK);
  await page.goto(`${origin}/sandbox/slack`);
  await page.getByLabel("You are").selectOption({ label: "bravo" });
  const button = (name) => message(page).getByRole("button", { name, exact: true });
  await check("an alarm is one message, with buttons", async () => {
    await play(page, "raise");
    await says(page, "calling");
    for (const name of ["I have it", "Resolved"]) await button(name).waitFor({ timeout: PATIENCE });
    await message(page).getByRole("combobox", { name: "Silence for …" }).waitFor({ timeout: PATIENCE });
  });
  await look(browser, "message-calling", "calling");
  await check("“I have it” takes it, and the message says so", async () => {
    await button("I have it").click();
    await says(page, "has it");
    expect((await state(page)) === "taken", await state(page));
    await button("I can't after all").waitFor({ timeout: PATIENCE });
  });
  await look(browser, "message-taken", "has it");
  await check("“Resolved” asks, and ends it", async () => {
    await button("Resolved").click();
    await page.getByRole("dialog", { name: "Is it over?" }).getByRole("button", { name: "It is over" }).click();
    await says(page, "over");
    await button("Resolved").waitFor({ state: "detached", timeout: PATIENCE });
    expect((await state(page)) === "resolved", await state(page));
  });
  await look(browser, "message-over", "over");
  await check("its timeline is in the thread", async () => {
    await message(page).locator(".thread").getByText("resolved it").waitFor({ timeout: PATIENCE });
  });
  await play(page, "clear");
  // What goes off within five minutes would reopen this incident, and be bravo's.
  await page.request.post(`${origin}/sandbox/clock`, { data: { ahead_ms: 6 * 60_000 } });
  await check("Slack ran without an error", async () => expect(trouble.length === 0, trouble.join(" · ")));
  await close();
}
