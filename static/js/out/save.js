// A panel as a file.

import { csvOf } from "./csv.js";
import { fileName, hand } from "./files.js";
import { pictureOf, pngOf, svgBlob } from "./picture.js";
import { seenOf } from "./rows.js";

/** @typedef {import("./panels.js").Held} Held */

/** @param {Held} panel @param {string} from */
export async function savePng(panel, from) {
  hand(await pngOf(await pictureOf(panel, from)), nameOf(panel, "png"));
}

/** @param {Held} panel @param {string} from */
export async function saveSvg(panel, from) {
  hand(svgBlob(await pictureOf(panel, from)), nameOf(panel, "svg"));
}

/** @param {Held} panel with samples */
export function saveCsv(panel) {
  const ring = panel.ring();
  if (!ring || !panel.metric) return;
  const seen = seenOf(ring, panel.places(), panel.span());
  hand(new Blob([csvOf(panel.metric, seen)], { type: "text/csv;charset=utf-8" }), nameOf(panel, "csv"));
}

/** @param {Held} panel @param {string} ending */
function nameOf(panel, ending) {
  return fileName(panel.metric?.name ?? panel.id, panel.span(), ending);
}
