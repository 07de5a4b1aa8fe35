// The pages of a running house, seen by a real browser: `node look.mjs BASE_URL SCREENSHOT_DIR`.
//
// Presses every button of the pretend Slack and waits for its line, opens every page on a desk and on a phone, in light
// and in dark, and looks for what a person would trip over: a script error, a refused asset, text that cannot be read,
// a page wider than its screen. Prints `N passed, N failed`; any failure gives a non-zero exit.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [base, folder] = process.argv.slice(2);
if (!base || !folder) {
  console.error("usage: node look.mjs BASE_URL SCREENSHOT_DIR");
  process.exit(2);
}
const origin = new URL(base).origin;

const PATIENCE = 15_000;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const PAGES = [["/", "overview"], ["/dead-letters", "dead-letters"], ["/login", "login"], ["/pretend/slack", "slack"]];
const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

let passed = 0;
let failed = 0;

/** Runs one check; what it throws is its failure. */
async function check(name, run) {
  try {
    await run();
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}: ${error.message}`);
  }
}

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

// ---- What the browser complains of ----

/** A new page, and the list of what goes wrong on it from now on. */
async function open(browser, viewport, colorScheme = "light") {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const trouble = [];
  // A breach of the content security policy arrives here too, as an error of the console.
  page.on("console", (line) => line.type() === "error" && trouble.push(line.text()));
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("response", (answer) => answer.status() >= 400 && trouble.push(`${answer.status()} ${answer.url()}`));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && url.protocol.startsWith("http")) trouble.push(`asks a stranger: ${url}`);
  });
  return { page, trouble, close: () => context.close() };
}

// ---- What a person would trip over (these run inside the page) ----

/** Elements that stick out of the screen, if the page scrolls sideways. */
const tooWide = () => {
  if (document.scrollingElement.scrollWidth <= innerWidth) return [];
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => `${one.tagName.toLowerCase()}.${one.className}`);
};

/** Links, buttons and fields that a screen reader could not name. */
const nameless = () =>
  [...document.querySelectorAll("a[href], button, input:not([type=hidden]), progress")]
    .filter((one) => one.checkVisibility() && !one.textContent.trim() && !one.ariaLabel && !one.labels?.length)
    .map((one) => one.outerHTML.slice(0, 120));

/** Texts with less contrast than WCAG AA asks for (4.5:1, large ones 3:1); controls at rest are excepted there too. */
const faint = () => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (color) => {
    const [r, g, b] = color.slice(0, 3).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) return color;
    }
    return rgba("Canvas");
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const one = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || one.closest("noscript, script, :disabled")) continue;
    if (!one.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const style = getComputedStyle(one);
    const [light, dark] = [luminance(rgba(style.color)), luminance(behind(one))].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if (ratio < needed) found.add(`${walker.currentNode.data.trim().slice(0, 30)} (${ratio.toFixed(2)})`);
  }
  return [...found];
};

/** The checks that hold on every page, at every size. */
async function sound(page, trouble, where) {
  for (const [what, look] of [["fits the screen", tooWide], ["names its controls", nameless], ["is legible", faint]]) {
    await check(`${where} ${what}`, async () => {
      const found = await page.evaluate(look);
      expect(found.length === 0, found.slice(0, 8).join(" · "));
    });
  }
  await check(`${where} has one main heading`, async () => {
    const count = await page.locator("h1").count();
    expect(count === 1, `${count} of them`);
  });
  await check(`${where} runs without an error`, async () => expect(trouble.length === 0, trouble.join(" · ")));
}

// ---- The pretend Slack ----

/** How many pixels of messages are below what is seen. */
const below = (page) =>
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

async function pretendSlack(browser) {
  const { page, trouble, close } = await open(browser, DESK);
  await page.goto(`${origin}/pretend/slack`);
  await check("the pretend Slack says that it is live", () => page.locator("#live.on").waitFor());
  if ((await (await page.request.get(`${origin}/pretend/slack/messages`)).json()).length === 0) {
    await check("an empty Slack says what to do", () => page.getByText("Nothing yet").waitFor());
    await page.screenshot({ path: join(folder, "slack-empty-desk.png") });
  }

  const samples = await (await page.request.get(`${origin}/pretend/samples`)).json();
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
  await check("the pretend Slack ran without an error", async () => expect(trouble.length === 0, trouble.join(" · ")));
  await close();
}

// ---- Every page, at every size ----

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
        await page.screenshot({ path: join(folder, `${name}-${size}-${scheme}.png`), fullPage: name !== "slack" });
        if (name === "slack" && size === "phone") await sheet(page, where, scheme);
        trouble.length = 0;
      }
      await close();
    }
  }
}

/** The pretend Slack has read its messages, and shows the newest. */
async function settled(page) {
  await page.locator("#live.on").waitFor();
  await page.locator("[data-sample]").first().waitFor({ state: "attached" });
  await page.waitForFunction(() => document.getElementById("channel-title").textContent);
  expect((await below(page)) < 4, "the newest message is out of sight");
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
  if (await page.locator("#replay-all").count()) {
    await check("“Replay all” tells what it came to", async () => {
      await page.locator("#replay-all button").click();
      await page.locator("#outcome", { hasText: /\d+ of \d+ sent again/ }).waitFor({ timeout: 4 * PATIENCE });
      expect(trouble.length === 0, trouble.join(" · "));
    });
  }
  await close();
}

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: FLAGS,
});
try {
  for (const part of [pretendSlack, everyPage, replay]) await check(part.name, () => part(browser));
} finally {
  await browser.close();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
