// Slack mrkdwn → nodes (docs.slack.dev, "Formatting message text").
//
// Whatever a message says becomes text nodes and nothing else: no text is ever read as HTML.

import { linked } from "../linked.js";
import { element } from "./dom.js";

const EMOJI = {
  alarm_clock: "⏰", arrow_right: "➡️", arrows_counterclockwise: "🔄", bell: "🔔", calendar: "📅", calling: "📲",
  clock1: "🕐", eyes: "👀", exclamation: "❗", fire: "🔥", hand: "✋", heavy_check_mark: "✔️", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", information_source: "ℹ️", large_blue_circle: "🔵", large_green_circle: "🟢",
  large_orange_circle: "🟠", large_yellow_circle: "🟡", leftwards_arrow_with_hook: "↩️", link: "🔗", loudspeaker: "📢",
  mailbox: "📫", mega: "📣", mute: "🔇", no_bell: "🔕", no_entry: "⛔", ok_hand: "👌", pager: "📟",
  phone: "☎️", point_right: "👉", question: "❓", raised_hand: "✋", raising_hand: "🙋", red_circle: "🔴",
  repeat: "🔁", rotating_light: "🚨", speech_balloon: "💬", stopwatch: "⏱️", tada: "🎉", telephone: "☎️",
  telephone_receiver: "📞", thumbsup: "👍", warning: "⚠️", wave: "👋", white_check_mark: "✅", x: "❌", zzz: "💤",
  "+1": "👍", "-1": "👎",
};

/** Names of members and channels by their ids. */
export const names = new Map();

// Slack decodes these three and no other, ampersand last.
const decoded = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
const plain = (text) =>
  decoded(text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => (Object.hasOwn(EMOJI, name) ? EMOJI[name] : whole)));

// A mark counts at the edge of a word only; a zero-width space beside it takes its meaning away.
const marked = (mark) =>
  String.raw`(?<![\w\u200b${mark}])${mark}(?![\s\u200b])((?:<[^<>\n]*>|[^${mark}\n<])+?)` +
  String.raw`(?<![\s\u200b])${mark}(?![\w\u200b${mark}])`;
const TOKEN = new RegExp([
  "```\\n?([\\s\\S]+?)\\n?```", "`([^`\\n]+)`", "<([^<>\\n]+)>",
  marked("\\*"), marked("_"), marked("~"), "^(?:&gt;|>) ?(.*)$",
].join("|"), "gm");

/** The nodes of one mrkdwn text. */
export function mrkdwn(text) {
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(TOKEN)) {
    const [whole, pre, code, angle, bold, italic, struck, quote] = found;
    nodes.push(...addresses(text.slice(end, found.index)));
    if (pre !== undefined) nodes.push(element("pre", {}, decoded(pre)));
    else if (code !== undefined) nodes.push(element("code", {}, decoded(code)));
    else if (angle !== undefined) nodes.push(reference(angle));
    else if (bold !== undefined) nodes.push(element("strong", {}, ...mrkdwn(bold)));
    else if (italic !== undefined) nodes.push(element("em", {}, ...mrkdwn(italic)));
    else if (struck !== undefined) nodes.push(element("s", {}, ...mrkdwn(struck)));
    else nodes.push(element("blockquote", {}, ...mrkdwn(quote)));
    end = found.index + whole.length;
    // A quote is a block: the line's own end would be a second one.
    if (quote !== undefined && text[end] === "\n") end += 1;
  }
  nodes.push(...addresses(text.slice(end)));
  return nodes;
}

/** A text without marks: Slack makes links of the addresses in it by itself. */
const addresses = (text) =>
  linked(text, (address) => link(address, decoded(address))).map((part) => (typeof part === "string" ? plain(part) : part));

/** What stands in angle brackets: a mention, a channel, a date, or a link. */
function reference(inner) {
  const [target, label] = inner.split(/\|(.*)/s);
  const chip = (text) => element("span", { class: "mention" }, plain(text));
  const named = (id) => label ?? names.get(id) ?? id;
  if (target.startsWith("@")) return chip(`@${named(target.slice(1))}`);
  if (target.startsWith("#")) return chip(`#${named(target.slice(1))}`);
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!subteam^")) return chip(label ?? `@${target.slice(9)}`);
  if (target.startsWith("!")) return chip(label ?? `@${target.slice(1)}`);
  const shown = plain(label ?? target.replace(/^(mailto|tel):/, ""));
  if (!/^(https?|mailto|tel):/i.test(target)) return element("span", {}, shown);
  return link(target, shown);
}

const link = (target, ...shown) =>
  element("a", { href: decoded(target), target: "_blank", rel: "noopener noreferrer", "data-handle": target }, ...shown);

const DATES = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

/** `!date^seconds^format[^link]`: the reader's own time; the fallback if it cannot be read. */
function date(target, fallback) {
  const [, seconds, format = "", where] = target.split("^");
  const at = new Date(Number(seconds) * 1000);
  if (!seconds || Number.isNaN(at.getTime()) || !format) return element("span", {}, plain(fallback ?? target));
  const text = format.replace(/\{(\w+?)(_pretty)?\}/g, (whole, name, pretty) => {
    if (!Object.hasOwn(DATES, name)) return whole;
    return (pretty && neighbour(at)) || new Intl.DateTimeFormat(undefined, DATES[name]).format(at);
  });
  const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" }).format(at);
  const time = element("time", { dateTime: at.toISOString(), title: full }, plain(text));
  return where && /^https?:/i.test(where) ? link(where, time) : time;
}

/** "today" and its neighbours. */
function neighbour(at) {
  const days = [["yesterday", -1], ["today", 0], ["tomorrow", 1]];
  const same = ([, ahead]) => {
    const day = new Date();
    day.setDate(day.getDate() + ahead);
    return day.toDateString() === at.toDateString();
  };
  return days.find(same)?.[0];
}

/** A text object of Block Kit, or a bare string, as nodes. */
export function textOf(object) {
  if (!object) return [];
  if (typeof object === "string") return mrkdwn(object);
  return object.type === "mrkdwn" ? mrkdwn(object.text ?? "") : [plain(object.text ?? "")];
}
