// Days as people name them: "yesterday", "last Monday", "27 Nov", "Q3 2026", "now-1w/w".

import { dayAt, days, months, real, sinceMonday, weekAt, weekOf } from "./calendar.js";
import { lengthOf, unitOf } from "./lengths.js";

/** @typedef {import("./calendar.js").Day} Day */
/** @typedef {import("./calendar.js").Days} Days */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const CHINESE_WEEKDAYS = "日一二三四五六";

// --- the forms of what is written: each names its parts

const NAME = "(?<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";
/** @type {[RegExp, number][]} and how many days ago that is */
const NEAR_DAYS = [[/^(?:today|今天|今日)$/, 0], [/^(?:yesterday|昨天|昨日)$/, 1], [/^(?:the )?day before yesterday$|^前天$/, 2]];
const AGO = /^(?<count>\d+) (?<unit>day|week)s? ago$/;
const WEEK_AGO = /^(?:last|a) week(?: ago)?$|^上(?:周|个?星期)$/;
const WEEKEND = /^(?<last>last |previous |上|上个)?(?:this )?(?:weekend|周末)$/;
const AROUND = /^(?:(?:this|the current|本|这个?|今)|(?<last>last|the last|previous|the previous|上个?|去))\s?(?:(?<week>week|周|星期)|(?<month>month|月)|year|年)$/;
const WEEKDAY = /^(?:on )?(?<last>last )?(?<name>sun|mon|tue|wed|thu|fri|sat)(?:day|sday|nesday|rsday|urday|s|rs|r)?$/;
const CHINESE_WEEKDAY = /^(?<before>上)?(?:周|星期|礼拜)(?<name>[日天一二三四五六])$/;
/** "Friday 27 Nov" */
const WITH_WEEKDAY = /^(?<weekday>[a-z]+|(?:周|星期)[日天一二三四五六]) (?<date>.+)$/;
const DATES = [
  /^(?<year>\d{4})(?<between>[-/.])(?<month>\d{1,2})\k<between>(?<day>\d{1,2})$/,
  /^(?:(?<year>\d{4})年)?(?<month>\d{1,2})月(?<day>\d{1,2})[日号]$/,
  /^(?<month>\d{1,2})月(?<day>\d{1,2})$/,
  /^(?<day>\d{1,2})\.\s?(?<month>\d{1,2})\.\s?(?<year>\d{4})?$/,
  new RegExp(`^${NAME} (?<day>\\d{1,2})(?:st|nd|rd|th)?,?(?: (?<year>\\d{4}))?$`),
  new RegExp(`^(?<day>\\d{1,2})(?:st|nd|rd|th|\\.)? (?:of )?${NAME},?(?: (?<year>\\d{4}))?$`),
];
/** Of which nobody knows which is the day, unless one of them can be no month. */
const SLASHED = /^(?<one>\d{1,2})\/(?<other>\d{1,2})(?:\/(?<year>\d{4}))?$/;
const NUMBERED_MONTHS = [/^(?<year>\d{4})[-/](?<month>\d{1,2})$/, /^(?<year>\d{4})年(?<month>\d{1,2})月$/];
const NAMED_MONTH = new RegExp(`^${NAME}(?: (?<year>\\d{4}))?$`);
const QUARTERS = [/^q(?<quarter>[1-4])(?: (?<year>\d{4}))?$/, /^(?<year>\d{4})[- ]?q(?<quarter>[1-4])$/];
const WEEK = /^(?:(?<year>\d{4})[- ]?)?(?:w|week |cw ?|kw ?)(?<week>\d{1,2})$/;
const YEAR = /^(?<year>\d{4})年?$/;
const ROUNDED = /^now(?:\s*-\s*(?<back>\d+\s*[a-z]+))?\s*\/\s*(?<unit>m|h|d|w|mo|y)$/;
const COUNTED = /^(?<count>\d+)\s*(?<unit>[a-z]+)$/;

/** The parts that the first fitting form finds; null when none fits. @param {string} words @param {RegExp[]} forms */
function partsOf(words, ...forms) {
  for (const form of forms) {
    const found = form.exec(words);
    if (found) return found.groups ?? {};
  }
  return null;
}

/**
 * @param {string} words in lower case, without a clock
 * @param {Day} today
 * @returns {Days | null}
 */
export function dateOf(words, today) {
  const found = spoken(words, today) ?? weekdayOf(words, today) ?? written(words, today);
  if (found) return found;
  const { weekday = "", date = "" } = partsOf(words, WITH_WEEKDAY) ?? {};
  const meant = weekdayOf(weekday, today);
  const named = meant && written(date, today);
  // Both have to say the same.
  return named && sinceMonday(named.from) === sinceMonday(meant.from) ? named : null;
}

/**
 * The day of "this time yesterday": one day, or so many weeks ago.
 * @param {string} words without the time
 * @param {Day} today
 * @returns {Days | null}
 */
export function dayThen(words, today) {
  if (WEEK_AGO.test(words)) return days(today, -7);
  const found = dateOf(words, today);
  return found && Date.UTC(...found.to) - Date.UTC(...found.from) === DAY ? found : null;
}

/**
 * What is rounded to a unit, as Grafana writes it: "now/d" is today, "now-1w/w" the week before this one.
 * @param {string} words
 * @param {number} now ms
 * @param {import("./calendar.js").Zoned} calendar
 * @returns {Days | {at: number, until: number} | null} whole days, or the begin and the end of an hour or of a minute
 */
