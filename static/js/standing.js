// How collectors stand: which of them somebody has to look after, and first.

/** @typedef {import("./types.js").CollectorState} CollectorState */

/** States of a collector that nobody has to look after. */
export const CALM = new Set(["starting", "running"]);
/** And those that are trouble. */
export const TROUBLE = new Set(["failing", "misconfigured"]);

const LATE = 2;
/** @type {Record<string, number>} */
const RANKS = { running: 3, starting: 3, unavailable: 4, stopped: 5 };

/**
 * A file that could not be loaded stands before a collector that fails: it may have taken several with it.
 * @param {CollectorState} one
 */
function rank({ collector, origin, state }) {
  if (TROUBLE.has(state)) return collector === origin || origin.endsWith(`/${collector}`) ? 0 : 1;
  return RANKS[state] ?? LATE;
}

/**
 * Trouble first, then what runs, then what does not; by name among equals.
 * @param {Iterable<CollectorState>} collectors
 */
export function byStanding(collectors) {
  return [...collectors].sort((a, b) => rank(a) - rank(b) || (a.collector < b.collector ? -1 : 1));
}
