// Values from which something is right or wrong: a line at each, and a band from there on, behind the data.

/** @typedef {import("./types.js").Json} Json */
/** @typedef {NonNullable<import("./types.js").Spec["thresholds"]>} Thresholds */

/** The page's colours of these levels. */
const TOKENS = { ok: "--good", warn: "--warn", bad: "--bad" };
const BAND = 0.09;
const LINE = 0.55;

/**
 * Plotly's shapes for them. A band reaches up to the next threshold, the last one to the end of the axis.
 * @param {Thresholds} thresholds
 * @param {number} factor by which values are divided
 * @param {{range: [number, number] | null, log: boolean}} axis its range, as Plotly has it
 * @returns {Json[]}
 */
export function bands(thresholds, factor, { range, log }) {
  const style = getComputedStyle(document.documentElement);
  // Shapes are placed by values, also on a logarithmic axis, whose range is not.
  const most = range ? Math.max(...range) : NaN;
  const end = log ? 10 ** most : most;
  const sorted = thresholds.map(({ value, level }) => ({ at: value / factor, level })).filter(({ at }) => !log || at > 0)
    .sort((a, b) => a.at - b.at);
  return sorted.flatMap(({ at, level }, place) => {
    const color = style.getPropertyValue(TOKENS[level] ?? TOKENS.warn).trim();
    const to = sorted[place + 1]?.at ?? end;
    const common = { layer: "below", xref: "paper", x0: 0, x1: 1, yref: "y", y0: at };
    const line = { ...common, type: "line", y1: at, opacity: LINE, line: { color, width: 1 } };
    return !(to > at) ? [line] : [{ ...common, type: "rect", y1: to, fillcolor: color, opacity: BAND, line: { width: 0 } }, line];
  });
}
