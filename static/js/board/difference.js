// What two versions of a dashboard differ in: panels that came, went and changed, field by field.

import { PLACE, canonical, tidyVariable, whole } from "./document.js";

/** @typedef {import("./types.js").Board} Board */
/** @typedef {import("./types.js").PanelDoc} PanelDoc */
/** @typedef {import("./types.js").Variable} Variable */

/**
 * @typedef {object} Change of one field; `field` is "place" when a panel lies elsewhere and "size" when it is larger or smaller
 * @property {string} field
 * @property {any} from
 * @property {any} to
 *
 * @typedef {object} Difference
 * @property {"board" | "added" | "removed" | "changed"} what
 * @property {PanelDoc} [panel] as it is after, or was before it was removed
 * @property {Change[]} changes
 */

const OWN = /** @type {const} */ (["title", "description", "window"]);

/** @param {Board} before @param {Board} after @returns {Difference[]} */
export function differences(before, after) {
  const old = new Map(before.panels.map((one) => [one.id, one]));
  const now = new Set(after.panels.map((one) => one.id));
  const board = [...OWN.flatMap((field) => change(field, before[field] || null, after[field] || null)), ...variables(before, after)];
  /** @type {Difference[]} */
  const found = board.length ? [{ what: "board", changes: board }] : [];
  for (const panel of after.panels) {
    const one = old.get(panel.id);
    const changes = one ? fields(one, panel) : [];
    if (!one) found.push({ what: "added", panel, changes: [] });
    else if (changes.length) found.push({ what: "changed", panel, changes });
  }
  for (const panel of before.panels) if (!now.has(panel.id)) found.push({ what: "removed", panel, changes: [] });
  return found;
}

/** @param {string} field @param {unknown} from @param {unknown} to @returns {Change[]} */
function change(field, from, to) {
  return canonical(from) === canonical(to) ? [] : [{ field, from, to }];
}

/** @param {PanelDoc} before @param {PanelDoc} after @returns {Change[]} */
function fields(before, after) {
  const [from, to] = [whole(before), whole(after)];
  const given = Object.keys(to).filter((key) => key !== "id" && !PLACE.includes(/** @type {any} */ (key)));
  return [
    ...given.flatMap((key) => change(key, from[/** @type {keyof PanelDoc} */ (key)], to[/** @type {keyof PanelDoc} */ (key)])),
    ...change("place", [from.x, from.y], [to.x, to.y]),
    ...change("size", [from.w, from.h], [to.w, to.h]),
  ];
}

/** @param {Board} before @param {Board} after @returns {Change[]} */
function variables(before, after) {
  const [from, to] = [before, after].map(({ variables: all = [] }) => new Map(all.map((one) => [one.name, tidyVariable(one)])));
  const names = new Set([.../** @type {Map<string, Variable>} */ (from).keys(), .../** @type {Map<string, Variable>} */ (to).keys()]);
  return [...names].flatMap((name) => change(`$${name}`, from?.get(name) ?? null, to?.get(name) ?? null));
}
