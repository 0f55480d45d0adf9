// One chart: the only file that calls Plotly. `draw`, `slide`, `resize` and `destroy` are all that others use of it.

import { plotlyFor } from "./bundle.js";
import { extent, valueRange, valueTicks } from "./axes.js";
import { Choice } from "./choice.js";
import { coloursOf } from "./colours.js";
import { POLAR, fill, takesAll } from "./fill.js";
import { axisOf, timeOf } from "./localtime.js";
import { legendOf, marginOf, scalable } from "./own.js";
import { around, isRanked } from "./ranked.js";
import { hoverFormat, timeTicks } from "./timeticks.js";

/** @typedef {import("./types.js").Figure} Figure */
/** @typedef {import("./types.js").Json} Json */
/** @typedef {import("./types.js").Metric} Metric */
/** @typedef {import("./store.js").Ring} Ring */
/** @typedef {{from: number, to: number}} Span ms */
/** @typedef {import("./units.js").Scale} Scale */

/**
 * @typedef {object} Drawn what a legend needs to know
 * @property {Scale} scale of the chart
 * @property {Scale} legendScale of the values in the legend
 * @property {number} size the largest of these
 * @property {number} drawn how many series
 * @property {number[]} places of these
 * @property {number[]} bounds of a heat map's colours
 * @property {Map<number, string>} colours by place of the series
 */

const CONFIG = {
  displayModeBar: false,
  displaylogo: false,
  showSendToCloud: false,
  responsive: false,
  scrollZoom: false,
  doubleClick: false,
  showTips: false,
};
/** Types that draw all samples of the window, though one trace takes all series. */
const MAPS = new Set(["heatmap", "contour", "surface"]);
/** Types without an axis of time. */
const FLAT = new Set(["pie", "indicator", "histogram", "box", "violin", ...POLAR]);
/** ms without samples after which a chart moves on by itself. */
const SLIDES_AFTER = 1_400;
/** Series that one label beside the pointer can tell of; among more it tells of the nearest. */
const MOST_TOLD = 12;

export class Chart {
  /**
   * @param {HTMLElement} element
   * @param {object} options
   * @param {Metric} options.metric
   * @param {Figure} options.figure
   * @param {string} options.base address of the static files
   * @param {import("./units.js").Units} options.units
   * @param {import("./types.js").Spec | null} [options.spec] what somebody has chosen over what the metric declares
   * @param {(zoom: Span | null, byHand?: boolean) => void} options.onZoom a span was chosen, or it has gone back
   */
  constructor(element, { metric, figure, base, units, spec = null, onZoom }) {
    this.element = element;
    this.metric = metric;
    this.spec = spec;
    this.figure = metric.chart === "heatmap" && figure.layout["meta"]?.array ? figure.layout["meta"].array : figure;
    this.base = base;
    this.units = units;
    this.onZoom = onZoom;
    /** Whether the server has built it; else it is a plugin's own, which decides about its axes itself. */
    this.built = Boolean(this.figure.layout["meta"]?.scaled);
    this.scaled = this.built || scalable(this.figure, metric.unit);
    this.legend = legendOf(this.figure, this.built);
    const first = this.figure.data[0] ?? {};
    this.together = takesAll(this.figure.data);
    /** Whether it shows the latest values only. */
    this.latest = (this.together && !MAPS.has(first["type"])) || first["type"] === "indicator";
    this.top = isRanked(first);
    this.flat = this.top || FLAT.has(first["type"]);
    const piled = this.built || ["stack", "relative"].includes(this.figure.layout["barmode"]);
    this.stacked = Boolean(first["stackgroup"]) || (piled && first["type"] === "bar" && !this.top);
    /** @type {Span | null} what somebody has zoomed to */
    this.zoom = null;
    /** @type {Span} that was drawn last */
    this.seen = { from: 0, to: 0 };
    /** @type {Span} at which its axis stands: it may be slid on later than `seen` */
    this.stands = this.seen;
    /** @type {[number, number] | null} */
    this.range = null;
    /** @type {import("./units.js").Scale | undefined} */
    this.scale = undefined;
    /** @type {import("./units.js").Scale | undefined} of the values in the legend */
    this.legendScale = undefined;
    /** @type {Map<number, string>} in which series were drawn, by place */
    this.colours = new Map();
    this.choice = new Choice();
    this.drawnVersion = -1;
    this.drawnLast = NaN;
    this.drawnKey = "";
    this.serial = 0;
    this.width = 0;
    this.height = 0;
    /** Width of the plot area, px. */
    this.plot = 0;
    this.shownAt = -Infinity;
    /** @type {any} the Plotly that draws this chart */
    this.plotly = undefined;
    /** @type {any} the element, once Plotly has drawn in it */
    this.plotted = undefined;
    this.resize();
  }

  /** Load what draws it. */
  async open() {
    this.plotly = await plotlyFor(this.figure, this.base);
  }

  get ready() {
    return this.plotly !== undefined && this.width > 0 && this.height > 0;
  }

