// Ranges that Plotly has chosen for a figure's own axes stay while the data fit, so that these axes hold still as ours do.

/** @typedef {import("../types.js").Json} Json */
/** @typedef {{min: number, max: number}} Reach of the data of an axis */

/** The data may shrink to this part of what they were; then Plotly chooses again. */
const SHRUNK = 0.5;
const NOTHING = { min: Infinity, max: -Infinity };

export class Pins {
  constructor() {
    /** @type {Map<string, {range: [number, number], reach: Reach, log: boolean}>} by axis */
    this.held = new Map();
    /** Whether Plotly has chosen since they were released; some axes it has not to choose. */
    this.taken = false;
  }

  /** The axes are Plotly's to choose. */
  release() {
    this.held.clear();
    this.taken = false;
  }

  /** Plotly has chosen. @param {Json} full layout @param {Json[]} traces filled ones */
  take(full, traces) {
    this.taken = true;
    for (const [name, reach] of reaches(traces, full["barmode"])) {
      const { autorange, range, type } = full[name];
      if (autorange && type !== "date" && type !== "category") this.held.set(name, { range: [range[0], range[1]], reach, log: type === "log" });
    }
  }

  /** Whether the data still fit; else they are released. @param {Json[]} traces @param {string} barmode */
  fit(traces, barmode) {
    const now = reaches(traces, barmode);
    for (const [name, { range, reach, log }] of this.held) {
      const { min, max } = now.get(name) ?? NOTHING;
      const [low, high] = [Math.min(...range), Math.max(...range)].map((end) => (log ? 10 ** end : end));
      const size = SHRUNK * (reach.max - reach.min);
      const left = min < low || max > high || max < reach.max - size || min > reach.min + size;
      // Around a single value Plotly takes what is far too much for others.
      if (min <= max && (left || (reach.min === reach.max && max > min))) this.release();
    }
    return this.taken;
  }

  /** Tell Plotly of them. @param {Json} layout */
  hold(layout) {
    for (const [name, { range }] of this.held) layout[name] = { ...layout[name], range, autorange: false };
  }
}

/**
 * @param {Json[]} traces
 * @param {string} barmode
 * @returns {Map<string, Reach>}
 */
function reaches(traces, barmode) {
  /** @type {Map<string, Reach>} */
  const found = new Map();
  /** @type {Map<string, number>} tops of what lies on each other */
  const tops = new Map();
  for (const { type = "scatter", x, y, yaxis = "y", stackgroup } of traces) {
    const name = `yaxis${yaxis.slice(1)}`;
    const reach = found.get(name) ?? { min: Infinity, max: -Infinity };
    const pile = stackgroup ?? (type === "bar" && ["stack", "relative"].includes(barmode) ? "bars" : "");
    for (let at = 0; at < (x?.length ?? 0); at++) {
      let value = y[at];
      if (pile) {
        const key = `${pile} ${x[at]}${barmode === "relative" && value < 0 ? "-" : ""}`;
        tops.set(key, value = (tops.get(key) ?? 0) + value);
      }
      if (value < reach.min) reach.min = value;
      if (value > reach.max) reach.max = value;
    }
    found.set(name, reach);
  }
  return found;
}
