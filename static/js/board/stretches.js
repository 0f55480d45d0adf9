// Values of a series as stretches of time in which it was in one state: a level, a value, or a part of the range.

import { ascending } from "./levels.js";

/** @typedef {import("./types.js").Threshold} Threshold */
/** @typedef {{from: number, to: number, state: number}} Stretch ms */
/** @typedef {{of: (value: number) => number, names: string[], levels: (import("./types.js").Level | "")[] | null, graded: boolean}} States
 *   `graded`: the states are parts of a range, from the least to the largest */

/** Values up to so many are states by themselves; of more, parts of the range are. */
const FEW = 8;
const PARTS = 5;

/**
 * Which states there are: by thresholds when there are some, else by the values.
 * @param {Threshold[]} thresholds
 * @param {Float64Array[]} columns
 * @param {number} low first index
 * @param {number} high index after the last
 * @param {(value: number) => string} text
 * @returns {States}
 */
export function statesOf(thresholds, columns, low, high, text) {
  if (thresholds.length) {
    const order = ascending(thresholds);
    const names = [`< ${text(order[0]?.value ?? 0)}`, ...order.map(({ value }) => `≥ ${text(value)}`)];
    return { of: (value) => order.findLastIndex((one) => one.value <= value) + 1, names, levels: ["", ...order.map(({ level }) => level)], graded: false };
  }
  /** @type {Set<number>} */
  const values = new Set();
  let [min, max] = [Infinity, -Infinity];
  for (const column of columns) {
    for (let at = low; at < high; at++) {
      const value = /** @type {number} */ (column[at]);
      if (Number.isNaN(value)) continue;
      if (values.size <= FEW) values.add(value);
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  if (values.size <= FEW) {
    const order = [...values].sort((a, b) => a - b);
    return { of: (value) => order.indexOf(value), names: order.map(text), levels: null, graded: false };
  }
  const part = (max - min) / PARTS;
  const names = Array.from({ length: PARTS }, (_, at) => `${text(min + at * part)} – ${text(min + (at + 1) * part)}`);
  return { of: (value) => Math.min(PARTS - 1, Math.floor((value - min) / part)), names, levels: null, graded: true };
}

/**
 * A value stands until the next sample; a gap is no state, and none lasts longer than `most` without a sample.
 * @param {Float64Array} times
 * @param {Float64Array} column
 * @param {number} low
 * @param {number} high
 * @param {(value: number) => number} stateOf
 * @param {number} most ms
 * @returns {Stretch[]}
 */
export function stretchesOf(times, column, low, high, stateOf, most) {
  /** @type {Stretch[]} */
  const found = [];
  for (let at = low; at < high; at++) {
    const value = /** @type {number} */ (column[at]);
    if (Number.isNaN(value)) continue;
    const from = /** @type {number} */ (times[at]);
    const next = at + 1 < high ? /** @type {number} */ (times[at + 1]) : from;
    const to = Math.min(next, from + most);
    const state = stateOf(value);
    const last = found.at(-1);
    if (last?.state === state && last.to >= from) last.to = to;
    else found.push({ from, to, state });
  }
  return found;
}
