// Puts a metric's samples into the traces of its figure. Knows Plotly's JSON, but touches neither Plotly nor the page.

import { areas } from "./areas.js";
import { colourOf, faded } from "./colours.js";
import { dots } from "./dots.js";
import { before } from "./earlier.js";
import { escape } from "./markup.js";
import { isRanked, ranked } from "./ranked.js";
import { further, known, layer, layers, total } from "./stack.js";
import { nameOf } from "./store.js";
import { extremes, means } from "./thin.js";
import { joined } from "./units.js";

/** @typedef {import("./types.js").Json} Json */
/** @typedef {import("./store.js").Ring} Ring */

/**
 * @typedef {object} View what is to be seen
 * @property {number} from ms
 * @property {number} to ms
 * @property {(time: number) => number} axis what Plotly is to be given for a time
 * @property {number} width px of the plot area
 * @property {number} height px
 * @property {string[]} palette
 * @property {string} quiet colour of what is unused
 * @property {string} theme
 * @property {number} [hair] px: width of the lines of a figure that is ours
 *
 * @typedef {object} Job
 * @property {Ring} ring
 * @property {number[]} shown places of the series that are drawn
 * @property {View} view
 * @property {import("./units.js").Scale} scale
 * @property {boolean} scaled whether the values are divided by the scale
 * @property {number} low first index of the window
 * @property {number} high index after its last
 * @property {import("./stack.js").Piece[]} [pieces] of a stack
 * @property {number} [peak] the largest sum of its layers
 * @property {import("./earlier.js").Earlier | null} [earlier] what was some time before, to be drawn, too
 */

const BARS = 120;
const ALPHA = { dark: 0.42, light: 0.32 };

/** Types over which lines of what was before can be drawn. */
const TIMED = new Set(["scatter", "scattergl", "bar"]);

export const POLAR = ["scatterpolar", "scatterpolargl", "barpolar"];

/** Whether one trace takes all series: of some types always, of a polar chart when it has only that one. @param {Json[]} traces */
export function takesAll([trace, ...more]) {
  if (!trace) return false;
  const type = trace["type"];
  return ["heatmap", "contour", "pie", "surface"].includes(type) || isRanked(trace) || (POLAR.includes(type) && !more.length);
}

/**
 * @param {Json[]} traces of the figure
 * @param {Job} job
 * @returns {Json[]}
 */
export function fill(traces, job) {
  const first = traces[0] ?? { type: "scatter", mode: "lines" };
  if (takesAll(traces)) return [all(first, job), ...traces.slice(1)];
  const last = traces.at(-1) ?? first;
  const work = first.stackgroup ? { ...job, ...layers(job, stacked(job)) } : job;
  const filled = job.shown.map((place) => {
    const known = traces[place];
    const trace = { ...(known ?? last) };
    if (!known || trace.name === undefined) trace.name = escape(nameOf(job.ring.series[place] ?? { labels: {} }));
    paint(trace, colourOf(job.ring.series[place], place, job.view), job.view);
    one(trace, place, work);
    return trace;
  });
  // A figure may bring traces beyond the series, such as a line at a limit: they stay as they are.
  const behind = further(filled, job.scaled ? job.scale.factor : 1, work);
  const earlier = job.earlier && TIMED.has(first.type ?? "scatter") ? before(filled, job, job.earlier, lines, worthy) : [];
  const own = traces.slice(Math.max(job.ring.series.length, 1));
  return [...filled, ...own, ...behind, ...earlier, ...dots(filled), ...(own.length ? [] : areas(filled, job.view.hair !== undefined))];
}

/** @param {Json} trace @param {string} colour @param {View} view */
function paint(trace, colour, view) {
  if (["scatter", "scattergl"].includes(trace.type ?? "scatter")) {
    // Without each of its samples a line would move between two drawings, though no sample has.
    trace.line = { color: colour, simplify: false, ...trace.line, ...(view.hair ? { width: view.hair } : {}) };
    if (trace.mode?.includes("markers")) trace.marker = { color: colour, ...trace.marker };
    if (trace.fill || trace.stackgroup) trace.fillcolor ??= faded(trace.line.color, view.theme === "light" ? ALPHA.light : ALPHA.dark);
  } else if (["bar", "histogram", "box", "violin", ...POLAR].includes(trace.type)) {
    trace.marker = { color: colour, ...trace.marker };
    if (trace.type.startsWith("scatter")) trace.line = { color: colour, ...trace.line };
  }
}

/** Fill one trace with one series. @param {Json} trace @param {number} place @param {Job} job */
function one(trace, place, job) {
  const { ring, scaled, scale, low, high } = job;
  const column = ring.columns[place];
  if (!column) return;
  const factor = scaled ? scale.factor : 1;
  if (trace.hovertemplate) trace.hovertemplate = unitIn(trace.hovertemplate, scale.symbol);
  const type = trace.type ?? "scatter";
  if (type === "indicator") trace.value = ring.latest(place) / factor;
  else if (type === "histogram") trace.x = divided(column.subarray(low, high), factor);
  else if (type === "box" || type === "violin") trace.y = divided(column.subarray(low, high), factor);
  else if (POLAR.includes(type)) trace.r = divided(column.subarray(low, high), factor);
  else if (type === "bar") bars(trace, column, factor, job);
  else lines(trace, place, factor, job);
}

