// A page that makes itself as a document, so that somebody can make another of it.

import { packed } from "./place.js";
import { tidyPanel } from "./document.js";

/** @typedef {import("../types.js").Metric} Metric */
/** @typedef {import("../layout.js").Section} Section */
/** @typedef {import("./types.js").PanelDoc} PanelDoc */
/** @typedef {import("./types.js").Given} Given */

/** Panels of a dashboard at most, as the server has it. */
export const MOST_PANELS = 200;
const HIGH = 4;
const TILE = { w: 3, h: 2 };

/**
 * @param {Metric[]} tiles
 * @param {Section[]} sections
 * @param {import("./types.js").Only} only
 * @returns {PanelDoc[]}
 */
export function panelsOf(tiles, sections, only) {
  /** @type {(Given & {x: number, y: number, w: number, h: number})[]} */
  const panels = [];
  let y = 0;
  tiles.forEach(({ name }, at) => panels.push({ ...TILE, x: (at * TILE.w) % 12, y: Math.floor((at * TILE.w) / 12) * TILE.h, kind: "value", metric: name }));
  y = Math.ceil((tiles.length * TILE.w) / 12) * TILE.h;
  for (const { title, places } of sections) {
    if (title) panels.push({ x: 0, y: y++, w: 12, h: 1, kind: "text", text: `## ${title}` });
    let x = 0;
    for (const { metric, width } of places) {
      if (x + width > 12) [x, y] = [0, y + HIGH];
      panels.push({ x, y, w: width, h: HIGH, metric: metric.name, only });
      x += width;
    }
    y += HIGH;
  }
  return packed(panels.slice(0, MOST_PANELS).map((panel, at) => tidyPanel({ ...panel, id: `p${at + 1}` })));
}
