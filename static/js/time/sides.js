// The two ends of a span, each of which may leave out what the other says: "9-10:30", "8-9pm", "20-25 nov", "3-4 days ago".

import { agoOf } from "./lengths.js";

/** @typedef {import("./words.js").Side} Side */
/** @typedef {(words: string) => Side | null} Reader */

const BARE = /^\d{1,2}(?:st|nd|rd|th|[日号])?$/;
/** A number that can only be an hour: 9, 9h, 9h30, 0930; behind a day, or before it. */
const HOURS = [
  /^(.*[ \u4e00-\u9fff])?(\d{1,2})()$/, /^(.*[ \u4e00-\u9fff])?(\d{1,2})h(\d\d)?$/, /^(.* )?([0-2]\d)([0-5]\d)$/, /^()(\d{1,2})()(?= (?!\d{4}|\d\d?[:h]))/,
];

/** The words with their hour written as a clock, "9" as "9:00". @param {string} words @param {string} [half] of the day */
export function clocked(words, half) {
  for (const hour of HOURS) {
    const [all, day = "", hours = "", minutes] = hour.exec(words) ?? [];
    if (all !== undefined && Number(hours) <= 24) return `${day}${hours}${half ? "" : `:${minutes || "00"}`}${half ?? ""}${words.slice(all.length)}`;
  }
  return words;
}

/**
 * Both ends of a span, completed by each other. As they are they are tried first, then as days of one month, then as hours.
 * @param {string} begin
 * @param {string} end
 * @param {Reader} read
 * @param {boolean} hours whether a number may be an hour: beside a slash it may be a day or a month
 * @returns {[Side | null, Side | null]}
 */
export function shared(begin, end, read, hours) {
  const part = /(上午|早上|凌晨|下午|晚上)/.exec(begin)?.[1];
  const late = part && /^\d{1,2}[点时]/.test(end) ? part + end : end;
  const [left, right] = [read(begin), read(late)];
  if (left && right) return [left, right];
  if (right && BARE.test(begin) && agoOf(end)) return [right, read(end.replace(/^\d+/, begin))];
  const first = right && BARE.test(begin) ? read(end.replace(/^\d{1,2}(?:st|nd|rd|th)?(?=\D)/, begin)) : null;
  if (first && isDay(first) && isDay(right)) return [first, right];
  const last = left && BARE.test(end) && isDay(left) ? read(begin.replace(/\d+(?:st|nd|rd|th|[日号])?(?!.*\d)/, end)) : null;
  if (last && isDay(last) && /\d/.test(begin)) return [left, last];
  if (!hours) return [left, right];
  return [left ?? read(/[点时]/.test(late) && /\d$/.test(begin) ? `${begin}点` : clocked(begin, halfOf(begin, late))), right ?? read(clocked(late))];
}

/** @param {Side | null} side */
const isDay = (side) => side !== null && side.at === undefined && !side.clock;

/** The half of the day of an hour before another one: "8-9pm" begins at 8 pm, "11-1pm" at 11 am. @param {string} begin @param {string} end */
function halfOf(begin, end) {
  const [, until = "", half] = /(\d{1,2})(?::\d\d)? ?(am|pm)$/.exec(end) ?? [];
  if (!half) return undefined;
  const hour = Number(/(\d{1,2})$/.exec(begin)?.[1] ?? NaN);
  // Hours that are named by halves of the day have no more than 12.
  if (!(hour >= 1 && hour <= 12)) return undefined;
  return hour % 12 < Number(until) % 12 ? half : half === "pm" ? "am" : "pm";
}
