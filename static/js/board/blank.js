// Why nothing is seen of a figure: Plotly draws what it understands, and says nothing of the rest.

/** @typedef {import("../types.js").Json} Json */
/** @typedef {{number: number, type: string}} Empty a trace, counted from 1 as people do */
/** @typedef {{empty: Empty[], complaints: string[]}} Blank traces without data that can be shown, and what else is known to be wrong */

/** Codes of Plotly.validate that may be a reason; that it has not used something is none. */
const REASONS = new Set(["object", "array", "schema", "value", "dynamic"]);
const MOST = 3;

/**
 * @param {any} plotly
 * @param {Json[]} data as it was given
 * @param {Json} layout
 * @param {Json[]} full traces as Plotly has understood them
 * @returns {Blank | null} null where something is seen, or nothing is meant to be
 */
export function blank(plotly, data, layout, full) {
  const meant = full.filter((_, place) => (data[place]?.["visible"] ?? true) === true);
  if (!meant.length || full.some(({ visible }) => visible === true)) return null;
  const empty = full.flatMap((trace, place) => (meant.includes(trace) ? [{ number: place + 1, type: `${trace["type"]}` }] : []));
  return { empty: empty.slice(0, MOST), complaints: complaints(plotly, data, layout) };
}

/** It could not be drawn at all. @param {any} plotly @param {Json[]} data @param {Json} layout @param {unknown} error @returns {Blank} */
export function broken(plotly, data, layout, error) {
  const known = complaints(plotly, data, layout);
  return { empty: [], complaints: known.length ? known : [error instanceof Error ? error.message : `${error}`] };
}

/** @param {any} plotly @param {Json[]} data @param {Json} layout @returns {string[]} */
function complaints(plotly, data, layout) {
  /** @type {{code: string, msg: string}[]} */
  let found = [];
  try {
    found = plotly.validate(data, layout) ?? [];
  } catch {
    // It is worse than what that can tell.
  }
  return [...new Set(found.filter(({ code }) => REASONS.has(code)).map(({ msg }) => msg))].slice(0, MOST);
}
