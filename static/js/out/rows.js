// What is seen of a metric as a table: its visible series, and the times of the window or the zoom.

/** @typedef {import("../ring.js").Ring} Ring */
/** @typedef {{series: import("../types.js").Series[], times: number[], columns: number[][]}} Seen */

/**
 * @param {Ring} ring
 * @param {number[]} shown places of its visible series
 * @param {import("../chart.js").Span} span
 * @returns {Seen}
 */
export function seenOf(ring, shown, { from, to }) {
  const known = shown.filter((place) => place < ring.columns.length);
  /** @type {number[]} */
  const places = [];
  for (let at = ring.search(from); at < ring.end && /** @type {number} */ (ring.times[at]) <= to; at++) {
    if (!isMark(ring, at)) places.push(at);
  }
  return {
    series: known.map((place) => ring.series[place] ?? { labels: {} }),
    times: places.map((at) => /** @type {number} */ (ring.times[at])),
    columns: known.map((place) => places.map((at) => /** @type {Float64Array} */ (ring.columns[place])[at] ?? NaN)),
  };
}

/**
 * Whether a row only keeps lines from crossing a hole: a millisecond from its neighbour, or half a one, and without any
 * value. Samples without values are others: they lie a tick apart.
 * @param {Ring} ring
 * @param {number} at
 */
function isMark({ times, columns, start, end }, at) {
  if (columns.some((column) => !Number.isNaN(column[at]))) return false;
  const time = /** @type {number} */ (times[at]);
  const near = (/** @type {number} */ other) => other >= start && other < end && Math.abs(time - /** @type {number} */ (times[other])) <= 1;
  return near(at - 1) || near(at + 1);
}

/**
 * At most so many rows, at even distances, with the last.
 * @param {Seen} seen
 * @param {number} most
 * @returns {Seen}
 */
export function thinned(seen, most) {
  const count = seen.times.length;
  if (count <= most) return seen;
  const places = Array.from({ length: most }, (_, row) => Math.round((row * (count - 1)) / (most - 1)));
  const some = (/** @type {number[]} */ all) => places.map((at) => /** @type {number} */ (all[at]));
  return { ...seen, times: some(seen.times), columns: seen.columns.map(some) };
}

/**
 * At most so many columns: those with the largest values, in their order.
 * @param {Seen} seen
 * @param {number} most
 * @returns {Seen}
 */
export function narrowed(seen, most) {
  if (seen.columns.length <= most) return seen;
  const peak = seen.columns.map((column) => column.reduce((best, one) => (Math.abs(one) > best ? Math.abs(one) : best), -1));
  const best = [...peak.keys()].sort((a, b) => Number(peak[b]) - Number(peak[a])).slice(0, most).sort((a, b) => a - b);
  const some = (/** @type {any[]} */ all) => best.map((at) => all[at]);
  return { ...seen, series: some(seen.series), columns: some(seen.columns) };
}
