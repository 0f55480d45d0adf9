// What a window's samples of one series amount to.

/** @typedef {{now: number, min: number, mean: number, max: number}} Summary NaN where there is nothing */

/** @param {Float64Array} column @param {number} low first index @param {number} high index after the last @returns {Summary} */
export function summaryOf(column, low, high) {
  let [min, max, sum, count] = [Infinity, -Infinity, 0, 0];
  for (let at = low; at < high; at++) {
    const value = /** @type {number} */ (column[at]);
    if (Number.isNaN(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count++;
  }
  const now = high > low ? /** @type {number} */ (column[high - 1]) : NaN;
  return count ? { now, min, mean: sum / count, max } : { now, min: NaN, mean: NaN, max: NaN };
}
