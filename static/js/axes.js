// Ranges and ticks of axes: few, round, and still for as long as the data allow.

const NICE = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];
/** Seconds between ticks of a time axis. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];
/** px that a label of a minute and of a second needs, with room around it. */
const TICK = 58;
const LONG_TICK = 84;

/** The smallest round number that is not below `value`. @param {number} value */
export function roundUp(value) {
  if (!(value > 0)) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = NICE.find((one) => one * power >= value * 0.999999) ?? 10;
  return step * power;
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
  let to = high !== null && high >= max ? high : max + 0.12 * size;
  if (zero) [from, to] = [Math.min(from, 0), Math.max(to, 0)];
  const step = roundUp(size / 4) / 2;
  if (low === null || low > min) from = Math.floor(from / step) * step;
  if (high === null || high < max) to = Math.ceil(to / step) * step;
  // It stays as it was while the data fill most of it.
  if (previous && previous[0] <= min && previous[1] >= max && to - from > 0.6 * (previous[1] - previous[0])) return previous;
  return [from, to];
}

/** @param {number} max @param {number | null} high @param {[number, number] | null} previous */
function ceiling(max, high, previous) {
  if (high !== null && high >= max) return high;
  const wanted = roundUp(max * 1.06) || 1;
  const before = previous?.[0] === 0 ? previous[1] : 0;
  return before >= max * 1.01 && wanted > 0.5 * before ? before : wanted;
}

/**
 * Ticks of a time axis: at round times, few enough for the width.
 * @param {number} from ms, as the axis shows them
 * @param {number} to
 * @param {number} width px
 * @returns {{dtick: number, tick0: number, tickformat: string}}
 */
export function timeTicks(from, to, width) {
  const seconds = (to - from) / 1000;
  const step = STEPS.find((one) => (seconds / one) * (one < 60 ? LONG_TICK : TICK) <= width) ?? 86_400 * Math.ceil((seconds * TICK) / width / 86_400);
  const day = 86_400_000;
  const tickformat = step < 60 ? "%H:%M:%S" : step < 86_400 ? "%H:%M" : "%d %b";
  return { dtick: step * 1000, tick0: Math.floor(from / day) * day, tickformat };
}
