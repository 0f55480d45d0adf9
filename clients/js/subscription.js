// One metric that somebody follows over a window of time.

import { told } from "./listeners.js";

/** @typedef {import("./index.js").Change} Change */

/** Seconds between samples of a metric that the server does not have, or not yet. */
const SOME = 1;

export class Subscription {
  /**
   * @param {object} parts
   * @param {import("./line.js").Line} parts.connection
   * @param {import("./catalog.js").Catalog} parts.catalog
   * @param {import("./spans.js").Spans} parts.spans
   * @param {string} name
   * @param {number} window seconds
   * @param {(change: Change) => void} onChange
   */
  constructor({ connection, catalog, spans }, name, window, onChange) {
    this.connection = connection;
    this.catalog = catalog;
    this.spans = spans;
    this.name = name;
    this.window = window;
    this.onChange = onChange;
    /** @type {Change["error"]} */
    this.error = "";
    this.unwant = () => {};
    this.wanted = false;
    this.unlisten = connection.store.listen(name, (past) => this.tell(past));
    // The catalog tells how often there are samples, and so how many are to be kept.
    this.uncatalog = catalog.listen(() => this.look());
    // It may be held already, for somebody else.
    queueMicrotask(() => connection.store.ring(name)?.length && this.tell(true));
  }

  end() {
    this.onChange = () => {};
    this.unlisten();
    this.uncatalog();
    this.unwant();
  }

  look() {
    if (!this.wanted) {
      this.wanted = true;
      this.unwant = this.spans.want(this.name, this.catalog.metrics.get(this.name)?.every ?? SOME, this.window);
    }
    const refusal = this.connection.subscriptions.refusal(this.name);
    // That it is asked for again is no news; the answer is.
    if (refusal && refusal !== this.error) this.tell(true);
  }

  /** @param {boolean} past */
  tell(past) {
    this.error = /** @type {Change["error"]} */ (this.connection.subscriptions.refusal(this.name));
    told(this.onChange, this.change(past));
  }

  /** @param {boolean} past @returns {Change} */
  change(past) {
    const { name, window, error } = this;
    const metric = this.catalog.metrics.get(name) ?? null;
    const ring = this.connection.store.ring(name);
    if (!ring?.length) {
      return { name, metric, series: ring?.series ?? [], times: new Float64Array(), values: [], last: null, past, gap: false, error };
    }
    const [from, to] = ring.span(ring.last - window * 1000, ring.last);
    return {
      name,
      metric,
      series: ring.series,
      times: ring.times.subarray(from, to),
      values: ring.columns.map((column) => column.subarray(from, to)),
      last: { time: ring.last, values: ring.series.map((_, place) => ring.latest(place)) },
      past,
      gap: ring.torn,
      error,
    };
  }
}