export function roundedTo(words, now, calendar) {
  const { back = "", unit = "" } = partsOf(words, ROUNDED) ?? {};
  if (!unit || (back && !lengthOf(back))) return null;
  if (unit === "m" || unit === "h") {
    const time = now - lengthOf(back);
    const at = time - (unit === "h" ? calendar.into(time) : time % MINUTE);
    return { at, until: at + unitOf(unit) };
  }
  const then = dayBefore(back, now, calendar);
  if (unit === "d") return days(then, 0);
  if (unit === "w") return weekOf(real(then));
  // Days that no month has, such as 31 February, are of the month that was meant.
  const [year, month] = then[2] < 1 ? real(then) : real([then[0], then[1], 1]);
  return unit === "mo" ? months(year, month) : months(year, 0, 12);
}

/** The day that was so long ago; months and years are those of the calendar. @param {string} back @param {number} now ms @param {import("./calendar.js").Zoned} calendar @returns {Day} */
function dayBefore(back, now, calendar) {
  const { count = "0", unit = "" } = partsOf(back, COUNTED) ?? {};
  const many = Number(count);
  const [year, month, day] = calendar.day(now);
  if (unit.startsWith("y")) return [year - many, month, day];
  if (unit.startsWith("mo")) return [year, month - many, day];
  const length = unitOf(unit);
  return length < DAY ? calendar.day(now - lengthOf(back)) : [year, month, day - (many * length) / DAY];
}

/** What is told from today on. @param {string} words @param {Day} today @returns {Days | null} */
function spoken(words, today) {
  const [year, month] = today;
  const near = NEAR_DAYS.find(([form]) => form.test(words));
  if (near) return days(today, -near[1]);
  const ago = partsOf(words, AGO);
  if (ago) return days(today, -Number(ago["count"]) * (ago["unit"] === "week" ? 7 : 1));
  const weekend = partsOf(words, WEEKEND);
  if (weekend) return weekendOf(today, Boolean(weekend["last"]));
  const around = partsOf(words, AROUND);
  if (!around) return null;
  const before = around["last"] ? 1 : 0;
  if (around["week"]) return weekOf(today, before);
  return around["month"] ? months(year, month - before) : months(year - before, 0, 12);
}

/** The weekend that has begun last. @param {Day} today @param {boolean} over whether it has to be over */
function weekendOf(today, over) {
  const sinceSaturday = (sinceMonday(today) + 2) % 7;
  return days(today, -sinceSaturday - (over && sinceSaturday < 2 ? 7 : 0), 2);
}

/** The last day of that name: today, if it is one; "last Monday" is before today. @param {string} words @param {Day} today @returns {Days | null} */
function weekdayOf(words, today) {
  const chinese = partsOf(words, CHINESE_WEEKDAY);
  const { last, name = "" } = chinese ?? partsOf(words, WEEKDAY) ?? {};
  if (!name) return null;
  const wanted = !chinese ? WEEKDAYS.indexOf(name) : name === "天" ? 0 : CHINESE_WEEKDAYS.indexOf(name);
  const wantedSinceMonday = (wanted + 6) % 7;
  // That of the week before.
  if (chinese?.["before"]) return days(weekOf(today, 1).from, wantedSinceMonday);
  const ago = (sinceMonday(today) - wantedSinceMonday + 7) % 7;
  return days(today, -(last && !ago ? 7 : ago));
}

/** @param {string} words @param {Day} today @returns {Days | null} */
function written(words, today) {
  const date = partsOf(words, ...DATES);
  if (date) {
    const { year, month, name, day } = date;
    return dated(name ? monthOf(name) : Number(month) - 1, Number(day), year, today);
  }
  const slashed = partsOf(words, SLASHED);
  if (!slashed) return longer(words, today);
  const [one, other] = [Number(slashed["one"]), Number(slashed["other"])];
  if (one > 12 === other > 12) return null;
  return one > 12 ? dated(other - 1, one, slashed["year"], today) : dated(one - 1, other, slashed["year"], today);
}

/** A day without a year is the last one that was. @param {number} month @param {number} day @param {string | undefined} year @param {Day} today @returns {Days | null} */
function dated(month, day, year, [thisYear, thisMonth, thisDay]) {
  const toCome = month > thisMonth || (month === thisMonth && day > thisDay);
  if (year) return dayAt(Number(year), month, day);
  const found = dayAt(toCome ? thisYear - 1 : thisYear, month, day);
  return found && { ...found, latest: true };
}

/** A week, a month, a quarter or a year. @param {string} words @param {Day} today @returns {Days | null} */
function longer(words, [thisYear, thisMonth]) {
  /** Without a year it is the last one that has begun. @param {number} month @param {string | undefined} year */
  const yearOf = (month, year) => (year ? Number(year) : month > thisMonth ? thisYear - 1 : thisYear);
  const numbered = partsOf(words, ...NUMBERED_MONTHS);
  if (numbered) {
    const [year, month] = [Number(numbered["year"]), Number(numbered["month"]) - 1];
    return dayAt(year, month, 1) && months(year, month);
  }
  const named = partsOf(words, NAMED_MONTH);
  if (named) {
    const month = monthOf(named["name"] ?? "");
    return { ...months(yearOf(month, named["year"]), month), latest: !named["year"] };
  }
  const quarter = partsOf(words, ...QUARTERS);
  if (quarter) {
    const month = 3 * (Number(quarter["quarter"]) - 1);
    return months(yearOf(month, quarter["year"]), month, 3);
  }
  const week = partsOf(words, WEEK);
  if (week) return weekAt(Number(week["year"] ?? thisYear), Number(week["week"]));
  const year = Number(partsOf(words, YEAR)?.["year"] ?? NaN);
  // Four digits of a year that is far are a clock.
  return year >= 1970 && year <= thisYear + 1 ? months(year, 0, 12) : null;
}

/** @param {string} name */
const monthOf = (name) => MONTHS.indexOf(name.slice(0, 3));
