// The pages of Studio: an execution that goes through its Flow event by event, seen on both pages as it goes; axe, the
// keyboard, a phone, and no script at all.

import { createHmac, createHash } from "node:crypto";
import { join } from "node:path";
import { DESK, PATIENCE, NARROW, PHONE, check, expect, folder, open, origin, sound } from "./browser.mjs";

const HOTLINE = "FWd0000000000000000000000000000001";

// ---- Events, signed as Twilio signs them ----

const FLOW = "FWbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
// Not those of the samples.
const run = (number) => `FN${number.toString(16).padStart(32, "b")}`;

function event(kind, id, number, at, data) {
  const time = new Date(at).toISOString();
  return {
    specversion: "1.0", type: `com.twilio.studio.flow.${kind}`, id, time,
    data: { flow_sid: FLOW, execution_sid: run(number), date_created: time, ...data },
  };
}

function walk(number, widgets, began) {
  const facts = { flow_revision: 1, started_by: "CA00000000000000000000000000000001", contact_channel_address: `+1500555${String(number).padStart(4, "0")}` };
  const events = [event("execution.started", run(number), number, began, facts)];
  widgets.slice(1).forEach((to, at) => {
    const id = `FT${number.toString(16).padStart(16, "b")}${at.toString(16).padStart(16, "0")}`;
    const names = { transitioned_from: widgets[at], transitioned_to: to, name: at ? "audioComplete" : "incomingCall" };
    events.push(event("step.ended", id, number, began + 500 * at, { step_sid: id, ...names }));
  });
  if (widgets.at(-1) === "Ended") events.push(event("execution.ended", run(number), number, began + 500 * widgets.length, facts));
  return events;
}

/** The token that the simulated Twilio signs with; without it nothing is sent. */
const TOKEN = process.env.TWILIO_AUTH_TOKEN;

async function send(page, events) {
  const body = JSON.stringify(events);
  const target = `/twilio/events?bodySHA256=${createHash("sha256").update(body).digest("hex")}`;
  const signature = createHmac("sha1", TOKEN).update(origin + target).digest("base64");
  const answer = await page.request.post(origin + target, { data: body, headers: { "content-type": "application/json", "x-twilio-signature": signature } });
  expect(answer.status() === 204, `events are answered ${answer.status()}: ${await answer.text()}`);
}

// ---- What holds on each of these pages ----

/** Looks at a page at three widths, in light and in dark; it may be one that is not there. */
async function look(browser, path, name, ready, status = 200) {
  for (const [viewport, size] of [[DESK, "desk"], [PHONE, "phone"], [NARROW, "small"]]) {
    for (const scheme of ["light", "dark"]) {
      const { page, trouble, close } = await open(browser, viewport, scheme);
      const where = `${name} (${size}, ${scheme})`;
      await check(`${where} opens`, async () => {
        const answer = await page.goto(origin + path);
        expect(answer.status() === status, `it is answered ${answer.status()}`);
        await ready(page);
      });
      if (status === 404) trouble.length = 0;
      await sound(page, trouble, where);
      await page.screenshot({ path: join(folder, `${name}-${size}-${scheme}.png`), fullPage: true });
      await close();
    }
  }
}

// ---- Following ----

