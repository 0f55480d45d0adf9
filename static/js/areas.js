// Areas down to zero that end where their line has a gap: Plotly fills one of them straight across.

/** @typedef {import("./types.js").Json} Json */

/** As good as zero on any axis, and still there on a logarithmic one, whose range is ours. */
const GROUND = 1e-300;

/**
 * The areas of lines with gaps, as traces of their own below all lines, and these lines without them. A trace that another
 * one's area reaches down to stays as it is.
 * @param {Json[]} traces filled ones
 * @param {boolean} ranged whether the range of the axis is ours
 * @returns {Json[]} traces without a line
 */
export function areas(traces, ranged) {
  if (traces.some(({ fill }) => fill === "tonexty")) return [];
  return traces.flatMap((trace) => {
    const { type = "scatter", fill, stackgroup, connectgaps, x, y, fillcolor, xaxis = "x", yaxis = "y", line } = trace;
    if (type !== "scatter" || fill !== "tozeroy" || stackgroup || connectgaps || !y?.length) return [];
    const ground = grounded(x, y, ranged ? GROUND : 0);
    if (!ground) return [];
    trace["fill"] = "none";
    return [{
      type, mode: "lines", fill, fillcolor, xaxis, yaxis, ...ground, hoverinfo: "skip", showlegend: false, zorder: -1,
      line: { color: line?.color, shape: line?.shape ?? "linear", simplify: false, width: 0 },
    }];
  });
}

/**
 * A line that goes along the ground where there is no value.
 * @param {ArrayLike<number>} x @param {ArrayLike<number>} y NaN for a gap @param {number} ground
 * @returns {{x: number[], y: number[]} | null} null without a gap between values
 */
function grounded(x, y, ground) {
  if (!torn(y)) return null;
  /** @type {{x: number[], y: number[]}} */
  const made = { x: [], y: [] };
  const add = (/** @type {number} */ across, /** @type {number} */ up) => {
    made.x.push(across);
    made.y.push(up);
  };
  let last = -1;
  for (let at = 0; at < y.length; at++) {
    if (Number.isNaN(y[at])) continue;
    if (last >= 0 && at > last + 1) {
      add(/** @type {number} */ (x[last]), ground);
      add(/** @type {number} */ (x[at]), ground);
    }
    add(/** @type {number} */ (x[at]), /** @type {number} */ (y[at]));
    last = at;
  }
  return made;
}

/** Whether there is a gap with values on both sides. @param {ArrayLike<number>} y */
function torn(y) {
  let last = -1;
  for (let at = 0; at < y.length; at++) {
    if (Number.isNaN(y[at])) continue;
    if (last >= 0 && at > last + 1) return true;
    last = at;
  }
  return false;
}
