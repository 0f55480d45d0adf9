// The least, mean and largest value of each series in what is shown: one pass over it, whenever that is another.

/** @typedef {{min: number, mean: number, max: number}} Stats NaN where there is no value */

/** @param {Float64Array} column @param {number} low first index @param {number} high index after the last @returns {Stats} */
export function amounts(column, low, high) {
  let [min, max, sum, count] = [Infinity, -Infinity, 0, 0];
  for (let at = low; at < high; at++) {
    const value = /** @type {number} */ (column[at]);
    if (Number.isNaN(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count++;
  }
  return count ? { min, max, mean: sum / count } : { min: NaN, max: NaN, mean: NaN };
}

/**
 * @param {import("../ring.js").Ring} ring
 * @param {{from: number, to: number}} span ms
 * @returns {Stats[]} by place of the series
 */
export function statsOf(ring, { from, to }) {
  const low = ring.search(from);
  const high = ring.search(to + 1);
  return ring.columns.map((column) => amounts(column, low, high));
}

/** Before the first sample and after the last one, so many of their distances are near. */
const NEAR = 2;

/** Index of the sample that is nearest to a moment; -1 for none. @param {import("../ring.js").Ring} ring @param {number} time ms */
export function nearest(ring, time) {
  if (!ring.length) return -1;
  const next = Math.min(ring.search(time), ring.end - 1);
  const before = Math.max(next - 1, ring.start);
  const [late = 0, early = 0] = [ring.times[next], ring.times[before]];
  const beyond = time < early ? early - time : time - late;
  if (beyond > NEAR * ring.every) return -1;
  return late - time < time - early ? next : before;
}