async function follows(browser) {
  const [list, flow] = [await open(browser, DESK), await open(browser, DESK)];
  const began = Date.now() - 60_000;
  const early = walk(1, ["Trigger", "greeting"], began);
  await send(list.page, early);
  await list.page.goto(`${origin}/studio`);
  await flow.page.goto(`${origin}/studio/${FLOW}`);
  const on = (page) => page.locator(`#run-${run(1)}`);
  const person = flow.page.locator(`#flow-person-${run(1)}`);
  const whole = walk(1, ["Trigger", "greeting", "menu", "goodbye", "Ended"], began);
  for (const { page } of [list, flow]) await on(page).locator("summary").click();

  await check("a step is on both pages within a second of its arrival", async () => {
    const before = await person.getAttribute("cy");
    await send(list.page, whole.slice(0, 3));
    const sent = Date.now();
    for (const { page } of [list, flow]) await on(page).locator(".where", { hasText: "menu" }).waitFor({ timeout: PATIENCE });
    const took = Date.now() - sent;
    expect(took < 2_000, `${took} ms, of which the wait between two looks is 1,000`);
    await flow.page.waitForFunction(([id, was]) => document.getElementById(id).getAttribute("cy") !== was, [`flow-person-${run(1)}`, before]);
  });
  await check("what somebody has opened stays open", async () => {
    for (const { page } of [list, flow]) expect(await on(page).locator("details[open]").count() === 1, "it is closed");
  });
  await check("the same person moves: the mark is the same element", async () => {
    await flow.page.emulateMedia({ reducedMotion: "no-preference" });
    await person.evaluate((mark) => {
      mark.marked = true;
      mark.ways = new Set();
      const look = () => {
        mark.ways.add(getComputedStyle(mark).cy);
        if (mark.isConnected) requestAnimationFrame(look);
      };
      look();
    });
    await send(list.page, whole.slice(0, 4));
    await on(flow.page).locator(".where", { hasText: "goodbye" }).waitFor({ timeout: PATIENCE });
    await flow.page.waitForTimeout(1_000);
    const ways = await person.evaluate((mark) => mark.ways.size);
    expect(ways > 4, `it is seen at ${ways} places on its way`);
    await flow.page.emulateMedia({ reducedMotion: "reduce" });
    expect(await person.evaluate((mark) => mark.marked === true && mark.namespaceURI === "http://www.w3.org/2000/svg"), "it is another");
  });
  await check("shuffled and doubled events are there once", async () => {
    await send(list.page, [...whole, ...whole].reverse());
    for (const { page } of [list, flow]) {
      await on(page).locator(".state", { hasText: "Ended" }).waitFor({ timeout: PATIENCE });
      const steps = await on(page).locator("tbody tr").count();
      expect(steps === 6, `${steps} rows`);
    }
    expect(await person.count() === 0, "the mark stays");
  });
  await check("a hidden page asks nothing, and is up to date when seen", async () => {
    const asked = [];
    flow.page.on("request", (request) => request.url().includes("/live") && asked.push(request.url()));
    await hide(flow.page, true);
    await flow.page.waitForTimeout(300);
    const count = asked.length;
    // A batch of a hundred, with a step missing, while nobody looks.
    const batch = [];
    for (let number = 2; number <= 21; number += 1) batch.push(...walk(number, ["Trigger", "greeting", "menu", "Ended"], began + number));
    batch.splice(2, 1);
    await send(list.page, batch.reverse());
    await flow.page.waitForTimeout(2_500);
    expect(asked.length === count, `${asked.length - count} requests while hidden`);
    await hide(flow.page, false);
    await flow.page.locator(`#run-${run(21)}`).waitFor({ timeout: PATIENCE });
    expect(asked.at(-1).includes("has="), `it does not say what it has: ${asked.at(-1)}`);
    const rows = await flow.page.locator(".runs > li").count();
    expect(rows === 21, `${rows} executions`);
    const gaps = await flow.page.getByText("A step is missing here.").count();
    expect(gaps === 1, `${gaps} gaps`);
  });
  for (const [who, { trouble }] of [["the list", list], ["the Flow", flow]]) {
    await check(`${who} ran without an error`, async () => expect(trouble.length === 0, trouble.join(" · ")));
  }
  await Promise.all([list.close(), flow.close()]);
}

const hide = (page, hidden) => page.evaluate((hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}, hidden);

// ---- A graph that is wider than its page ----

const WIDE = "FWcccccccccccccccccccccccccccccccc";

