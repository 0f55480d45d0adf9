// How much of a metric is asked for and kept.

/** @typedef {{window: number, points: number}} Span what charts show: seconds, and times that they can tell apart */
/** @typedef {import("./want.js").Want} Want */
/** @typedef {import("./ring.js").Ring} Ring */

/** Rows of a ring at most; a faster metric, or a longer window, is thinned out when it is full. */
const MOST_ROWS = 20_000;
/** Part of a ring that is still free when the far past is about to have no room. */
const SPARE = 0.05;
/** Times of a backfill: of a long window a day of minutes, and some room for the newest samples beside them. */
const POINTS = 1_200;
const POINTS_LONG = 1_600;
/** seconds */
const LONG = 3_600;
/** Points of a backfill that had no room: half as many each time, but no chart is coarser than that. */
const LEAST_POINTS = 150;
/** Values up to which all that is missing is asked for, however many times a chart can tell apart. */
const EXACT = 10_000;

/** Times that a chart of so many seconds can tell apart. @param {number} window */
export const timesOf = (window) => (window > LONG ? POINTS_LONG : POINTS);

/** Rows of a ring: the whole window at full resolution and some room, up to a bound. @param {Span} span @param {Want} want */
export function capacityOf({ window, points }, want) {
  return Math.min(MOST_ROWS, Math.max(points + 64, Math.ceil((window * 1000 * 1.2) / want.every) + 64));
}

/** Times of a backfill. @param {Span} span @param {Want} want */
export function pointsOf({ points }, want) {
  return Math.max(Math.min(points, LEAST_POINTS), Math.floor(points / 2 ** want.limited));
}

/**
 * Offset after which samples are missing, or null when a backfill is the only or the shorter way.
 * @param {Span} span
 * @param {Want} want
 * @param {Ring | undefined} ring
 * @param {number} now ms, by the server's clock
 */
export function sinceOf(span, want, ring, now) {
  if (!ring || want.fresh || ring.whole < 0 || ring.capacity !== capacityOf(span, want)) return null;
  const passed = ring.length ? Math.max(0, now - ring.last) / want.every : 0;
  const most = Math.max(pointsOf(span, want), EXACT / Math.max(1, ring.series.length));
  return ring.offset - ring.whole + passed < Math.min(most, ring.capacity) ? ring.whole : null;
}

/**
 * Whether a ring is about to lose what is still shown, because the metric is fast or the window long: a thinned backfill
 * makes room.
 * @param {Span} span
 * @param {Want} want
 * @param {Ring} ring
 */
export function crowded(span, want, ring) {
  if (capacityOf(span, want) < MOST_ROWS) return false;
  const spare = Math.floor(SPARE * ring.capacity);
  const next = /** @type {number} */ (ring.times[ring.start + spare]);
  return ring.length >= ring.capacity - spare && next > ring.last - span.window * 1000;
}
