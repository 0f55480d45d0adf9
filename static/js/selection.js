// What a chart draws of what it sees: which series, how large they are, and by which steps of their unit they are told.

import { extent } from "./axes.js";
import { Choice } from "./choice.js";
import { placesIn } from "./earlier.js";
import { placesOf } from "./only.js";

/** @typedef {import("./store.js").Ring} Ring */
/** @typedef {import("./units.js").Scale} Scale */
/** @typedef {import("./earlier.js").Earlier} Earlier */
/** @typedef {{from: number, to: number}} Span ms */

/**
 * @typedef {object} Selected
 * @property {number[]} shown places of the series
 * @property {Set<number> | null} among places of those that the panel is about; null for all
 * @property {number} low first index of what is seen
 * @property {number} high index after its last
 * @property {number} min of the values, in the metric's unit
 * @property {number} max
 * @property {Scale} scale of the chart
 * @property {Scale} legendScale of the values in the legend
 */

export class Selection {
  /**
   * @param {object} parts
   * @param {string} parts.unit of the metric
   * @param {import("./kind.js").Kind} parts.kind
   * @param {import("./surroundings.js").Surroundings} parts.around
   * @param {import("./units.js").Units} parts.units
   * @param {Record<string, string[]>} [parts.only] series with one of these values of each label
   */
  constructor({ unit, kind, around, units, only }) {
    this.unit = unit;
    this.kind = kind;
    this.around = around;
    this.units = units;
    this.only = only;
    this.choice = new Choice();
    /** @type {Scale | undefined} */
    this.scale = undefined;
    /** @type {Scale | undefined} */
    this.legendScale = undefined;
  }

  /**
   * @param {Ring} ring
   * @param {Span} seen
   * @param {object} how
   * @param {Set<string>} how.hidden keys of series that somebody has put away
   * @param {Set<string>} [how.pinned] keys of series that somebody wants to see however small they are
   * @param {string} how.place what is looked at; whoever looks elsewhere wants the largest there at once
   * @param {Earlier | null} how.earlier what was some time before, which has to fit as well
   * @returns {Selected}
   */
  of(ring, seen, { hidden, pinned, place, earlier }) {
    const { kind, units, unit, around } = this;
    const among = this.only ? new Set(placesOf(ring.series, this.only)) : null;
    const away = among ? new Set([...hidden, ...ring.keys.filter((_, at) => !among.has(at))]) : hidden;
    const [low, high] = ring.span(seen.from, seen.to);
    const shown = this.choice.of(ring, { hidden: away, pinned, low, high, place, all: kind.every });
    const { min, max } = kind.latest ? newest(ring, shown) : this.extent(ring, shown, seen, earlier);
    const size = Math.max(Math.abs(min), Math.abs(max));
    // A declared range decides about the unit's step, otherwise the data do.
    this.scale = units.scale(unit, kind.scaled ? Math.max(size, around.declared) : 0, this.scale);
    this.legendScale = kind.scaled ? this.scale : units.scale(unit, size, this.legendScale);
    return { shown, among, low, high, min, max, scale: this.scale, legendScale: this.legendScale };
  }

  /** Smallest and largest value of what is to be seen. @param {Ring} ring @param {number[]} shown @param {Span} span @param {Earlier | null} earlier */
  extent(ring, shown, { from, to }, earlier) {
    const { stacked } = this.kind;
    const { log } = this.around;
    const now = extent(ring, shown, ...ring.span(from, to), stacked, log);
    if (!earlier) return now;
    const { ring: other, shift } = earlier;
    const then = extent(other, placesIn(ring, shown, other), ...other.span(from - shift, to - shift), stacked, log);
    return { min: Math.min(now.min, then.min), max: Math.max(now.max, then.max) };
  }
}

/** @param {Ring} ring @param {number[]} shown */
function newest(ring, shown) {
  const values = shown.map((place) => ring.latest(place)).filter((value) => !Number.isNaN(value));
  return { min: Math.min(0, ...values), max: Math.max(0, ...values) };
}
