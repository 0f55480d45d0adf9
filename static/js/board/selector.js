// Which series: all of a metric, or those whose labels have certain values, as in `disk.busy{disk="sda"}`.

/** @typedef {import("./types.js").Only} Only */
/** @typedef {{metric: string, only: Only}} Selector */

// As dashboard/dashboards/binding.py reads them: a value in quotes may have braces.
const WHOLE = /^([^{}\s]+)(?:\s*\{(.*)\})?$/s;
const PAIR = /\s*([a-z][a-z0-9_]*)\s*=\s*"((?:[^"\\]|\\["\\])*)"\s*(?:,|$)/y;

/** @param {string} text @returns {Selector | null} null for what is none */
export function selectorOf(text) {
  const found = WHOLE.exec(text.trim());
  if (!found) return null;
  /** @type {Only} */
  const only = {};
  const labels = (found[2] ?? "").trimEnd();
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < labels.length) {
    const pair = PAIR.exec(labels);
    if (!pair || /** @type {string} */ (pair[1]) in only) return null;
    only[/** @type {string} */ (pair[1])] = [/** @type {string} */ (pair[2]).replace(/\\(.)/g, "$1")];
  }
  return { metric: /** @type {string} */ (found[1]), only };
}
