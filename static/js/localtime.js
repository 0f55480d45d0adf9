// This place's clock on an axis: an axis goes on evenly, also where clocks are changed within what it shows.

/** @typedef {{from: number, to: number}} Span ms */

const HALF_HOUR = 1_800_000;

/** ms by which this place's clock is ahead of UTC at a time. @param {number} time */
export function zone(time) {
  return -new Date(time).getTimezoneOffset() * 60_000;
}

/**
 * Plotly takes a number for a moment and shows the clock of this place at it, by an offset of each moment's own. That is
 * right, unless clocks are changed within the span: the axis would have an hour twice, or not at all. There all of it is
 * shown by the clock of its end. In the hour that is left out in spring Plotly has no number for that; it is drawn as one.
 * @param {Span} span
 * @returns {(time: number) => number} the number that Plotly is to be given for a time
 */
export function axisOf({ from, to }) {
  const end = zone(to);
  if (zone(from) === end) return (time) => time;
  return (time) => {
    const own = zone(time);
    let given = time + end - own;
    while (own !== end && zone(given) !== own) given = Math.floor(given / HALF_HOUR) * HALF_HOUR - 1;
    return given;
  };
}

/** The time at a place of the axis, of which Plotly tells what the clock shows. @param {number} shown that as if it were UTC @param {number} end of the span */
export function timeOf(shown, end) {
  return shown - zone(end);
}
