// What one can do to a dashboard: functions from a document to another, so that doing and undoing are the same thing.

import { packed, room } from "./place.js";

/** @typedef {import("./types.js").Board} Board */
/** @typedef {import("./types.js").PanelDoc} PanelDoc */
/** @typedef {import("./types.js").Given} Given */
/** @typedef {import("./types.js").Place} Place */
/** @typedef {import("./types.js").Variable} Variable */

/** Whatever values there are. */
export const ALL = "*";

/** @type {Required<Given>} what a panel is when it does not say */
export const DEFAULTS = {
  kind: "auto", metric: null, title: null, only: {}, unit: null, range: [null, null], log: false, thresholds: [], compare: null,
  repeat: null, text: null, figure: null, bind: null,
};
/** Fields that say where a panel is. */
export const PLACE = /** @type {const} */ (["x", "y", "w", "h"]);

/** Cells that a panel of a kind has at first. @type {Partial<Record<import("./types.js").Kind, [number, number]>>} */
const SIZES = { value: [3, 2], gauge: [3, 3], text: [6, 2], table: [6, 5], timeline: [6, 3], heatmap: [6, 4], stacked: [6, 4] };

/** @param {string} slug @param {string} title @returns {Board} */
export function blank(slug, title) {
  return { slug, title, panels: [] };
}

/** A panel with all that it does not say. @param {PanelDoc} panel @returns {PanelDoc & Required<Given>} */
export function whole(panel) {
  return { ...DEFAULTS, ...panel };
}

/** What is there by default is not written. @param {PanelDoc} panel @returns {PanelDoc} */
export function tidyPanel(panel) {
  const { id, x, y, w, h } = panel;
  const given = Object.entries(DEFAULTS).flatMap(([key, value]) => {
    const own = panel[/** @type {keyof Given} */ (key)];
    return own === undefined || JSON.stringify(own) === JSON.stringify(value) ? [] : [[key, own]];
  });
  return { id, x, y, w, h, ...Object.fromEntries(given) };
}

/** @param {Variable} variable @returns {Variable} */
export function tidyVariable({ name, label, metric, of, multi = true, default: given = [] }) {
  const all = !given.length || (given.length === 1 && given[0] === ALL);
  return { name, ...(label ? { label } : {}), metric, of, ...(multi ? {} : { multi }), ...(all ? {} : { default: given }) };
}

/** @param {Board} board @returns {Board} */
export function tidy({ slug, title, description, window, variables, panels }) {
  return {
    slug, title,
    ...(description ? { description } : {}),
    ...(window ? { window } : {}),
    ...(variables?.length ? { variables: variables.map(tidyVariable) } : {}),
    panels: panels.map(tidyPanel),
  };
}

/** @param {Board} a @param {Board} b whether they say the same, though perhaps not in the same words */
export function same(a, b) {
  return a === b || canonical(tidy(a)) === canonical(tidy(b));
}

/** JSON in which the order of keys tells nothing. @param {unknown} value @returns {string} */
export function canonical(value) {
  return JSON.stringify(value, (_, one) => (one && typeof one === "object" && !Array.isArray(one)
    ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one));
}

/** @param {Board} board */
function freshId({ panels }) {
  const numbers = panels.map(({ id }) => Number(/^p(\d+)$/.exec(id)?.[1] ?? 0));
  return `p${Math.max(0, ...numbers) + 1}`;
}

/** @param {Given} given @returns {[number, number]} */
export function sizeOf({ kind = "auto" }) {
  return SIZES[kind] ?? [4, 4];
}

/** @param {Board} board @param {Given & Partial<Place>} given where there is room when it does not say where @returns {Board} */
export function added(board, given) {
  const [w, h] = sizeOf(given);
  const place = given.y === undefined ? room(board.panels, given.w ?? w, given.h ?? h) : {};
  const panel = /** @type {PanelDoc} */ ({ w, h, ...given, ...place, id: freshId(board) });
  return { ...board, panels: packed([...board.panels, tidyPanel(panel)]) };
}

/** @param {Board} board @param {string} id @returns {Board} */
export function removed(board, id) {
  return { ...board, panels: packed(board.panels.filter((one) => one.id !== id)) };
}

/** A second one of the same kind, beside it when there is room, else below it. @param {Board} board @param {string} id @returns {Board} */
export function copied(board, id) {
  const panel = board.panels.find((one) => one.id === id);
  if (!panel) return board;
  const beside = panel.x + 2 * panel.w <= 12;
  const copy = { ...panel, id: freshId(board), ...(beside ? { x: panel.x + panel.w } : { y: panel.y + panel.h }) };
  return { ...board, panels: packed([...board.panels, copy], copy.id) };
}

/** @param {Board} board @param {string} id @param {Given} changes @returns {Board} */
export function changed(board, id, changes) {
  return { ...board, panels: board.panels.map((one) => (one.id === id ? tidyPanel({ ...one, ...changes }) : one)) };
}

/** @param {Board} board @param {Map<string, Place>} places @returns {Board} */
export function placed(board, places) {
  return { ...board, panels: board.panels.map((one) => {
    const { x, y, w, h } = places.get(one.id) ?? one;
    return { ...one, x, y, w, h };
  }) };
}

/** @param {Board} board @param {Partial<Board>} changes of the dashboard itself @returns {Board} */
export function set(board, changes) {
  return { ...board, ...changes };
}

const USE = (/** @type {string} */ name) => new RegExp(`\\$${name}(?![a-z0-9_])`, "g");

/** A variable is called otherwise: so it is wherever panels name it. @param {Board} board @param {string} from @param {string} to @returns {Board} */
export function renamed(board, from, to) {
  const put = (/** @type {string} */ text) => text.replace(USE(from), () => `$${to}`);
  const each = (/** @type {string[]} */ values) => values.map(put);
  return {
    ...board,
    variables: (board.variables ?? []).map((one) => (one.name === from ? { ...one, name: to } : one)),
    panels: board.panels.map((panel) => {
      const { title, text, only, bind, repeat } = whole(panel);
      return tidyPanel({
        ...panel, title: title && put(title), text: text && put(text), repeat: repeat === from ? to : repeat,
        only: Object.fromEntries(Object.entries(only).map(([label, values]) => [label, each(values)])),
        bind: bind && Object.fromEntries(Object.entries(bind).map(([key, source]) => [key, put(source)])),
      });
    }),
  };
}

/** Without a variable; what chose or repeated by it means all again. @param {Board} board @param {string} name @returns {Board} */
export function withoutVariable(board, name) {
  return {
    ...board,
    variables: (board.variables ?? []).filter((one) => one.name !== name),
    panels: board.panels.map((panel) => {
      const { only, repeat } = whole(panel);
      const left = Object.entries(only).map(([label, values]) => [label, values.filter((value) => value !== `$${name}`)]);
      return tidyPanel({ ...panel, only: Object.fromEntries(left.filter(([, values]) => values?.length)), repeat: repeat === name ? null : repeat });
    }),
  };
}

/** An address for a title, that none of `taken` has. @param {string} title @param {Set<string>} taken */
export function slugOf(title, taken) {
  const plain = title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^[-0-9]+|-+$/g, "").slice(0, 60);
  const base = plain || "dashboard";
  let slug = base;
  for (let number = 2; taken.has(slug); number++) slug = `${base}-${number}`;
  return slug;
}
