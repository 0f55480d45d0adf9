// Which colour a series has, in the chart and in the legend below it.

import { nameOf } from "./store.js";

/** @typedef {import("./types.js").Json} Json */

const UNUSED = new Set(["free", "idle"]);

/**
 * The colour of a series goes with its place, whatever else is drawn; what is unused recedes.
 * @param {import("./types.js").Series | undefined} series
 * @param {number} place
 * @param {{palette: string[], quiet: string}} view
 */
export function colourOf(series, place, { palette, quiet }) {
  return series && UNUSED.has(nameOf(series)) ? quiet : palette[place % palette.length] ?? quiet;
}

/**
 * The colours in which series were drawn, by place, where a figure may have chosen them itself.
 * @param {Json[]} traces filled ones
 * @param {number[]} shown
 * @param {boolean} together whether the first has taken all series
 * @returns {Map<number, string>}
 */
export function coloursOf(traces, shown, together) {
  /** @type {Map<number, string>} */
  const found = new Map();
  shown.forEach((place, which) => {
    const { line, marker, mode } = traces[together ? 0 : which] ?? {};
    const marks = marker?.colors ?? marker?.color;
    const colour = line?.color && (!together || mode === "lines") ? line.color : Array.isArray(marks) ? marks[which] : marks;
    if (typeof colour === "string") found.set(place, colour);
  });
  return found;
}

/** @param {string} colour #rrggbb @param {number} alpha */
export function faded(colour, alpha) {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return parts.some(Number.isNaN) ? colour : `rgba(${parts.join(",")},${alpha})`;
}

/** Black or white, whichever can be read better on a colour (WCAG 2, relative luminance). @param {string} colour #rrggbb */
export function inkOn(colour) {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  // Where both have the same contrast.
  return light > 0.179 ? "#0e1116" : "#ffffff";
}
