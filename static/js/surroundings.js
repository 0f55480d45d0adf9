// What is around the data of a chart: margins, axes with their ticks, bands behind it. Plotly's layout, in other words.

import { logRange, logTicks, valueRange, valueTicks } from "./axes.js";
import { escape, plain } from "./markup.js";
import { following, marginOf } from "./own.js";
import { around } from "./ranked.js";
import { nameOf } from "./store.js";
import { fitted, textWidth } from "./textsize.js";
import { bands } from "./thresholds.js";
import { hoverFormat, timeTicks } from "./timeticks.js";

/** @typedef {import("./types.js").Json} Json */
/** @typedef {import("./types.js").Limits} Limits */
/** @typedef {import("./fill.js").View} View */

/**
 * @typedef {object} Scene what is to be drawn
 * @property {Json[]} data filled traces
 * @property {View} view
 * @property {Json} margin
 * @property {Json} template
 * @property {{min: number, max: number}} size of the data, as drawn
 * @property {number} factor by which they were divided
 */

/** Series that one label beside the pointer can tell of; among more it tells of the nearest. */
const MOST_TOLD = 12;
/** px that the name of a row of a heat map needs. */
const ROW = 18;
/** px between that name and its row, and the share of the width that names have at most. */
const GAP = 8;
const NAMES = 0.35;

export class Surroundings {
  /**
   * @param {import("./kind.js").Kind} kind
   * @param {Limits} limits that the metric declares: data beyond them widen the axis
   * @param {import("./types.js").Spec} spec
   */
  constructor(kind, limits, spec) {
    this.kind = kind;
    /** The figure's own layout. */
    this.given = kind.figure.layout;
    this.limits = limits;
    this.spec = spec;
    this.log = spec.log ?? kind.figure.layout["yaxis"]?.type === "log";
    /** @type {[number, number] | null} of the axis of values, as Plotly has it */
    this.range = null;
  }

  /** The largest value that is declared, in the metric's unit, where both ends are; it decides about the unit's step. */
  get declared() {
    const [low, high] = this.ends;
    return low !== null && high !== null ? Math.max(Math.abs(low), Math.abs(high)) : 0;
  }

  /** @returns {Limits} */
  get ends() {
    const [low = null, high = null] = this.spec.range ?? [];
    return [low ?? this.limits[0], high ?? this.limits[1]];
  }

  /** Whether its rows are named at the left, as those of a heat map are. */
  get rows() {
    return this.kind.built && this.kind.figure.data[0]?.["type"] === "heatmap";
  }

  /**
   * @param {Json} template
   * @param {import("./types.js").Series[]} series that are drawn
   * @param {number} width px of the whole
   * @returns {Json}
   */
  margin(template, series, width) {
    const margin = { ...template["layout"].margin, ...(this.kind.built ? {} : marginOf(this.kind.figure)), ...this.given["margin"] };
    if (!this.rows) return margin;
    const widest = Math.max(0, ...series.map((one) => textWidth(nameOf(one))));
    return { ...margin, l: Math.max(margin.l, Math.ceil(Math.min(widest + GAP, NAMES * width))) };
  }

  /** The axis of values for what is seen now. @param {Scene} scene */
  follow({ size, factor }) {
    if (this.kind.built && !this.kind.flat) this.range = this.log ? this.decades(size, factor) : this.linear(size, factor);
    return this.range;
  }

  /** @param {{min: number, max: number}} size @param {number} factor @returns {[number, number]} */
  linear(size, factor) {
    const limits = divided(this.ends, factor);
    const [low = null, high = null] = divided(this.spec.range ?? [null, null], factor);
    const range = valueRange(size, { limits, zero: this.given["yaxis"]?.rangemode === "tozero" }, this.range);
    const [from, to] = [low ?? range[0], high ?? range[1]];
    if (from === range[0] && to === range[1]) return range;
    return to > from ? [from, to] : high === null ? [from, from + 1] : [to - 1, to];
  }

