// Ticks of a time axis: at round times of the clock that is shown, few enough for the width.

import { ahead, shownAt, timeAt } from "./localtime.js";
import { dayText } from "./text.js";

/** @typedef {{from: number, to: number}} Span ms */

const HOUR = 3_600;
const DAY = 86_400;
/** Seconds between ticks; all below an hour divide it, those of hours divide a day. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1800, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY];
const WEEK = 7;
/** The first Monday of the epoch, in days: weeks begin there. */
const MONDAY = 4;
/** px that a label of a minute and of a second needs, with room around it. */
const TICK = 58;
const LONG_TICK = 68;
const MOST_TICKS = 8;
/** Spans of so many seconds need the day beside the time. */
const DAYS_FROM = 12 * HOUR;

/** @typedef {{at: number, place: number, text: string, near: boolean}} Tick ms, px from the left, and whether that is too near an end for the text: without it a line would say nothing */

/**
 * @param {Span} span
 * @param {number} width px
 * @returns {Tick[]}
 */
export function ticksOf({ from, to }, width) {
  const seconds = (to - from) / 1000;
  const step = STEPS.find((one) => seconds / one <= MOST_TICKS && (seconds / one) * room(one) <= width)
    ?? DAY * WEEK * Math.ceil(Math.max((seconds * TICK) / width, seconds / MOST_TICKS) / DAY / WEEK);
  const half = room(step) / 2;
  const times = step < HOUR ? even(from, to, step) : round(from, to, step);
  return times.map((at) => {
    const place = ((at - from) / (to - from)) * width;
    return { at, place, text: labelOf(at, step), near: place < half || place > width - half / 2 };
  });
}

/**
 * The same as Plotly takes it.
 * @param {Span} span
 * @param {number} width px
 * @param {(time: number) => number} [axis] what the axis is given for a time
 * @param {boolean} [clear] whether there is none near either end
 * @returns {{tickmode: "array", tickvals: number[], ticktext: string[]}}
 */
export function timeTicks(span, width, axis = (time) => time, clear = true) {
  const ticks = ticksOf(span, width).filter(({ near }) => !clear || !near);
  return { tickmode: "array", tickvals: ticks.map(({ at }) => axis(at)), ticktext: ticks.map(({ text }) => text) };
}

/** How the label beside the pointer tells the time; of a short span the template knows it. @param {Span} span */
export function hoverFormat({ from, to }) {
  return (to - from) / 1000 < DAYS_FROM ? {} : { hoverformat: "%b %-d, %H:%M" };
}

/** px for a tick of this step, in seconds. @param {number} step */
const room = (step) => (step < 60 ? LONG_TICK : TICK);

/** Clocks are changed by hours, or halves of them, so that these steps go on evenly. @param {number} from @param {number} to @param {number} step */
function even(from, to, step) {
  const shift = ahead(from);
  const times = [];
  for (let at = Math.ceil((from + shift) / step / 1000) * step * 1000 - shift; at <= to; at += step * 1000) times.push(at);
  return times;
}

/** Round hours and days of this place, of which one may be longer than the next. @param {number} from @param {number} to @param {number} step */
function round(from, to, step) {
  const first = shownAt(from);
  const [year, month, day] = [first.getUTCFullYear(), first.getUTCMonth(), first.getUTCDate()];
  const days = step < DAY ? 1 : step / DAY;
  const number = Date.UTC(year, month, day) / DAY / 1000 - (days % WEEK ? 0 : MONDAY);
  const times = new Set();
  // A day that no Date can have is NaN, which ends this, too.
  for (let on = Math.ceil(number / days) * days - number; timeAt(year, month, day + on) <= to; on += days) {
    for (let hour = 0; hour < 24; hour += Math.min(24, step / HOUR)) times.add(timeAt(year, month, day + on, hour));
  }
  return [...times].filter((at) => at >= from && at <= to);
}

/** Midnight is told by the day that begins. @param {number} at @param {number} step seconds */
function labelOf(at, step) {
  const date = shownAt(at);
  // Where clocks are put forward at midnight the day begins later.
  const begins = timeAt(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) === at;
  return begins ? dayText(at) : date.toISOString().slice(11, step < 60 ? 19 : 16);
}
