// An incident and a silence by hand, with the keyboard alone, on a phone's screen.

import { join } from "node:path";
import { PATIENCE, PHONE, check, expect, fitsNarrow, folder, open, origin, sound } from "./browser.mjs";

/** Presses Tab until the element of this selector has the focus. */
export async function tabTo(page, selector) {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${selector}`);
}

/** A silence of globs: what it takes is shown while it is typed; it is made, and ended. */
async function silence(page, trouble) {
  await page.goto(`${origin}/silences`);
  await check("a silence shows what it takes while it is typed", async () => {
    await tabTo(page, "#silence-alarms");
    await page.keyboard.type("by-hand-*");
    await page.locator("#preview").getByText("In the last week:").waitFor({ timeout: PATIENCE });
  });
  await sound(page, trouble, "silences with a preview (phone)");
  await page.screenshot({ path: join(folder, "silences-preview-phone.png"), fullPage: true });
  await check("a silence is made by the keyboard", async () => {
    await tabTo(page, "#silence-why");
    await page.keyboard.type("a deploy");
    await tabTo(page, "button[value=make]");
    await page.keyboard.press("Enter");
    await page.locator("#asked").waitFor();
    const end = Date.now() + PATIENCE;
    while (!(await page.getByText("asked for it: a deploy").count())) {
      expect(Date.now() < end, "it is not made");
      await page.goto(`${origin}/silences`);
    }
  });
  await sound(page, trouble, "silences with one in force (phone)");
  await fitsNarrow(page, "silences with one in force");
  await page.goto(`${origin}/silences`);
  await check("a silence is ended by the keyboard", async () => {
    await tabTo(page, "form[action$='/silences/end'] button");
    await page.keyboard.press("Enter");
    await page.locator("#asked").waitFor();
    const end = Date.now() + PATIENCE;
    while (await page.getByRole("button", { name: "End now" }).count()) {
      expect(Date.now() < end, "it is not ended");
      await page.goto(`${origin}/silences`);
    }
    await page.getByText("ended it").first().waitFor();
  });
}

/** An incident: what is wrong, then once more "yes"; then it is resolved on its page. */
async function raise(page, trouble) {
  await page.goto(`${origin}/`);
  await check("an incident is raised by the keyboard", async () => {
    await tabTo(page, "a[href$='/raise']");
    await page.keyboard.press("Enter");
    await page.locator("#raise-text").waitFor();
    await tabTo(page, "#raise-text");
    await page.keyboard.type("By hand: checkout is slow");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Yes, raise it" }).waitFor();
  });
  await sound(page, trouble, "raise, to be confirmed (phone)");
  await fitsNarrow(page, "raise, to be confirmed");
  await page.screenshot({ path: join(folder, "raise-confirm-phone.png"), fullPage: true });
  await check("what is raised by hand is an incident that rings", async () => {
    await page.getByRole("button", { name: "Yes, raise it" }).focus();
    await page.keyboard.press("Enter");
    await page.locator("#asked").waitFor();
    const its = page.getByRole("link", { name: "By hand: checkout is slow" }).first();
    await its.waitFor({ timeout: PATIENCE });
    await its.focus();
    await page.keyboard.press("Enter");
    await page.getByText("raised by hand by").first().waitFor({ timeout: PATIENCE });
  });
  await check("what is raised by hand is resolved by the keyboard", async () => {
    await tabTo(page, "#act-resolve button");
    await page.keyboard.press("Enter");
    await page.getByText("resolved it").first().waitFor({ timeout: PATIENCE });
  });
}

export async function byHand(browser) {
  const { page, trouble, close } = await open(browser, PHONE);
  await silence(page, trouble);
  trouble.length = 0;
  await raise(page, trouble);
  await check("raising and silencing by hand ran without an error", async () => expect(trouble.length === 0, trouble.join(" · ")));
  await close();
}
