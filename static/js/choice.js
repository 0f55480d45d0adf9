// Which series a chart draws: those that nobody has put away, and of very many the largest of the window.

/** @typedef {import("./store.js").Ring} Ring */

/**
 * @typedef {object} Asked
 * @property {Set<string>} hidden keys of series that somebody has put away
 * @property {Set<string>} [pinned] keys of series that are drawn however small they are
 * @property {number} low first index of the window
 * @property {number} high index after its last
 * @property {string} place what is looked at; whoever looks elsewhere wants the largest there at once
 * @property {boolean} [all] however many there are
 */

/** Series that are drawn at most; beyond that nobody can tell them apart, and 500 would freeze the page. */
export const MOST_DRAWN = 30;
/** The choice among more series stays for so long (ms), so that lines don't come and go with every sample. */
const STAYS = 10_000;
/** One that is drawn already goes only for one that is larger by this part: two near ones would take turns. */
const AHEAD = 0.1;
const NONE = new Set();

export class Choice {
  constructor() {
    this.at = -Infinity;
    this.key = "";
    this.shape = -1;
    /** @type {number[]} */
    this.places = [];
  }

  /**
   * Places of the series to draw.
   * @param {Ring} ring
   * @param {Asked} asked
   * @param {number} [now] ms
   */
  of(ring, { hidden, pinned = NONE, low, high, place, all = false }, now = performance.now()) {
    const many = ring.series.length > MOST_DRAWN && !all;
    const key = JSON.stringify([many && place, [...hidden], many && [...pinned]]);
    const same = this.shape === ring.shape && this.key === key;
    if (same && (!many || now - this.at < STAYS)) return this.places;
    const before = this.shape === ring.shape ? new Set(this.places) : NONE;
    const open = ring.keys.flatMap((one, at) => (hidden.has(one) ? [] : [at]));
    this.places = many && open.length > MOST_DRAWN ? largest(ring, open, { pinned, low, high, before }) : open;
    Object.assign(this, { at: now, key, shape: ring.shape });
    return this.places;
  }
}

/**
 * @param {Ring} ring
 * @param {number[]} open
 * @param {{pinned: Set<string>, low: number, high: number, before: Set<number>}} how
 */
function largest(ring, open, { pinned, low, high, before }) {
  const first = open.filter((place) => pinned.has(ring.keys[place] ?? ""));
  const size = new Map(open.map((place) => {
    const most = peak(/** @type {Float64Array} */ (ring.columns[place]), low, high);
    return [place, before.has(place) && Number.isFinite(most) ? most + AHEAD * Math.abs(most) : most];
  }));
  const others = open.filter((place) => !pinned.has(ring.keys[place] ?? ""))
    .sort((a, b) => compare(/** @type {number} */ (size.get(b)), /** @type {number} */ (size.get(a))) || a - b);
  return [...first, ...others].slice(0, Math.max(MOST_DRAWN, first.length)).sort((a, b) => a - b);
}

/** Two infinities have no difference. @param {number} a @param {number} b */
const compare = (a, b) => (a === b ? 0 : a < b ? -1 : 1);

/** The largest value of a column; -Infinity when it has none. @param {Float64Array} column @param {number} low @param {number} high */
export function peak(column, low, high) {
  let most = -Infinity;
  for (let at = low; at < high; at++) if (/** @type {number} */ (column[at]) > most) most = /** @type {number} */ (column[at]);
  return most;
}