/** @param {Json} trace @param {number} place @param {number} factor @param {Job} job */
function lines(trace, place, factor, job) {
  const { ring, view, low, high } = job;
  const column = /** @type {Float64Array} */ (ring.columns[place]);
  if (trace.stackgroup) layer(trace, column, factor, job, 0);
  else if (high - low <= most(view)) {
    trace.x = placed(ring.times.subarray(low, high), view);
    trace.y = divided(column.subarray(low, high), factor);
  } else {
    const places = thinned(job, (at) => /** @type {number} */ (column[at]));
    trace.x = Float64Array.from(places, (at) => view.axis(/** @type {number} */ (ring.times[at])));
    trace.y = Float64Array.from(places, (at) => /** @type {number} */ (column[at]) / factor);
  }
}

/** Places of the samples of a stack that are worth drawing. @param {Job} job */
function stacked(job) {
  return worthy(job, (at) => (known(job, at) ? total(job, at) : NaN));
}

/** Places of the samples that are worth drawing: all of them, unless they are many. @param {Job} job @param {(at: number) => number} value */
function worthy(job, value) {
  const { low, high, view } = job;
  return high - low <= most(view) ? Array.from({ length: Math.max(0, high - low) }, (_, at) => low + at) : thinned(job, value);
}

/** Samples of a line that are worth drawing. @param {View} view */
export function most(view) {
  return Math.max(200, 2 * view.width);
}

/** @param {Job} job @param {(at: number) => number} value */
function thinned({ ring, view, low, high }, value) {
  return extremes(ring.times, value, low, high, stretch(view, most(view) / 2));
}

/** @param {Json} trace @param {Float64Array} column @param {number} factor @param {Job} job */
function bars(trace, column, factor, { ring, view, low, high }) {
  // The nearest two make all bars as thin: rows without values don't count, and newer samples may be nearer than older ones.
  const width = stretch(view, BARS);
  const { times, columns: [values = []] } = means(ring.times, [column], low, high, width);
  const few = high - low <= BARS && times.length > (high - low) / 2;
  const known = Array.from(few ? column.subarray(low, high) : values).flatMap((value, at) => (Number.isNaN(value) ? [] : [at]));
  const [x, y] = few ? [ring.times.subarray(low, high), column.subarray(low, high)] : [times, values];
  trace.x = Float64Array.from(known, (at) => view.axis(/** @type {number} */ (x[at])));
  trace.y = Float64Array.from(known, (at) => /** @type {number} */ (y[at]) / factor);
}

/** Fill one trace with all series. @param {Json} given @param {Job} job @returns {Json} */
function all(given, job) {
  const { ring, shown, view, scaled, scale, low, high } = job;
  const trace = { ...given };
  const factor = scaled ? scale.factor : 1;
  if (trace.hovertemplate) trace.hovertemplate = unitIn(trace.hovertemplate, scale.symbol);
  const names = unique(shown.map((place) => nameOf(ring.series[place] ?? { labels: {} })));
  if (trace.type === "pie") {
    trace.labels = names.map(escape);
    trace.values = shown.map((place) => ring.latest(place) / factor);
    // In the order of the legend below it, and in its colours.
    trace.sort ??= false;
    trace.marker = { colors: shown.map((place) => colourOf(ring.series[place], place, view)), ...trace.marker };
    return trace;
  }
  if (POLAR.includes(trace.type)) {
    trace.r = shown.map((place) => ring.latest(place) / factor);
    trace.theta ??= names.map(escape);
    trace.marker = { color: shown.map((place) => colourOf(ring.series[place], place, view)), ...trace.marker };
    if (trace.type !== "barpolar") trace.line = { color: view.palette[0], ...trace.line };
    return trace;
  }
  if (isRanked(trace)) return ranked(trace, names, job);
  // Without any gap Plotly sets an inline style, which our policy refuses; this one is too small to be seen.
  trace.ygap ??= 0.01;
  // Our ramp below the chart explains the colours, unless they are the figure's own.
  if (trace.type !== "surface" && ![trace.colorscale, trace.coloraxis, trace.colorbar].some(Boolean)) trace.showscale ??= false;
  const columns = shown.map((place) => /** @type {Float64Array} */ (ring.columns[place]));
  const cells = Math.max(60, Math.floor(view.width / 2));
  const found = high - low > cells ? means(ring.times, columns, low, high, stretch(view, cells)) : null;
  trace.x = found ? placed(found.times, view) : placed(ring.times.subarray(low, high), view);
  trace.y = names.map(escape);
  trace.z = found ? found.columns.map((row) => divided(row, factor)) : columns.map((column) => divided(column.subarray(low, high), factor));
  if (scaled && factor !== 1) for (const bound of ["zmin", "zmax"]) if (trace[bound] !== undefined) trace[bound] /= factor;
  return trace;
}

/** Width of a bucket, ms, a round one. @param {View} view @param {number} count */
function stretch({ from, to }, count) {
  const raw = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  return ([1, 2, 5, 10].find((one) => one * power >= raw) ?? 10) * power;
}

/** @param {string} template @param {string} symbol */
function unitIn(template, symbol) {
  return template.replace("{unit}", escape(joined(symbol)));
}

/** @param {ArrayLike<number>} values @param {number} factor */
function divided(values, factor) {
  const result = new Float64Array(values);
  if (factor !== 1) for (let at = 0; at < result.length; at++) result[at] = /** @type {number} */ (result[at]) / factor;
  return result;
}

/** Times as the axis counts them, which nearly always is as they are. @param {ArrayLike<number>} times @param {View} view */
function placed(times, { from, to, axis }) {
  const made = new Float64Array(times);
  // An hour before, where clocks are put back, either end alone may be as it is.
  if (axis(from) !== from || axis(to) !== to) for (let at = 0; at < made.length; at++) made[at] = axis(/** @type {number} */ (made[at]));
  return made;
}

/** @param {string[]} names */
function unique(names) {
  const seen = new Map();
  return names.map((name) => {
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count ? `${name} (${count + 1})` : name;
  });
}
