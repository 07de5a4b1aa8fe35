// The sandbox's Slack: presses every button and waits for its line.

import { join } from "node:path";
import { DESK, PATIENCE, check, expect, folder, open, origin } from "./browser.mjs";

/** How many pixels of messages are below what is seen. */
export const below = (page) =>
  page.locator("#messages").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);

const spoken = (page) => page.locator("#messages .message .body").allInnerTexts();

/** Presses one button; its line (or, if none is announced, any new one) has to show up by itself. */
async function press(page, sample) {
  const before = (await spoken(page)).length;
  await page.locator(`[data-sample="${sample.name}"]`).click();
  const toast = page.locator(".toast").last();
  await toast.waitFor();
  expect(!(await toast.getAttribute("class")).includes("bad"), `the page says: ${await toast.innerText()}`);
  if (sample.line === "") return;
  await page.waitForFunction(
    ([count, line]) => {
      const texts = [...document.querySelectorAll("#messages .message .body")].map((body) => body.innerText);
      return line ? texts.slice(count).some((text) => text.includes(line)) : texts.length > count;
    },
    [before, sample.line ?? null],
    { timeout: PATIENCE },
  );
}

export async function sandboxSlack(browser) {
  const { page, trouble, close } = await open(browser, DESK);
  await page.goto(`${origin}/sandbox/slack`);
  await check("the sandbox's Slack says that it is live", () => page.locator("#live.on").waitFor());
  if ((await (await page.request.get(`${origin}/sandbox/slack/messages`)).json()).length === 0) {
    await check("an empty Slack says what to do", () => page.getByText("Nothing yet").waitFor());
    await page.screenshot({ path: join(folder, "slack-empty-desk.png") });
  }

  const samples = await (await page.request.get(`${origin}/sandbox/samples`)).json();
  await check("there are events to send", async () => expect(samples.length > 0, "no samples"));
  await page.locator("[data-sample]").nth(samples.length - 1).waitFor();
  for (const sample of samples) {
    await check(`the button “${sample.title}” brings its line`, () => press(page, sample));
  }

  // A low window, so that there is something to scroll whatever the samples are.
  const loud = samples.find((sample) => sample.line !== "");
  await page.setViewportSize({ width: DESK.width, height: 260 });
  await check("a reader who scrolled up stays there", async () => {
    await page.locator("#messages").evaluate((log) => { log.scrollTop = 0; });
    await press(page, loud);
    await page.locator("#newer:not([hidden])").waitFor();
    expect((await page.locator("#messages").evaluate((log) => log.scrollTop)) === 0, "the page scrolled by itself");
  });
  await check("a reader at the end follows", async () => {
    await page.locator("#newer").click();
    await press(page, loud);
    const rest = await below(page);
    expect(rest < 4, `${rest} pixels below`);
    expect(await page.locator("#newer").isHidden(), "the mark of newer messages stays");
  });
  await page.setViewportSize(DESK);

  await check("the keyboard alone picks a channel and sends an event", async () => {
    await page.locator("#channels a").last().focus();
    await page.keyboard.press("Enter");
    // The page draws the choice in two places: wait until both tell the same.
    await page.waitForFunction(() => {
      const [last] = [...document.querySelectorAll("#channels a")].slice(-1);
      return last.ariaCurrent && document.querySelector("#channel-title").innerText === last.innerText;
    });
    const count = await page.locator(".toast").count();
    await page.locator(`[data-sample="${loud.name}"]`).focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction((n) => document.querySelectorAll(".toast").length !== n, count);
    await page.locator("#channels a").first().click();
  });
  await check("the sandbox's Slack ran without an error", async () => expect(trouble.length === 0, trouble.join(" · ")));
  await close();
}

/** In forced colours a page still says at first sight that it is live, and which page it is. */
export async function forcedColours(browser) {
  const { page, close } = await open(browser, DESK, "light", { forcedColors: "active" });
  for (const path of ["/sandbox/phones", "/sandbox/slack"]) {
    await check(`${path} has the mark of a live page in forced colours`, async () => {
      await page.goto(origin + path);
      const live = page.locator("#live.on", { hasText: "live" });
      await live.waitFor();
      const adjusted = await live.evaluate((one) => getComputedStyle(one, "::before").forcedColorAdjust);
      expect(adjusted === "none", `the mark is ${adjusted}`);
    });
    await check(`${path} is told from the other tabs in forced colours`, async () => {
      const widths = (links) => links.map((one) => getComputedStyle(one).borderBottomWidth);
      const [here] = await page.locator(".top nav a[aria-current]").evaluateAll(widths);
      const others = await page.locator(".top nav a:not([aria-current])").evaluateAll(widths);
      expect(others.every((width) => width !== here), `${here} among ${others}`);
    });
  }
  await close();
}
