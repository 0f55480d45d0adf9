// A span of time as people write it: "last 15 min", "yesterday", "09:00-10:30", "2026-11-01 to 2026-11-03", ISO times.

import { zoned } from "./calendar.js";
import { dateOf, dayThen, roundedTo } from "./dates.js";
import { agoOf, untilNow } from "./lengths.js";
import { plain, spelled } from "./phrases.js";
import { clocked, shared } from "./sides.js";

/** @typedef {import("./calendar.js").Day} Day */
/** @typedef {import("./calendar.js").Zoned} Zoned */
/** @typedef {{from: number, to: number}} Span ms */

/**
 * What was meant: a window that goes on, a span that stays where it is, or why it can't be read, about which part of it.
 * @typedef {{window: number} | Span | {error: "unread" | "order" | "future" | "skipped" | "american" | "short", part: string}} Meant
 *   `window` in seconds, Infinity for everything
 *
 * @typedef {object} Context
 * @property {number} now ms
 * @property {boolean} utc whether clocks and days are those of UTC, not of this place
 * @property {number} length ms of what is shown now: a moment alone is shown in the middle of so much
 *
 * @typedef {{at: number, until?: number}} Instant a moment that needs no calendar, or an hour or a minute that began then
 * @typedef {import("./calendar.js").Clock} Clock
 * @typedef {{days: import("./calendar.js").Days | null, clock: Clock | null, at?: undefined}} Named `days` is null where none was named
 * @typedef {Instant | Named} Side
 */

const SECOND = 1_000;
/** What goes on until now. */
const SINCE = /^(?:since|from|after|starting|自从?|从)\s*(.+?)(?:以来|开始|起)?$|^(.+?)(?:以来|开始|起)$/;
/** What has begun with its day. */
const UNTIL = /^(?:until|till?|up to|before|直到|到|至)\s*(.+?)(?:为止)?$|^(.+?)(?:[之以]?前|为止)$/;
/** The clock as it is now, on another day. */
const THIS_TIME = /^(?:at )?(?:about )?(?:this|(?:the )?same) time (?:on )?(.+)$|^(.+?) (?:at )?(?:about )?(?:this|the same) time$|^(.+?)的?(?:这个?时候|此时|同一时间)$/;
/** What stands between the two ends of a span; a hyphen is tried where both sides make sense. */
const BETWEEN = [/ (?:to|until|till|through|and) | ?(?:到|至) ?/g, / ?\.\.\.? ?/g, / ?[–—~] ?/g, / - /g, / ?\/ ?/g, / (?=\d{4}-\d)/g, /-/g];

/**
 * @param {string} text
 * @param {Context} context
 * @returns {Meant}
 */
export function meantBy(text, context) {
  const said = plain(text);
  const calendar = zoned(context.utc || / (?:utc|gmt)\b/.test(said));
  const words = spelled(said.replace(/ (?:utc|gmt)\b/g, ""));
  const found = read(words, context, calendar, text);
  if (!("error" in found) || found.error !== "future") return found;
  // "Friday 22:00-23:00", said on a Friday at noon, was a week ago.
  const before = words.replace(/(?<!last )\b(?=(?:sun|mon|tue|wed|thu|fri|sat)(?:[a-z]*day)?\b)/g, "last ").replace(/(?<!上)(?=(?:周|星期|礼拜)[日天一二三四五六])/g, "上");
  const past = before === words ? found : read(before, context, calendar, text);
  return "error" in past ? found : past;
}

/** @param {string} words @param {Context} context @param {Zoned} calendar @param {string} text as it was written @returns {Meant} */
function read(words, context, calendar, text) {
  const { now } = context;
  if (/^(?:everything|all|all time|all there is|全部|所有)$/.test(words)) return { window: Infinity };
  const window = untilNow(words);
  // Longer than clocks have counted: a chart of millions of years would never be drawn.
  if (window >= now) return { window: Infinity };
  if (window) return window >= SECOND ? { window: window / SECOND } : { error: "short", part: text };
  const sideIn = (/** @type {string} */ one) => sideOf(one, now, calendar);
  const only = sideIn(words) ?? (words.startsWith("at ") ? sideIn(clocked(words.slice(3))) : null);
  if (only) return alone(only, context, calendar, text);
  const [, said, since = said ?? ""] = SINCE.exec(words) ?? [];
  const begun = sideIn(since) ?? sideIn(clocked(since));
  if (begun) return settled(spanOf(begun, { at: now }, now, calendar), context, text);
  const [, before, last = before ?? ""] = UNTIL.exec(words) ?? [];
  const end = sideIn(last) ?? sideIn(clocked(last));
  if (end && (end.at !== undefined || end.clock)) return settled(dayUntil(end, now, calendar), context, text);
  for (const between of BETWEEN) {
    for (const found of words.matchAll(between)) {
      const [begin, end] = [words.slice(0, found.index), words.slice(found.index + found[0].length)];
      const [left, right] = shared(begin.replace(/^(?:from|between|从) ?/, ""), end, sideIn, found[0].trim() !== "/");
      if (left && right) return settled(spanOf(left, following(left, right), now, calendar), context, text);
    }
  }
  const whole = since ? read(since, context, calendar, text) : null;
  if (whole && "from" in whole) return { from: whole.from, to: Math.ceil(now) };
  return { error: /\b\d{1,2}\/\d{1,2}(?:\/\d{2,4})?\b/.test(words) ? "american" : "unread", part: text.trim() };
}

