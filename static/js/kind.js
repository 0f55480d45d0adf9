// What kind of chart a figure is: which axes it has, what of the samples it shows, and who may draw it.

import { POLAR, takesAll } from "./fill.js";
import { able } from "./live/able.js";
import { legendOf, scalable } from "./own.js";
import { isRanked } from "./ranked.js";

/** @typedef {import("./types.js").Figure} Figure */

/** Types that draw all samples of the window, though one trace takes all series. */
const MAPS = new Set(["heatmap", "contour", "surface"]);
/** Types that tell how the samples of the window are spread. */
const SPREADS = new Set(["histogram", "box", "violin"]);
/** Types without an axis of time. */
const FLAT = new Set(["pie", "indicator", ...SPREADS, ...POLAR]);

export class Kind {
  /** @param {import("./types.js").Metric} metric @param {Figure} figure */
  constructor(metric, figure) {
    const given = metric.chart === "heatmap" && figure.layout["meta"]?.array ? figure.layout["meta"].array : figure;
    /** Whether the server has built it; else it is a plugin's own, which decides about its axes itself. */
    this.built = Boolean(given.layout["meta"]?.scaled);
    this.figure = this.built ? suffixed(given, metric.unit) : given;
    const { data, layout } = this.figure;
    const first = data[0] ?? {};
    const { type } = first;
    /** Whether values are divided by the unit's step. */
    this.scaled = this.built || scalable(this.figure, metric.unit);
    this.legend = legendOf(this.figure, this.built);
    /** Whether one trace takes all series. */
    this.together = takesAll(data);
    /** Whether it shows the latest values only. */
    this.latest = (this.together && !MAPS.has(type)) || type === "indicator";
    /** Whether it is of lying bars. */
    this.top = isRanked(first);
    /** Whether it is without an axis of time. */
    this.flat = this.top || FLAT.has(type);
    /** Whether it can show an earlier span: it has an axis of time, or is of all samples of the window. */
    this.spans = !this.flat || SPREADS.has(type);
    const piled = this.built || ["stack", "relative"].includes(layout["barmode"]);
    this.stacked = Boolean(first["stackgroup"]) || (piled && type === "bar" && !this.top);
    /** Whether it shows all series, however many there are. */
    this.every = this.top || type === "heatmap";
    /** Whether the live layer can draw it. */
    this.able = !this.flat && able(this.figure);
  }
}

/** Ticks say % where that is the unit that is shown: the server knows the metric's own alone. @param {Figure} figure @param {string} unit @returns {Figure} */
function suffixed({ data, layout }, unit) {
  const ticksuffix = unit === "%" ? unit : "";
  const told = Object.entries(layout).filter(([, part]) => part?.ticksuffix !== undefined).map(([name, part]) => [name, { ...part, ticksuffix }]);
  return { data, layout: { ...layout, ...Object.fromEntries(told) } };
}
