// Where the next threshold of a panel begins: within what is seen, at a round number.

import { extent, roundUp } from "../axes.js";
import { amounts } from "../time/stats.js";

/** @typedef {{mean: number, max: number}} Seen of all that a panel shows; NaN where there is no value */

/** By so much of itself a value is passed where nothing else tells how far. */
const BEYOND = 0.1;

/**
 * @param {import("../out/panels.js").Held} panel
 * @param {boolean} stacked whether what is seen are sums
 * @returns {Seen}
 */
export function seenIn(panel, stacked) {
  const ring = panel.ring();
  if (!ring) return { mean: NaN, max: NaN };
  const { from, to } = panel.span();
  const [low, high, places] = [ring.search(from), ring.search(to + 1), panel.places()];
  const means = places.map((place) => amounts(/** @type {Float64Array} */ (ring.columns[place]), low, high).mean).filter(Number.isFinite);
  const sum = means.reduce((all, one) => all + one, 0);
  return { mean: means.length ? sum / (stacked ? 1 : means.length) : NaN, max: means.length ? extent(ring, places, low, high, stacked).max : NaN };
}

/**
 * The first is between the mean and the largest value, each other one above the last.
 * @param {number[]} values of the thresholds that there are, ascending
 * @param {Seen} seen
 * @param {[number | null, number | null]} range of the axis, where it is known
 */
export function nextThreshold(values, { mean, max }, [low, high]) {
  const last = values.at(-1);
  if (last !== undefined) {
    const top = Math.max(Number.isFinite(max) ? max : -Infinity, high ?? -Infinity);
    return top > last ? between(last, top) : tidy(last + (roundUp(Math.abs(last) * BEYOND) || 1));
  }
  if (max > mean) return between(mean, max);
  // Of what stands still, and of nothing, the range tells more than the values.
  const from = Number.isFinite(max) ? max : low ?? 0;
  if (high !== null && high > from) return between((from + high) / 2, high);
  return from > 0 ? tidy(roundUp(from * (1 + BEYOND))) : from < 0 ? between(from, 0) : 1;
}

/** The roundest number near the middle. @param {number} low @param {number} high above it */
function between(low, high) {
  const middle = low + (high - low) / 2;
  const power = 10 ** Math.floor(Math.log10(high - low));
  for (const step of [power, power / 2, power / 5, power / 10]) {
    const value = tidy(Math.round(middle / step) * step);
    if (value > low && value < high) return value;
  }
  return middle;
}

/** Without what sums of binary fractions leave behind. @param {number} value */
const tidy = (value) => Number(value.toPrecision(12));
