// A page in a real browser, the checks that hold on every page, and the count of what passed.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

/** A link that the server printed at its start: it carries the token. */
export const [link, folder] = process.argv.slice(2);
if (!link || !folder) {
  console.error("usage: node main.mjs LINK SCREENSHOT_DIR");
  process.exit(2);
}
export const origin = new URL(link).origin;
export const token = new URL(link).searchParams.get("token");

export const PATIENCE = 15_000;
export const DESK = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };
/** The narrowest screen that a page has to fit (WCAG 2.2, 1.4.10). */
export const NARROW = { width: 320, height: 640 };
const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: FLAGS });

export const count = { passed: 0, failed: 0 };

/** Runs one check; what it throws is its failure. */
export async function check(name, run) {
  try {
    await run();
    count.passed += 1;
  } catch (error) {
    count.failed += 1;
    console.log(`FAILED ${name}: ${error.message}`);
  }
}

export function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

// ---- What the browser complains of ----

/** What the browser keeps after the link was followed. */
let entered;

/** Follows the printed link, as somebody who has just started the server. */
export async function enter(browser) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link);
  expect(!page.url().includes("token"), `the token stays in the address: ${page.url()}`);
  expect((await page.locator("h1").innerText()) !== "Open Ringdown by its link", "the link does not open the page");
  entered = await context.storageState();
  await context.close();
}

/** A page without the token says how to get in, and fits a phone. */
export async function locked(browser) {
  for (const [viewport, size] of [[DESK, "desk"], [PHONE, "phone"]]) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" });
      const page = await context.newPage();
      await page.goto(`${origin}/sandbox/phones`);
      const where = `locked (${size}, ${colorScheme})`;
      await check(`${where} says where the link is`, () => page.getByText("printed when it started").waitFor());
      await sound(page, [], where);
      await page.screenshot({ path: `${folder}/locked-${size}-${colorScheme}.png` });
      await context.close();
    }
  }
}

/** A new page, and the list of what goes wrong on it from now on. */
export async function open(browser, viewport, colorScheme = "light", more = {}) {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce", storageState: entered, ...more });
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

/** The page fits the narrowest screen; it is as wide as before when this is over. */
export async function fitsNarrow(page, where) {
  const before = page.viewportSize();
  await page.setViewportSize(NARROW);
  await check(`${where} fits 320 pixels`, async () => {
    const found = await page.evaluate(tooWide);
    expect(found.length === 0, found.slice(0, 8).join(" · "));
  });
  await page.setViewportSize(before);
}

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe has against a page. Our policy lets no script in; the debugger does. */
async function violations(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 2).map((node) => node.target.join(" ")).join(", ")}`);
}

/** The checks that hold on every page, at every size. */
export async function sound(page, trouble, where) {
  for (const [what, look] of [["fits the screen", tooWide], ["names its controls", nameless], ["is legible", faint]]) {
    await check(`${where} ${what}`, async () => {
      const found = await page.evaluate(look);
      expect(found.length === 0, found.slice(0, 8).join(" · "));
    });
  }
  await check(`${where} passes axe`, async () => {
    const found = await violations(page);
    expect(found.length === 0, found.join(" · "));
  });
  await check(`${where} has one main heading`, async () => {
    const count = await page.locator("h1").count();
    expect(count === 1, `${count} of them`);
  });
  await check(`${where} runs without an error`, async () => expect(trouble.length === 0, trouble.join(" · ")));
}
