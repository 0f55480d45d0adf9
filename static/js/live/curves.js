// What the lines of a chart are made of: their points, and which of them lies on which.

import { pointsOf, stepped } from "./geometry.js";

/** @typedef {import("../types.js").Json} Json */
/** @typedef {import("./geometry.js").Place} Place */
/** @typedef {import("./geometry.js").Points} Points */

/**
 * @typedef {object} Curve
 * @property {Json} trace
 * @property {Points} points
 * @property {boolean} grounded whether the area below it reaches down to zero
 * @property {Curve | null} above the one whose area begins at this one
 */

/**
 * @param {Json[]} traces filled ones, of one pair of axes
 * @param {Place} place
 * @returns {Curve[]}
 */
export function curves(traces, place) {
  /** @type {Map<string, Curve>} the last one so far by its stack; "" for those that are in none */
  const last = new Map();
  /** @type {Map<string, Float64Array>} */
  const sums = new Map();
  return traces.filter(({ x }) => x?.length).map((trace) => {
    const { x, y, stackgroup = "", fill = stackgroup ? "tonexty" : "none", line } = trace;
    const values = stackgroup ? added(sums.get(stackgroup), y) : y;
    if (stackgroup) sums.set(stackgroup, values);
    const below = fill === "tonexty" ? last.get(stackgroup) : undefined;
    /** @type {Curve} */
    const curve = {
      trace, points: stepped(pointsOf(x, values, place), line?.shape ?? "linear"), grounded: fill !== "none" && !below, above: null,
    };
    if (below) below.above = curve;
    last.set(stackgroup, curve);
    return curve;
  });
}

/** @param {Float64Array | undefined} sum @param {ArrayLike<number>} values */
function added(sum, values) {
  const all = Float64Array.from(values);
  if (sum) for (let at = 0; at < all.length; at++) all[at] += sum[at];
  return all;
}
