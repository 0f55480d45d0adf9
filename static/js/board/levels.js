// Thresholds: from which value on something is well, worth a look, or bad.

/** @typedef {import("./types.js").Threshold} Threshold */
/** @typedef {import("./types.js").Level} Level */

/** @param {Threshold[]} thresholds in any order */
export const ascending = (thresholds) => thresholds.toSorted((a, b) => a.value - b.value);

/** @param {number} value @param {Threshold[]} thresholds @returns {Level | ""} "" below all of them, and for a gap */
export function levelOf(value, thresholds) {
  return ascending(thresholds).findLast((one) => one.value <= value)?.level ?? "";
}

/**
 * The parts of a range that have a level.
 * @param {Threshold[]} thresholds
 * @param {[number, number]} range
 * @returns {{from: number, to: number, level: Level}[]}
 */
export function bandsOf(thresholds, [low, high]) {
  const order = ascending(thresholds);
  return order
    .map(({ value, level }, at) => ({ from: Math.max(low, value), to: Math.min(high, order[at + 1]?.value ?? high), level }))
    .filter(({ from, to }) => from < to);
}

/** Names of the colours in css/tokens.css. @type {Record<Level, string>} */
export const COLOUR = { ok: "good", warn: "warn", bad: "bad" };

/** A colour of css/tokens.css as it is now, for who draws on a canvas. @param {string} name */
export function tokenOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
