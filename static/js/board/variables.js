// Variables of a dashboard: which values there are, which somebody has chosen, and panels with these in their place.

import { ALL, whole } from "./document.js";
import { COLUMNS, packed } from "./place.js";

/** @typedef {import("./types.js").Board} Board */
/** @typedef {import("./types.js").PanelDoc} PanelDoc */
/** @typedef {import("./types.js").Variable} Variable */
/** @typedef {import("./types.js").Spec} Spec */
/** @typedef {{all: boolean, values: string[]}} Chosen values that are meant, and whether they are whatever there is */
/** @typedef {Map<string, Chosen>} Bindings by name of the variable */
/** @typedef {PanelDoc & Spec & {metric: string | null, of: string, each?: string, words: Record<string, string>}} Shown a panel with its variables put in, but for its text: `words` are what stands there for each. `of` is the id of what it was made from, `each` the value that a copy is for */

/** Panels that one is repeated as, at most. */
const MOST_REPEATS = 200;
const NAME = /\$([a-z][a-z0-9_]*)/g;

const collator = new Intl.Collator("en", { numeric: true });

/** Values as one looks for them: disk2 before disk10. @param {Iterable<string>} values */
export function natural(values) {
  return [...new Set(values)].sort(collator.compare);
}

/** @param {Variable} variable @param {Map<string, import("../types.js").Metric>} metrics */
export function valuesOf({ metric, of }, metrics) {
  return natural((metrics.get(metric)?.series ?? []).flatMap(({ labels }) => labels[of] ?? []));
}

/** @param {string} text of the address @returns {string[]} */
export function parsed(text) {
  return text.split(",").filter(Boolean).map((one) => one.replaceAll("%2C", ",").replaceAll("%25", "%"));
}

/** @param {string[]} values */
export function written(values) {
  return values.map((one) => one.replaceAll("%", "%25").replaceAll(",", "%2C")).join(",");
}

/** @param {Variable} variable @returns {string[]} */
export function defaultOf({ default: given }) {
  return given?.length ? given : [ALL];
}

/**
 * What is chosen once somebody has touched a value: all and single values exclude each other, and none is all.
 * @param {string[]} chosen
 * @param {string} value
 * @param {boolean} several whether others stay chosen
 * @returns {string[]}
 */
export function toggled(chosen, value, several) {
  if (!several || value === ALL || chosen.includes(ALL)) return [value];
  const left = chosen.includes(value) ? chosen.filter((one) => one !== value) : natural([...chosen, value]);
  return left.length ? left : [ALL];
}

/**
 * @param {Board} board
 * @param {Record<string, string[]>} selection what somebody has chosen
 * @param {Map<string, import("../types.js").Metric>} metrics
 * @returns {Bindings}
 */
export function bindingsOf({ variables = [] }, selection, metrics) {
  return new Map(variables.map((variable) => {
    const wanted = selection[variable.name] ?? defaultOf(variable);
    const all = wanted.includes(ALL);
    const values = all ? valuesOf(variable, metrics) : variable.multi === false ? wanted.slice(0, 1) : wanted;
    return [variable.name, { all, values }];
  }));
}

/** What stands for each variable in a text. @param {Bindings} bindings @param {string} [all] the word for all values @returns {Record<string, string>} */
function wordsOf(bindings, all = ALL) {
  return Object.fromEntries([...bindings].map(([name, chosen]) => [name, chosen.all ? all : chosen.values.join(", ")]));
}

/** @param {string} text @param {Record<string, string>} words what stands for each variable @param {(word: string) => string} [how] it is written there */
export function filled(text, words, how = (word) => word) {
  return text.replace(NAME, (found, name) => (Object.hasOwn(words, name) ? how(words[name] ?? "") : found));
}

/** Of a name there can be one value only. @param {Bindings} bindings @returns {Record<string, string>} */
function firstOf(bindings) {
  return Object.fromEntries([...bindings].map(([name, { values }]) => [name, values[0] ?? ""]));
}

/** As a value stands between the quotes of a selector. @param {string} value */
const quoted = (value) => value.replace(/["\\]/g, "\\$&");

/** @param {import("./types.js").Only} only @param {Bindings} bindings @returns {import("./types.js").Only} */
function narrowed(only, bindings) {
  /** @type {import("./types.js").Only} */
  const found = {};
  for (const [label, values] of Object.entries(only)) {
    // "All" is no condition: what comes later is meant, too.
    if (values.some((value) => bindings.get(nameIn(value))?.all)) continue;
    found[label] = [...new Set(values.flatMap((value) => bindings.get(nameIn(value))?.values ?? filled(value, wordsOf(bindings))))];
  }
  return found;
}

/** The variable that a value consists of. @param {string} value */
function nameIn(value) {
  return /^\$([a-z][a-z0-9_]*)$/.exec(value)?.[1] ?? "";
}

/**
 * @param {PanelDoc} panel
 * @param {Bindings} bindings
 * @param {string} all the word for all values
 * @returns {Shown}
 */
export function shownAs(panel, bindings, all) {
  const given = whole(panel);
  const { title, metric, bind } = given;
  const words = wordsOf(bindings, all);
  const first = firstOf(bindings);
  return {
    ...given,
    of: panel.id,
    words,
    title: title === null ? null : filled(title, words),
    metric: metric === null ? null : filled(metric, first),
    only: narrowed(given.only, bindings),
    bind: bind && Object.fromEntries(Object.entries(bind).map(([key, value]) => [key, filled(value, first, quoted)])),
  };
}

/**
 * All panels of a dashboard as they are shown: one for each value where one is to be repeated, side by side as far as
 * there is room, and what is below them moved down.
 * @param {Board} board
 * @param {Bindings} bindings
 * @param {string} all
 * @param {boolean} [once] whether to show each once: what is edited is the one that is repeated
 * @returns {Shown[]}
 */
export function expanded({ panels }, bindings, all, once = false) {
  /** @type {Shown[]} */
  const found = [];
  /** Rows that repeating has taken, and from which row on. @type {{from: number, rows: number}[]} */
  const taken = [];
  for (const panel of panels) {
    const repeated = panel.repeat ? bindings.get(panel.repeat) : undefined;
    const values = repeated?.values.slice(0, once ? 1 : MOST_REPEATS);
    const copies = values?.length || (values && !once) ? repeats(panel, values, bindings, all) : [shownAs(panel, bindings, all)];
    found.push(...copies);
    const rows = Math.max(0, ...copies.map(({ y }) => y - panel.y));
    if (rows) taken.push({ from: panel.y + panel.h, rows });
  }
  const lowered = found.map((one) => {
    const own = panels.find(({ id }) => id === one.of) ?? one;
    return { ...one, y: one.y + taken.reduce((sum, { from, rows }) => sum + (own.y >= from ? rows : 0), 0) };
  });
  return packed(lowered);
}

/** @param {PanelDoc} panel @param {string[]} values @param {Bindings} bindings @param {string} all @returns {Shown[]} */
function repeats(panel, values, bindings, all) {
  const across = Math.max(1, Math.floor((COLUMNS - panel.x) / panel.w));
  return values.map((value, at) => {
    const shown = shownAs(panel, new Map(bindings).set(panel.repeat ?? "", { all: false, values: [value] }), all);
    const [column, row] = [at % across, Math.floor(at / across)];
    return { ...shown, each: value, id: at ? `${panel.id}~${value}` : panel.id, x: panel.x + column * panel.w, y: panel.y + row * panel.h };
  });
}