  /** @param {{min: number, max: number}} size @param {number} factor @returns {[number, number]} */
  decades(size, factor) {
    const [low = null, high = null] = divided(this.spec.range ?? [null, null], factor).map((end) => (end !== null && end > 0 ? Math.log10(end) : null));
    const range = logRange(size, divided(this.ends, factor), this.range);
    const [from, to] = [low ?? range[0], high ?? range[1]];
    if (from === range[0] && to === range[1]) return range;
    return to > from ? [from, to] : [from, from + 1];
  }

  /**
   * @param {Scene} scene
   * @param {object} more
   * @param {number} more.width px of the whole
   * @param {number} more.height
   * @param {string} more.revision Plotly keeps what a hand has done until this changes
   * @param {boolean} more.clear whether no time is written near either end of the axis
   * @returns {Json}
   */
  layout(scene, { width, height, revision, clear }) {
    const { data, view, template, margin, factor } = scene;
    // Plotly writes into what it is given.
    const given = structuredClone(this.given);
    /** @type {Json} */
    const layout = { ...following(given, data), template, width, height, margin, uirevision: revision };
    layout["dragmode"] = given["dragmode"] ?? false;
    if (this.kind.top) {
      const [, high] = divided(this.ends, factor);
      const quiet = template["layout"].xaxis.gridcolor;
      return around(layout, data, { margin, width, limit: high ?? null, built: this.kind.built, quiet });
    }
    if (this.kind.flat) return layout;
    const range = [view.axis(view.from), view.axis(view.to)];
    // Texts too near an end are taken away by us: one that Plotly hides would stay so when it has moved on.
    // Bars would have no lines at times, unlike what stands for them while only the axes are Plotly's.
    // An angle that is given spares Plotly measuring each new time, and keeping what it has measured.
    const own = { type: "date", ticklabeloverflow: "allow", tickangle: 0, ...(this.kind.built ? { showgrid: true } : {}) };
    layout["xaxis"] = { ...own, ...timeTicks(view, view.width, view.axis, clear), ...hoverFormat(view), ...given["xaxis"], range };
    if (this.spec.log && !this.kind.built) layout["yaxis"] = { ...given["yaxis"], type: "log" };
    if (this.spec.thresholds?.length) {
      layout["shapes"] = [...(given["shapes"] ?? []), ...bands(this.spec.thresholds, factor, { range: this.range, log: this.log })];
    }
    if (!this.kind.built) return layout;
    if (data[0]?.["type"] === "heatmap") {
      const most = Math.max(2, Math.floor(view.height / ROW));
      /** @type {string[]} */
      const names = data[0]["y"];
      const tickvals = names.filter((_, place) => place % Math.ceil(names.length / most) === 0);
      const ticktext = tickvals.map((name) => escape(fitted(plain(name), margin["l"] - GAP)));
      layout["yaxis"] = { ...given["yaxis"], tickmode: "array", tickvals, ticktext, range: [-0.5, names.length - 0.5] };
      return layout;
    }
    layout["yaxis"] = this.values(view.height);
    const told = data.filter((trace) => trace["hoverinfo"] !== "skip");
    if (told.length > MOST_TOLD) {
      layout["hovermode"] = "closest";
      for (const trace of told) trace["hovertemplate"] = `%{fullData.name}<br>${trace["hovertemplate"] ?? "%{y}"}<extra></extra>`;
    }
    return layout;
  }

  /** @param {number} height px */
  values(height) {
    const range = this.range ?? [0, 1];
    const own = this.given["yaxis"];
    if (this.log) return { ...own, type: "log", rangemode: "normal", range, ...logTicks(range) };
    return { ...own, range, ...valueTicks(range, height) };
  }
}

/** @param {Limits} limits @param {number} factor @returns {Limits} */
function divided([low, high], factor) {
  return [low === null ? null : low / factor, high === null ? null : high / factor];
}
