// Times on a page: in the reader's zone, which is named, and true as they pass. Without this file they are moments in UTC.

/** The element that the server's clock is told on, if the page has one. */
const clocked = document.querySelector("[data-now]");

/** How far the reader's clock is ahead of the server's, in milliseconds; a little is only the way here. */
function skew() {
  const [page] = performance.getEntriesByType("navigation");
  const ahead = performance.timeOrigin + (page?.responseStart ?? 0) - Date.parse(clocked?.dataset.now);
  return Math.abs(ahead) < 2_000 || Number.isNaN(ahead) ? 0 : ahead;
}
const ahead = skew();

/** A span of time in its two largest units, as the server itself says it. */
export function span(milliseconds) {
  const all = Math.max(0, Math.floor(milliseconds / 1_000));
  const [days, hours, minutes, seconds] = [all / 86_400, (all / 3_600) % 24, (all / 60) % 60, all % 60].map(Math.floor);
  if (days) return `${days} d ${hours} h`;
  if (hours) return minutes ? `${hours} h ${minutes} min` : `${hours} h`;
  if (minutes) return seconds ? `${minutes} min ${seconds} s` : `${minutes} min`;
  return `${seconds} s`;
}

const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DATE = { weekday: "short", day: "numeric", month: "short" };
const thisYear = new Intl.DateTimeFormat("en-GB", { ...DATE, ...TIME });
const otherYear = new Intl.DateTimeFormat("en-GB", { ...DATE, year: "numeric", ...TIME });
const whole = new Intl.DateTimeFormat("en-GB", { ...DATE, year: "numeric", ...TIME, second: "2-digit", timeZoneName: "short" });
/** A weekday and a time: `Mon 09:00:00`. */
export const clock = new Intl.DateTimeFormat("en-GB", { weekday: "short", ...TIME, second: "2-digit" });

/** A day and a time: `Mon 30 Nov, 09:00`. */
function day(at, now) {
  return (at.getFullYear() === new Date(now).getFullYear() ? thisYear : otherYear).format(at);
}

/** What the reader is shown of a moment, at this moment. */
function told(kind, at, now) {
  switch (kind) {
    case "for": case "since": return `for ${span(now - at)}`;
    case "in": return at > now ? `in ${span(at - now)}` : "now";
    // Who reads of hours ago does not count the seconds.
    case "ago": return now - at < 86_400_000 ? `${span(now - at)} ago` : day(at, now);
    case "clock": return clock.format(at);
    default: return day(at, now);
  }
}

/** Tells every time on the page anew. */
export function tick() {
  const now = Date.now() - ahead;
  for (const time of document.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const text = told(time.dataset.kind, at, now);
    if (time.textContent !== text) time.textContent = text;
    if (!time.title) time.title = whole.format(at);
  }
}

/** The page's footer names the zone, and so does what has times by another clock beside it; a form sends it. */
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const footer = document.getElementById("zone");
if (footer) footer.textContent = `Times are in ${zone}.`;
for (const named of document.querySelectorAll("[data-zone]")) {
  if (named instanceof HTMLInputElement) named.value = zone;
  else named.textContent = zone;
}

/** What is by another clock can be had by the reader's. */
for (const link of document.querySelectorAll("a[data-shown-zone]")) {
  const url = new URL(link.href);
  url.searchParams.set("zone", zone);
  link.href = url;
  link.hidden = link.dataset.shownZone === zone;
}

tick();
setInterval(tick, 1_000);
