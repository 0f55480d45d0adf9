// What a text refers to: moments such as 10:32, and metrics such as #system.cpu.

/**
 * @typedef {{kind: "text", text: string}} Text
 * @typedef {{kind: "moment", text: string, at: number, exact: boolean}} Moment `at` in ms; `exact` to the second
 * @typedef {{kind: "metric", text: string, name: string}} Reference
 * @typedef {Text | Moment | Reference} Part
 */

const REFERENCE = new RegExp([
  /(?<![\d:.\w-])(?:(\d{4})-(\d\d)-(\d\d)[ T])?([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?![\d:]|\.\d|\w)/,
  /(?<![\w#/.])#([a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+)/,
].map(({ source }) => source).join("|"), "gi");

/** A message may speak of a moment so shortly (ms) after it was written: clocks differ. */
const AHEAD = 120_000;
const DAY = 86_400_000;

/**
 * @param {string} text
 * @param {number} said ms; a time without a day is the last one before that, by this place's clock
 * @param {(name: string) => boolean} known whether there is such a metric
 * @returns {Part[]}
 */
export function partsOf(text, said, known) {
  /** @type {Part[]} */
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(REFERENCE)) {
    const part = found[7] ? metricOf(found[0], found[7], known) : momentOf(found, said);
    if (!part) continue;
    if (found.index > end) parts.push({ kind: "text", text: text.slice(end, found.index) });
    parts.push(part);
    end = found.index + part.text.length;
  }
  if (end < text.length) parts.push({ kind: "text", text: text.slice(end) });
  return parts;
}

/** @param {string} text @param {string} name @param {(name: string) => boolean} known @returns {Reference | null} */
function metricOf(text, name, known) {
  return known(name) ? { kind: "metric", text, name } : null;
}

/** @param {RegExpMatchArray} found @param {number} said @returns {Moment | null} */
function momentOf([text, year, month, day, hour, minute, second], said) {
  const clock = [Number(hour), Number(minute), Number(second ?? 0)];
  const exact = second !== undefined;
  if (year !== undefined) {
    const date = new Date(Number(year), Number(month) - 1, Number(day), ...clock);
    // There is no 31st of February; a Date would take it for a day of March.
    return date.getMonth() === Number(month) - 1 && date.getTime() > 0 ? { kind: "moment", text, at: date.getTime(), exact } : null;
  }
  const at = new Date(said).setHours(clock[0] ?? 0, clock[1], clock[2], 0);
  if (at <= said + AHEAD) return { kind: "moment", text, at, exact };
  const before = new Date(said - DAY);
  return { kind: "moment", text, at: before.setHours(clock[0] ?? 0, clock[1], clock[2], 0), exact };
}

/** Moments of which charts can be made, and what they can show at once, in ms. */
const FIRST = Date.UTC(1970);
const LAST = Date.UTC(10_000);
const LONGEST = 100 * 366 * DAY;

/** A span that somebody else tells, if charts can show it. @param {readonly unknown[] | undefined} span @returns {[number, number] | null} */
export function shownSpan(span) {
  const [from, to] = span ?? [];
  const sound = typeof from === "number" && typeof to === "number" && from >= FIRST && from < to && to < LAST && to - from <= LONGEST;
  return sound ? [from, to] : null;
}

/** ms around a moment that are shown: of a minute all of it, of a second less. */
const AROUND = 150_000;
const NEAR = 60_000;

/** What to look at for a moment. @param {{at: number, exact: boolean}} moment @returns {{from: number, to: number, at: number}} */
export function around({ at, exact }) {
  const middle = exact ? at : at + 30_000;
  const far = exact ? NEAR : AROUND;
  return { from: middle - far, to: middle + far, at };
}
