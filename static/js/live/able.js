// Which figures the live layer draws just as Plotly does: those that say nothing it does not know. All others are Plotly's.

/** @typedef {import("../types.js").Json} Json */
/** @typedef {import("../types.js").Figure} Figure */

/** What a trace may say: what the layer draws, and what is only told beside it. */
const TRACE = new Set([
  "type", "mode", "line", "fill", "fillcolor", "stackgroup", "connectgaps", "marker", "x", "y", "xaxis", "yaxis", "orientation",
  "name", "hoverinfo", "hovertemplate", "hoverlabel", "hoveron", "showlegend", "legendgroup", "uid", "meta", "opacity", "visible",
]);
const LINE = new Set(["color", "width", "dash", "shape", "simplify"]);
const SHAPES = new Set(["linear", "hv", "vh", "hvh", "vhv"]);
const DASHES = new Set(["solid", "dot", "dash", "longdash", "dashdot", "longdashdot"]);
const FILLS = new Set(["none", "tozeroy", "tonexty"]);
const LAYOUT = new Set([
  "meta", "template", "margin", "title", "font", "width", "height", "autosize", "hovermode", "dragmode", "hoverlabel", "hoverdistance",
  "spikedistance", "colorway", "paper_bgcolor", "plot_bgcolor", "separators", "uirevision", "annotations", "shapes", "showlegend",
  "barmode", "bargap", "bargroupgap", "xaxis", "yaxis",
]);
/** Of the axis of time: its ticks are ours, so that they can be moved along. */
const TIMES = new Set([
  "type", "title", "color", "gridcolor", "gridwidth", "griddash", "showgrid", "tickfont", "hoverformat", "zeroline", "fixedrange",
  "visible", "showticklabels", "spikemode", "spikethickness", "spikedash", "spikecolor", "showspikes", "automargin",
]);
const VALUES = new Set([undefined, "-", "linear", "log"]);

/** @param {Figure} figure */
export function able({ data, layout }) {
  return data.length > 0 && data.every(drawable) && framed(layout) && inOrder(data);
}

/** @param {Json} trace */
function drawable(trace) {
  const { type = "scatter", visible = true, opacity = 1, xaxis = "x" } = trace;
  if (!Object.keys(trace).every((key) => TRACE.has(key)) || visible !== true || opacity !== 1 || xaxis !== "x") return false;
  // Those beyond the series bring data of their own, which may be words or days.
  if ([trace["x"], trace["y"]].some((values) => values !== undefined && !numbers(values))) return false;
  return type === "scatter" ? line(trace) : type === "bar" && bar(trace);
}

/** @param {Json} trace */
function line({ mode, line: { shape = "linear", dash = "solid", ...line } = /** @type {Json} */ ({}), fill = "none", marker, orientation }) {
  return mode === "lines" && !marker && !orientation && Object.keys(line).every((key) => LINE.has(key))
    && SHAPES.has(shape) && DASHES.has(dash) && FILLS.has(fill);
}

/** @param {Json} trace */
function bar({ orientation = "v", marker = /** @type {Json} */ ({}), line, fill, mode }) {
  const { color = "", line: edge = /** @type {Json} */ ({}), ...more } = marker;
  return orientation === "v" && !line && !fill && !mode && typeof color === "string" && !Object.keys(more).length
    && Object.keys(edge).every((key) => key === "width" && edge[key] === 0);
}

/** @param {Json} layout */
function framed(layout) {
  return Object.entries(layout).every(([key, value]) => {
    if (key === "xaxis") return Object.keys(value).every((one) => TIMES.has(one)) && (value.type ?? "date") === "date";
    if (/^yaxis\d*$/.test(key)) return VALUES.has(value.type) && !value.scaleanchor && !value.matches && !value.rangebreaks;
    if (key === "showlegend") return !value;
    // What lies above the traces would lie below the canvas.
    if (key === "shapes") return value.every((/** @type {Json} */ shape) => shape.layer === "below");
    return LAYOUT.has(key);
  });
}

/** Plotly sorts the layers of several stacks that are mixed, each stack behind the other. @param {Json[]} data */
function inOrder(data) {
  const groups = data.map(({ stackgroup = "" }) => stackgroup);
  return groups.every((group, at) => !group || groups.lastIndexOf(group) - groups.indexOf(group) < data.length && groups.slice(groups.indexOf(group), at).every((one) => one === group));
}

/** @param {any} values */
function numbers(values) {
  return ArrayBuffer.isView(values) || (Array.isArray(values) && values.every((value) => typeof value === "number" || value === null));
}
