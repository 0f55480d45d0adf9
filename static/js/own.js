// What a figure that a plugin brings says about itself: the unit of its values, the room it needs, and its own legend.

import { POLAR } from "./fill.js";

/** @typedef {import("./types.js").Figure} Figure */
/** @typedef {import("./types.js").Json} Json */

/** What speaks of values in the metric's own unit, on an axis or a bar of colours. */
const FORMATS = [
  "tickformat", "tickformatstops", "tickprefix", "ticksuffix", "tickvals", "ticktext", "tick0", "dtick", "range", "minallowed",
  "maxallowed",
];
/** The same in a trace. `{unit}` in a template stands for the unit that is shown. */
const TEMPLATES = ["hovertemplate", "texttemplate"];
const VALUES = ["delta", "contours", "xbins", "ybins", "base", "xhoverformat", "yhoverformat", "zhoverformat"];
/** px for the labels of an axis, and for its title. */
const LABELS = 44;
const TITLE = 18;
/** Room around what is round: its labels stand outside of it. @type {Record<string, Json>} */
const ROUND = {
  indicator: { l: 40, r: 40, t: 32, b: 16 },
  pie: { l: 20, r: 20, t: 16, b: 16 },
  barpolar: { l: 56, r: 56, t: 24, b: 24 },
  scatterpolar: { l: 56, r: 56, t: 24, b: 24 },
  scatterpolargl: { l: 56, r: 56, t: 24, b: 24 },
};

/**
 * Whether values may be divided by a step of the unit: not where the figure names formats or values, which mean the unit
 * as it was declared.
 * @param {Figure} figure
 * @param {string} unit
 */
export function scalable({ data, layout }, unit) {
  const axes = Object.entries(layout).flatMap(([key, part]) => {
    return /^yaxis\d*$/.test(key) || (/^xaxis\d*$/.test(key) && !timed(data)) ? [part]
      : key.startsWith("polar") ? [part?.radialaxis] : key.startsWith("coloraxis") ? [part?.colorbar] : [];
  });
  const drawn = [...(layout["shapes"] ?? []), ...(layout["annotations"] ?? [])].some((one) => one.yref !== "paper");
  return !drawn && !axes.some((axis) => speaks(axis, unit)) && !data.some((trace, place) => says(trace, unit) || (place > 0 && filled(trace)));
}

/** Whether the first axis is one of times. @param {Json[]} data */
function timed([trace]) {
  return !(trace?.["orientation"] === "h" || ["histogram", "box", "violin"].includes(trace?.["type"]));
}

/** @param {Json | undefined} axis @param {string} unit */
function speaks(axis, unit) {
  if (!axis) return false;
  const title = String(axis["title"]?.text ?? axis["title"] ?? "");
  // A title that names the unit would be wrong beside others.
  return FORMATS.some((key) => axis[key] !== undefined) || (unit !== "" && title.split(/[\s()[\],]+/).includes(unit));
}

/** @param {Json} trace @param {string} unit */
function says(trace, unit) {
  const { gauge, number, colorbar } = trace;
  return TEMPLATES.some((key) => trace[key] && !String(trace[key]).includes("{unit}")) || VALUES.some((key) => trace[key] !== undefined)
    || speaks(colorbar, unit) || speaks(gauge?.axis, unit) || Boolean(gauge?.steps ?? gauge?.threshold)
    || Boolean(number && (number.valueformat ?? number.suffix ?? number.prefix));
}

/** A trace with data of its own, such as a line at a limit. @param {Json} trace */
function filled(trace) {
  return ["y", "r", "z", "value", "values"].some((key) => trace[key] !== undefined && trace[key]?.length !== 0);
}

/**
 * The margins that it needs, beyond the template's.
 * @param {Figure} figure
 * @returns {Json}
 */
export function marginOf({ data, layout }) {
  const top = layout["title"] ? { t: 32 } : {};
  const round = ROUND[data[0]?.["type"]];
  if (round) return { ...round, ...top };
  /** @type {Json} */
  const margin = { ...top };
  const titled = (/** @type {Json} */ axis) => ((axis["title"]?.text ?? axis["title"]) ? TITLE : 0);
  for (const [key, axis] of Object.entries(layout)) {
    if (/^yaxis\d*$/.test(key)) {
      const side = axis.side === "right" ? "r" : "l";
      margin[side] = Math.max(margin[side] ?? 0, LABELS + titled(axis));
    } else if (key === "xaxis" && titled(axis)) margin["b"] = 24 + TITLE;
  }
  return margin;
}

/**
 * A layout in which the axes of what is round follow their values. Plotly takes a range that it has found there for one
 * that a hand has chosen, and keeps it, unless it is told to find it.
 * @param {Json} layout
 * @param {Json[]} data
 * @returns {Json}
 */
export function following(layout, data) {
  const whole = { ...layout };
  for (const { type, subplot = "polar" } of data) {
    if (!POLAR.includes(type)) continue;
    const { radialaxis } = whole[subplot] ?? {};
    if (radialaxis?.range || radialaxis?.autorange !== undefined) continue;
    whole[subplot] = { ...whole[subplot], radialaxis: { ...radialaxis, autorange: true } };
  }
  return whole;
}

/**
 * What explains its colours: our legend of series, our ramp, or the figure itself.
 * @param {Figure} figure
 * @param {boolean} built by ourselves
 * @returns {"series" | "ramp" | "none"}
 */
export function legendOf({ data }, built) {
  const { type, orientation, colorscale, showscale, coloraxis, colorbar } = data[0] ?? {};
  if ((type === "bar" && orientation === "h") || type === "surface") return "none";
  if (type !== "heatmap" && type !== "contour") return "series";
  return built || [colorscale, showscale, coloraxis, colorbar].every((one) => one === undefined) ? "ramp" : "none";
}