async function wide(browser) {
  const began = Date.now() - 30_000;
  const branches = Array.from({ length: 12 }, (_, at) => walk(60 + at, ["Trigger", `branch_${at}`, "Ended"], began));
  for (const scheme of ["light", "dark"]) {
    const { page, trouble, close } = await open(browser, DESK, scheme);
    await send(page, branches.flat().map((one) => ({ ...one, data: { ...one.data, flow_sid: WIDE } })));
    await page.goto(`${origin}/studio/${WIDE}`);
    const canvas = page.locator(".canvas");
    await check(`a wide graph (${scheme}) is legible and scrolls in its own box`, async () => {
      const seen = await canvas.evaluate((box) => ({
        letters: Math.min(...[...box.querySelectorAll("text")].map((one) => parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a)),
        hidden: box.scrollWidth - box.clientWidth,
        beyond: document.documentElement.scrollWidth - innerWidth,
      }));
      expect(seen.letters >= 10, `its letters have ${seen.letters} px`);
      expect(seen.hidden > 0, "it is not wider than its box");
      expect(seen.beyond <= 0, `the page is ${seen.beyond} px wider than its window`);
    });
    await check(`a wide graph (${scheme}) begins with its first widget`, async () => {
      await page.waitForFunction(() => document.querySelector(".canvas").scrollLeft > 0);
      const [first, box] = [await canvas.locator(".widget").first().boundingBox(), await canvas.boundingBox()];
      expect(first.x >= box.x && first.x + first.width <= box.x + box.width, `it is at ${first.x}`);
    });
    await check(`the whole of a wide graph (${scheme}) is shown if asked for`, async () => {
      await page.getByLabel("Whole graph").check();
      const hidden = await canvas.evaluate((box) => box.scrollWidth - box.clientWidth);
      expect(hidden <= 0, `${hidden} px are out of sight`);
    });
    await sound(page, trouble, `studio-wide (${scheme})`);
    await page.screenshot({ path: join(folder, `studio-wide-desk-${scheme}.png`), fullPage: true });
    await close();
  }
}

// ---- The keyboard, and no script ----

async function keyboard(browser) {
  const { page, trouble, close } = await open(browser, DESK);
  await page.goto(`${origin}/studio`);
  await check("the keyboard alone gets to an execution's path", async () => {
    await page.locator("#q").focus();
    await page.keyboard.type("0001");
    await page.keyboard.press("Enter");
    await page.waitForURL(/q=0001/);
    await page.locator(`#run-${run(1)} summary`).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement.innerText) === "Show on the graph", "the link is not next");
    await page.keyboard.press("Enter");
    await page.locator("#chosen").waitFor();
    await page.locator(".flow-graph.has-path").waitFor();
  });
  await check("the graph can be scrolled by the keyboard, and stays where it is", async () => {
    const canvas = page.locator(".canvas");
    await canvas.focus();
    await page.keyboard.press("End");
    await page.waitForTimeout(400);
    const before = await canvas.evaluate((box) => [box.scrollLeft, box.scrollTop]);
    await send(page, walk(31, ["Trigger", "greeting"], Date.now() - 1_000));
    await page.locator(`#flow-person-${run(31)}`).waitFor({ state: "attached", timeout: PATIENCE });
    const after = await canvas.evaluate((box) => [box.scrollLeft, box.scrollTop]);
    expect(String(before) === String(after), `${before} became ${after}`);
    expect(await page.evaluate(() => document.activeElement.className === "canvas"), "the focus is lost");
  });
  await check("the keyboard ran without an error", async () => expect(trouble.length === 0, trouble.join(" · ")));
  await close();
}

