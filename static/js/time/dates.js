// Days as people name them, and the calendar of this place or of UTC.

import { lengthOf, unitOf } from "./lengths.js";

/** @typedef {[number, number, number]} Day year, month from 0, day of the month; beyond the month it is one of another month */
/** @typedef {{from: Day, to: Day, latest?: boolean}} Days whole ones, the last one not included; `latest` when nobody said of which year */
/** @typedef {{hour: number, minute: number, second: number, ms: number}} Clock */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH = "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const WEEKDAY = /^(?:on )?(last )?(sun|mon|tue|wed|thu|fri|sat)(?:day|sday|nesday|rsday|urday|s|rs|r)?$/;
const CHINESE_WEEKDAY = /^(上)?(?:周|星期|礼拜)([日天一二三四五六])$/;
const CHINESE_DAYS = "日一二三四五六";

/**
 * A calendar: which day a moment is of, and when a clock shows what.
 * @typedef {object} Zoned
 * @property {(time: number) => Day} day
 * @property {(day: Day) => number} at when a day begins, ms
 * @property {(time: number) => Clock} clock what it shows then
 * @property {(time: number) => number} into how long an hour has been, ms
 * @property {(day: Day, hour: number, minute: number, second: number, ms: number) => number} exact the first moment at which
 *   the clock shows that; NaN where clocks are put forward over it
 */

/** @param {boolean} utc @returns {Zoned} */
export function zoned(utc) {
  if (utc) {
    return {
      day: (time) => [new Date(time).getUTCFullYear(), new Date(time).getUTCMonth(), new Date(time).getUTCDate()],
      at: (day) => Date.UTC(...day),
      clock: (time) => ({ hour: new Date(time).getUTCHours(), minute: new Date(time).getUTCMinutes(), second: new Date(time).getUTCSeconds(), ms: time % 1_000 }),
      into: (time) => time % HOUR,
      exact: (day, ...clock) => Date.UTC(...day, ...clock),
    };
  }
  return {
    day: (time) => [new Date(time).getFullYear(), new Date(time).getMonth(), new Date(time).getDate()],
    at: (day) => new Date(...day).getTime(),
    clock: (time) => ({ hour: new Date(time).getHours(), minute: new Date(time).getMinutes(), second: new Date(time).getSeconds(), ms: time % 1_000 }),
    into: (time) => new Date(time).getMinutes() * MINUTE + (time % MINUTE),
    exact: (day, hour, minute, second, ms) => {
      const found = new Date(...day, hour, minute, second, ms);
      return found.getHours() === hour % 24 && found.getMinutes() === minute ? found.getTime() : NaN;
    },
  };
}

/**
 * The day of "this time yesterday": one day, or so many weeks ago.
 * @param {string} words without the time
 * @param {Day} today
 * @returns {Days | null}
 */
export function dayThen(words, today) {
  if (/^(?:last|a) week(?: ago)?$|^上(?:周|个?星期)$/.test(words)) return days(today, -7);
  const found = dateOf(words, today);
  return found && Date.UTC(...found.to) - Date.UTC(...found.from) === 24 * HOUR ? found : null;
}

/** Weeks begin on Monday. @param {Day} day */
const sinceMonday = (day) => (new Date(Date.UTC(...day)).getUTCDay() + 6) % 7;

/** @param {number} year @param {number} month from 0 @param {number} day @returns {Days | null} null for the 31st of February */
function dayAt(year, month, day) {
  const found = new Date(Date.UTC(year, month, day));
  const real = year >= 1970 && year < 10_000 && found.getUTCMonth() === month && found.getUTCDate() === day;
  return real ? { from: [year, month, day], to: [year, month, day + 1] } : null;
}

/** The day so many days away. @param {Day} today @param {number} away @returns {Days} */
const days = ([year, month, day], away, count = 1) => ({ from: [year, month, day + away], to: [year, month, day + away + count] });

/**
 * @param {string} words in lower case, without a clock
 * @param {Day} today
 * @returns {Days | null}
 */
export function dateOf(words, today) {
  const found = spoken(words, today) ?? weekday(words, today) ?? written(words, today);
  if (found) return found;
  const [, name = "", rest = ""] = /^([a-z]+|(?:周|星期)[日天一二三四五六]) (.+)$/.exec(words) ?? [];
  const named = weekday(name, today) && written(rest, today);
  // "Friday 27 Nov": both have to say the same.
  return named && sinceMonday(named.from) === sinceMonday(/** @type {Days} */ (weekday(name, today)).from) ? named : null;
}

