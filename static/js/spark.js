// A metric at a glance: one number for all its series, what that is made of, and a little line of it.

import { OVERSHOOT } from "./axes.js";
import { nameOf } from "./store.js";
import { listed, shareOf } from "./text.js";
import { extremes } from "./thin.js";
import { legendDecimals, number } from "./units.js";

/** @typedef {import("./types.js").Metric} Metric */
/** @typedef {import("./store.js").Ring} Ring */

/** Stretches of time that the little line tells apart. */
export const POINTS = 60;

/**
 * The number that stands for the metric: sum, mean or largest of its series, or the series of that name.
 * @param {Metric} metric
 * @param {Ring} ring
 * @param {number[]} [places] of the series that are meant
 * @returns {(at: number) => number}
 */
export function headline(metric, ring, places = ring.series.map((_, place) => place)) {
  const named = places.find((place) => nameOf(ring.series[place] ?? { labels: {} }) === metric.headline);
  if (named !== undefined) return (at) => ring.columns[named]?.[at] ?? NaN;
  return (at) => {
    let sum = 0;
    let most = -Infinity;
    let count = 0;
    for (const place of places) {
      const value = ring.columns[place]?.[at] ?? NaN;
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
      if (value > most) most = value;
    }
    if (!count) return NaN;
    return metric.headline === "max" ? most : metric.headline === "mean" ? sum / count : sum;
  };
}

/** Rates of two ticks that are never quite on time: 103% of all cores is 100%. @param {number} value @param {number | null} limit */
export function capped(value, limit) {
  return limit !== null && value > limit && value <= OVERSHOOT * limit ? limit : value;
}

/**
 * What the number is made of.
 * @param {Metric} metric
 * @param {Ring} ring
 * @param {number} at
 * @param {import("./units.js").Units} units
 * @param {number[]} [places] of the series that are meant
 */
export function detail(metric, ring, at, units, places = ring.series.map((_, place) => place)) {
  const meant = places.map((place) => ring.series[place] ?? { labels: {} });
  const name = tellingName(meant);
  const parts = meant
    .map((series, which) => ({ name: name(series), value: ring.columns[places[which] ?? -1]?.[at] ?? NaN }))
    .filter(({ value }) => !Number.isNaN(value));
  const named = parts.find((one) => one.name === metric.headline);
  if (named) {
    const total = parts.reduce((sum, { value }) => sum + value, 0);
    return total > 0 ? shareOf(number((100 * named.value) / total, 0), units.text(metric.unit, total)) : "";
  }
  const best = parts.sort((a, b) => b.value - a.value);
  if (metric.headline === "max") return best[0]?.name ?? "";
  const largest = best[0]?.value ?? 0;
  const { factor } = units.scale(metric.unit, largest);
  const digits = legendDecimals(largest / factor);
  return listed(best.slice(0, 2).map((one) => `${one.name} ${number(one.value / factor, digits)}`));
}

/**
 * Names without the labels that are the same for all: "in" and "out" where there is only one interface.
 * @param {import("./types.js").Series[]} series
 * @returns {(one: import("./types.js").Series) => string}
 */
export function tellingName(series) {
  const labels = Object.keys(series[0]?.labels ?? {});
  const telling = labels.filter((label) => new Set(series.map((one) => one.labels[label])).size > 1);
  return (one) => (telling.length ? telling.map((label) => one.labels[label] ?? "").join(" ") : nameOf(one));
}

/**
 * The little line of it.
 * @param {HTMLCanvasElement} canvas
 * @param {Ring} ring
 * @param {(at: number) => number} value
 * @param {{from: number, to: number}} span
 * @param {string} colour
 * @param {{points?: number, fill?: string}} [how] stretches of time that it tells apart, and the colour below it
 */
export function sketch(canvas, ring, value, { from, to }, colour, { points = POINTS, fill = "" } = {}) {
  const ratio = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  const pen = canvas.getContext("2d");
  if (!pen || !width) return;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const [low, high] = ring.span(from, to);
  const places = high - low > 2 * points ? extremes(ring.times, value, low, high, (to - from) / points) : range(low, high);
  const values = places.map(value);
  const known = values.filter((one) => !Number.isNaN(one));
  const least = Math.min(...known);
  const size = Math.max(...known) - least || 1;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const line = new Path2D();
  const area = fill ? new Path2D() : null;
  let down = false;
  let x = 0;
  places.forEach((place, which) => {
    const one = values[which] ?? NaN;
    if (down && Number.isNaN(one)) area?.lineTo(x, height);
    x = ((/** @type {number} */ (ring.times[place]) - from) / (to - from)) * width;
    const y = height - 2 - ((one - least) / size) * (height - 4);
    if (down) line.lineTo(x, y);
    else line.moveTo(x, y);
    if (!down) area?.moveTo(x, height);
    area?.lineTo(x, y);
    down = !Number.isNaN(one);
  });
  if (area) {
    if (down) area.lineTo(x, height);
    pen.fillStyle = fill;
    pen.fill(area);
  }
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  pen.lineJoin = "round";
  pen.stroke(line);
}

/** @param {number} low @param {number} high */
function range(low, high) {
  return Array.from({ length: Math.max(0, high - low) }, (_, at) => low + at);
}
