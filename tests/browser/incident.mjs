// A whole incident, played by clicks: an alarm is raised, declined, answered, taken, and over.

import { join } from "node:path";
import { DESK, PATIENCE, PHONE, check, expect, fitsNarrow, folder, open, origin, sound } from "./browser.mjs";

const phone = (page, name) => page.locator(".phone, [data-number]").filter({ has: page.getByRole("heading", { name, exact: true }) }).first();
const press = (page, name, button) => phone(page, name).getByRole("button", { name: button, exact: true }).click();
const incidents = async (page) => (await page.request.get(`${origin}/incidents.json`)).json();

/** Looks at a page as it is now: at both widths, in light and in dark. */
async function look(browser, path, name) {
  for (const [viewport, size] of [[DESK, "desk"], [PHONE, "phone"]]) {
    for (const scheme of ["light", "dark"]) {
      const { page, trouble, close } = await open(browser, viewport, scheme);
      await check(`${name} (${size}, ${scheme}) opens`, () => page.goto(origin + path));
      await page.locator("main").waitFor();
      await sound(page, trouble, `${name} (${size}, ${scheme})`);
      await page.screenshot({ path: join(folder, `${name}-${size}-${scheme}.png`), fullPage: true });
      await close();
    }
  }
}

const says = (page, text) => page.locator("#notice").getByText(text).waitFor({ timeout: PATIENCE });

async function ringsFirst(browser, name) {
  const { page, close } = await open(browser, PHONE);
  await page.goto(`${origin}/sandbox/phones`);
  await page.locator(".phone.rings").waitFor();
  const tops = await page.locator("main .phone, main .alarms").evaluateAll((all) =>
    all.map((one) => [one.getBoundingClientRect().top, one.querySelector("h2").textContent]).sort(([a], [b]) => a - b));
  expect(tops[0][1] === name, `the first is ${tops[0][1]}`);
  await close();
}

/** Without JavaScript: the alarm flaps, which the page says; raised under a new name it rings, and is taken. */
async function plain(browser) {
  const { page, trouble, close } = await open(browser, PHONE, "light", { javaScriptEnabled: false });
  await page.goto(`${origin}/sandbox/phones`);
  await check("without JavaScript a flapping alarm says why nothing rings", async () => {
    await page.getByRole("button", { name: "Raise checkout-5xx-rate" }).click();
    await says(page, "nothing rings: it belongs to the incident that bravo has");
    await says(page, "coming back only sends a text");
  });
  await check("without JavaScript it rings once it starts over", async () => {
    await page.getByRole("button", { name: "Start over" }).click();
    await page.locator(".rings button[autofocus]").waitFor({ timeout: PATIENCE });
    await says(page, "checkout-5xx-rate-2 is raised. bravo’s phone rings.");
    await page.screenshot({ path: join(folder, "phones-plain-phone.png"), fullPage: true });
  });
  await check("without JavaScript it is taken by a key", async () => {
    await page.getByRole("button", { name: "Answer" }).click();
    await page.getByRole("button", { name: "1 take it" }).click({ timeout: PATIENCE });
    // The last words are on the page for as long as they are said: what stays is that somebody has it.
    const end = Date.now() + PATIENCE;
    while ((await incidents(page))[0].state !== "taken") {
      expect(Date.now() < end, "nobody has it");
      await page.waitForTimeout(100);
    }
  });
  await check("without JavaScript a text is answered", async () => {
    await page.getByRole("button", { name: "Hang up" }).waitFor({ state: "detached", timeout: PATIENCE });
    const answer = phone(page, "bravo").locator("form.answer");
    await answer.locator("input").fill("Who is it?");
    await answer.locator("button").click();
    await phone(page, "bravo").getByText("Not understood.").waitFor({ timeout: PATIENCE });
    await page.screenshot({ path: join(folder, "phones-plain-texts.png"), fullPage: true });
  });
  await check("without JavaScript it is cleared", async () => {
    await page.getByRole("button", { name: "Clear checkout-5xx-rate" }).click();
    await says(page, "and the incident is over.");
  });
  await check("without JavaScript it ran without an error", async () => expect(trouble.length === 0, trouble.join(" · ")));
  await close();
}

