// Samples that stand alone: a line needs two, so that one between gaps, or the very first, would not be seen.

/** @typedef {import("./types.js").Json} Json */

const SIZE = 4;

/**
 * Dots for the lines among `traces`, as few traces as there are pairs of axes; none where no sample stands alone.
 * @param {Json[]} traces filled ones
 * @returns {Json[]}
 */
export function dots(traces) {
  /** @type {Map<string, Json>} */
  const found = new Map();
  for (const trace of traces) {
    const { type = "scatter", mode, stackgroup, connectgaps, x, y, xaxis = "x", yaxis = "y" } = trace;
    if (!type.startsWith("scatter") || mode !== "lines" || stackgroup || connectgaps || !y?.length) continue;
    for (const place of alone(y)) {
      const key = `${xaxis} ${yaxis}`;
      const made = found.get(key) ?? dotted(xaxis, yaxis);
      found.set(key, made);
      made["x"].push(x[place]);
      made["y"].push(y[place]);
      made["marker"].color.push(trace["line"]?.color);
    }
  }
  return [...found.values()];
}

/** Places of values with none beside them. @param {ArrayLike<number>} values */
export function alone(values) {
  const places = [];
  let before = true;
  for (let place = 0; place < values.length; place++) {
    const gap = Number.isNaN(values[place]);
    if (!gap && before && (place + 1 === values.length || Number.isNaN(values[place + 1]))) places.push(place);
    before = gap;
  }
  return places;
}

/** @param {string} xaxis @param {string} yaxis @returns {Json} */
function dotted(xaxis, yaxis) {
  return {
    type: "scatter", mode: "markers", xaxis, yaxis, x: [], y: [], hoverinfo: "skip", showlegend: false,
    // The newest sample stands at the very edge, where half of its dot would be cut off.
    cliponaxis: false, marker: { size: SIZE, color: [], opacity: 1, line: { width: 0 } },
  };
}
