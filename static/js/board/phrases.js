// Differences between two versions of a dashboard, in words.

import {
  WORDS, addedText, cellText, changedText, ofPanel, otherText, removedText, sizeText, variableText,
} from "./words.js";

/** @typedef {import("./difference.js").Difference} Difference */
/** @typedef {import("./difference.js").Change} Change */
/** @typedef {import("./types.js").PanelDoc} PanelDoc */

/** Characters of a value that still read as one. */
const LONG = 60;
/** Fields whose values would say nothing to who reads them. */
const DEEP = new Set(["figure", "text", "bind", "description"]);

/**
 * @param {Difference[]} differences
 * @param {(metric: string) => string} titleOf a metric
 * @returns {string[]} a sentence for each
 */
export function phrases(differences, titleOf) {
  return differences.flatMap(({ what, panel, changes }) => {
    const name = panel ? nameOf(panel, titleOf) : "";
    if (what === "added") return [addedText(name)];
    if (what === "removed") return [removedText(name)];
    return changes.map((change) => phrase(change, name && ofPanel(name)));
  });
}

/** @param {PanelDoc} panel @param {(metric: string) => string} titleOf */
export function nameOf({ title, metric, kind = "auto" }, titleOf) {
  return title || (metric && titleOf(metric)) || WORDS.kinds[kind];
}

/** @param {Change} change @param {string} panel */
function phrase({ field, from, to }, panel) {
  if (field === "place") return changedText(panel, WORDS.fields.place, cellText(from[0], from[1]), cellText(to[0], to[1]));
  if (field === "size") return changedText(panel, WORDS.fields.size, sizeText(from[0], from[1]), sizeText(to[0], to[1]));
  if (field.startsWith("$")) {
    const name = variableText(field);
    return !from ? addedText(name) : !to ? removedText(name) : otherText("", name);
  }
  const name = WORDS.fields[/** @type {keyof typeof WORDS.fields} */ (field)] ?? field;
  const [before, after] = [valueText(field, from), valueText(field, to)];
  const brief = !DEEP.has(field) && before.length <= LONG && after.length <= LONG;
  return brief ? changedText(panel, name, before, after) : otherText(panel, name);
}

/** @param {string} field @param {any} value @returns {string} */
function valueText(field, value) {
  if (value === null || value === "" || (typeof value === "object" && !Object.values(value).some((one) => one !== null))) return WORDS.nothing;
  if (typeof value === "boolean") return value ? WORDS.yes : WORDS.no;
  if (field === "kind") return WORDS.kinds[/** @type {"auto"} */ (value)];
  if (field === "range") return value.map((/** @type {number | null} */ one) => one ?? WORDS.byItself).join(" – ");
  if (field === "compare") return WORDS.compares[/** @type {3600} */ (value)] ?? `${value} s`;
  if (field === "window") return `${value} s`;
  if (field === "thresholds") return value.map((/** @type {import("./types.js").Threshold} */ one) => `≥ ${one.value} ${WORDS.levels[one.level]}`).join(", ");
  if (field === "only") return Object.entries(value).map(([label, values]) => `${label} ${values.join(", ")}`).join("; ");
  return `${value}`;
}
