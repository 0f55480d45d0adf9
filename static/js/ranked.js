// Lying bars: the largest of the latest values, with their names beside them.

import { faded } from "./colours.js";
import { escape } from "./markup.js";
import { fitted, textWidth } from "./textsize.js";
import { decimals, joined, number } from "./units.js";

/** @typedef {import("./types.js").Json} Json */

const MOST = 15;
/** px that a bar needs, and that a name may have. */
const ROW = 20;
const LABEL = 150;
/** Part of a row that a bar takes. */
const THICK = 0.62;
/** Room for the values beyond the bars, as a part of these. */
const ROOM = 0.22;

/** @param {Json} trace */
export function isRanked(trace) {
  return trace.type === "bar" && trace.orientation === "h";
}

/**
 * The trace with the latest values of all series.
 * @param {Json} trace
 * @param {string[]} names
 * @param {import("./fill.js").Job} job
 * @returns {Json}
 */
export function ranked(trace, names, { ring, shown, view, scaled, scale }) {
  const factor = scaled ? scale.factor : 1;
  const rows = shown.map((place, which) => ({ place, name: names[which] ?? "", value: ring.latest(place) }));
  const most = Math.max(3, Math.min(MOST, Math.floor(view.height / ROW)));
  const best = rows.filter(({ value }) => !Number.isNaN(value)).sort((a, b) => b.value - a.value).slice(0, most);
  const digits = decimals(Math.abs(best[0]?.value ?? 0) / factor);
  const colour = view.palette[0] ?? "#57b8ff";
  return {
    textposition: "outside",
    cliponaxis: false,
    width: THICK,
    ...trace,
    y: best.map((_, place) => place),
    x: best.map(({ value }) => value / factor),
    names: best.map(({ name }) => name),
    text: best.map(({ value }) => number(value / factor, digits) + escape(joined(scale.symbol))),
    marker: { color: faded(colour, 0.75), ...trace.marker },
  };
}

/**
 * The layout around them.
 * @param {Json} layout as far as it is
 * @param {Json[]} data filled traces; where all bars have the same end, a track for each goes below them
 * @param {object} room
 * @param {Json} room.margin
 * @param {number} room.width px of the whole
 * @param {number | null} room.limit that is declared, as drawn
 * @param {boolean} room.built by the server: without an axis
 * @param {string} room.quiet colour of the tracks
 * @returns {Json}
 */
export function around(layout, data, { margin, width, limit, built, quiet }) {
  const bars = data[0] ?? {};
  /** @type {string[]} */
  const names = bars["names"];
  const most = Math.min(LABEL, width * 0.4);
  const texts = names.map((name) => fitted(name, most));
  const left = 14 + Math.max(20, ...texts.map(textWidth));
  const end = Math.max(limit ?? 0, ...bars["x"], 0) || 1;
  const axis = layout["xaxis"] ?? {};
  const made = {
    ...layout,
    margin: { ...margin, l: left, t: built ? 4 : margin["t"], ...(axis.visible === false ? { b: 6, r: 12 } : {}) },
    yaxis: {
      showgrid: false, fixedrange: true, ...layout["yaxis"], type: "linear", autorange: false,
      range: [Math.max(names.length, 5) - 0.5, -0.5], ticklabelstandoff: 8, tickmode: "array",
      tickvals: names.map((_, place) => place), ticktext: texts.map(escape),
    },
    xaxis: { range: [0, end * (1 + ROOM)], ...axis },
    // The axis of a plugin's own figure may be read, but its rows are numbers, which a label beside the pointer would tell.
    hovermode: layout["hovermode"] ?? false,
  };
  if (!built || limit === null || !(limit > 0)) return made;
  bars["textposition"] = "none";
  data.push({
    type: "scatter", mode: "text", x: names.map(() => end * 1.02), y: bars["y"], text: bars["text"],
    textposition: "middle right", cliponaxis: false, hoverinfo: "skip", showlegend: false,
  });
  const tracks = names.map((_, place) => ({
    type: "rect", layer: "below", x0: 0, x1: limit, y0: place - THICK / 2, y1: place + THICK / 2, fillcolor: quiet, line: { width: 0 },
  }));
  return { ...made, shapes: tracks };
}
