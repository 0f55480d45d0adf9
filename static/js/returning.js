// What the server has named, as tables that a restart does not empty, and what makes a metric another one to draw.

/** ms that what a restarted server has not named yet keeps its place. */
export const RETURN_TIME = 8_000;

/** What decides how a metric is drawn. @param {import("./types.js").Metric} metric */
export function shapeOf({ unit, kind, chart, limits, family, title, order, headline, figure_id }) {
  return JSON.stringify([unit, kind, chart, limits, family, title, order, headline, figure_id]);
}

/**
 * A table of what the server has. After a restart a plugin takes a moment to be there again; what the server does not
 * name at once keeps its place for that time, so that panels don't leave and come back.
 * @template T
 */
export class Returning {
  /**
   * @param {{value: Map<string, T>}} table
   * @param {(one: T) => string} key
   * @param {(action: () => void, ms: number) => unknown} [later]
   */
  constructor(table, key, later = (action, ms) => setTimeout(action, ms)) {
    this.table = table;
    this.key = key;
    this.later = later;
    /** @type {Set<string>} */
    this.missing = new Set();
  }

  /** @param {T[]} changed @param {string[]} [gone] @param {boolean} [whole] `changed` is all that there is */
  take(changed, gone = [], whole = false) {
    if (whole) this.missing = new Set(this.table.value.keys());
    const after = new Map(this.table.value);
    for (const name of gone) {
      after.delete(name);
      this.missing.delete(name);
    }
    for (const one of changed) {
      after.set(this.key(one), one);
      this.missing.delete(this.key(one));
    }
    this.table.value = after;
    const { missing } = this;
    if (whole && missing.size) this.later(() => this.giveUp(missing), RETURN_TIME);
  }

  /** A later restart has a set, and a time, of its own. @param {Set<string>} missing */
  giveUp(missing) {
    if (missing === this.missing && missing.size) this.take([], [...missing]);
  }
}
