// The pages of a running server, seen by a real browser: `node main.mjs LINK SCREENSHOT_DIR`,
// with a link that the server printed at its start.
//
// Presses every button of the sandbox's Slack and waits for its line, acts on a message that changes in place, lives through an
// incident in Slack, plays an incident on the simulated phones, raises an incident and makes a silence by hand, follows executions of a Flow, opens every page on a desk and on a phone, in light and in dark, and looks for what a person would
// trip over: what axe finds, a script error, a refused asset, text that cannot be read, a page wider than its screen. Prints
// `N passed, N failed`; any failure gives a non-zero exit.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DESK, PATIENCE, PHONE, check, count, enter, expect, fitsNarrow, folder, launch, locked, open, origin, sound } from "./browser.mjs";
import { byHand } from "./manual.mjs";
import { clicks } from "./clicks.mjs";
import { onCall } from "./on-call.mjs";
import { livingMessage } from "./living.mjs";
import { incident } from "./incident.mjs";
import { below, forcedColours, sandboxSlack } from "./slack.mjs";
import { studio } from "./studio.mjs";

const PAGES = [
  ["/", "overview"], ["/history", "history"], ["/on-call", "on-call"], ["/silences", "silences"], ["/raise", "raise"], ["/people", "people"], ["/numbers", "numbers"], ["/system", "system"], ["/who", "who"],
  ["/dead-letters", "dead-letters"], ["/login", "login"], ["/sandbox/slack", "slack"],
  ["/sandbox/phones", "phones"], ["/sandbox/flows", "sandbox-flows"],
];

async function everyPage(browser) {
  for (const [viewport, size] of [[DESK, "desk"], [PHONE, "phone"]]) {
    for (const scheme of ["light", "dark"]) {
      const { page, trouble, close } = await open(browser, viewport, scheme);
      for (const [path, name] of PAGES) {
        const where = `${name} (${size}, ${scheme})`;
        await check(`${where} opens`, async () => {
          await page.goto(origin + path);
          if (name === "slack") await settled(page);
        });
        await sound(page, trouble, where);
        if (size === "phone") await fitsNarrow(page, where);
        await page.screenshot({ path: join(folder, `${name}-${size}-${scheme}.png`), fullPage: name !== "slack" });
        if (name === "slack" && size === "phone") await sheet(page, where, scheme);
        trouble.length = 0;
      }
      await close();
    }
  }
}

/** The sandbox's Slack has read its messages, and shows the newest. */
async function settled(page) {
  await page.locator("#live.on").waitFor();
  await page.locator("[data-sample]").first().waitFor({ state: "attached" });
  await page.waitForFunction(() => document.getElementById("channel-title").textContent);
  expect((await below(page)) < 4, "the newest message is out of sight");
  const threads = await page.locator(".thread").evaluateAll((all) => all.map((one) => one.ariaLabel));
  expect(new Set(threads).size === threads.length, `threads have the same name: ${threads}`);
}

/** On a phone the events to send are behind a button. */
async function sheet(page, where, scheme) {
  await check(`${where} opens and closes its events`, async () => {
    await page.locator("#open-samples").click();
    await page.locator("[data-sample]").first().waitFor();
    await page.screenshot({ path: join(folder, `slack-events-phone-${scheme}.png`) });
    await page.keyboard.press("Escape");
    await page.locator("#samples").waitFor({ state: "hidden" });
  });
}

/** Only if there are dead letters: sends them all again, and waits for the outcome. */
async function replay(browser) {
  const { page, trouble, close } = await open(browser, DESK);
  await page.goto(`${origin}/dead-letters`);
  if (await page.locator(".head .replay-all").count()) {
    await check("“Replay all” tells what it came to", async () => {
      await page.locator(".head .replay-all button").click();
      await page.locator("#outcome", { hasText: /\d+ delivered, \d+ came back/ }).waitFor({ timeout: 4 * PATIENCE });
      expect(trouble.length === 0, trouble.join(" · "));
    });
  }
  await close();
}

await mkdir(folder, { recursive: true });
const browser = await launch();
try {
  await enter(browser);
  for (const part of [locked, sandboxSlack, forcedColours, livingMessage, clicks, incident, byHand, studio, onCall, everyPage, replay]) await check(part.name, () => part(browser));
} finally {
  await browser.close();
}
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed === 0 ? 0 : 1);
