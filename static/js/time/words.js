// A span of time as people write it: "last 15 min", "yesterday", "09:00-10:30", "2026-11-01 to 2026-11-03", ISO times.

import { dateOf, zoned } from "./dates.js";

/** @typedef {import("./dates.js").Day} Day */
/** @typedef {import("./dates.js").Zoned} Zoned */
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
 * @typedef {{at: number}} Instant a moment that needs no calendar
 * @typedef {{hour: number, minute: number, second: number, ms: number}} Clock
 * @typedef {{from: Day, to: Day} | null} Days whole days, the last one not included; null for none that was named
 * @typedef {{days: Days, clock: Clock | null, at?: undefined}} Named
 * @typedef {Instant | Named} Side
 */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Lengths by the beginnings of their names; of months and years only how long they usually are. @type {[RegExp, number][]} */
const UNITS = [
  [/^(?:s|secs?|seconds?|秒钟?)$/, SECOND], [/^(?:m|mins?|minutes?|分钟?)$/, MINUTE], [/^(?:h|hrs?|hours?|小时|个小时|钟头|个钟头)$/, HOUR],
  [/^(?:d|days?|天|日)$/, DAY], [/^(?:w|wks?|weeks?|周|星期|个星期)$/, 7 * DAY], [/^(?:mo|mon|mths?|months?|个月|月)$/, 30 * DAY], [/^(?:y|yrs?|years?|年)$/, 365 * DAY],
];
/** Numbers that people rather spell. */
const SPELLED = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const ONE = `(\\d+(?:[.,]\\d+)?|an?|half an?|${SPELLED.join("|")}|一|两|半)?\\s*([a-z]+|[\\u4e00-\\u9fff]+?)`;
const AGO = new RegExp(`^${ONE}\\s*(?:ago|之?前|以前)$`);
const BEFORE_NOW = new RegExp(`^now\\s*-\\s*${ONE}$`);
const LAST = new RegExp(`^(?:the )?(?:last|past|最近|过去|近)\\s*${ONE}$`);
const BARE = new RegExp(`^${ONE}$`);
/** What stands between the two ends of a span; a hyphen is tried where both sides make sense. */
const BETWEEN = [/ (?:to|until|till|through|and) | ?(?:到|至) ?/g, / ?\.\.\.? ?/g, / ?[–—~] ?/g, / - /g, / ?\/ ?/g, /-/g];

/**
 * @param {string} text
 * @param {Context} context
 * @returns {Meant}
 */
export function meantBy(text, context) {
  const said = plain(text);
  const { now } = context;
  const calendar = zoned(context.utc || / (?:utc|gmt)\b/.test(said));
  const words = said.replace(/ (?:utc|gmt)\b/g, "");
  if (/^(?:everything|all|all time|all there is|全部|所有)$/.test(words)) return { window: Infinity };
  const window = windowOf(words);
  // Longer than clocks have counted: a chart of millions of years would never be drawn.
  if (window >= now) return { window: Infinity };
  if (window) return window >= SECOND ? { window: window / SECOND } : { error: "short", part: text };
  const since = /^(?:since|自从?)\s*(.+?)(?:以来)?$/.exec(words)?.[1];
  const only = sideOf(since ?? words, now, calendar);
  if (only) return since ? settled(spanOf(only, { at: now }, now, calendar), context, text) : alone(only, context, calendar, text);
  for (const between of BETWEEN) {
    for (const found of words.matchAll(between)) {
      const [begin, end] = [words.slice(0, found.index), words.slice(found.index + found[0].length)];
      const [left, right] = sides(begin.replace(/^(?:from|between|从) ?/, ""), end, now, calendar);
      if (left && right) return settled(spanOf(left, right, now, calendar), context, text);
    }
  }
  return { error: /\b\d{1,2}\/\d{1,2}(?:\/\d{2,4})?\b/.test(words) ? "american" : "unread", part: text.trim() };
}

/** Lower case, with plain spaces, colons and hyphens. @param {string} text */
function plain(text) {
  return text.normalize("NFKC").toLowerCase().replace(/[\u2010-\u2012\u2212]/g, "-").replace(/[,，、。]+(?=\s|$)/g, " ").replace(/([a-z])\.(?=\s|$)/g, "$1").replace(/\s+/g, " ").trim();
}