/**
 * What is rounded to a unit, as Grafana writes it: "now/d" is today, "now-1w/w" the week before this one.
 * @param {string} words
 * @param {number} now ms
 * @param {Zoned} calendar
 * @returns {Days | {at: number, until: number} | null} whole days, or the begin and the end of an hour or of a minute
 */
export function roundedTo(words, now, calendar) {
  const [, back = "", unit = ""] = /^now(?:\s*-\s*(\d+\s*[a-z]+))?\s*\/\s*(m|h|d|w|mo|y)$/.exec(words) ?? [];
  if (!unit || (back && !lengthOf(back))) return null;
  const [, count = "0", name = ""] = /^(\d+)\s*([a-z]+)$/.exec(back) ?? [];
  const many = Number(count);
  if (unit === "m" || unit === "h") {
    const time = now - lengthOf(back);
    const at = time - (unit === "h" ? calendar.into(time) : time % MINUTE);
    return { at, until: at + unitOf(unit) };
  }
  const [year, month, day] = calendar.day(unitOf(name) < unitOf("d") ? now - lengthOf(back) : now);
  // Days that no month has, such as 31 February, are of the month that was meant.
  const [years, months, ago] = name.startsWith("y") ? [many, 0, 0] : name.startsWith("mo") ? [0, many, 0] : [0, 0, unitOf(name) < unitOf("d") ? 0 : (many * unitOf(name)) / unitOf("d")];
  /** @type {Day} */
  const today = [year - years, month - months, day - ago];
  if (unit === "d") return days(today, 0);
  const date = new Date(Date.UTC(today[0], today[1], unit === "w" ? today[2] : ago ? today[2] : 1));
  return spoken(`this ${{ w: "week", mo: "month", y: "year" }[unit]}`, [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]);
}

/** @param {string} words @param {Day} today @returns {Days | null} */
function spoken(words, today) {
  const [year, month] = today;
  if (/^(?:today|今天|今日)$/.test(words)) return days(today, 0);
  if (/^(?:yesterday|昨天|昨日)$/.test(words)) return days(today, -1);
  if (/^(?:the )?(?:day before yesterday)$|^前天$/.test(words)) return days(today, -2);
  const [, count, span = ""] = /^(\d+) (day|week)s? ago$/.exec(words) ?? [];
  if (count) return days(today, -Number(count) * (span === "week" ? 7 : 1));
  const [, before, end] = /^(last |previous |上|上个)?(?:this )?(weekend|周末)$/.exec(words) ?? [];
  // The one that has begun last; "last weekend" is over.
  if (end) return days(today, -((sinceMonday(today) + 2) % 7) - (before && sinceMonday(today) > 4 ? 7 : 0), 2);
  const found = /^(?:(this|the current|本|这个?|今)|(last|the last|previous|the previous|上个?|去))\s?(week|month|year|周|星期|月|年)$/.exec(words);
  if (!found) return null;
  const ago = found[2] ? 1 : 0;
  if (/week|周|星期/.test(found[3] ?? "")) return days(today, -sinceMonday(today) - 7 * ago, 7);
  if (/month|月/.test(found[3] ?? "")) return { from: [year, month - ago, 1], to: [year, month - ago + 1, 1] };
  return { from: [year - ago, 0, 1], to: [year - ago + 1, 0, 1] };
}

/** The last day of that name: today, if it is one; "last Monday" is before today. @param {string} words @param {Day} today @returns {Days | null} */
function weekday(words, today) {
  const [, last, name] = WEEKDAY.exec(words) ?? [];
  const [, before, sign = ""] = CHINESE_WEEKDAY.exec(words) ?? [];
  const wanted = name ? WEEKDAYS.indexOf(name) : sign ? Math.max(0, CHINESE_DAYS.indexOf(sign)) : -1;
  if (wanted < 0) return null;
  if (before) return days(today, -sinceMonday(today) - 7 + ((wanted + 6) % 7));
  const ago = (sinceMonday(today) + 1 - wanted + 7) % 7;
  return days(today, -(last && !ago ? 7 : ago));
}