/** @param {string} words @param {number} now @param {Zoned} calendar @returns {Side | null} */
function sideOf(words, now, calendar) {
  if (/^(?:now|现在|此刻)$/.test(words)) return { at: now };
  const [, then = "", said = then, named = said] = THIS_TIME.exec(words) ?? [];
  const day = named && dayThen(named, calendar.day(now));
  if (day) return { days: day, clock: calendar.clock(now) };
  const rounded = roundedTo(words, now, calendar);
  if (rounded) return "from" in rounded ? { days: rounded, clock: null } : rounded;
  const ago = agoOf(words);
  if (ago) return ago < now ? { at: now - ago } : null;
  // After a space a hyphen leads to another clock, not to an offset.
  const iso = /^(\d{4}-\d\d-\d\d)(?:t| (?!.*:\d\d-))(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s?(z|[+-]\d\d(?::?\d\d)?)$/.exec(words);
  if (iso) {
    const at = Date.parse(`${iso[1]}T${iso[2]}${/** @type {string} */ (iso[3]).toUpperCase().replace(/^([+-]\d\d):?(\d\d)?$/, (_, hour, minute = "00") => `${hour}:${minute}`)}`);
    return Number.isNaN(at) ? null : { at };
  }
  if (/^\d{13}$/.test(words)) return { at: Number(words) };
  if (/^\d{10}$/.test(words)) return { at: Number(words) * SECOND };
  const { clock, rest } = clockIn(words.replace(/(\d)t(?=\d\d:)/, "$1 "));
  const today = calendar.day(now);
  const days = rest === "" ? null : dateOf(rest, today);
  if (clock === undefined || (rest !== "" && !days) || (!clock && !days)) return null;
  return { days, clock };
}

/** The clock in words, and what else they say; undefined for one that no clock shows. @param {string} words @returns {{clock: Clock | null | undefined, rest: string}} */
function clockIn(words) {
  const found = /(?:^|\s|(?<=[\u4e00-\u9fff]))(?:at )?(\d{1,2})(?::(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?)?\s?(am|pm)?(?=\s|$)/g;
  const chinese = /(上午|早上|凌晨|中午|下午|晚上)?\s?(\d{1,2})[点时](?:(半)|(\d{1,2})分?)?(?:(\d{1,2})秒)?/;
  const spoken = /(?:^|\s)(?:at )?(noon|midnight|正午|午夜)(?=\s|$)/.exec(words);
  if (spoken) return { clock: { hour: /noon|正午/.test(spoken[1] ?? "") ? 12 : 0, minute: 0, second: 0, ms: 0 }, rest: without(words, spoken) };
  const there = chinese.exec(words);
  if (there) {
    const [, part = "", hour = "", half, minute = "0", second = "0"] = there;
    const late = /下午|晚上/.test(part) || (part === "中午" && Number(hour) < 11);
    return { clock: clockOf(hour, half ? "30" : minute, second, "0", late && Number(hour) < 12 ? "pm" : undefined), rest: without(words, there) };
  }
  // A number alone is no clock, but may be of a day.
  const one = [...words.matchAll(found)].find(([, , minutes, , , half]) => minutes !== undefined || half);
  if (!one) return { clock: null, rest: words };
  return { clock: clockOf(one[1], one[2], one[3], one[4]?.padEnd(3, "0"), one[5]), rest: without(words, one) };
}

/** @param {string} words @param {RegExpExecArray | RegExpMatchArray} found */
function without(words, found) {
  return `${words.slice(0, found.index)} ${words.slice((found.index ?? 0) + found[0].length)}`.replace(/\s+/g, " ").trim().replace(/^on /, "").replace(/ (?:at|on)$/, "");
}

/** @param {string} [hours] @param {string} [minutes] @param {string} [seconds] @param {string} [ms] @param {string} [half] of the day @returns {Clock | undefined} */
function clockOf(hours = "", minutes = "0", seconds = "0", ms = "0", half) {
  const said = Number(hours);
  if (half && (said < 1 || said > 12)) return undefined;
  const hour = half ? (said % 12) + (half === "pm" ? 12 : 0) : said;
  const clock = { hour, minute: Number(minutes), second: Number(seconds), ms: Number(ms) };
  const end = hour === 24 && !clock.minute && !clock.second;
  return (hour < 24 || end) && clock.minute < 60 && clock.second < 60 ? clock : undefined;
}

/**
 * One side alone: whole days are a span, a moment is shown in the middle of as much as is shown now.
 * @param {Side} side @param {Context} context @param {Zoned} calendar @param {string} part
 * @returns {Meant}
 */
function alone(side, context, calendar, part) {
  const { now, length } = context;
  if (side.at !== undefined && side.until !== undefined) return settled({ from: side.at, to: side.until }, context, part);
  if (side.at === undefined && !side.clock && side.days) {
    const { from, to } = side.days;
    return settled({ from: calendar.at(from), to: calendar.at(to) }, context, part);
  }
  const at = momentOf(side, calendar.day(now), calendar);
  if (Number.isNaN(at)) return { error: "skipped", part };
  // A clock without a day is the last time that it showed that.
  const moment = side.at === undefined && !side.days && at > now ? momentOf(side, earlier(calendar.day(now)), calendar) : at;
  return moment > now ? { error: "future", part } : { from: Math.round(moment - length / 2), to: Math.round(moment + length / 2) };
}

/**
 * @param {Side} left @param {Side} right @param {number} now @param {Zoned} calendar
 * @returns {Span} with NaN for a moment that clocks leave out
 */
function spanOf(left, right, now, calendar) {
  const today = calendar.day(now);
  /** @param {Side} side */
  const dayOf = (side) => (side.at === undefined ? side.days?.from ?? null : calendar.day(side.at));
  const lastDayOf = (/** @type {Side} */ side) => (side.at === undefined && side.days && !side.clock ? earlier(side.days.to) : dayOf(side));
  const begins = dayOf(left) ?? (right.at === undefined ? lastDayOf(right) : null) ?? today;
  const ends = lastDayOf(right) ?? (left.at === undefined && left.days ? begins : today);
  const beginning = (/** @type {Day} */ day) => momentOf(left, day, calendar);
  const ending = (/** @type {Day} */ day) => (right.at !== undefined ? right.until ?? right.at : !right.clock ? calendar.at(right.days?.to ?? later(day)) : momentOf(right, day, calendar));
  const free = left.at === undefined && !left.days && right.at === undefined && !right.days;
  let from = beginning(begins);
  let to = ending(ends);
  // 22:00-02:00 goes over midnight; a span of today that has not begun yet is yesterday's.
  const clocks = left.at === undefined && left.clock && right.at === undefined && right.clock;
  const over = clocks && !right.days && to <= from;
  if (over) to = ending(later(ends));
  if (from > now && (free || (right.at === now && left.at === undefined && !left.days))) {
    from = beginning(earlier(begins));
    to = right.at ?? ending(over ? ends : earlier(ends));
  }
  return { from, to };
}

/** A day up to a moment of it: that which was named, else today. @param {Side} end @param {number} now @param {Zoned} calendar @returns {Span} */
function dayUntil(end, now, calendar) {
  const day = end.at !== undefined ? calendar.day(end.at) : end.days?.from ?? calendar.day(now);
  const [from, to] = [calendar.at(day), momentOf(end, day, calendar)];
  // Until midnight is until the day ends.
  return { from, to: to === from ? calendar.at(later(day)) : to };
}

/**
 * "26 Nov to 2 Dec" is of one year though its end is not over yet, and was last in another.
 * @param {Side} left @param {Side} right
 * @returns {Side}
 */
function following(left, right) {
  if (left.at !== undefined || right.at !== undefined || !left.days || !right.days?.latest || left.days.from[0] <= right.days.from[0]) return right;
  const [from, to] = [right.days.from, right.days.to].map(([year, month, day]) => /** @type {Day} */ ([year + 1, month, day]));
  return from && to ? { ...right, days: { from, to } } : right;
}

/** @param {Span} span @param {Context} context @param {string} part @returns {Meant} */
function settled({ from, to }, { now }, part) {
  if (Number.isNaN(from) || Number.isNaN(to)) return { error: "skipped", part };
  if (from >= now && to > from) return { error: "future", part };
  if (!(to > from)) return { error: "order", part };
  return { from, to: Math.min(to, Math.ceil(now)) };
}

/** @param {Side} side @param {Day} day when it names none @param {Zoned} calendar */
function momentOf(side, day, calendar) {
  if (side.at !== undefined) return side.at;
  const { hour, minute, second, ms } = side.clock ?? { hour: 0, minute: 0, second: 0, ms: 0 };
  return calendar.exact(side.days?.from ?? day, hour, minute, second, ms);
}

/** @param {Day} day @returns {Day} */
const later = ([year, month, day]) => [year, month, day + 1];
/** @param {Day} day @returns {Day} */
const earlier = ([year, month, day]) => [year, month, day - 1];
