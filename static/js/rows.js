// The rows of a legend: which mark, which name, which value of the moment that somebody points at, or else of the last one,
// and what the values are in all that is shown.

import { MOST_DRAWN } from "./choice.js";
import { colourOf } from "./colours.js";
import { nameOf } from "./store.js";
import { nearest } from "./time/stats.js";
import { joined, legendDecimals, number } from "./units.js";

/** @typedef {import("./components/legend.js").Row} Row */

/** Letters that most values need. */
const WIDE = 4;

/**
 * The rows before there is a sample: the legend has its place from the first paint on.
 * @param {import("./types.js").Metric} metric
 * @param {{palette: string[], quiet: string}} colours
 * @returns {Row[]}
 */
export function rowsAhead({ name, series }, colours) {
  const value = number(NaN);
  return series.slice(0, MOST_DRAWN).map((one, place) => ({
    key: nameOf(one), name: nameOf(one) || lastOf(name), colour: colourOf(one, place, colours), value, stats: [value, value, value], was: "", wide: WIDE, size: 0,
  }));
}

/** @param {string} metric */
const lastOf = (metric) => metric.split(".").at(-1) ?? "";

/**
 * @param {import("./store.js").Ring} ring
 * @param {import("./chart.js").Drawn} drawn
 * @param {object} options
 * @param {number} options.end ms, 0 for the newest
 * @param {number | null} [options.at] ms that somebody points at
 * @param {import("./time/stats.js").Stats[]} [options.stats] by place
 * @param {import("./earlier.js").Earlier | null} [options.earlier] what was some time before
 * @param {string} options.metric its name
 * @param {Set<string>} [options.hidden] keys of series that somebody has put away: they can be taken back
 * @param {{palette: string[], quiet: string}} options.colours
 * @returns {Row[]}
 */
export function rowsOf(ring, drawn, { end, at: pointed = null, stats = [], earlier = null, metric, colours, hidden }) {
  const at = pointed !== null ? nearest(ring, pointed) : end ? ring.search(end + 1) - 1 : ring.end - 1;
  const digits = legendDecimals(drawn.size);
  const { factor, symbol } = drawn.legendScale;
  // The header names the unit of the chart; values of another step bring their own.
  const suffix = symbol === drawn.scale.symbol ? "" : joined(symbol);
  const alone = ring.series.length === 1 && !nameOf(ring.series[0] ?? { labels: {} });
  const text = (/** @type {number} */ value) => number(value / factor, digits) + (Number.isNaN(value) ? "" : suffix);
  /** What it was so long before. @param {string} key */
  const then = (key) => {
    if (!earlier) return NaN;
    const { ring: other, shift } = earlier;
    const moment = pointed ?? (end || ring.last);
    return other.columns[other.keys.indexOf(key)]?.[nearest(other, moment - shift)] ?? NaN;
  };
  // Of very many, those that are not drawn are in a list of their own.
  const some = new Set(ring.series.length > MOST_DRAWN ? drawn.places : []);
  const row = (/** @type {import("./types.js").Series} */ series, /** @type {number} */ place) => {
    const value = ring.columns[place]?.[at] ?? NaN;
    const { min = NaN, mean = NaN, max = NaN } = stats[place] ?? {};
    // They are counted now and then: a sample that came after that is among them, too.
    const all = [value < min ? value : min, mean, value > max ? value : max].map(text);
    return {
      key: ring.keys[place] ?? "",
      name: alone ? lastOf(metric) : nameOf(series),
      colour: drawn.colours.get(place) ?? colourOf(series, place, colours),
      value: text(value),
      stats: stats.length ? all : [],
      was: earlier ? text(then(ring.keys[place] ?? "")) : "",
      // Wide enough for all that there is, so that none that comes moves its neighbours.
      wide: Math.max(text(value).length, ...all.map((one) => one.length)),
      size: value || 0,
    };
  };
  const listed = (/** @type {number} */ place) => !some.size || some.has(place) || hidden?.has(ring.keys[place] ?? "");
  return ring.series.flatMap((series, place) => (listed(place) && (drawn.among?.has(place) ?? true) ? [row(series, place)] : []));
}
