// The clock that is shown, this place's or UTC, and how it goes on an axis: evenly, also where clocks are changed within
// what it shows.

/** @typedef {{from: number, to: number}} Span ms */

const HALF_HOUR = 1_800_000;
const DAY = 86_400_000;

/** ms by which this place's clock is ahead of UTC at a time. @param {number} time */
export function zone(time) {
  return -new Date(time).getTimezoneOffset() * 60_000;
}

let utc = false;

/** Show the clock of UTC, or that of this place. @param {boolean} on */
export const showUtc = (on) => void (utc = on);

/** ms by which the clock that is shown is ahead of UTC at a time. @param {number} time */
export const ahead = (time) => (utc ? 0 : zone(time));

/** The date and clock that are shown at a time; to be read by the `getUTC` methods. @param {number} time */
export const shownAt = (time) => new Date(time + ahead(time));

/**
 * The first time at which the clock that is shown shows this.
 * @param {number} year @param {number} month from 0 @param {number} day @param {number} [hour]
 */
export const timeAt = (year, month, day, hour = 0) => (utc ? Date.UTC(year, month, day, hour) : new Date(year, month, day, hour).getTime());

/**
 * Plotly takes a number for a moment and shows the clock of this place at it, by an offset of each moment's own. That is
 * right, unless clocks are changed within the span: the axis would have an hour twice, or not at all. There all of it is
 * shown by the clock of its end, and for UTC always. In the hour that is left out in spring Plotly has no number for that;
 * it is drawn as one.
 * @param {Span} span
 * @returns {(time: number) => number} the number that Plotly is to be given for a time
 */
export function axisOf({ from, to }) {
  const end = ahead(to);
  const place = zone(to);
  const shift = end - place;
  const still = [from, to, from + shift, to + shift].every((time) => zone(time) === place);
  if (still) return shift ? (time) => time + shift : (time) => time;
  return (time) => shownBy(time + end);
}

/** The time at which this place's clock shows that, as if it were UTC; the last one before where it is left out. @param {number} shown */
function shownBy(shown) {
  const offsets = [zone(shown - DAY), zone(shown + DAY)];
  for (const offset of offsets) if (zone(shown - offset) === offset) return shown - offset;
  const before = /** @type {number} */ (offsets[0]);
  let given = shown - before;
  while (zone(given) !== before) given = Math.floor(given / HALF_HOUR) * HALF_HOUR - 1;
  return given;
}
