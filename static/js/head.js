// Where live charts end: at the newest sample of all, so that they move together. Once none comes any more time goes on
// without them: what is old must not look like now.

/** Periods, and a second more, without a sample after which the newest one counts as old. */
export const LATE = 3;
const MORE = 1_000;
/** ms by which samples may be ahead of the server's clock. */
const AHEAD = 2_000;

/**
 * @typedef {object} Source what is known of those who send
 * @property {() => boolean} ready whether the connection is there: while it is away charts stand still
 * @property {() => number} turn another number each time that everything was asked for anew
 * @property {() => number} now ms, by the server's clock
 */

export class Head {
  /**
   * @param {import("./store.js").Store} store
   * @param {Source} source
   * @param {() => number} [clock] ms, of any origin
   */
  constructor(store, source, clock = () => performance.now()) {
    this.store = store;
    this.source = source;
    this.clock = clock;
    this.newest = NaN;
    this.turn = NaN;
    /** When the newest sample was new. */
    this.since = 0;
  }

  /** ms since the epoch; the server's time while there is no sample. */
  at() {
    const newest = this.store.head();
    const turn = this.source.turn();
    const at = this.clock();
    // By its coming and not by its own time: some sources tell what was long ago.
    if (newest !== this.newest || turn !== this.turn || !this.source.ready()) Object.assign(this, { newest, turn, since: at });
    const most = this.source.now();
    if (!(newest <= most + AHEAD)) return most;
    const late = at - this.since;
    // While samples come this is asked for each chart of each frame.
    return late <= MORE ? newest : newest + Math.max(0, late - this.patience());
  }

  /** ms that may pass without a sample: so long the most frequent of the metrics may be late. */
  patience() {
    let every = Infinity;
    for (const ring of this.store.rings.values()) if (ring.length) every = Math.min(every, ring.every);
    return LATE * every + MORE;
  }
}