  /** Take the size of the element. @returns {boolean} whether it is another one */
  resize() {
    const { clientWidth, clientHeight } = this.element;
    const other = clientWidth !== this.width || clientHeight !== this.height;
    this.width = clientWidth;
    this.height = clientHeight;
    return other;
  }

  /**
   * @param {Ring} ring
   * @param {object} state
   * @param {Span} state.span the newest samples; a zoom goes before it
   * @param {import("./types.js").Theme} state.theme
   * @param {Json} state.template
   * @param {Set<string>} state.hidden keys of series that somebody has put away
   * @param {Set<string>} state.pinned keys of series that somebody wants to see however small they are
   * @returns {Drawn}
   */
  draw(ring, { span, theme, template, hidden, pinned }) {
    const seen = this.zoom ?? span;
    this.seen = seen;
    const [low, high] = ring.span(seen.from, seen.to);
    const place = `${seen.to - seen.from} ${this.zoom?.to ?? ""}`;
    const all = this.top || this.figure.data[0]?.["type"] === "heatmap";
    const shown = this.choice.of(ring, { hidden, pinned, low, high, place, all });
    const { min, max } = this.latest ? newest(ring, shown) : extent(ring, shown, low, high, this.stacked);
    const size = Math.max(Math.abs(min), Math.abs(max));
    const scale = this.scaleFor(size);
    this.legendScale = this.scaled ? scale : this.units.scale(this.metric.unit, size, this.legendScale);
    const { zmin = min, zmax = max } = this.figure.data[0] ?? {};
    const drawn = {
      scale,
      legendScale: this.legendScale,
      size: Number.isFinite(size) ? size / this.legendScale.factor : 0,
      drawn: shown.length,
      places: shown,
      bounds: [zmin, zmax],
      colours: this.colours,
    };
    const key = [theme, this.width, this.height, seen.to - seen.from, this.zoom?.to, ring.shape, ...shown].join();
    // What was zoomed to is past: no later sample changes it.
    const past = this.zoom !== null && this.zoom.to < this.drawnLast;
    if (key === this.drawnKey && (past || ring.version === this.drawnVersion)) {
      this.slide(seen);
      return drawn;
    }
    Object.assign(this, { drawnVersion: ring.version, drawnKey: key, drawnLast: ring.last });
    const margin = { ...template["layout"].margin, ...(this.built ? {} : marginOf(this.figure)), ...this.figure.layout["margin"] };
    const view = {
      ...seen,
      axis: axisOf(seen),
      width: this.width - margin.l - margin.r,
      height: this.height - margin.t - margin.b,
      palette: template["layout"].colorway,
      quiet: template["layout"].meta.quiet,
      theme,
    };
    this.plot = view.width;
    const data = fill(this.figure.data, { ring, shown, view, scale, scaled: this.scaled, low, high });
    drawn.colours = this.colours = coloursOf(data, shown, this.together);
    this.show(data, this.layout(data, view, margin, template, { min: min / scale.factor, max: max / scale.factor }));
    return drawn;
  }

  /** A declared range decides about the unit's step, otherwise the data do. @param {number} size */
  scaleFor(size) {
    const [low, high] = this.metric.limits;
    const fixed = low !== null && high !== null ? Math.max(Math.abs(low), Math.abs(high)) : 0;
    this.scale = this.units.scale(this.metric.unit, this.scaled ? Math.max(size, fixed) : 0, this.scale);
    return this.scale;
  }

  /** Move the window on without new samples, at a third of the cost of drawing. @param {Span} seen */
  slide(seen) {
    // One that gets samples of its own moves with them.
    if (performance.now() - this.shownAt < SLIDES_AFTER) return;
    if (this.flat || !this.built || this.zoom || !this.plotted) return;
    const axis = axisOf(seen);
    const [from, to] = [axis(seen.from), axis(seen.to)];
    if (to === this.plotted.layout.xaxis.range[1]) return;
    const { tickvals, ticktext } = timeTicks(seen, this.plot, axis);
    this.stands = seen;
    this.plotly.relayout(this.plotted, { "xaxis.range": [from, to], "xaxis.tickvals": tickvals, "xaxis.ticktext": ticktext });
  }

  /** Show the newest samples again. */
  catchUp() {
    this.zoom = null;
    this.drawnKey = "";
    this.onZoom(null);
  }

  /** Show a span that nobody has chosen by hand in this chart. @param {Span} span */
  look(span) {
    if (this.flat) return;
    this.zoom = span;
    this.serial++;
    this.onZoom(span);
  }

  /** Where its plot is, and from when to when; null without an axis of time. @returns {import("./marks.js").Area | null} */
  get area() {
    const { xaxis, yaxis } = this.plotted?._fullLayout ?? {};
    if (this.flat || xaxis?.type !== "date" || !yaxis) return null;
    return { ...this.stands, left: xaxis._offset, width: xaxis._length, top: yaxis._offset, height: yaxis._length };
  }

  destroy() {
    if (this.plotted) this.plotly.purge(this.plotted);
    this.plotted = undefined;
    this.element.replaceChildren();
  }

