// What a window's samples of one series amount to.

import { amounts } from "../time/stats.js";

/** @typedef {import("../time/stats.js").Stats & {now: number}} Summary NaN where there is nothing */

/** @param {Float64Array} column @param {number} low first index @param {number} high index after the last @returns {Summary} */
export function summaryOf(column, low, high) {
  return { now: high > low ? /** @type {number} */ (column[high - 1]) : NaN, ...amounts(column, low, high) };
}
