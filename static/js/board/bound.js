// Puts samples into the arrays of a figure: the samples of one series over the window, or the newest value of several.

import { escape } from "../markup.js";
import { placesOf } from "../only.js";
import { selectorOf } from "./selector.js";

/** @typedef {import("../types.js").Figure} Figure */
/** @typedef {import("../types.js").Json} Json */
/** @typedef {import("../store.js").Ring} Ring */
/** @typedef {import("./selector.js").Selector} Selector */
/** @typedef {{trace: number, path: string[], part: string} & Selector} Bond what one array of one trace is filled with */

/** Points of a trace: more can't be told apart, and would cost a redraw its frame. */
const MOST = 2_000;
/** Ticks of two metrics are one moment when they are not farther apart than so many intervals. */
const NEAR = 1.5;
/** What stands for the times of samples, where else the name of a label would. */
const TIME = "time";
/** Traces that have one number where others have arrays. */
const SINGLE = new Set(["indicator"]);

/**
 * `{"r": "wind.speed", "1.marker.size": "wind.gust{mast=\"a\"}"}`: array of the first trace, or of the one of that number. Behind
 * an @ stands what is put there in place of the values: `wind.speed@time` their times, `wind.speed@mast` that label of them.
 * @param {Record<string, string>} bind
 * @returns {Bond[]}
 */
export function bondsOf(bind) {
  return Object.entries(bind).flatMap(([key, value]) => {
    const [first = "", ...rest] = key.split(".");
    const numbered = /^\d+$/.test(first) && rest.length;
    const [, source = "", part = ""] = /^(.*?)(?:@([a-z][a-z0-9_]*))?$/s.exec(value.trim()) ?? [];
    const selector = selectorOf(source);
    return selector ? [{ trace: numbered ? Number(first) : 0, path: numbered ? rest : [first, ...rest], part, ...selector }] : [];
  });
}

/** Metrics that are needed for it. @param {Bond[]} bonds */
export function metricsOf(bonds) {
  return [...new Set(bonds.map(({ metric }) => metric))];
}

/**
 * @param {Figure} figure
 * @param {Bond[]} bonds
 * @param {(metric: string) => Ring | undefined} ringOf
 * @param {{from: number, to: number}} span ms
 * @returns {Json[]} the traces, filled; those that have no samples yet as they are
 */
export function bound(figure, bonds, ringOf, span) {
  return figure.data.map((given, trace) => {
    const own = bonds.filter((bond) => bond.trace === trace);
    const [first] = own;
    const ring = first && ringOf(first.metric);
    if (!first || !ring?.length) return { ...given };
    const filled = { ...given };
    const over = overTime(own, ringOf);
    const rows = over ? chosen(ring, span) : [];
    for (const bond of own) {
      const values = over ? along(bond, ring, rows, ringOf) : across(bond, ringOf);
      if (values) put(filled, bond.path, SINGLE.has(given["type"]) ? values.at(-1) ?? null : values);
    }
    return filled;
  });
}

/** Whether every bond means one series, whose samples are then shown; else the newest of all are. @param {Bond[]} bonds @param {(metric: string) => Ring | undefined} ringOf */
function overTime(bonds, ringOf) {
  return bonds.every(({ metric, only }) => placesOf(ringOf(metric)?.series ?? [], only).length <= 1);
}

/** Rows of the window, thinned out evenly. @param {Ring} ring @param {{from: number, to: number}} span */
function chosen(ring, { from, to }) {
  const low = ring.search(from);
  const high = ring.search(to + 1);
  const step = Math.max(1, Math.ceil((high - low) / MOST));
  const rows = [];
  for (let at = high - 1; at >= low; at -= step) rows.push(at);
  return rows.reverse();
}

/** @param {Bond} bond @param {Ring} ring whose rows they are @param {number[]} rows @param {(metric: string) => Ring | undefined} ringOf */
function along({ metric, only, part }, ring, rows, ringOf) {
  const own = ringOf(metric);
  if (!own) return null;
  if (part === TIME) return rows.map((at) => /** @type {number} */ (ring.times[at]));
  const [place] = placesOf(own.series, only);
  const series = own.series[place ?? -1];
  const column = own.columns[place ?? -1];
  if (!series || !column) return null;
  if (part) return rows.map(() => escape(series.labels[part] ?? ""));
  if (own === ring) return rows.map((at) => known(column[at]));
  // Two metrics have ticks of their own: to each moment of the first belongs the sample that was newest then.
  const late = NEAR * Math.max(own.every === Infinity ? 0 : own.every, 1_000);
  return rows.map((at) => {
    const time = /** @type {number} */ (ring.times[at]);
    const beside = own.search(time + 1) - 1;
    return beside >= own.start && time - /** @type {number} */ (own.times[beside]) <= late ? known(column[beside]) : null;
  });
}

/** @param {Bond} bond @param {(metric: string) => Ring | undefined} ringOf */
function across({ metric, only, part }, ringOf) {
  const ring = ringOf(metric);
  if (!ring) return null;
  const places = placesOf(ring.series, only);
  if (part === TIME) return places.map(() => ring.last);
  if (part) return places.map((place) => escape(ring.series[place]?.labels[part] ?? ""));
  return places.map((place) => known(ring.latest(place)));
}

/** @param {number | undefined} value JSON and Plotly know no NaN in a plain array */
function known(value) {
  return value === undefined || Number.isNaN(value) ? null : value;
}

/** Set what a path leads to, without touching what is shared with the figure. @param {Json} target @param {string[]} path @param {unknown} value */
function put(target, path, value) {
  const [first = "", ...rest] = path;
  if (["__proto__", "constructor", "prototype"].includes(first)) return;
  if (!rest.length) target[first] = value;
  else {
    target[first] = { ...target[first] };
    put(target[first], rest, value);
  }
}
