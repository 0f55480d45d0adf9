// The samples that the page holds: a ring for each metric. Nothing here is reactive.

import { Ring, keyOf } from "./ring.js";

export { Ring, keyOf, nameOf } from "./ring.js";

/** @typedef {import("./types.js").Series} Series */
/** @typedef {import("./types.js").Samples} Samples */

/**
 * @typedef {object} How an answer is to be taken
 * @property {number} offset of its last sample
 * @property {number | null} since its samples are exactly those after this offset; null for a backfill
 * @property {number} capacity times that the ring shall hold
 * @property {number} every ms between samples
 * @property {boolean} [renamed] the ring's list of series is newer than the answer's
 */

export class Store {
  constructor() {
    /** @type {Map<string, Ring>} */
    this.rings = new Map();
    /** Identity of the history that the offsets count in. */
    this.epoch = "";
    /** @type {Map<string, Set<(past: boolean) => void>>} */
    this.listeners = new Map();
  }

  /** @param {string} name */
  ring(name) {
    return this.rings.get(name);
  }

  /** Time of the newest sample of any metric, ms; NaN when there is none. */
  head() {
    let head = NaN;
    for (const ring of this.rings.values()) if (!(ring.last <= head)) head = ring.length ? ring.last : head;
    return head;
  }

  /** The server's history is another one: offsets of the one before mean nothing in it. @param {string} epoch */
  setEpoch(epoch) {
    if (this.epoch && epoch !== this.epoch) for (const ring of this.rings.values()) ring.lose();
    this.epoch = epoch;
  }

  /**
   * Take what the server answered to a subscription.
   * @param {string} name
   * @param {Series[]} series
   * @param {Samples} samples
   * @param {How} how
   */
  accept(name, series, samples, { offset, since, capacity, every, renamed = false }) {
    const ring = this.sized(name, capacity, every);
    // A server that has just started knows no series yet; what is drawn stays until it does.
    if (!renamed && (series.length || !ring.length)) ring.setSeries(series);
    const aligned = renamed ? { times: samples.times, columns: columnsOf(ring, series, samples) } : samples;
    if (since === null) ring.backfill(aligned, offset);
    else ring.mend(aligned, since, offset);
    this.tell(name, true);
  }

  /**
   * Take a frame that is newer than what is there.
   * @param {string} name
   * @param {Samples} samples
   * @param {number} offset
   */
  append(name, samples, offset) {
    this.rings.get(name)?.follow(samples, offset);
    this.tell(name);
  }

  /**
   * @param {string} name
   * @param {Series[]} series
   */
  setSeries(name, series) {
    this.rings.get(name)?.setSeries(series);
    this.tell(name);
  }

  /** @param {string} name */
  forget(name) {
    if (this.rings.delete(name)) this.tell(name);
  }

  /**
   * Call `listener` when the metric has changed: by a new sample, or in what it holds of the past.
   * @param {string} name
   * @param {(past: boolean) => void} listener
   * @returns {() => void} ends that
   */
  listen(name, listener) {
    const all = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, all.add(listener));
    return () => {
      all.delete(listener);
      if (!all.size && this.listeners.get(name) === all) this.listeners.delete(name);
    };
  }

  /** @param {string} name @param {boolean} [past] */
  tell(name, past = false) {
    for (const listener of this.listeners.get(name) ?? []) listener(past);
  }

  /**
   * The metric's ring, made or remade so that it holds as many times.
   * @param {string} name
   * @param {number} capacity
   * @param {number} every ms
   */
  sized(name, capacity, every) {
    const before = this.rings.get(name);
    if (before && before.capacity === Math.max(2, Math.ceil(capacity))) {
      before.every = every;
      return before;
    }
    const ring = new Ring(capacity, every);
    if (before) ring.adopt(before);
    this.rings.set(name, ring);
    return ring;
  }
}

/** The values in the order of the ring's series; none for those that are not among them. @param {Ring} ring @param {Series[]} series @param {Samples} samples */
function columnsOf(ring, series, { times, columns }) {
  const places = new Map(series.map((one, place) => [keyOf(one), place]));
  return ring.keys.map((key) => columns[places.get(key) ?? -1] ?? new Float64Array(times.length).fill(NaN));
}