/** The link in bravo's text, opened on a phone that knows no password: it shows the incident, and acts for bravo. */
async function linkOfAText(browser, phones, path) {
  const href = await phone(phones, "bravo").locator(".bubble a").last().getAttribute("href");
  const session = { storageState: undefined };
  for (const [viewport, size] of [[DESK, "desk"], [PHONE, "phone"]]) {
    for (const scheme of ["light", "dark"]) {
      const { page, trouble, close } = await open(browser, viewport, scheme, session);
      const where = `link of a text (${size}, ${scheme})`;
      await check(`${where} opens without the token in its address`, async () => {
        await page.goto(href);
        expect(page.url() === `${origin}/i${path.replace("/incidents", "/incident")}`, page.url());
        await page.getByText("You are bravo").waitFor();
        await page.locator("#following.on").waitFor();
      });
      await sound(page, trouble, where);
      if (size === "phone") await fitsNarrow(page, where);
      await page.screenshot({ path: join(folder, `link-${size}-${scheme}.png`), fullPage: true });
      await close();
    }
  }
  const { page, trouble, close } = await open(browser, PHONE, "light", session);
  await page.goto(href);
  await check("by the link of a text a note is written by the keyboard alone", async () => {
    await page.locator("#act-note summary").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.type("By the link.");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".timeline").getByText("By the link.").waitFor({ timeout: PATIENCE });
  });
  await check("by the link of a text it is given back, and taken again", async () => {
    await page.getByRole("button", { name: "I can’t after all" }).click();
    await page.getByRole("button", { name: "I have it" }).waitFor({ timeout: PATIENCE });
    await page.getByRole("button", { name: "I have it" }).click();
    await page.getByText("bravo has it").first().waitFor({ timeout: PATIENCE });
  });
  await check("the page of a link ran without an error", async () => expect(trouble.length === 0, trouble.join(" · ")));
  await close();
}

