// One chart. While it follows live data the live layer draws over Plotly's axes; the moment somebody is at the chart, or it
// shows the past, all of it is Plotly's.
//
// What others use of it: `open`, `resize`, `draw`, `slide`, `look`, `catchUp`, `settle`, `tick`, `pace`, `area`, `inner`, `drawn`, `destroy`.

import { coloursOf } from "./colours.js";
import { fill, most } from "./fill.js";
import { Kind } from "./kind.js";
import { attention } from "./live/attention.js";
import { Layer } from "./live/layer.js";
import { Pins } from "./live/pins.js";
import { TimeAxis } from "./live/timeaxis.js";
import { ahead, axisOf, zone } from "./localtime.js";
import { Plot } from "./plot.js";
import { Selection } from "./selection.js";
import { Surroundings } from "./surroundings.js";

/** @typedef {import("./types.js").Figure} Figure */
/** @typedef {import("./types.js").Json} Json */
/** @typedef {import("./types.js").Metric} Metric */
/** @typedef {import("./store.js").Ring} Ring */
/** @typedef {{from: number, to: number}} Span ms */
/** @typedef {import("./units.js").Scale} Scale */
/** @typedef {import("./surroundings.js").Scene} Scene */
/** @typedef {import("./selection.js").Selected} Selected */

/**
 * @typedef {object} Drawn what a legend needs to know
 * @property {Scale} scale of the chart
 * @property {Scale} legendScale of the values in the legend
 * @property {number} size the largest of these
 * @property {number} drawn how many series
 * @property {number[]} places of these
 * @property {number[]} bounds of a heat map's colours
 * @property {Map<number, string>} colours by place of the series
 * @property {Set<number> | null} among places of the series that the panel is about; null for all
 *
 * @typedef {object} State
 * @property {Span} span the newest samples; a zoom goes before it
 * @property {import("./types.js").Theme} theme
 * @property {Json} template
 * @property {Set<string>} hidden keys of series that somebody has put away
 * @property {Set<string>} [pinned] keys of series that somebody wants to see however small they are
 * @property {boolean} [paused] whether it stands still
 * @property {boolean} [moving] whether a hand moves it
 * @property {boolean} [ticks] false when whoever draws it lets the ticks follow by `tick`
 * @property {import("./earlier.js").Earlier | null} [earlier] what was some time before, to be drawn, too
 */

/** ms without samples after which a chart that Plotly draws moves on by itself. */
const SLIDES_AFTER = 1_400;
/** ms between two drawings by Plotly. */
const FASTEST = 100;
const SLOWEST = 10_000;
/** ms between two drawings of a live chart of which a pixel stands for several samples: it looks at each of them. */
const DENSE = 1_000;
/** px by which a chart has to move before that is worth drawing. */
const STILL = 0.25;

export class Chart {
  /**
   * @param {HTMLElement} element
   * @param {object} options
   * @param {Metric} options.metric
   * @param {Figure} options.figure
   * @param {string} options.base address of the static files
   * @param {import("./units.js").Units} options.units
   * @param {import("./types.js").Spec | null} [options.spec] what somebody has chosen over what the metric declares
   * @param {(zoom: Span | null) => void} options.onZoom it is to show a span, or has gone back
   */
  constructor(element, { metric, figure, base, units, spec = null, onZoom }) {
    this.element = element;
    this.kind = new Kind(metric, figure);
    this.base = base;
    this.onZoom = onZoom;
    const { only } = spec ?? {};
    this.around = new Surroundings(this.kind, metric.limits, spec ?? {});
    this.selection = new Selection({ unit: metric.unit, kind: this.kind, around: this.around, units, ...(only ? { only } : {}) });
    this.plot = new Plot(element);
    this.axis = new TimeAxis(this.plot);
    this.layer = new Layer(element);
    this.pins = new Pins();
    this.attention = attention(element, () => this.settle());
    /** @type {Span | null} what somebody has zoomed to */
    this.zoom = null;
    /** @type {Span} that was drawn last */
    this.seen = { from: 0, to: 0 };
    /** @type {Span} at which the data stand: they may be slid on later than `seen` */
    this.stands = this.seen;
    /** @type {Map<number, string>} in which series were drawn, by place */
    this.colours = new Map();
    /** @type {Json[]} filled traces, as they are drawn now */
    this.data = [];
    /** @type {{ring: Ring, state: State} | null} what was to be drawn last */
    this.asked = null;
    this.drawnVersion = -1;
    this.drawnLast = NaN;
    this.drawnKey = "";
    /** What of that axes depend on. */
    this.stageKey = "";
    /** What Plotly has drawn its axes for; "" for a span that live data will not go on from. */
    this.axisKey = "";
    this.serial = 0;
    this.width = 0;
    this.height = 0;
    /** Whether it draws fewer samples than there are. */
    this.dense = false;
    this.shownAt = -Infinity;
    // For whoever tests the page: what is drawn now, whichever of the two draws it.
    Object.defineProperty(element, "drawn", { configurable: true, get: () => this.drawn });
    this.resize();
  }

