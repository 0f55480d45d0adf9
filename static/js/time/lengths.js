// Lengths of time as people write them: "15 min", "half an hour", "1h30m", and what is counted back from now with them.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Lengths by the beginnings of their names; of months and years only how long they usually are. @type {[RegExp, number][]} */
const UNITS = [
  [/^(?:s|secs?|seconds?|秒钟?)$/, SECOND], [/^(?:m|mins?|minutes?|分钟?)$/, MINUTE], [/^(?:h|hrs?|hours?|小时|个小时|钟头|个钟头)$/, HOUR],
  [/^(?:d|days?|天|日)$/, DAY], [/^(?:w|wks?|weeks?|周|星期|个星期)$/, 7 * DAY], [/^fortnights?$/, 14 * DAY],
  [/^(?:mo|mon|mths?|months?|个月|月)$/, 30 * DAY], [/^(?:y|yrs?|years?|年)$/, 365 * DAY],
];
/** Numbers that people rather spell. */
const SPELLED = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
const ONE = new RegExp(`^(\\d+(?:[.,]\\d+)?|an?|half\\san?|${SPELLED.join("|")}|一|两|半)?\\s*([a-z]+|[\\u4e00-\\u9fff]+?)$`);
/** Several of them in a row, each with its number: "1h30m", "1 hour and 30 minutes". */
const MANY = /^(?:\d+\s*[a-z]+(?:\s*and\s+|\s*)){2,}$/;

/** A length of time with its number: "15 min", "an hour", "1h30m". @param {string} words @returns {number} ms, 0 when it is none */
export function lengthOf(words) {
  const [, count, unit = ""] = ONE.exec(words) ?? [];
  if (count) return unitOf(unit) * numberOf(count);
  if (!MANY.test(words)) return 0;
  const parts = [...words.matchAll(/(\d+)\s*([a-z]+?)(?=\s*and\b|\s|\d|$)/g)].map(([, many, name = ""]) => Number(many) * unitOf(name));
  return parts.every(Boolean) ? parts.reduce((sum, one) => sum + one, 0) : 0;
}

/** How long a unit is: "hour", "min". @param {string} unit @returns {number} ms, 0 for no such unit */
export const unitOf = (unit) => UNITS.find(([name]) => name.test(unit))?.[1] ?? 0;

/** @param {string} count */
function numberOf(count) {
  if (/^(?:an?|一)$/.test(count)) return 1;
  if (/^(?:half|半)/.test(count)) return 0.5;
  return count === "两" ? 2 : SPELLED.indexOf(count) + 1 || Number(count.replace(",", "."));
}

/** How long ago: "2 h ago", "now-1h30m". @param {string} words @returns {number} ms, 0 when they say something else */
export function agoOf(words) {
  const said = /^(.+?)\s*(?:ago|before now|之?前|以前)$/.exec(words) ?? /^now\s*-\s*(.+)$/.exec(words);
  return lengthOf(said?.[1] ?? "");
}

/** A length of time that ends now: "last 15 min", "15m", "-1h", "now-6h". @param {string} words @returns {number} ms, 0 when they say something else */
export function untilNow(words) {
  const [, minus] = /^(?:now)?\s*-\s*(.+?)$/.exec(words) ?? [];
  const [, begin] = /^(?:from )?now\s*-\s*(.+?)\s*(?:to|until|till|-|–|\.\.|\/)\s*now$/.exec(words) ?? [];
  const [, last] = /^(?:the )?(?:last|past|最近|过去|近)\s*(.+)$/.exec(words) ?? [];
  const counted = lengthOf(begin ?? minus ?? last ?? words);
  if (counted || !last) return counted;
  // "last week" is the one before this; "last hour" and "past week" end now.
  return /^(?:the )?past |^(?:最近|过去|近)/.test(words) || /^(?:sec|min|hour|day|fortnight)/.test(last) ? unitOf(last) : 0;
}
