// Values of a series as stretches of time in which it was in one state: a level, a value, or a part of the range.

import { roundUp } from "../axes.js";
import { ascending } from "./levels.js";

/** @typedef {import("./types.js").Threshold} Threshold */
/** @typedef {{from: number, to: number, state: number}} Stretch ms */
/**
 * @typedef {object} States
 * @property {(value: number) => number} of which of them a value is
 * @property {string[]} names
 * @property {(import("./types.js").Level | "")[] | null} levels where thresholds tell them apart
 * @property {number[] | null} hues places in a palette, where each value is a state; else they are parts of a range, from the
 *   least to the largest
 */

/** Values up to so many are states by themselves; of more, parts of the range are. */
const FEW = 8;
const PARTS = 5;

/** Parts stay as they are while values fill so much of them. */
const FILLED = 0.4;

/** @typedef {{from: number, step: number, count: number}} Parts */

/** What a panel has shown so far, so that a state looks the same whatever else is in the window. */
export class Seen {
  constructor() {
    /** Places in a palette, by value. @type {Map<number, number>} */
    this.hues = new Map();
    /** Whether there have been too many values for each to be a state. */
    this.many = false;
    /** @type {Parts | null} of the range, which are states then */
    this.parts = null;
  }

  /** @param {Iterable<number>} values */
  meet(values) {
    for (const value of values) {
      if (this.many || this.hues.has(value)) continue;
      this.hues.set(value, this.free(value));
      this.many = this.hues.size > FEW;
    }
  }

  /** Codes of states are small numbers: each has its own place where no other is at it. @param {number} value */
  free(value) {
    const taken = new Set(this.hues.values());
    let place = Math.abs(Math.round(value)) % (FEW + 1) || 0;
    while (taken.has(place)) place = (place + 1) % (FEW + 1);
    return place;
  }
}

/**
 * Which states there are: by thresholds when there are some, else by the values.
 * @param {object} given
 * @param {Threshold[]} given.thresholds
 * @param {[number | null, number | null]} [given.range] that is declared
 * @param {Float64Array[]} columns
 * @param {number} low first index
 * @param {number} high index after the last
 * @param {(value: number) => string} text
 * @param {Seen} [seen] before
 * @returns {States}
 */
export function statesOf({ thresholds, range = [null, null] }, columns, low, high, text, seen = new Seen()) {
  if (thresholds.length) {
    const order = ascending(thresholds);
    const names = [`< ${text(order[0]?.value ?? 0)}`, ...order.map(({ value }) => `≥ ${text(value)}`)];
    return { of: (value) => order.findLastIndex((one) => one.value <= value) + 1, names, levels: ["", ...order.map(({ level }) => level)], hues: null };
  }
  /** @type {Set<number>} */
  const values = new Set();
  let [min, max] = [Infinity, -Infinity];
  for (const column of columns) {
    for (let at = low; at < high; at++) {
      const value = /** @type {number} */ (column[at]);
      if (Number.isNaN(value)) continue;
      if (values.size <= FEW) values.add(value);
      if (!Number.isFinite(value)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  const order = [...values].sort((a, b) => a - b);
  seen.meet(order);
  if (!seen.many) {
    const hues = order.map((value) => seen.hues.get(value) ?? 0);
    return { of: (value) => order.indexOf(value), names: order.map(text), levels: null, hues };
  }
  const { from, step, count } = seen.parts = partsOf({ min, max }, range, seen.parts);
  const names = Array.from({ length: count }, (_, at) => `${text(from + at * step)} – ${text(from + (at + 1) * step)}`);
  return { of: (value) => Math.max(0, Math.min(count - 1, Math.floor((value - from) / step))), names, levels: null, hues: null };
}

/** @param {{min: number, max: number}} extent @param {[number | null, number | null]} range @param {Parts | null} before @returns {Parts} with round ends */
function partsOf({ min, max }, [low, high], before) {
  const [least, most] = [low ?? min, high ?? max];
  if (low !== null && high !== null && high > low) return { from: low, step: (high - low) / PARTS, count: PARTS };
  const end = before ? before.from + before.count * before.step : NaN;
  if (before && (!(least <= most) || (before.from <= least && end >= most && most - least > FILLED * (end - before.from)))) return before;
  const step = roundUp((most - least) / PARTS) || 1;
  const from = Math.floor(least / step) * step || 0;
  return { from, step, count: Math.max(1, Math.ceil((most - from) / step) || 0) };
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