  /** Load what draws it. */
  open() {
    return this.plot.open(this.kind.figure, this.base);
  }

  get legend() {
    return this.kind.legend;
  }

  get ready() {
    return this.plot.plotly !== undefined && this.width > 0 && this.height > 0;
  }

  /** Width of the plot area, px. */
  get inner() {
    return this.axis.width;
  }

  /** Take the size of the element. @returns {boolean} whether it is another one */
  resize() {
    const { clientWidth, clientHeight } = this.element;
    const other = clientWidth !== this.width || clientHeight !== this.height;
    this.width = clientWidth;
    this.height = clientHeight;
    return other;
  }

  /** ms between two drawings of a window: more of them would not be seen. @param {number} seconds */
  pace(seconds) {
    const step = Math.max(FASTEST, Math.min(SLOWEST, (seconds * 1000) / (this.inner || 500)));
    if (!this.kind.able || this.zoom || this.attention.here) return step;
    return this.dense ? Math.min(step, DENSE) : 0;
  }

  /** @param {Ring} ring @param {State} state @returns {Drawn} */
  draw(ring, state) {
    this.asked = { ring, state };
    const { span, theme, hidden, pinned, paused = false, moving = false, earlier = null, ticks = true } = state;
    const seen = this.zoom ?? span;
    this.seen = seen;
    // What a hand moves is drawn as what moves by itself; Plotly takes over when it rests.
    const follows = this.kind.able && (moving || (!paused && !this.zoom && !this.attention.here));
    const place = `${seen.to - seen.from} ${this.zoom?.to ?? ""}`;
    const selected = this.selection.of(ring, seen, { hidden, pinned, place, earlier });
    const drawn = this.told(selected);
    const stage = [
      theme, this.width, this.height, devicePixelRatio, seen.to - seen.from, zone(seen.from) - zone(seen.to), ahead(seen.to), ...selected.shown,
    ].join();
    const filled = [moving || this.zoom?.to, ring.shape, earlier?.ring.shape, earlier?.ring.version, earlier?.shift].join();
    const key = `${stage},${filled}`;
    // What was zoomed to is past: no later sample changes it.
    const past = this.zoom !== null && this.zoom.to < this.drawnLast;
    if (moving && !follows && this.plot.drawn && !this.kind.flat) {
      this.axis.place({ ...seen, axis: axisOf(seen) }, true);
      Object.assign(this, { stands: seen, drawnKey: "" });
      return drawn;
    }
    if (!moving && key === this.drawnKey && (past || ring.version === this.drawnVersion)) {
      if (!this.layer.on) this.slide(seen);
      if (!this.layer.on || (follows && this.axis.moved(seen) < STILL)) return drawn;
    }
    if (key !== this.drawnKey) this.pins.release();
    // Axes that the template places ask nothing of the data but their range: a hand that takes or leaves a chart, and samples
    // that have come meanwhile, leave them as they are.
    Object.assign(this, { drawnVersion: ring.version, drawnKey: key, drawnLast: ring.last, stageKey: this.kind.built ? stage : key });
    const scene = this.sceneOf(ring, selected, state);
    drawn.colours = this.colours;
    if (follows) this.follow(scene, { moving, ticks });
    else this.show(scene, false);
    return drawn;
  }

  /** What a legend needs to know. @param {Selected} selected @returns {Drawn} */
  told({ shown, among, min, max, scale, legendScale }) {
    const { zmin = min, zmax = max } = this.kind.figure.data[0] ?? {};
    const size = Math.max(Math.abs(min), Math.abs(max));
    return {
      scale, legendScale, among,
      size: Number.isFinite(size) ? size / legendScale.factor : 0,
      drawn: shown.length,
      places: shown,
      bounds: [zmin, zmax],
      colours: this.colours,
    };
  }

  /** Fill the figure with what is seen. @param {Ring} ring @param {Selected} selected @param {State} state @returns {Scene} */
  sceneOf(ring, { shown, low, high, min, max, scale }, { theme, template, earlier = null }) {
    const { seen } = this;
    const { built, scaled, figure, together } = this.kind;
    const margin = this.around.margin(template, shown.flatMap((place) => ring.series[place] ?? []), this.width);
    const view = {
      ...seen,
      axis: axisOf(seen),
      width: this.width - margin.l - margin.r,
      height: this.height - margin.t - margin.b,
      palette: template["layout"].colorway,
      quiet: template["layout"].meta.quiet,
      theme,
      ...(built ? { hair: hair() } : {}),
    };
    this.axis.width = view.width;
    this.dense = high - low > most(view);
    const factor = scaled ? scale.factor : 1;
    const data = fill(figure.data, { ring, shown, view, scale, scaled, low, high, earlier });
    this.colours = coloursOf(data, shown, together);
    return { data, view, margin, template, factor, size: { min: min / factor, max: max / factor } };
  }

