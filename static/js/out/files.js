// Names of files and times in them, and how a file is handed to whoever sits before the page.

import { ahead as shownAhead } from "../localtime.js";

/** @typedef {import("../chart.js").Span} Span */
/** ms by which the clock that the page shows is ahead of UTC at a time. @typedef {(time: number) => number} Zone */

/** ms until a file has surely been taken: browsers don't say when. */
const TAKEN_AFTER = 60_000;

/** `2026-01-31T12:00:00.250+01:00`, or with Z for UTC itself. @param {number} time ms @param {Zone} [ahead] */
export function isoText(time, ahead = shownAhead) {
  const offset = ahead(time);
  const text = new Date(time + offset).toISOString();
  return offset ? text.slice(0, -1) + zoneText(offset) : text;
}

/** `+01:00`. @param {number} offset ms */
export function zoneText(offset) {
  const minutes = Math.abs(Math.round(offset / 60_000));
  const two = (/** @type {number} */ part) => `${part}`.padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** `2026-01-31 12:00:00`. @param {number} time ms @param {Zone} [ahead] */
export function dayAndClock(time, ahead = shownAhead) {
  return new Date(time + ahead(time)).toISOString().slice(0, 19).replace("T", " ");
}

/**
 * `system.cpu_2026-01-31_12-00-00_to_12-05-00.csv`: what, from when to when, by the clock that the page shows.
 * @param {string} what
 * @param {Span} span
 * @param {string} ending
 * @param {Zone} [ahead]
 */
export function fileName(what, { from, to }, ending, ahead = shownAhead) {
  const [day, clock] = dayAndClock(from, ahead).replaceAll(":", "-").split(" ");
  const [lastDay, lastClock] = dayAndClock(to, ahead).replaceAll(":", "-").split(" ");
  // What no file system takes, or a shell takes for something else.
  const name = what.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "").slice(0, 100) || "plotroom";
  return `${name}_${day}_${clock}_to_${lastDay === day ? "" : `${lastDay}_`}${lastClock}.${ending}`;
}

/** @param {Blob} blob @param {string} name */
export function hand(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), TAKEN_AFTER);
}