  /**
   * @param {Json[]} data
   * @param {import("./fill.js").View} view
   * @param {Json} margin
   * @param {Json} template
   * @param {{min: number, max: number}} size of the data, as drawn
   * @returns {Json}
   */
  layout(data, view, margin, template, size) {
    const given = this.figure.layout;
    /** @type {Json} */
    const layout = { ...given, template, width: this.width, height: this.height, margin, uirevision: `${this.serial}` };
    layout["dragmode"] = given["dragmode"] ?? (this.flat || matchMedia("(pointer: coarse)").matches ? false : "zoom");
    const factor = this.scaled ? this.scale?.factor ?? 1 : 1;
    const [low, high] = this.metric.limits.map((one) => (one === null ? null : one / factor));
    if (this.top) {
      const quiet = template["layout"].xaxis.gridcolor;
      return around(layout, data, { margin, width: this.width, limit: high ?? null, built: this.built, quiet });
    }
    if (this.flat) return layout;
    const range = [view.axis(view.from), view.axis(view.to)];
    layout["xaxis"] = { type: "date", ...timeTicks(view, view.width, view.axis), ...hoverFormat(view), ...given["xaxis"], range };
    if (!this.built) return layout;
    if (data[0]?.["type"] === "heatmap") {
      const most = Math.max(2, Math.floor(view.height / 18));
      layout["yaxis"] = { ...given["yaxis"], nticks: Math.min(most, data[0]["y"].length), range: [-0.5, data[0]["y"].length - 0.5] };
      return layout;
    }
    const rule = { limits: /** @type {[number | null, number | null]} */ ([low, high]), zero: given["yaxis"]?.rangemode === "tozero" };
    this.range = valueRange(size, rule, this.range);
    layout["yaxis"] = { ...given["yaxis"], range: this.range, ...valueTicks(this.range, view.height) };
    const told = data.filter((trace) => trace["hoverinfo"] !== "skip");
    if (told.length > MOST_TOLD) {
      layout["hovermode"] = "closest";
      for (const trace of told) trace["hovertemplate"] = `%{fullData.name}<br>${trace["hovertemplate"] ?? "%{y}"}<extra></extra>`;
    }
    return layout;
  }

  /** @param {Json[]} data @param {Json} layout */
  show(data, layout) {
    this.shownAt = performance.now();
    this.stands = this.seen;
    if (this.plotted) {
      this.plotly.react(this.plotted, data, layout, CONFIG);
      return;
    }
    this.plotly.newPlot(this.element, data, layout, CONFIG);
    this.plotted = /** @type {any} */ (this.element);
    this.plotted.on("plotly_relayout", (/** @type {Json} */ change) => this.relayouted(change));
    this.plotted.on("plotly_doubleclick", () => {
      this.catchUp();
      return false;
    });
  }

  /** Somebody has dragged. @param {Json} change */
  relayouted(change) {
    const from = change["xaxis.range[0]"];
    const to = change["xaxis.range[1]"];
    // Our own `slide` gives the range in one piece, a hand gives its two ends.
    if (from === undefined || to === undefined || this.flat) return;
    const [begin = NaN, end = NaN] = [from, to].map((at) => timeOf(Date.parse(`${at}`.replace(" ", "T") + "Z"), this.seen.to));
    if (!(end > begin)) return;
    this.zoom = { from: begin, to: end };
    // Plotly keeps what a hand has done until this number changes; we keep it ourselves.
    this.serial++;
    this.onZoom(this.zoom, true);
  }
}

/** @param {Ring} ring @param {number[]} shown */
function newest(ring, shown) {
  const values = shown.map((place) => ring.latest(place)).filter((value) => !Number.isNaN(value));
  return { min: Math.min(0, ...values), max: Math.max(0, ...values) };
}

/** A figure that is drawn as it is given: of its metrics and their series it knows nothing. */
export class Drawing {
  /** @param {HTMLElement} element @param {Figure} figure @param {string} base address of the static files */
  constructor(element, figure, base) {
    this.element = element;
    this.figure = figure;
    this.base = base;
    /** @type {any} */
    this.plotly = undefined;
    this.drawn = false;
  }

  async open() {
    this.plotly = await plotlyFor(this.figure, this.base);
  }

  get ready() {
    return this.plotly !== undefined && this.element.clientWidth > 0 && this.element.clientHeight > 0;
  }

  /** @param {Figure} figure filled @param {Json} template */
  draw({ data, layout }, template) {
    const { clientWidth: width, clientHeight: height } = this.element;
    const margin = { ...template["layout"].margin, ...marginOf(this.figure), ...layout["margin"] };
    const whole = { uirevision: "kept", ...layout, template, width, height, margin };
    this.plotly[this.drawn ? "react" : "newPlot"](this.element, data, whole, CONFIG);
    this.drawn = true;
  }

  destroy() {
    if (this.drawn) this.plotly.purge(this.element);
    this.element.replaceChildren();
  }
}
