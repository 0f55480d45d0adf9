// When a lost connection is tried again: at random, so that a thousand pages do not come at once.

/** ms; a server that was away for a moment has every page back within ten seconds. */
const LEAST = 200;
const FIRST_MOST = 1_500;
const MOST = 5_000;

/** ms to wait after so many failures in a row. @param {number} failures */
export function delayOf(failures) {
  return LEAST + Math.random() * (Math.min(MOST, FIRST_MOST * 2 ** failures) - LEAST);
}