/** The path of an execution, replayed on the graph. */
async function replays(browser) {
  const { page, trouble, close } = await open(browser, DESK);
  await page.goto(`${origin}/studio/${FLOW}?execution=${run(1)}`);
  const group = page.getByRole("group", { name: "Replay on the graph" });
  const told = (text) => group.locator("output", { hasText: text }).waitFor({ timeout: PATIENCE });
  const opacity = (name) => page.locator(`#flow-widget-${name}`).evaluate((widget) => getComputedStyle(widget).opacity);
  const button = (name) => group.getByRole("button", { name });
  await check("before it is played the whole path is shown", async () => {
    await told("4 of 4: Ended");
    expect(await opacity("goodbye") === "1", "a part of it is dimmed");
  });
  await check("the keyboard alone steps through it, back and forward", async () => {
    await group.getByRole("slider").focus();
    await page.keyboard.press("Home");
    await told("0 of 4: Start, +0 s");
    expect(await opacity("menu") === "0.3", `menu is shown at ${await opacity("menu")} before it is reached`);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await told("2 of 4: menu, +0.5 s");
    expect(await opacity("menu") === "1" && await opacity("goodbye") === "0.3", "it is not where it says");
    expect((await group.getByRole("slider").getAttribute("aria-valuetext")).startsWith("2 of 4: menu"), "the slider does not say it");
    await button("Forward").focus();
    await page.keyboard.press("Enter");
    await told("3 of 4: goodbye");
    await button("Back").focus();
    await page.keyboard.press("Space");
    await told("2 of 4: menu");
    const wide = await page.locator("#flow-widget-menu .box").evaluate((box) => getComputedStyle(box).strokeWidth);
    expect(wide === "5px", `its box has a line of ${wide}`);
  });
  await check("what happens meanwhile leaves it where it is", async () => {
    await send(page, walk(51, ["Trigger", "greeting", "menu"], Date.now() - 1_000));
    await page.locator(`#flow-person-${run(51)}`).waitFor({ state: "attached", timeout: PATIENCE });
    await told("2 of 4: menu");
    expect(await opacity("goodbye") === "0.3", "the graph forgot it");
  });
  await page.screenshot({ path: join(folder, "studio-replay-desk-light.png"), fullPage: true });
  await check("it plays to its end, and can be paused", async () => {
    await group.getByLabel("Speed").selectOption("16");
    await button("Play").click();
    await button("Pause").click();
    await button("Play").click();
    await told("4 of 4: Ended");
    await button("Play").waitFor();
  });
  await check("an execution that runs has its new steps in the replay", async () => {
    await page.goto(`${origin}/studio/${FLOW}?execution=${run(51)}`);
    await told("2 of 2: menu");
    await send(page, walk(51, ["Trigger", "greeting", "menu", "goodbye"], Date.now() - 1_000));
    await told("3 of 3: goodbye");
  });
  await check("the replay ran without an error", async () => expect(trouble.length === 0, trouble.join(" · ")));
  await close();
  const phone = await open(browser, PHONE, "dark");
  await phone.page.goto(`${origin}/studio/${FLOW}?execution=${run(1)}`);
  await check("on a phone the replay goes through the list of steps", async () => {
    await phone.page.getByRole("button", { name: "Back" }).click();
    await phone.page.getByText("3 of 4: goodbye").waitFor();
    const row = phone.page.locator("#chosen tr[data-step]").nth(2);
    const other = phone.page.locator("#chosen tr[data-step]").nth(1);
    const colour = (one) => one.evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(await colour(row) !== await colour(other), "no step stands out");
  });
  await sound(phone.page, phone.trouble, "studio-replay (phone, dark)");
  await phone.page.screenshot({ path: join(folder, "studio-replay-phone-dark.png"), fullPage: true });
  await phone.close();
}

async function withoutScript(browser) {
  const context = await browser.newContext({ viewport: DESK, javaScriptEnabled: false });
  const { page: known, close } = await open(browser, DESK);
  await context.addCookies(await known.context().cookies());
  const page = await context.newPage();
  await check("without JavaScript the pages are whole", async () => {
    await page.goto(`${origin}/studio/${FLOW}?execution=${run(1)}`);
    expect(await page.locator("#flow-widget-menu").count() === 1, "no graph");
    expect(await page.locator("#chosen tbody tr").count() === 6, "no steps");
    expect(await page.locator("#replay > *").count() === 0, "controls that can do nothing");
    await page.getByRole("link", { name: "7 days" }).click();
    expect(page.url().includes("span=week"), page.url());
    await page.goto(`${origin}/studio?show=ended`);
    expect(await page.locator(".runs > li").count() >= 20, "no executions");
  });
  await close();
  await context.close();
}

/** The demo's own callers: within a minute somebody moves through the hotline's graph. */
async function callers(browser) {
  const demo = process.env.DEMO;
  for (const [viewport, size] of [[DESK, "desk"], [PHONE, "phone"]]) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" });
      const page = await context.newPage();
      const where = `studio-flow (${size}, ${colorScheme})`;
      await check(`${where}: somebody is in the hotline`, async () => {
        await page.goto(demo);
        await page.goto(`${new URL(demo).origin}/studio/${HOTLINE}`);
        await page.locator(".widgets .people").first().waitFor({ timeout: 60_000 });
      });
      await sound(page, [], where);
      await page.screenshot({ path: join(folder, `studio-flow-${size}-${colorScheme}.png`), fullPage: true });
      await context.close();
    }
  }
}