  /**
   * Draw live data: Plotly only where its axes are others.
   * @param {Scene} scene
   * @param {{moving: boolean, ticks: boolean}} how the ticks follow
   */
  follow(scene, how) {
    const { data, view } = scene;
    const fits = this.kind.built || this.pins.fit(data, this.kind.figure.layout["barmode"]);
    if (!fits || this.axisKey !== this.keyOf(scene)) this.show(scene, true);
    this.axis.follow(view, how);
    this.layer.draw(this.plot.drawn, data, this.kind.figure.layout, view);
    Object.assign(this, { data, stands: this.seen });
  }

  /** Move the ticks to where the lines are, if that is due. */
  tick() {
    this.axis.tick();
  }

  /** What the axes depend on, beside the time. @param {Scene} scene */
  keyOf(scene) {
    return `${this.stageKey} ${this.around.follow(scene)}`;
  }

  /** Move the window on without new samples, at a third of the cost of drawing. @param {Span} seen */
  slide(seen) {
    // One that gets samples of its own moves with them.
    if (performance.now() - this.shownAt < SLIDES_AFTER) return;
    if (this.kind.flat || !this.kind.built || this.zoom || !this.plot.drawn) return;
    const axis = axisOf(seen);
    if (axis(seen.to) === this.plot.drawn.layout.xaxis.range[1]) return;
    this.axis.place({ ...seen, axis }, true);
    this.stands = seen;
  }

  /** Plotly draws it now, as it is to be seen: for whoever takes a picture, or wants to point at it. */
  settle() {
    if (this.layer.on && this.asked) this.draw(this.asked.ring, { ...this.asked.state, paused: true, moving: false });
  }

  /** Show the newest samples again. */
  catchUp() {
    this.zoom = null;
    this.drawnKey = "";
    this.onZoom(null);
  }

  /** Show a span that nobody has chosen by hand in this chart. @param {Span} span */
  look(span) {
    if (!this.kind.spans) return;
    this.zoom = span;
    this.serial++;
    this.onZoom(span);
  }

  /** Where its plot is, and from when to when; null without an axis of time. @returns {import("./marks.js").Area | null} */
  get area() {
    const { xaxis, yaxis } = this.plot.drawn?._fullLayout ?? {};
    if (this.kind.flat || xaxis?.type !== "date" || !yaxis) return null;
    return { ...this.stands, left: xaxis._offset, width: xaxis._length, top: yaxis._offset, height: yaxis._length };
  }

  /** What is drawn now, and by which of the two; times as the axis counts them. */
  get drawn() {
    const { drawn } = this.plot;
    if (!drawn) return null;
    if (!this.layer.on) return { by: "plotly", data: drawn.data, range: drawn.layout.xaxis?.range };
    const axis = axisOf(this.stands);
    return { by: "live", data: this.data, range: [axis(this.stands.from), axis(this.stands.to)] };
  }

  destroy() {
    this.attention.end();
    this.plot.close();
    this.layer.show(false);
  }

  /** Let Plotly draw. @param {Scene} scene @param {boolean} live whether only its axes will be seen */
  show(scene, live) {
    this.shownAt = performance.now();
    const key = this.keyOf(scene);
    const { width, height, serial } = this;
    const layout = this.around.layout(scene, { width, height, revision: `${serial}`, clear: !live });
    this.pins.hold(layout);
    // Of a figure that chooses its axes by the data Plotly needs all of them.
    this.axis.back();
    this.plot.draw(live && this.kind.built ? stand(scene, this.around.range) : scene.data, layout);
    if (this.kind.able && !this.kind.built) this.pins.take(this.plot.drawn._fullLayout, scene.data);
    this.axisKey = live || !this.zoom ? key : "";
    this.stands = this.seen;
    this.axis.drawn(this.seen, live);
    if (!live) this.layer.show(false);
  }
}

/** The width of a line, px: whole pixels of the screen, since these are drawn many times faster than parts of them. */
function hair() {
  return Math.max(1, Math.round(devicePixelRatio)) / devicePixelRatio;
}

/** All that Plotly needs to know of the data while only its axes are seen. @param {Scene} scene @param {[number, number] | null} range */
function stand({ view: { from, to, axis } }, range) {
  return [{ type: "scatter", mode: "lines", x: [axis(from), axis(to)], y: range ?? [0, 1], hoverinfo: "skip" }];
}
