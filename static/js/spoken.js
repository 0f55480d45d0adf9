// A chart in words, for who does not see it: of its largest series the latest value, between which values each was, and
// which way it goes.

import { nameOf } from "./store.js";
import { inWords, seriesInWords } from "./text.js";
import { joined, legendDecimals, number } from "./units.js";

/** @typedef {import("./store.js").Ring} Ring */
/** @typedef {"rising" | "falling" | "steady" | ""} Way */

/** Series that are told of; nobody remembers more of them. */
const MOST = 6;
/** A part of what a line moves over, by which its end has to be away from its beginning to be told as going there. */
const CLEAR = 0.25;

/**
 * @param {object} chart
 * @param {string} chart.title
 * @param {string} chart.metric its name
 * @param {Ring} chart.ring
 * @param {number[]} chart.places of the series that are drawn
 * @param {{from: number, to: number}} chart.span ms
 * @param {import("./units.js").Scale} chart.scale
 */
export function spoken({ title, metric, ring, places, span, scale }) {
  const [low, high] = ring.span(span.from, span.to);
  const all = places
    .map((place) => ({ place, ...course(ring.columns[place] ?? new Float64Array(0), low, high) }))
    .filter(({ last }) => !Number.isNaN(last))
    .sort((a, b) => Math.abs(b.last) - Math.abs(a.last));
  const digits = legendDecimals(Math.max(0, ...all.flatMap(({ min, max }) => [Math.abs(min), Math.abs(max)])) / scale.factor);
  const text = (/** @type {number} */ value) => number(value / scale.factor, digits) + joined(scale.symbol);
  const told = all.slice(0, MOST).map(({ place, last, min, max, way }) => seriesInWords(
    nameOf(ring.series[place] ?? { labels: {} }) || (metric.split(".").at(-1) ?? ""), text(last), text(min), text(max), way));
  return inWords(title, told, told.length ? ring.series.length - told.length : 0);
}

/**
 * Latest, least and largest of a column between two places, and its way: the mean of its last third beside that of its first.
 * @param {ArrayLike<number>} column @param {number} low @param {number} high
 * @returns {{last: number, min: number, max: number, way: Way}}
 */
export function course(column, low, high) {
  const third = Math.max(1, Math.floor((high - low) / 3));
  let [last, min, max] = [NaN, Infinity, -Infinity];
  let [early, earlies, late, lates] = [0, 0, 0, 0];
  for (let at = low; at < high; at++) {
    const value = column[at] ?? NaN;
    if (Number.isNaN(value)) continue;
    last = value;
    if (value < min) min = value;
    if (value > max) max = value;
    if (at < low + third) [early, earlies] = [early + value, earlies + 1];
    else if (at >= high - third) [late, lates] = [late + value, lates + 1];
  }
  if (!earlies || !lates) return { last, min, max, way: "" };
  const moved = late / lates - early / earlies;
  return { last, min, max, way: Math.abs(moved) <= CLEAR * (max - min) ? "steady" : moved > 0 ? "rising" : "falling" };
}
