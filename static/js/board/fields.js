// What the fields of the editor may hold, told where it is typed. What the server refuses is told with the name of the panel.

import { nameOf } from "./phrases.js";
import { WORDS, ofPanel, variableText } from "./words.js";

/** @typedef {import("./types.js").Board} Board */

/** Line breaks and other characters that no line has, as the server sees it. */
const CONTROL = /[\p{Cc}\u2028\u2029]/gu;
/** What is counted, as collectors/units.py has it: "messages", "requests/s". */
const NOUN = /^[a-z][a-z0-9]*([ _-][a-z0-9]+)*(\/[a-z]+)?$/;
const PLACE = /(^|; )(panels|variables)\.(\d+)(?:\.([a-z_]+))?[\w.*]*(?=: )/g;

/** How far from zero an axis may reach, as dashboard/dashboards/document.py has it. */
export const FARTHEST = 1e100;

/** A text as one line; blanks alone are none. @param {string} text */
export function line(text) {
  return text.trim() ? text.replace(CONTROL, " ") : "";
}

/** Whether a unit can be one; "" is that of the metric. @param {string} text @param {Record<string, unknown>} table of all that scale */
export function isUnit(text, table) {
  return text === "" || Object.hasOwn(table, text) || NOUN.test(text);
}

/**
 * What fills the arrays of a figure, of a text with one a line.
 * @param {string} text
 * @returns {{bind: Record<string, string>, wrong: string}} `wrong` is the first line that says nothing
 */
export function bindOf(text) {
  /** @type {Record<string, string>} */
  const bind = {};
  for (const given of text.split("\n").map((one) => one.trim()).filter(Boolean)) {
    const [key = "", value = ""] = given.split(/=(.*)/s).map((part) => part.trim());
    if (!key || !value || Object.hasOwn(bind, key)) return { bind, wrong: given };
    bind[key] = value;
  }
  return { bind, wrong: "" };
}

/**
 * Why something was not saved, with the names of panels and fields where the server has numbers and keys.
 * @param {string} reason
 * @param {Board} board that was sent
 * @param {(metric: string) => string} titleOf a metric
 */
export function refusalText(reason, { panels, variables = [] }, titleOf) {
  return reason.replace(PLACE, (found, begin, part, number, field = "") => {
    const [panel, variable] = [panels[number], variables[number]];
    const name = part === "panels" ? panel && nameOf(panel, titleOf) : variable && variableText(variable.name);
    if (!name) return found;
    const told = /** @type {Record<string, string>} */ (WORDS.fields)[field] ?? field;
    return `${begin}${told ? ofPanel(name) + told : name}`;
  });
}
