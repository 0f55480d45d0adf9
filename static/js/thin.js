// Chooses which samples to draw when there are more than pixels: the smallest and largest of every stretch of time.

/**
 * Indices of at most two samples per bucket. Buckets begin at round times, so that a sliding chart keeps its shape.
 * @param {Float64Array} times
 * @param {(place: number) => number} value
 * @param {number} low first index
 * @param {number} high index after the last
 * @param {number} width of a bucket, ms
 * @returns {number[]}
 */
export function extremes(times, value, low, high, width) {
  /** @type {number[]} */
  const chosen = [];
  let place = low;
  while (place < high) {
    const bucket = Math.floor(/** @type {number} */ (times[place]) / width);
    let smallest = -1;
    let largest = -1;
    let gap = -1;
    let least = Infinity;
    let most = -Infinity;
    for (; place < high && Math.floor(/** @type {number} */ (times[place]) / width) === bucket; place++) {
      const one = value(place);
      if (Number.isNaN(one)) gap = place;
      else {
        if (one < least) [least, smallest] = [one, place];
        if (one > most) [most, largest] = [one, place];
      }
    }
    const places = [...new Set([smallest, largest, gap])].filter((one) => one >= 0);
    chosen.push(...places.sort((a, b) => a - b));
  }
  // The last sample is the one people look at.
  if (high > low && chosen.at(-1) !== high - 1) chosen.push(high - 1);
  return chosen;
}

/**
 * Buckets with the mean of each: for bars and heat maps, where every mark has a width. Where samples lie farther apart
 * than that, a bucket without any is left out; in a hole between them there are empty ones at its edges.
 * @param {Float64Array} times
 * @param {Float64Array[]} columns
 * @param {number} low
 * @param {number} high
 * @param {number} width of a bucket, ms
 * @returns {{times: number[], columns: number[][]}}
 */
export function means(times, columns, low, high, width) {
  /** @type {number[]} */
  const stamps = [];
  /** @type {number[][]} */
  const rows = columns.map(() => []);
  const add = (/** @type {number} */ bucket, /** @type {number} */ begin, /** @type {number} */ end) => {
    stamps.push((bucket + 0.5) * width);
    columns.forEach((column, which) => rows[which]?.push(mean(column, begin, end)));
  };
  const gap = (/** @type {number} */ at) => columns.every((column) => Number.isNaN(column[at]));
  let place = low;
  let before = NaN;
  while (place < high) {
    const bucket = Math.floor(/** @type {number} */ (times[place]) / width);
    const begin = place;
    if (bucket > before + 1 && (gap(place - 1) || gap(place))) {
      add(before + 1, begin, begin);
      if (bucket > before + 2) add(bucket - 1, begin, begin);
    }
    while (place < high && Math.floor(/** @type {number} */ (times[place]) / width) === bucket) place++;
    add(bucket, begin, place);
    before = bucket;
  }
  return { times: stamps, columns: rows };
}

/** @param {Float64Array} column @param {number} low @param {number} high */
function mean(column, low, high) {
  let sum = 0;
  let count = 0;
  for (let place = low; place < high; place++) {
    const one = /** @type {number} */ (column[place]);
    if (!Number.isNaN(one)) {
      sum += one;
      count++;
    }
  }
  return count ? sum / count : NaN;
}
