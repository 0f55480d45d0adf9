// Where times and values lie on the canvas, in device pixels: as Plotly's axes place them.

import { zone } from "../localtime.js";

/**
 * @typedef {{from: number, to: number, axis: (time: number) => number}} Span ms, and what Plotly is given for a time
 *
 * @typedef {object} Place all in device pixels
 * @property {number} left edge of the plot area
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {number} ratio device pixels in one of the page's
 * @property {(time: number) => number} x of a time, as Plotly is given it
 * @property {(value: number) => number} y of a value
 * @property {number} zero y of nothing; far below a logarithmic axis
 *
 * @typedef {{x: Float64Array, y: Float64Array, length: number}} Points of a line; a gap is NaN
 */

/** Nothing and less lie below a logarithmic axis, by so many of its heights: an area ends there, a line goes on down. */
const BELOW = 10;
const FAR_BELOW = 10_000;

/**
 * @param {any} xaxis of Plotly
 * @param {any} yaxis of Plotly
 * @param {Span} span that is to be seen now: the axis may stand a little before it
 * @param {number} ratio
 * @returns {Place}
 */
export function placeIn(xaxis, yaxis, { from, to, axis }, ratio) {
  const left = xaxis._offset * ratio;
  const top = yaxis._offset * ratio;
  const width = xaxis._length * ratio;
  const height = yaxis._length * ratio;
  const [low, high] = yaxis.range.map(Number);
  const [bottom, up, across] = [top + height, height / (high - low), width / (to - from)];
  const log = yaxis.type === "log";
  const end = axis(to) + zone(axis(to));
  return {
    left, top, width, height, ratio,
    // Where clocks are changed within the span, what Plotly is given does not go on evenly.
    x: axis(from) === from ? (time) => left + (time - from) * across : (time) => left + width + (time + zone(time) - end) * across,
    y: log ? (value) => (value <= 0 ? bottom + FAR_BELOW * height : bottom - (Math.log10(value) - low) * up) : (value) => bottom - (value - low) * up,
    zero: log ? bottom + BELOW * height : bottom + low * up,
  };
}

/**
 * @param {ArrayLike<number>} times
 * @param {ArrayLike<number | null>} values
 * @param {Place} place
 * @returns {Points}
 */
export function pointsOf(times, values, place) {
  const { length } = times;
  const [x, y] = [new Float64Array(length), new Float64Array(length)];
  for (let at = 0; at < length; at++) {
    x[at] = place.x(times[at]);
    y[at] = place.y(values[at] ?? NaN);
  }
  return { x, y, length };
}

/**
 * The corners of a line that goes in steps.
 * @param {Points} points
 * @param {string} shape as Plotly calls it
 * @returns {Points}
 */
export function stepped(points, shape) {
  if (shape === "linear") return points;
  const { x, y, length } = points;
  /** @type {[number[], number[]]} */
  const [across, up] = [[], []];
  const to = (/** @type {number} */ right, /** @type {number} */ down) => void (across.push(right), up.push(down));
  for (let at = 0; at < length; at++) {
    const [x0, y0, x1, y1] = [x[at - 1] ?? NaN, y[at - 1] ?? NaN, x[at], y[at]];
    if (!Number.isNaN(y0 + y1)) {
      if (shape === "hv") to(x1, y0);
      else if (shape === "vh") to(x0, y1);
      else if (shape === "hvh") (to((x0 + x1) / 2, y0), to((x0 + x1) / 2, y1));
      else (to(x0, (y0 + y1) / 2), to(x1, (y0 + y1) / 2));
    }
    to(x1, y1);
  }
  return { x: Float64Array.from(across), y: Float64Array.from(up), length: across.length };
}