/** A Flow with each kind of question. */
function line() {
  const to = (event, next) => (next ? { event, next } : { event });
  const widget = (name, type, properties, transitions, x, y) => ({ name, type, transitions, properties: { ...properties, offset: { x, y } } });
  return JSON.stringify({
    description: "A line with a desk",
    initial_state: "Trigger",
    states: [
      widget("Trigger", "trigger", {}, [to("incomingMessage"), to("incomingCall", "menu"), to("incomingRequest", "menu")], 0, 0),
      widget("menu", "gather-input-on-call", { say: "Press 1 for the desk.", number_of_digits: 1, timeout: 5 }, [to("keypress", "hours"), to("speech", "hours"), to("timeout", "closed")], 0, 220),
      widget("hours", "make-http-request", { method: "GET", url: "https://desk.example/hours?day={{widgets.nobody.day}}", content_type: "application/json" }, [to("success", "desk"), to("failed", "closed")], 0, 440),
      widget("desk", "enqueue-call", { queue_name: "desk" }, [to("callComplete"), to("failedToEnqueue", "closed"), to("callFailure")], -280, 660),
      widget("closed", "say-play", { say: "We are closed until {{widgets.hours.parsed.until}}." }, [to("audioComplete")], 280, 660),
    ],
  });
}

/** A Flow is uploaded as a file, without a script, and walked through with the keyboard. */
async function walksThrough(browser) {
  const context = await browser.newContext({ viewport: DESK, javaScriptEnabled: false, storageState: await cookies(browser) });
  const page = await context.newPage();
  await page.goto(`${origin}/sandbox/flows`);
  await page.setInputFiles("#file", { name: "desk-line.json", mimeType: "application/json", buffer: Buffer.from(line()) });
  await page.getByRole("button", { name: "Upload" }).click();
  const flow = new URL(page.url()).pathname;
  await check("an uploaded Flow has its findings in words", async () => {
    await page.getByRole("heading", { level: 1, name: "desk-line" }).waitFor();
    await page.getByText("The checks found 1 warning").waitFor();
  });
  await look(browser, flow, "flow-uploaded", (one) => one.getByRole("button", { name: "Call it" }).waitFor());
  await page.getByRole("button", { name: "Call it" }).click();
  await look(browser, `${flow}/walk`, "walk-menu", (one) => one.getByRole("button", { name: "Say it" }).waitFor());
  await check("a key, an answer and an outcome are given with the keyboard alone", async () => {
    await page.getByRole("button", { name: "1", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("The Flow asks a server").waitFor();
  });
  await look(browser, `${flow}/walk`, "walk-request", (one) => one.getByRole("button", { name: "Nobody answers" }).waitFor());
  await check("what comes back is chosen", async () => {
    await page.getByLabel("JSON").fill('{"until": "nine"}');
    await page.getByLabel("JSON").press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Queue full" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("We are closed until nine.").waitFor();
  });
  await page.getByRole("button", { name: "Go on" }).click();
  await look(browser, `${flow}/walk`, "walk-over", (one) => one.getByRole("heading", { name: "The walk is over" }).waitFor());
  await look(browser, "/sandbox/flows", "flows", (one) => one.getByRole("button", { name: "Upload" }).waitFor());
  await context.close();
}

/** What a browser has that has come in. */
async function cookies(browser) {
  const { page, close } = await open(browser, DESK);
  const state = await page.context().storageState();
  await close();
  return state;
}

/** Waits until the first of the demo's callers is seen. */
async function firstCaller(browser) {
  const page = await browser.newPage();
  await check("within a minute of its start the demo's hotline is called", async () => {
    await page.goto(process.env.DEMO);
    await page.goto(`${new URL(process.env.DEMO).origin}/studio`);
    await page.locator(`#flow-${HOTLINE}`).waitFor({ timeout: 60_000 });
  });
  await page.close();
}

export async function studio(browser) {
  if (!TOKEN) return console.log("the pages of Studio are not followed: there is no TWILIO_AUTH_TOKEN");
  const { page, close } = await open(browser, DESK);
  await page.goto(`${origin}/studio`);
  if (await page.getByText("No execution has been seen yet").count()) {
    await look(browser, "/studio", "studio-empty", (one) => one.locator("h1").waitFor());
  }
  await close();
  for (const part of [follows, wide, keyboard, replays, withoutScript, walksThrough]) await check(part.name, () => part(browser));
  const live = (one) => one.locator("#following.on").waitFor();
  await look(browser, "/studio", "studio", live);
  await look(browser, `/studio/${FLOW}`, "studio-steps", live);
  await look(browser, `/studio/${FLOW}?execution=${run(1)}`, "studio-execution", live);
  if (process.env.DEMO) {
    for (const part of [firstCaller, callers]) await check(part.name, () => part(browser));
  }
  await look(browser, "/studio/FW1", "no-flow", (one) => one.locator("h1").waitFor(), 404);
}
