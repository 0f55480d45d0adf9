// What is seen of a metric as CSV: one row a time, one column a series, full numbers. Heads of columns are those of
// dashboard/web/heads.py, so that `plotroom history import` reads such a file, too.

import { isoText } from "./files.js";

/** @typedef {import("../types.js").Series} Series */

/** A spreadsheet runs what begins like this as a formula, and a series may be called anything. */
const FORMULA = /^[=+\-@\t\r\n]/;

/**
 * @param {{name: string, unit: string}} metric
 * @param {import("./rows.js").Seen} seen
 * @param {import("./files.js").Zone} [ahead]
 */
export function csvOf(metric, { series, times, columns }, ahead) {
  const lines = [["time", ...series.map((one) => headOf(metric, one))].map(field).join(",")];
  times.forEach((time, at) => {
    lines.push([isoText(time, ahead), ...columns.map((column) => numberOf(column[at] ?? NaN))].join(","));
  });
  return `${lines.join("\r\n")}\r\n`;
}

/** `system.cpu{mode="user"} [%]`. @param {{name: string, unit: string}} metric @param {Series} series */
export function headOf({ name, unit }, { labels }) {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`).join(",");
  return `${name}${pairs && `{${pairs}}`}${unit && ` [${unit}]`}`;
}

/** @param {string} value */
const escaped = (value) => value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');

/** @param {string} text */
export function field(text) {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** All its digits, in the spelling of other programs; a gap is an empty field. @param {number} value */
function numberOf(value) {
  if (Number.isNaN(value)) return "";
  return Number.isFinite(value) ? `${value}` : value > 0 ? "inf" : "-inf";
}
