// What the server has: its metrics and collectors, as they come and go.

import { Listeners } from "./listeners.js";

/** @typedef {import("../../static/js/types.js").Metric} Metric */
/** @typedef {import("../../static/js/types.js").CollectorState} CollectorState */
/** @typedef {Partial<import("../../static/js/types.js").Change> & {whole?: boolean}} Change `whole` when it is all that there is */

export class Catalog {
  /** @type {Map<string, Metric>} */
  metrics = new Map();
  /** @type {Map<string, CollectorState>} */
  collectors = new Map();
  known = false;
  /** @type {Listeners<import("./index.js").Catalog>} */
  listeners = new Listeners();

  /** @param {Change} change */
  take({ metrics = [], gone = [], collectors = [], gone_collectors = [], whole = false }) {
    if (whole) {
      this.known = true;
      this.metrics.clear();
      this.collectors.clear();
    }
    for (const one of metrics) this.metrics.set(one.name, one);
    for (const one of collectors) this.collectors.set(one.collector, one);
    for (const name of gone) this.metrics.delete(name);
    for (const name of gone_collectors) this.collectors.delete(name);
    if (this.known) this.listeners.tell(this.all());
  }

  all() {
    return { metrics: [...this.metrics.values()], collectors: [...this.collectors.values()] };
  }

  /** @param {(all: import("./index.js").Catalog) => void} listener */
  listen(listener) {
    return this.listeners.add(listener, () => (this.known ? this.all() : undefined));
  }
}