/** @param {string} words @param {Day} today @returns {Days | null} */
function written(words, [year, month, day]) {
  /** A day without a year is the last one that was. @param {number} ofMonth @param {number} on */
  const latest = (ofMonth, on) => {
    const found = dayAt(ofMonth > month || (ofMonth === month && on > day) ? year - 1 : year, ofMonth, on);
    return found && { ...found, latest: true };
  };
  let found = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/.exec(words);
  if (found) return dayAt(Number(found[1]), Number(found[3]) - 1, Number(found[4]));
  found = /^(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]$/.exec(words) ?? /^()(\d{1,2})月(\d{1,2})$/.exec(words);
  if (found) return found[1] ? dayAt(Number(found[1]), Number(found[2]) - 1, Number(found[3])) : latest(Number(found[2]) - 1, Number(found[3]));
  found = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})?$/.exec(words);
  if (found) return found[3] ? dayAt(Number(found[3]), Number(found[2]) - 1, Number(found[1])) : latest(Number(found[2]) - 1, Number(found[1]));
  found = /^(\d{1,2})\/(\d{1,2})(?:\/(\d{4}))?$/.exec(words);
  if (found) {
    const [one, other] = [Number(found[1]), Number(found[2])];
    // Only where no month has such a number it is clear which of the two is the day.
    if (one > 12 === other > 12) return null;
    const [ofMonth, on] = one > 12 ? [other - 1, one] : [one - 1, other];
    return found[3] ? dayAt(Number(found[3]), ofMonth, on) : latest(ofMonth, on);
  }
  const named = new RegExp(`^${MONTH} (\\d{1,2})(?:st|nd|rd|th)?,?(?: (\\d{4}))?$`).exec(words);
  const turned = new RegExp(`^(\\d{1,2})(?:st|nd|rd|th|\\.)? (?:of )?${MONTH},?(?: (\\d{4}))?$`).exec(words);
  const [name, on, of] = named ? [named[1], named[2], named[3]] : turned ? [turned[2], turned[1], turned[3]] : [];
  if (name) return of ? dayAt(Number(of), monthOf(name), Number(on)) : latest(monthOf(name), Number(on));
  return longer(words, year, month);
}

/** A month or a year. @param {string} words @param {number} year @param {number} month @returns {Days | null} */
function longer(words, year, month) {
  const whole = /^(\d{4})[-/](\d{1,2})$/.exec(words) ?? /^(\d{4})年(\d{1,2})月$/.exec(words);
  if (whole) return dayAt(Number(whole[1]), Number(whole[2]) - 1, 1) && { from: [Number(whole[1]), Number(whole[2]) - 1, 1], to: [Number(whole[1]), Number(whole[2]), 1] };
  const named = new RegExp(`^${MONTH}(?: (\\d{4}))?$`).exec(words);
  if (named) {
    const which = monthOf(named[1] ?? "");
    const of = named[2] ? Number(named[2]) : which > month ? year - 1 : year;
    return { from: [of, which, 1], to: [of, which + 1, 1], latest: !named[2] };
  }
  const [, quarter = "", its] = /^q([1-4])(?: (\d{4}))?$/.exec(words) ?? /^(\d{4})[- ]?q([1-4])$/.exec(words)?.map((_, place, all) => all[[0, 2, 1][place] ?? 0]) ?? [];
  if (quarter) {
    const which = 3 * (Number(quarter) - 1);
    const of = its ? Number(its) : which > month ? year - 1 : year;
    return { from: [of, which, 1], to: [of, which + 3, 1] };
  }
  const [, ofWeek, week = ""] = /^(?:(\d{4})[- ]?)?(?:w|week |cw ?|kw ?)(\d{1,2})$/.exec(words) ?? [];
  if (week) return weekAt(ofWeek ? Number(ofWeek) : year, Number(week));
  const of = Number(/^(\d{4})年?$/.exec(words)?.[1] ?? NaN);
  // Four digits of a year that is far are a clock.
  return of >= 1970 && of <= year + 1 ? { from: [of, 0, 1], to: [of + 1, 0, 1] } : null;
}

/** A week of ISO 8601: the first one has the fourth of January. @param {number} year @param {number} week @returns {Days | null} */
function weekAt(year, week) {
  if (week < 1 || week > 53) return null;
  const first = 4 - sinceMonday([year, 0, 4]) + 7 * (week - 1);
  return { from: [year, 0, first], to: [year, 0, first + 7] };
}

/** @param {string} name */
const monthOf = (name) => MONTHS.indexOf(name.slice(0, 3));
