// Moments, and lengths of time, as an address has them: short, exact, and the same wherever it is opened.

/** Units by their letters, seconds. @type {[string, number][]} */
const UNITS = [["d", 86_400], ["h", 3_600], ["m", 60], ["s", 1]];
/** What a week and a year are said as, too. @type {Record<string, number>} */
const SECONDS = { ...Object.fromEntries(UNITS), w: 604_800, y: 31_536_000 };

/** A length of time: "15m". @param {number} seconds */
export function lengthText(seconds) {
  const [letter = "s", size = 1] = UNITS.find(([, one]) => seconds % one === 0) ?? [];
  return `${seconds / size}${letter}`;
}

/** Its seconds; NaN for what is no length. A number alone is seconds. @param {string} text */
export function lengthIn(text) {
  const [, count = "", letter = "s"] = /^(\d{1,12}(?:\.\d+)?)([smhdwy])?$/.exec(text.trim().toLowerCase()) ?? [];
  return count ? Number(count) * (SECONDS[letter] ?? NaN) : NaN;
}

/** A moment: "2026-11-01T09:00:00Z". @param {number} time ms */
export const momentIn = (time) => new Date(Math.round(time)).toISOString().replace(".000", "");

/** Its time, ms; NaN for what is none. @param {string} text ISO 8601, or ms since the epoch */
export function timeIn(text) {
  return /^\d{10,14}$/.test(text) ? Number(text) : /^\d{4}-\d\d/.test(text) ? Date.parse(text) : NaN;
}
