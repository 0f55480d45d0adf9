// The strip of a longer past, and what is shown in it as a window with two handles: which past that is, and what a hand or
// a key makes of the window. Numbers only; see brushhands.js for the events.

import { SLACK, lengthOf, panned } from "./gestures.js";

/** @typedef {import("./gestures.js").Span} Span */
/** @typedef {"begin" | "end" | "move" | "new"} Part what is held: either handle, the window between them, or the strip beside it */
/** @typedef {{reach: number, to: number | null}} Reach how long a strip is, ms, and where it ends; null where it goes on with what comes in */
/** @typedef {{head: number, oldest: number}} Known ms: the newest time that there is, and since when there is something; NaN while that is not known */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Lengths that a strip has: what lies between two of them would say nothing more. */
const LENGTHS = [5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY];
/** A strip is at least so many times as long as what is shown, as far as there is something. */
const TIMES = 12;
/** Parts of it that what is shown may be before another strip is better. */
const SHORTEST = 1 / 60;
const LONGEST = 1 / 3;
/** So much more of the past than before is worth a longer strip. */
const GROWS = 1.5;
/** A strip of all there is, or of what was long ago, has so much room at its sides, part of it. */
const ROOM = 0.02;
/** Parts of a strip that an arrow moves a handle on, and of the window that it moves that. */
const HANDLE = 0.01;
const WINDOW = 0.25;
/** Keys that move on farther, times an arrow's way. */
const FAR = { begin: 10, end: 10, move: 4 };

/** @param {Reach} reach @param {number} head ms @returns {Span} */
export function stripOf({ reach, to }, head) {
  const end = to ?? head;
  return { from: end - reach, to: end };
}

/**
 * The strip for what is shown. The one that there is stays while it will do: what is dragged along it must not move away.
 * @param {Span} shown
 * @param {Known} known
 * @param {Reach | null} before
 * @returns {Reach}
 */
export function reachFor(shown, { head, oldest }, before) {
  const length = lengthOf(shown);
  const wanted = LENGTHS.find((one) => one >= TIMES * length) ?? TIMES * length;
  const there = Number.isNaN(oldest) ? Infinity : (head - oldest) * (1 + ROOM);
  const reach = Math.max(length, Math.min(wanted, there));
  // One of no round length had to do with what there was.
  const grown = before && !LENGTHS.includes(before.reach) && reach > GROWS * before.reach;
  if (before && !grown && does(before, shown, { head, oldest })) return before;
  // What is now is worth seeing, as long as both have room.
  if (head - shown.from <= reach * (1 - ROOM)) return { reach, to: null };
  if (reach === length && shown.to >= head) return { reach, to: null };
  const least = Number.isNaN(oldest) ? -Infinity : oldest - ROOM * reach;
  const from = Math.max(Math.min((shown.from + shown.to - reach) / 2, head - reach), Math.min(least, shown.from));
  return { reach, to: from + reach };
}

/** @param {Reach} strip @param {Span} shown @param {Known} known */
function does(strip, shown, { head, oldest }) {
  const { from, to } = stripOf(strip, head);
  const part = lengthOf(shown) / strip.reach;
  const whole = from <= oldest;
  if (part < SHORTEST || (part > LONGEST && !whole)) return false;
  const edge = 1e-6 * strip.reach + 1;
  // One that ends before now and has come to its end shows more with another one, and so it does at its beginning.
  const late = strip.to === null ? shown.to <= to + strip.reach * ROOM : shown.to < to - edge;
  return late && (shown.from > from + edge || (whole && shown.from >= from - lengthOf(shown)));
}

/**
 * What is shown once a hand has moved so far.
 * @param {Part} part
 * @param {Span} begun what was shown when it began; for "new" the moment at which it did, as both
 * @param {number} by ms
 * @param {Span} strip
 * @param {number} least ms that are shown
 * @returns {Span}
 */
export function brushed(part, begun, by, strip, least) {
  const kept = (/** @type {number} */ time) => Math.max(strip.from, Math.min(strip.to, time));
  if (part === "begin") return { from: Math.min(kept(begun.from + by), begun.to - least), to: begun.to };
  if (part === "end") return { from: begun.from, to: Math.max(kept(begun.to + by), begun.from + least) };
  if (part === "new") {
    const [from = 0, to = 0] = [kept(begun.from), kept(begun.from + by)].sort((a, b) => a - b);
    return to - from >= least ? { from, to } : brushed("move", { from, to: from + least }, 0, strip, least);
  }
  const length = lengthOf(begun);
  const from = Math.max(Math.min(begun.from + by, strip.to - length), Math.min(strip.from, begun.from));
  return { from, to: from + length };
}

/** What a click beside the window shows: as much as before, around that moment. @param {Span} shown @param {number} at @param {Span} strip @returns {Span} */
export function centred(shown, at, strip) {
  return brushed("move", shown, at - (shown.from + shown.to) / 2, strip, 0);
}

/**
 * What a key makes of what is shown; null for one that means nothing here.
 * @param {Exclude<Part, "new">} part that has the focus
 * @param {string} key
 * @param {Span} shown
 * @param {Span} strip
 * @param {number} least ms
 * @returns {Span | null}
 */
export function keyed(part, key, shown, strip, least) {
  const step = part === "move" ? WINDOW * lengthOf(shown) : HANDLE * lengthOf(strip);
  /** @type {Record<string, number>} */
  const ways = {
    ArrowLeft: -step, ArrowDown: -step, ArrowRight: step, ArrowUp: step, PageDown: -FAR[part] * step, PageUp: FAR[part] * step,
    Home: -Infinity, End: Infinity,
  };
  const by = ways[key];
  return by === undefined ? null : brushed(part, shown, by === Infinity ? lengthOf(strip) : by === -Infinity ? -lengthOf(strip) : by, strip, least);
}

/**
 * Where the window is drawn, px: at least as wide as can be seen, and within the strip.
 * @param {Span} shown @param {Span} strip @param {number} width px
 * @returns {[number, number]}
 */
export function placed(shown, strip, width) {
  const place = (/** @type {number} */ time) => ((time - strip.from) / lengthOf(strip)) * width;
  const [from, to] = [place(shown.from), place(shown.to)].map((one) => Math.max(0, Math.min(width, one)));
  const missing = Math.max(0, SLACK - (/** @type {number} */ (to) - /** @type {number} */ (from))) / 2;
  const begin = Math.max(0, Math.min(width - SLACK, /** @type {number} */ (from) - missing));
  return [begin, Math.max(begin + SLACK, /** @type {number} */ (to))];
}

/** A wheel across the strip moves the window with it. @param {Span} shown @param {number} px @param {number} width @param {Span} strip */
export const wheeledOn = (shown, px, width, strip) => brushed("move", shown, panned(strip, px, width).from - strip.from, strip, 0);