export async function incident(browser) {
  const { page, trouble, close } = await open(browser, DESK);
  await page.goto(`${origin}/sandbox/phones`);
  await check("a raised alarm rings alpha", async () => {
    await page.getByRole("button", { name: "Raise checkout-5xx-rate" }).click();
    await phone(page, "alpha").getByRole("button", { name: "Answer", exact: true }).waitFor({ timeout: PATIENCE });
  });
  await check("whoever raised it lands on the phone that rings, and reads so", async () => {
    await says(page, "checkout-5xx-rate is raised. alpha’s phone rings.");
    await page.waitForFunction(() => document.activeElement.dataset.does === "answer");
    await page.locator("#notice").getByRole("link", { name: "Its incident" }).waitFor();
  });
  const [incident] = await incidents(page);
  const path = `/incidents/${incident.id}`;
  const follower = await open(browser, PHONE, "dark");
  await follower.page.goto(origin + path);
  const follows = (text) => follower.page.getByText(text).first().waitFor({ timeout: PATIENCE });

  await check("declined, it rings bravo", async () => {
    await press(page, "alpha", "Decline");
    await phone(page, "bravo").getByRole("button", { name: "Answer", exact: true }).waitFor({ timeout: PATIENCE });
  });
  await check("the phone says that its call was declined", () =>
    phone(page, "alpha").getByText("Last call: Declined (busy)").waitFor({ timeout: PATIENCE }));
  await check("what came of the alarm stays true", () => says(page, "bravo’s phone rings."));
  await check("the phone that rings is the first thing on a narrow screen", () => ringsFirst(browser, "bravo"));
  await look(browser, "/sandbox/phones", "phones-ringing");
  await look(browser, path, "incident-calling");
  await check("the incident's page follows by itself", () => follows("bravo’s phone rings"));
  await check("answered, it says what is wrong", async () => {
    await press(page, "bravo", "Answer");
    await phone(page, "bravo").getByText("Press 1 to take it").waitFor({ timeout: PATIENCE });
  });
  await look(browser, "/sandbox/phones", "phones-talking");
  await check("the keys that are asked for say what they do", async () => {
    await phone(page, "bravo").getByRole("button", { name: "2 pass it on", exact: true }).waitFor();
    expect(await phone(page, "bravo").locator(".keys [data-key] span").count() === 2, "others say something too");
  });
  await check("the key 1 takes it", async () => {
    await press(page, "bravo", "1 take it");
    await phone(page, "bravo").getByText("It is yours").waitFor({ timeout: PATIENCE });
    await phone(page, "bravo").getByText("You took it: checkout-5xx-rate").waitFor({ timeout: PATIENCE });
    const [now] = await incidents(page);
    expect(now.state === "taken" && now.taken_by === "bravo", JSON.stringify(now));
  });
  await check("the address in its text is a link to the incident", async () => {
    const link = phone(page, "bravo").locator(".bubble a").last();
    expect(new RegExp(`^${origin}/i/[A-Za-z0-9_-]{22}$`).test(await link.getAttribute("href")), await link.getAttribute("href"));
    expect((await link.getAttribute("rel")).includes("noopener"), "it gives its window away");
    expect(await phone(page, "bravo").locator(".keys [data-key] span").count() === 0, "the keys still say what they did");
  });
  await linkOfAText(browser, page, path);
  await check("its text is delivered", () =>
    phone(page, "bravo").locator(".bubble").getByText("delivered", { exact: true }).waitFor({ timeout: PATIENCE }));
  await check("the text about a missed call is answered by keyboard, and its answer is told", async () => {
    await phone(page, "alpha").getByText("We called you: checkout-5xx-rate").waitFor({ timeout: PATIENCE });
    const answer = phone(page, "alpha").locator(".answer input");
    await answer.fill("1");
    await answer.press("Enter");
    await phone(page, "alpha").getByText("bravo has it: checkout-5xx-rate").waitFor({ timeout: PATIENCE });
    expect((await answer.inputValue()) === "", "the words that were sent are still there");
  });
  await look(browser, "/sandbox/phones", "phones-texts");
  await check("a phone remembers how it takes texts", async () => {
    const texts = phone(page, "bravo").getByLabel("Texts to this phone");
    const answered = page.waitForResponse((answer) => answer.url().endsWith("/habit"));
    await texts.selectOption("undelivered 30003");
    expect((await answered).ok(), "the choice is refused");
    await page.reload();
    await page.waitForFunction(() => [...document.querySelectorAll(".phone select")].some((one) => one.value === "undelivered 30003"));
  });
  await check("the incident's page says who has it", () => follows("bravo has it"));
  await look(browser, path, "incident-taken");
  await look(browser, "/", "incidents");
  await check("the sandbox's Slack tells of it", async () => {
    const slack = await open(browser, DESK);
    await slack.page.goto(`${origin}/sandbox/slack`);
    await slack.page.getByText("took it after").first().waitFor({ timeout: PATIENCE });
    await slack.close();
  });
  await check("a cleared alarm ends it", async () => {
    await page.getByRole("button", { name: "Clear checkout-5xx-rate" }).click();
    await follows("Resolved");
    const [now] = await incidents(page);
    expect(now.state === "resolved", JSON.stringify(now));
  });
  await look(browser, path, "incident-resolved");
  await plain(browser);
  for (const [who, list] of [["the phones", trouble], ["the follower", follower.trouble]]) {
    await check(`${who} ran without an error`, async () => expect(list.length === 0, list.join(" · ")));
  }
  await follower.close();
  await close();
}
