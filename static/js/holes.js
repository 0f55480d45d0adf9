// Holes in time: stretches without samples that no line must cross, such as one in which the server was down.

/** @typedef {import("./ring.js").Rows} Rows */

/** A hole is so many times as wide as is usual beside it. */
const TIMES = 4;
/**
 * Distances on either side that tell what is usual. Where the server has chosen samples of several series for their peaks,
 * they lie as at random; with so many, one distance of a hundred thousand is taken for a hole.
 */
const NEIGHBOURS = 32;
/** Where these, nearest ones are so many times smaller, the others are of a coarser resolution. */
const NEAREST = 8;
const COARSER = 16;
/** ms; a tick that is late is no hole. */
const LEAST = 2_000;

/**
 * Places among `times` before which there is a hole. What is usual changes within them: means of hours lie before samples
 * of seconds, and samples that were chosen for their peaks lie unevenly. So it is the second largest of the distances
 * nearby, on the wider side; another hole among them does not hide this one.
 * @param {ArrayLike<number>} times ascending
 * @param {number} known so many of them are only there for comparison
 * @param {number} every ms between samples at full rate
 * @returns {number[]}
 */
export function holes(times, known, every) {
  const least = Math.max(LEAST, TIMES * every);
  const found = [];
  for (let at = Math.max(1, known); at < times.length; at++) {
    const distance = /** @type {number} */ (times[at]) - /** @type {number} */ (times[at - 1]);
    if (distance <= least) continue;
    if (distance > TIMES * Math.max(usual(times, at - 1, -1), usual(times, at, 1))) found.push(at);
  }
  return found;
}

/** @param {ArrayLike<number>} times @param {number} at where to begin @param {1 | -1} step and which way to go */
function usual(times, at, step) {
  let largest = 0;
  let second = 0;
  let near = Infinity;
  for (let count = 0; count < NEIGHBOURS; count++, at += step) {
    if (count === NEAREST) near = second;
    const next = times[at + step];
    if (next === undefined) {
      if (count === 1) return largest;
      break;
    }
    const distance = Math.abs(next - /** @type {number} */ (times[at]));
    if (distance > largest) [largest, second] = [distance, largest];
    else if (distance > second) second = distance;
  }
  return second > COARSER * near ? near : second;
}

/**
 * The rows with two more at each of these places, without values, one at either edge of the hole: a line needs one, the
 * cells of a heat map need both.
 * @param {Rows} rows
 * @param {number[]} places ascending
 * @param {number} before time of the row before the first
 * @returns {Rows}
 */
export function broken({ times, columns, offsets }, places, before) {
  if (!places.length) return { times, columns, offsets };
  const length = times.length + 2 * places.length;
  const made = {
    times: new Float64Array(length),
    columns: columns.map(() => new Float64Array(length).fill(NaN)),
    offsets: new Float64Array(length),
  };
  [0, ...places].forEach((from, which) => {
    const to = places[which] ?? times.length;
    const at = from + 2 * which;
    made.times.set(times.subarray(from, to), at);
    made.offsets.set(offsets.subarray(from, to), at);
    columns.forEach((column, place) => made.columns[place]?.set(column.subarray(from, to), at));
    if (to === times.length && which === places.length) return;
    const edge = at + to - from;
    made.times[edge] = (to ? /** @type {number} */ (times[to - 1]) : before) + 1;
    made.times[edge + 1] = /** @type {number} */ (times[to]) - 1;
    // What is asked for after the sample before the hole takes their place.
    made.offsets.fill(/** @type {number} */ (offsets[to]), edge, edge + 2);
  });
  return made;
}
