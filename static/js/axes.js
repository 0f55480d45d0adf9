// Ranges and ticks of value axes: few, round, and still for as long as the data allow.

/** Rates are measured between two ticks that are never quite on time: 103% of a core is 100%. */
export const OVERSHOOT = 1.1;
const NICE = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The smallest round number that is not below `value`. @param {number} value */
export function roundUp(value) {
  if (!(value > 0)) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = NICE.find((one) => one * power >= value * 0.999999) ?? 10;
  return step * power;
}

/**
 * Smallest and largest value of what is drawn, before scaling; on a logarithmic axis what is not above zero is not there.
 * @param {import("./store.js").Ring} ring
 * @param {number[]} shown
 * @param {number} low
 * @param {number} high
 * @param {boolean} stacked
 * @param {boolean} [log]
 * @returns {{min: number, max: number}}
 */
export function extent(ring, shown, low, high, stacked, log = false) {
  let min = Infinity;
  let max = -Infinity;
  const columns = shown.map((place) => /** @type {Float64Array} */ (ring.columns[place]));
  if (stacked) {
    for (let at = low; at < high; at++) {
      let up = 0;
      let down = 0;
      for (const column of columns) {
        const value = /** @type {number} */ (column[at]);
        if (value > 0) up += value;
        else if (value < 0) down += value;
      }
      if (up > max) max = up;
      if (down < min) min = down;
    }
    return log ? { min: extent(ring, shown, low, high, false, true).min, max } : { min, max };
  }
  for (const column of columns) {
    for (let at = low; at < high; at++) {
      const value = /** @type {number} */ (column[at]);
      if (log && !(value > 0)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return { min, max };
}

/**
 * Ticks of a value axis: three to five, at round numbers.
 * @param {[number, number]} range
 * @param {number} height px
 * @returns {{tick0: number, dtick: number}}
 */
export function valueTicks([from, to], height) {
  const most = Math.max(2, Math.min(4, Math.round(height / 40)));
  const raw = (to - from) / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  return { tick0: 0, dtick: ([1, 2, 5, 10].find((one) => one * power >= raw * 0.999999) ?? 10) * power };
}

/**
 * The range of a value axis.
 * @param {{min: number, max: number}} extent of the data, in the unit that is drawn
 * @param {object} rule
 * @param {[number | null, number | null]} rule.limits declared ones; data beyond them widen the range
 * @param {boolean} rule.zero whether zero belongs to it
 * @param {[number, number] | null} previous what was shown before
 * @returns {[number, number]}
 */
export function valueRange({ min, max }, { limits, zero }, previous) {
  const [low, high] = limits;
  if (!(min <= max)) return previous ?? [low ?? 0, high ?? (low ?? 0) + 1];
  if (zero && min >= 0 && (low ?? 0) === 0) return [0, ceiling(max, high, previous)];
  const size = max - min || Math.abs(max) * 0.1 || 1;
  let from = low !== null && low <= min ? low : min - 0.12 * size;
  let to = high !== null && high * OVERSHOOT >= max ? high : max + 0.12 * size;
  if (zero) [from, to] = [Math.min(from, 0), Math.max(to, 0)];
  const step = roundUp(size / 4) / 2;
  if (low === null || low > min) from = Math.floor(from / step) * step;
  if (high === null || high * OVERSHOOT < max) to = Math.ceil(to / step) * step;
  // It stays as it was while the data fill most of it.
  if (previous && previous[0] <= min && previous[1] >= max && to - from > 0.6 * (previous[1] - previous[0])) return previous;
  return [from, to];
}

/** @param {number} max @param {number | null} high @param {[number, number] | null} previous */
function ceiling(max, high, previous) {
  if (high !== null && high * OVERSHOOT >= max) return high;
  const wanted = roundUp(max * 1.06) || 1;
  const before = previous?.[0] === 0 ? previous[1] : 0;
  return before > 0 && before >= max * 1.01 && wanted > 0.5 * before ? before : wanted;
}

/** Ticks of such an axis at most; with fewer decades than these, numbers between them have ticks, too. */
const MOST_DECADES = 4;
const FEW_DECADES = 3;

/**
 * The range of a logarithmic axis, in powers of ten: whole decades, and as it was while the data need them.
 * @param {{min: number, max: number}} extent of the data above zero, in the unit that is drawn
 * @param {[number | null, number | null]} limits declared ones; zero is none
 * @param {[number, number] | null} previous
 * @returns {[number, number]}
 */
export function logRange({ min, max }, [low, high], previous) {
  if (!(min <= max)) return previous ?? [-1, 1];
  const least = low && low > 0 && low <= min ? Math.log10(low) : Math.floor(Math.log10(min));
  const most = high && high * OVERSHOOT >= max ? Math.log10(high) : Math.ceil(Math.log10(max * 1.02));
  const to = most > least ? most : least + 1;
  // A single value that comes near zero would spread the axis for as long as it is seen, and no longer.
  if (previous && previous[0] <= least && previous[1] >= to && to - least > 0.5 * (previous[1] - previous[0])) return previous;
  return [least, to];
}

/**
 * Ticks of a logarithmic axis: decades, or some between them where there are few.
 * @param {[number, number]} range in powers of ten
 */
export function logTicks([from, to]) {
  const decades = to - from;
  return decades < FEW_DECADES ? { tick0: 0, dtick: decades < 1.5 ? "D1" : "D2" } : { tick0: 0, dtick: Math.ceil(decades / MOST_DECADES) };
}
