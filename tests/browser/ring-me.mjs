// Somebody says who they are, has their own phone rung as a test and presses 1: with the keyboard alone, on a phone's
// screen. `node ring-me.mjs LINK SCREENSHOT_DIR`, with a link of a server that has no incident: a phone that may be called
// is not rung as a test.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DESK, PATIENCE, PHONE, check, count, enter, fitsNarrow, folder, launch, open, origin, sound } from "./browser.mjs";
import { tabTo } from "./manual.mjs";

/** Signs in as alpha with the code that is on alpha's phone; it leads to /people. */
async function signIn(page, phones) {
  await page.goto(`${origin}/who?next=/people`);
  await tabTo(page, "#person");
  await page.keyboard.type("alpha");
  await page.keyboard.press("Enter");
  if (!(await page.locator("#code").count())) {
    await tabTo(page, "main button");
    await page.keyboard.press("Enter");
  }
  await page.locator("#code").waitFor();
  await phones.goto(`${origin}/sandbox/phones`);
  const text = phones.getByText(/\b\d{6}\b/).last();
  await text.waitFor({ timeout: PATIENCE });
  await page.locator("#code").focus();
  await page.keyboard.type((await text.textContent()).match(/\b\d{6}\b/)[0]);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${origin}/people`);
}

async function ringMe(browser) {
  const { page, trouble, close } = await open(browser, PHONE);
  const { page: phones, close: closePhones } = await open(browser, DESK);
  await check("a code signs its person in", () => signIn(page, phones));
  await sound(page, trouble, "people, signed in (phone)");
  await fitsNarrow(page, "people, signed in");
  await check("*Ring me* rings, and /people says that 1 was pressed", async () => {
    await page.goto(`${origin}/people`);
    await tabTo(page, "form[action='/people/ring-me'] button");
    await page.keyboard.press("Enter");
    await page.getByText("Your phone rings in a moment").waitFor();
    await page.screenshot({ path: join(folder, "people-asked-phone.png"), fullPage: true });
    await phones.getByRole("button", { name: "Answer" }).first().click({ timeout: PATIENCE });
    await phones.getByRole("button", { name: /^1/ }).first().click({ timeout: PATIENCE });
    const said = page.getByText("it rang, was answered, and 1 was pressed");
    for (const end = Date.now() + PATIENCE; !(await said.count()); ) {
      if (Date.now() > end) throw new Error("it does not say what came of it");
      await page.goto(`${origin}/people`);
    }
  });
  await close();
  await closePhones();
}

await mkdir(folder, { recursive: true });
const browser = await launch();
try {
  await enter(browser);
  await check("ringMe", () => ringMe(browser));
} finally {
  await browser.close();
}
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed === 0 ? 0 : 1);
