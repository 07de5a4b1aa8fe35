// Who is on call: a shift is taken over with the keyboard alone, and taken back; on a phone the drawing scrolls in its box.

import { DESK, PHONE, check, expect, fitsNarrow, open, origin, sound } from "./browser.mjs";

export async function onCall(browser) {
  const { page, trouble, close } = await open(browser, DESK);
  await check("a shift is taken over with the keyboard alone", async () => {
    await page.goto(`${origin}/on-call`);
    await page.locator("ol a", { hasText: "Take over" }).first().focus();
    await page.keyboard.press("Enter");
    await page.locator("#take-over-person").focus();
    await page.keyboard.type("charlie");
    await page.locator("#take-over-until").focus();
    await page.keyboard.press("Enter");
    await page.getByText("Slack is told.").waitFor();
    await page.locator("svg.lanes text", { hasText: "taken over" }).first().waitFor();
  });
  await sound(page, trouble, "on call, taken over");
  await check("it is taken back with the keyboard alone", async () => {
    await page.locator(".done button").focus();
    await page.keyboard.press("Enter");
    await page.getByText("Taken back: charlie does not take over").waitFor();
    expect((await page.locator("section.said").count()) === 0, "it is still listed");
  });
  await close();
  const phone = await open(browser, PHONE);
  await check("the form fits a phone, and the lanes scroll in their box", async () => {
    await phone.page.goto(`${origin}/on-call`);
    const box = phone.page.locator(".scroll").first();
    expect(await box.evaluate((one) => one.scrollWidth > one.clientWidth), "the lanes are squeezed");
    await phone.page.locator("svg.lanes a").first().dispatchEvent("click");
    await phone.page.locator("#take-over-person").waitFor();
  });
  await fitsNarrow(phone.page, "who takes over");
  await sound(phone.page, phone.trouble, "who takes over (phone)");
  await phone.close();
}