/** A length of time that ends now, ms; 0 when it is none. @param {string} words */
function windowOf(words) {
  const last = LAST.exec(words) ?? BARE.exec(words);
  // "last week" is the one before this, and a bare "week" says nothing; "last hour" and "past week" end now.
  if (!last || (!last[1] && !/^(?:the )?past |^(?:最近|过去|近)|^(?:the )?last (?:sec|min|hour|day)/.test(words))) return endsNow(words);
  return lengthOf(last[1], last[2]);
}

/** @param {string} words such as "now-1h to now" */
function endsNow(words) {
  const [, begin = ""] = /^(?:from )?(now\s*-.+?)\s*(?:to|until|till|-|–|\.\.|\/)\s*now$/.exec(words) ?? [];
  const [, count, unit] = BEFORE_NOW.exec(begin) ?? [];
  return lengthOf(count, unit);
}

/** @param {string | undefined} count @param {string | undefined} unit @returns {number} ms, 0 for no such unit */
function lengthOf(count = "1", unit = "") {
  const size = UNITS.find(([name]) => name.test(unit))?.[1] ?? 0;
  const many = /^(?:an?|一)$/.test(count) ? 1 : /^(?:half|半)/.test(count) ? 0.5 : count === "两" ? 2 : SPELLED.indexOf(count) + 1 || Number(count.replace(",", "."));
  return size * many;
}

/**
 * The two ends; what only one of them says is true of the other: a day, or am and pm.
 * @param {string} begin @param {string} end @param {number} now @param {Zoned} calendar
 * @returns {[Side | null, Side | null]}
 */
function sides(begin, end, now, calendar) {
  const half = /\b(am|pm)$/.exec(end)?.[1];
  const bare = /^(?:.* )?\d{1,2}$/;
  const clocked = /\d:\d\d|\d ?[ap]m\b|\d点/;
  const early = bare.test(begin) && clocked.test(end) ? `${begin}${half ?? ":00"}` : begin;
  const part = /(上午|早上|凌晨|下午|晚上)/.exec(begin)?.[1];
  const late = bare.test(end) && clocked.test(begin) ? `${end}:00` : part && /^\d{1,2}[点时]/.test(end) ? part + end : end;
  return [sideOf(early, now, calendar), sideOf(late, now, calendar)];
}

/** @param {string} words @param {number} now @param {Zoned} calendar @returns {Side | null} */
function sideOf(words, now, calendar) {
  if (/^(?:now|现在|此刻)$/.test(words)) return { at: now };
  const [, count, unit] = AGO.exec(words) ?? BEFORE_NOW.exec(words) ?? [];
  const ago = unit ? lengthOf(count, unit) : 0;
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
  const found = /(?:^|\s|(?<=[\u4e00-\u9fff]))(?:at )?(\d{1,2})(?::(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)?)?\s?(am|pm)?(?=\s|$)/;
  const chinese = /(上午|早上|凌晨|中午|下午|晚上)?\s?(\d{1,2})[点时](?:(半)|(\d{1,2})分?)?(?:(\d{1,2})秒)?/;
  const spoken = /(?:^|\s)(?:at )?(noon|midnight|正午|午夜)(?=\s|$)/.exec(words);
  if (spoken) return { clock: { hour: /noon|正午/.test(spoken[1] ?? "") ? 12 : 0, minute: 0, second: 0, ms: 0 }, rest: without(words, spoken) };
  const there = chinese.exec(words);
  if (there) {
    const [, part = "", hour = "", half, minute = "0", second = "0"] = there;
    const late = /下午|晚上/.test(part) || (part === "中午" && Number(hour) < 11);
    return { clock: clockOf(hour, half ? "30" : minute, second, "0", late && Number(hour) < 12 ? "pm" : undefined), rest: without(words, there) };
  }
  const one = found.exec(words);
  // A number alone is no clock.
  if (!one || (one[2] === undefined && !one[5])) return { clock: null, rest: words };
  return { clock: clockOf(one[1], one[2], one[3], one[4]?.padEnd(3, "0"), one[5]), rest: without(words, one) };
}

/** @param {string} words @param {RegExpExecArray} found */
function without(words, found) {
  return `${words.slice(0, found.index)} ${words.slice(found.index + found[0].length)}`.replace(/\s+/g, " ").trim().replace(/^on /, "").replace(/ (?:at|on)$/, "");
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
  const ending = (/** @type {Day} */ day) => (right.at === undefined && !right.clock ? calendar.at(right.days?.to ?? later(day)) : momentOf(right, day, calendar));
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
