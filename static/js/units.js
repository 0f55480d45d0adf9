// Numbers for people: which step of a unit suits, and how many digits are worth showing.

import { words } from "./lang/words.js";

/** @typedef {{factor: number, symbol: string}} Scale */

const MINUS = "\u2212";
/** How this language writes numbers. */
const written = new Intl.NumberFormat(words.LOCALE).formatToParts(12_345.6);
const GROUP = written.find(({ type }) => type === "group")?.value ?? "";
const POINT = written.find(({ type }) => type === "decimal")?.value ?? ".";

export class Units {
  /** @param {Record<string, import("./types.js").Steps>} table steps of every unit, ascending */
  constructor(table) {
    this.table = new Map(Object.entries(table));
  }

  /** @param {Record<string, import("./types.js").Steps>} table */
  add(table) {
    for (const [name, steps] of Object.entries(table)) this.table.set(name, steps);
  }

  /**
   * The largest step that is not above `size`. A unit that the table lacks counts things of its name.
   * @param {string} unit
   * @param {number} size the largest magnitude that is to be shown
   * @param {Scale} [before] what was shown until now: it stays while the size is not much below it
   * @returns {Scale}
   */
  scale(unit, size, before) {
    const steps = this.table.get(unit) ?? counted(unit);
    const base = steps.find(([factor]) => factor === 1) ?? steps[0];
    let best = steps[0] ?? [1, unit];
    if (!(size > 0) || !Number.isFinite(size)) best = base ?? best;
    else for (const step of steps) if (step[0] <= size * 1.0000001) best = step;
    if (before && before.factor > best[0] && size >= 0.6 * before.factor) return before;
    return { factor: best[0], symbol: told(best[1]) };
  }

  /**
   * One value by itself: "11.6 GiB" as its two parts.
   * @param {string} unit
   * @param {number} value
   * @returns {{text: string, symbol: string}}
   */
  one(unit, value) {
    const { factor, symbol } = this.scale(unit, Math.abs(value));
    return { text: number(value / factor), symbol };
  }

  /**
   * @param {string} unit
   * @param {number} value
   */
  text(unit, value) {
    const { text, symbol } = this.one(unit, value);
    return text + joined(symbol);
  }
}

/** A symbol in this language: things that are counted have words, "k messages/s", all others are the same everywhere. @param {string} symbol */
function told(symbol) {
  return symbol.replace(/[a-z]+(?=$|\/s$)/, (word) => words.UNITS[word] ?? word);
}

/**
 * @param {string} unit
 * @returns {import("./types.js").Steps}
 */
function counted(unit) {
  return [[1, unit], [1e3, `k ${unit}`], [1e6, `M ${unit}`], [1e9, `G ${unit}`]];
}

/**
 * A symbol as it stands after its number: "%" and "°" close to it, everything else apart.
 * @param {string} symbol
 */
export function joined(symbol) {
  return symbol === "" ? "" : symbol === "%" || symbol === "°" ? symbol : ` ${symbol}`;
}

/**
 * Digits after the point so that three or so are significant at this size.
 * @param {number} size the largest magnitude among numbers that stand together
 */
export function decimals(size) {
  if (!(size > 0) || size >= 99.95) return 0;
  if (size >= 9.995) return 1;
  if (size >= 0.0995) return 2;
  return Math.min(6, 1 - Math.floor(Math.log10(size)));
}

/**
 * Digits of numbers in a legend, where small ones stand beside large ones.
 * @param {number} size the largest magnitude
 */
export function legendDecimals(size) {
  return size >= 999.5 ? 0 : size >= 99.95 ? 1 : decimals(size);
}

/**
 * @param {number} value
 * @param {number} [digits] after the point; by default what suits the value
 */
export function number(value, digits = decimals(Math.abs(value))) {
  if (!Number.isFinite(value)) return "–";
  const [whole = "0", rest] = Math.abs(value).toFixed(digits).split(".");
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, GROUP) : whole;
  const text = rest === undefined ? grouped : grouped + POINT + rest;
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/** A number that somebody has written, without digits that say nothing. @param {number} value */
export function short(value) {
  const text = number(value);
  return text.includes(POINT) ? text.replace(/0+$/, "").replace(/\D$/, "") : text;
}

/**
 * A length of time as one would say it: "4 s", "3 min", "2 h".
 * @param {number} seconds
 */
export function duration(seconds) {
  const { s, min, h, d } = words.TIME;
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 100) return `${whole} ${s}`;
  if (whole < 5400) return `${Math.round(whole / 60)} ${min}`;
  if (whole < 172_800) return `${Math.round(whole / 3600)} ${h}`;
  return `${Math.round(whole / 86_400)} ${d}`;
}

/** The same to the minute, or of days to the hour: "1 h 30 min". @param {number} seconds */
export function fullDuration(seconds) {
  const { min, h, d } = words.TIME;
  const [size, name, part, less] = /** @type {[number, string, number, string]} */ (seconds < 172_800 ? [3600, h, 60, min] : [86_400, d, 3600, h]);
  const rest = Math.floor((seconds % size) / part);
  return seconds < 5400 || !rest ? duration(seconds) : `${Math.floor(seconds / size)} ${name} ${rest} ${less}`;
}
