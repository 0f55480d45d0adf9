// The ends of a gauge that nobody has set: round, with zero between them, and still while values are near.

import { roundUp } from "../axes.js";

/** Room beyond the largest value, and how little of the scale may be used before it shrinks. */
const ROOM = 1.2;
const LITTLE = 0.4;

/**
 * @param {number[]} values NaN for a gap
 * @param {[number, number] | null} before
 * @param {number} [step] of the unit: what is round in MiB/s is not in bytes/s
 * @returns {[number, number]}
 */
export function ends(values, before, step = 1) {
  const known = values.filter(Number.isFinite);
  const [least, most] = [Math.min(0, ...known), Math.max(0, ...known)];
  if (before && least >= before[0] && most <= before[1] && most - least >= LITTLE * (before[1] - before[0])) return before;
  const round = (/** @type {number} */ value) => roundUp((value * ROOM) / step) * step;
  const low = least < 0 ? -round(-least) : 0;
  return [low, round(most) || (low < 0 ? 0 : step)];
}
