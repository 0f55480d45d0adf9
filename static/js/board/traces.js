// Types of traces that can't be drawn, told where somebody writes a figure; dashboard/dashboards/traces.py tells them to lint.

import { everyday, tiled } from "../bundle.js";
import { noTrace } from "./words.js";

/** @typedef {import("../types.js").Json} Json */

/**
 * @param {Json[]} data
 * @param {() => Promise<any>} load the Plotly that has all types; asked for where one is not an everyday one
 * @returns {Promise<string>} what is wrong with the first that can't be drawn, "" for nothing
 */
export async function wrongTrace(data, load) {
  const first = data.map(tiled).find(Boolean);
  if (first || data.every(everyday)) return first ?? "";
  const names = Object.keys((await load()).PlotSchema.get().traces);
  const unknown = data.find(({ type = "scatter" }) => !names.includes(type));
  return unknown ? noTrace(`${unknown["type"]}`, near(`${unknown["type"]}`, names)) : "";
}

/** The name that was probably meant; "" when none is like it. @param {string} word @param {string[]} names */
export function near(word, names) {
  const most = 1 + Math.floor(word.length / 3);
  const all = names.map((name) => ({ name, steps: steps(word.toLowerCase(), name) })).filter((one) => one.steps <= most);
  return all.sort((a, b) => a.steps - b.steps)[0]?.name ?? "";
}

/** How many letters are to be put in, taken out or replaced (Levenshtein). @param {string} from @param {string} to */
function steps(from, to) {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      next.push(Math.min(/** @type {number} */ (row[j]) + 1, /** @type {number} */ (next[j - 1]) + 1, /** @type {number} */ (row[j - 1]) + same));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
