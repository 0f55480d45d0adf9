// Which series a chart draws: those that nobody has put away, and of very many the largest.

/** @typedef {import("./store.js").Ring} Ring */

/** Series that are drawn at most; beyond that nobody can tell them apart, and 500 would freeze the page. */
const MOST_DRAWN = 30;
/** The choice among more series stays for so long (ms), so that lines don't come and go with every sample. */
const STAYS = 10_000;

export class Choice {
  constructor() {
    this.at = 0;
    this.shape = -1;
    this.hidden = "";
    /** @type {number[]} */
    this.places = [];
  }

  /**
   * Places of the series to draw.
   * @param {Ring} ring
   * @param {Set<string>} hidden keys of series
   * @param {boolean} all however many there are
   */
  of(ring, hidden, all) {
    const now = performance.now();
    const put = [...hidden].join();
    const many = ring.series.length > MOST_DRAWN && !all;
    if (this.shape === ring.shape && this.hidden === put && (!many || now - this.at < STAYS)) return this.places;
    let places = ring.keys.flatMap((key, place) => (hidden.has(key) ? [] : [place]));
    if (many) {
      const value = (/** @type {number} */ place) => ring.latest(place) || 0;
      places = places.sort((a, b) => value(b) - value(a)).slice(0, MOST_DRAWN).sort((a, b) => a - b);
    }
    Object.assign(this, { at: now, shape: ring.shape, hidden: put, places });
    return places;
  }
}
