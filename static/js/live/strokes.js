// Lines, the areas between and below them, and dots, in the order in which Plotly draws them.

/** @typedef {import("../types.js").Json} Json */
/** @typedef {import("./curves.js").Curve} Curve */
/** @typedef {import("./geometry.js").Place} Place */
/** @typedef {import("./geometry.js").Points} Points */
/** @typedef {CanvasRenderingContext2D} Pen */

/** Plotly's width of a line that says none, px. */
const WIDTH = 2;
/** Parts of a dashed line in widths of it, which count as 3 px at least. @type {Record<string, number[]>} */
const DASHES = { dot: [1, 1], dash: [3, 3], longdash: [5, 5], dashdot: [3, 1, 1, 1], longdashdot: [5, 2, 1, 2] };
const NARROW = 3;

/** @param {Pen} pen @param {Curve[]} curves @param {Place} place */
export function strokes(pen, curves, place) {
  for (const curve of curves) {
    if (curve.grounded) area(pen, curve, null, place.zero);
    // The area of the next one lies below both lines.
    if (curve.above) area(pen, curve.above, curve.points, 0);
    stroke(pen, curve, place.ratio);
  }
}

/** @param {Pen} pen @param {Curve} curve @param {number} ratio */
function stroke(pen, { trace, points: { x, y, length } }, ratio) {
  const { width = WIDTH, color, dash = "solid" } = trace["line"] ?? {};
  if (!width) return;
  pen.beginPath();
  let down = false;
  for (let at = 0; at < length; at++) {
    if (Number.isNaN(y[at])) down &&= Boolean(trace["connectgaps"]);
    else if (down) pen.lineTo(x[at], y[at]);
    else {
      pen.moveTo(x[at], y[at]);
      down = true;
    }
  }
  pen.setLineDash((DASHES[dash] ?? []).map((part) => part * Math.max(width, NARROW) * ratio));
  pen.lineWidth = width * ratio;
  pen.strokeStyle = color;
  pen.stroke();
}

/**
 * The area down to another line, or to zero. As in Plotly it goes straight on where the line has a gap.
 * @param {Pen} pen
 * @param {Curve} curve
 * @param {Points | null} base
 * @param {number} zero
 */
function area(pen, { trace, points }, base, zero) {
  const { x, y, length } = points;
  pen.beginPath();
  let first = NaN;
  let last = NaN;
  for (let at = 0; at < length; at++) {
    if (Number.isNaN(y[at])) continue;
    if (Number.isNaN(first)) first = x[at];
    last = x[at];
    pen.lineTo(x[at], y[at]);
  }
  if (base) {
    for (let at = base.length - 1; at >= 0; at--) if (!Number.isNaN(base.y[at])) pen.lineTo(base.x[at], base.y[at]);
  } else {
    pen.lineTo(last, zero);
    pen.lineTo(first, zero);
  }
  pen.closePath();
  pen.fillStyle = trace["fillcolor"];
  pen.fill();
}

/**
 * Dots of samples that stand alone. They may stick out of the plot area, but none is outside.
 * @param {Pen} pen
 * @param {Json} trace as dots.js makes it
 * @param {Place} place
 */
export function dots(pen, { x, y, marker: { size, color } }, place) {
  const { left, top, width, height, ratio } = place;
  for (let at = 0; at < x.length; at++) {
    const [across, down] = [place.x(x[at]), place.y(y[at])];
    if (across < left || across > left + width || down < top || down > top + height) continue;
    pen.beginPath();
    pen.arc(across, down, (size / 2) * ratio, 0, 2 * Math.PI);
    pen.fillStyle = color[at];
    pen.fill();
  }
}
