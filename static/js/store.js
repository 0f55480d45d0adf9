// The samples that the page holds: per metric one ring of typed arrays of a fixed size. Nothing here is reactive.

/** @typedef {import("./types.js").Series} Series */
/** @typedef {import("./types.js").Samples} Samples */

/**
 * Two series are the same when their labels are.
 * @param {Series} series
 */
export function keyOf(series) {
  return JSON.stringify(Object.entries(series.labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @param {Series} series what a legend calls it: the label values, side by side */
export function nameOf(series) {
  return Object.values(series.labels).join(" ");
}

/**
 * The last samples of one metric. Its arrays are twice the capacity: samples are written behind the last one, and when
 * the end is reached the newest half moves to the front. So any span is one piece, and appending costs the same always.
 */
export class Ring {
  /** @param {number} capacity how many times it holds at least */
  constructor(capacity) {
    this.capacity = Math.max(2, Math.ceil(capacity));
    this.times = new Float64Array(2 * this.capacity);
    /** @type {Float64Array[]} */
    this.columns = [];
    /** @type {Series[]} */
    this.series = [];
    /** @type {string[]} */
    this.keys = [];
    this.start = 0;
    this.end = 0;
    /** Running number of the last sample, in the server's count. */
    this.offset = 0;
    /** Counts changes, so that a chart can tell whether it has to be drawn again. */
    this.version = 0;
    /** Counts changes of the list of series. */
    this.shape = 0;
  }

  get length() {
    return this.end - this.start;
  }

  get first() {
    return this.length ? /** @type {number} */ (this.times[this.start]) : NaN;
  }

  get last() {
    return this.length ? /** @type {number} */ (this.times[this.end - 1]) : NaN;
  }

  /**
   * The newest value of a series; NaN for a gap.
   * @param {number} place
   */
  latest(place) {
    const column = this.columns[place];
    return this.length && column ? /** @type {number} */ (column[this.end - 1]) : NaN;
  }

  /**
   * Take over the server's list of series; columns go with their labels.
   * @param {Series[]} series
   */
  setSeries(series) {
    const keys = series.map(keyOf);
    if (keys.length === this.keys.length && keys.every((key, place) => key === this.keys[place])) return;
    const before = new Map(this.keys.map((key, place) => [key, this.columns[place]]));
    this.columns = keys.map((key) => before.get(key) ?? new Float64Array(this.times.length).fill(NaN));
    this.series = series;
    this.keys = keys;
    this.version++;
    this.shape++;
  }

  /**
   * Append samples. One that is not newer than what is there replaces it and all that is later: a clock stepped back.
   * @param {Samples} samples one column per series, in the order of the ring's series
   * @param {number} offset of the last of them
   */
  append({ times, columns }, offset) {
    const skip = Math.max(0, times.length - this.capacity);
    const count = times.length - skip;
    this.offset = offset;
    if (!count) return;
    this.cut(/** @type {number} */ (times[skip]));
    if (this.end + count > this.times.length) this.compact(this.capacity - count);
    this.times.set(times.subarray(skip), this.end);
    this.columns.forEach((column, place) => {
      const values = columns[place];
      if (values) column.set(values.subarray(skip), this.end);
      else column.fill(NaN, this.end, this.end + count);
    });
    this.end += count;
    this.start = Math.max(this.start, this.end - this.capacity);
    this.version++;
  }

  /** Forget the samples at `time` and after. @param {number} time */
  cut(time) {
    while (this.end > this.start && /** @type {number} */ (this.times[this.end - 1]) >= time) this.end--;
  }

  /** Append one time without values, so that no line crosses it. @param {number} time */
  gap(time) {
    const empty = Float64Array.of(NaN);
    this.append({ times: Float64Array.of(time), columns: this.columns.map(() => empty) }, this.offset);
  }

  /**
   * The span of indices that covers `from`..`to`, with one sample more on either side so that lines reach the edges.
   * @param {number} from
   * @param {number} to
   * @returns {[number, number]}
   */
  span(from, to) {
    const low = this.search(from);
    const high = this.search(to + 1);
    return [Math.max(this.start, low - 1), Math.min(this.end, high + 1)];
  }

  /** Index of the first time that is not before `time`. @param {number} time */
  search(time) {
    let low = this.start;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (/** @type {number} */ (this.times[middle]) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @param {number} keep */
  compact(keep) {
    const from = Math.max(this.start, this.end - Math.max(0, keep));
    this.times.copyWithin(0, from, this.end);
    for (const column of this.columns) column.copyWithin(0, from, this.end);
    this.end -= from;
    this.start = 0;
  }
}

export class Store {
  constructor() {
    /** @type {Map<string, Ring>} */
    this.rings = new Map();
    /** Identity of the history that the offsets count in. */
    this.epoch = "";
    /** @type {Map<string, Set<() => void>>} */
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

  /**
   * Take what the server answered to a subscription.
   * @param {string} name
   * @param {Series[]} series
   * @param {Samples} samples
   * @param {{offset: number, recovered: boolean, capacity: number, every: number}} how `every` in ms
   */
  accept(name, series, samples, { offset, recovered, capacity, every }) {
    const before = this.rings.get(name);
    let ring = before;
    if (!ring || ring.capacity !== Math.max(2, Math.ceil(capacity))) {
      ring = new Ring(capacity);
      ring.setSeries(before ? before.series : series);
      if (before) ring.append(contents(before), before.offset);
      if (before) ring.version = before.version;
      this.rings.set(name, ring);
    }
    // A server that has just started knows no series yet; what is drawn stays until it does.
    if (series.length || !ring.length) ring.setSeries(series);
    const first = samples.times[0];
    if (!recovered && first !== undefined) {
      // What is older than the backfill stays; where samples are missing in between, the line must not cross.
      ring.cut(first);
      if (ring.length && first - ring.last > 3 * every) ring.gap(ring.last + 1);
    }
    ring.append(samples, offset);
    ring.version++;
    this.tell(name);
  }

  /**
   * @param {string} name
   * @param {Samples} samples
   * @param {number} offset
   */
  append(name, samples, offset) {
    this.rings.get(name)?.append(samples, offset);
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
   * Call `listener` when the metric has changed.
   * @param {string} name
   * @param {() => void} listener
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

  /** @param {string} name */
  tell(name) {
    for (const listener of this.listeners.get(name) ?? []) listener();
  }
}

/** @param {Ring} ring @returns {Samples} */
function contents(ring) {
  return {
    times: ring.times.slice(ring.start, ring.end),
    columns: ring.columns.map((column) => column.slice(ring.start, ring.end)),
  };
}
