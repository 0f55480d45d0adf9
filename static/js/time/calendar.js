// The calendar of this place or of UTC: which day a moment is of, when days begin, and which days weeks and months have.

/** @typedef {[number, number, number]} Day year, month from 0, day of the month; beyond the month it is one of another month */
/** @typedef {{from: Day, to: Day, latest?: boolean}} Days whole ones, the last one not included; `latest` when nobody said of which year */
/** @typedef {{hour: number, minute: number, second: number, ms: number}} Clock */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

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
      day: (time) => dayOf(new Date(time)),
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

/** @param {Date} date @returns {Day} of UTC */
const dayOf = (date) => [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];

/** The same day as its month has it. @param {Day} day */
export const real = (day) => dayOf(new Date(Date.UTC(...day)));

/** Days since its week began, on Monday. @param {Day} day */
export const sinceMonday = (day) => (new Date(Date.UTC(...day)).getUTCDay() + 6) % 7;

/** @param {number} year @param {number} month from 0 @param {number} day @returns {Days | null} null for the 31st of February */
export function dayAt(year, month, day) {
  const there = year >= 1970 && year < 10_000 && real([year, month, day])[1] === month;
  return there ? days([year, month, day], 0) : null;
}

/** Days from so many days away on. @param {Day} today @param {number} away @param {number} [count] @returns {Days} */
export const days = ([year, month, day], away, count = 1) => ({ from: [year, month, day + away], to: [year, month, day + away + count] });

/** Whole months. @param {number} year @param {number} month from 0 @param {number} [count] @returns {Days} */
export const months = (year, month, count = 1) => ({ from: [year, month, 1], to: [year, month + count, 1] });

/** The week of a day, or one so many weeks before. @param {Day} today @param {number} [ago] */
export const weekOf = (today, ago = 0) => days(today, -sinceMonday(today) - 7 * ago, 7);

/** A week of ISO 8601: the first one has the fourth of January. @param {number} year @param {number} week @returns {Days | null} */
export function weekAt(year, week) {
  return week >= 1 && week <= 53 ? weekOf([year, 0, 4 + 7 * (week - 1)]) : null;
}
