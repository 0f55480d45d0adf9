// The last samples of one metric, in typed arrays of a fixed size, and which of the server's samples they are.

import { broken, holes } from "./holes.js";

/** @typedef {import("./types.js").Series} Series */
/** @typedef {import("./types.js").Samples} Samples */
/** @typedef {Samples & {offsets: Float64Array}} Rows */

/** Rows before new ones that tell what distance between them is usual. */
const LOOK_BACK = 33;
/** Lists of series so far, of all rings. */
let shapes = 0;

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
 * Its arrays are twice the capacity: samples are written behind the last one, and when the end is reached the newest
 * half moves to the front. So any span is one piece, and appending costs the same always.
 *
 * The server numbers the samples of a metric. Some may be missing here: between `whole`, the number up to which none is,
 * and `sound`, after which none is again. Rows keep their numbers, so that what was missing can be put in its place
 * while newer samples come in.
 */
export class Ring {
  /**
   * @param {number} capacity how many times it holds at least
   * @param {number} [every] ms between samples at full rate; without it holes in time are not looked for
   */
  constructor(capacity, every = Infinity) {
    this.every = every;
    this.capacity = Math.max(2, Math.ceil(capacity));
    this.times = new Float64Array(2 * this.capacity);
    /** Number of each row, ascending; rows that are no samples, or stand for several, have that of the last before them. */
    this.offsets = new Float64Array(2 * this.capacity);
    /** @type {Float64Array[]} */
    this.columns = [];
    /** @type {Series[]} */
    this.series = [];
    /** @type {string[]} */
    this.keys = [];
    this.start = 0;
    this.end = 0;
    /** Number of the last sample; -1 when the server's count is not known (any more). */
    this.offset = 0;
    this.whole = 0;
    this.sound = 0;
    /** Counts changes, so that a chart can tell whether it has to be drawn again. */
    this.version = 0;
    /** Tells lists of series apart, also those of different rings. */
    this.shape = ++shapes;
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

  /** Whether samples are missing before the last one. */
  get torn() {
    return this.whole < this.offset;
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
    // Without rows nothing of a column is read: memory that is not touched costs nothing, and 500 series of an hour are 70 MB.
    const empty = () => (this.length ? new Float64Array(this.times.length).fill(NaN) : new Float64Array(this.times.length));
    this.columns = keys.map((key) => before.get(key) ?? empty());
    this.series = series;
    this.keys = keys;
    this.version++;
    this.shape = ++shapes;
  }

  // --- what comes in

  /**
   * Append the samples that follow. One that is not newer than what is there replaces it and all that is later: a clock
   * stepped back.
   * @param {Samples} samples one column per series, in the order of the ring's series
   * @param {number} offset of the last of them
   */
  append(samples, offset) {
    this.write({ ...samples, offsets: numbers(samples.times.length, offset) });
    this.advance(offset);
  }

  /**
   * Append a frame, however it lies: what was had already is left out, and where samples are missing there is a hole.
   * @param {Samples} samples not empty
   * @param {number} offset of the last of them
   */
  follow(samples, offset) {
    const before = offset - samples.times.length;
    if (before > this.offset) this.tear(/** @type {number} */ (samples.times[0]), before);
    this.append(before < this.offset ? tail(samples, this.offset - before) : samples, offset);
  }

  /**
   * Put samples in the place of all after number `since` up to `offset`. What came later stays, behind them.
   * @param {Samples} samples exactly those
   * @param {number} since
   * @param {number} offset
   */
  mend(samples, since, offset) {
    this.under(offset, () => {
      this.end = this.after(since);
      this.append(samples, offset);
    });
  }

  /**
   * Put a backfill in the place of what is as new as it, up to `offset`; what is older stays. What came later stays, too.
   * @param {Samples} samples perhaps fewer than the server has
   * @param {number} offset
   */
  backfill(samples, offset) {
    this.under(offset, () => this.write({ ...samples, offsets: new Float64Array(samples.times.length).fill(offset) }));
  }

  /** Take over what another ring holds, and its place in the count. @param {Ring} other */
  adopt(other) {
    this.setSeries(other.series);
    this.write(other.rows(other.start));
    this.offset = other.offset;
    this.whole = other.whole;
    this.sound = other.sound;
    this.version = other.version + 1;
  }

  /** The server counts anew: no number tells anything any more. */
  lose() {
    this.offset = this.whole = this.sound = -1;
    this.offsets.fill(-1);
  }

  /** Forget the samples at `time` and after. @param {number} time */
  cut(time) {
    while (this.end > this.start && /** @type {number} */ (this.times[this.end - 1]) >= time) this.end--;
  }

  // --- what is asked of it

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
    return this.seek(this.times, time);
  }

  /** Index of the first row whose number is above `offset`. @param {number} offset */
  after(offset) {
    return this.seek(this.offsets, offset + 1);
  }

  // --- inside

  /** Index of the first row that is not below `least`. @param {Float64Array} ascending @param {number} least */
  seek(ascending, least) {
    let low = this.start;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (/** @type {number} */ (ascending[middle]) < least) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @param {number} offset */
  advance(offset) {
    if (!this.torn) this.whole = offset;
    this.offset = offset;
  }

  /** Samples are missing before `time`, the last of them number `before`. @param {number} time @param {number} before */
  tear(time, before) {
    this.cut(time);
    // Times are whole milliseconds: whatever is missing has its place before this.
    if (this.length) this.gap(time - 0.5, before);
    this.offset = this.sound = before;
  }

  /** Append one time without values, so that no line crosses it. @param {number} time @param {number} offset */
  gap(time, offset) {
    this.write({ times: Float64Array.of(time), columns: [], offsets: Float64Array.of(offset) });
  }

  /** Change what is up to `offset`, and put what is newer back behind it. @param {number} offset @param {() => void} change */
  under(offset, change) {
    const { offset: newest, sound } = this;
    const newer = this.rows(this.after(offset));
    this.end -= newer.times.length;
    change();
    this.write(newer);
    this.offset = Math.max(offset, newest);
    this.whole = sound > offset ? offset : this.offset;
    this.version++;
  }

  /** A copy of the rows from this index on. @param {number} from @returns {Rows} */
  rows(from) {
    return {
      times: this.times.slice(from, this.end),
      columns: this.columns.map((column) => column.slice(from, this.end)),
      offsets: this.offsets.slice(from, this.end),
    };
  }

  /** @param {Rows} rows */
  write(rows) {
    if (!rows.times.length) return;
    this.cut(/** @type {number} */ (rows.times[0]));
    const { times, columns, offsets } = broken(rows, this.holesIn(rows), this.last);
    const skip = Math.max(0, times.length - this.capacity);
    const count = times.length - skip;
    if (this.end + count > this.times.length) this.compact(this.capacity - count);
    this.times.set(times.subarray(skip), this.end);
    this.offsets.set(offsets.subarray(skip), this.end);
    this.columns.forEach((column, place) => {
      const values = columns[place];
      if (values) column.set(values.subarray(skip), this.end);
      else column.fill(NaN, this.end, this.end + count);
    });
    this.end += count;
    this.start = Math.max(this.start, this.end - this.capacity);
    this.version++;
  }

  /** Places among new rows before which there is a hole in time that is not marked yet. @param {Rows} rows */
  holesIn({ times, columns }) {
    if (this.every === Infinity) return [];
    const known = Math.min(LOOK_BACK, this.length);
    const all = new Float64Array(known + times.length);
    all.set(this.times.subarray(this.end - known, this.end));
    all.set(times, known);
    const gap = (/** @type {number} */ at) => (at < 0
      ? this.columns.every((column) => Number.isNaN(column[this.end + at]))
      : columns.every((column) => Number.isNaN(column[at])));
    return holes(all, known, this.every).map((at) => at - known).filter((at) => !gap(at - 1) && !gap(at));
  }

  /** @param {number} keep */
  compact(keep) {
    const from = Math.max(this.start, this.end - Math.max(0, keep));
    this.times.copyWithin(0, from, this.end);
    this.offsets.copyWithin(0, from, this.end);
    for (const column of this.columns) column.copyWithin(0, from, this.end);
    this.end -= from;
    this.start = 0;
  }
}

/** The numbers of so many samples, the last of which has number `offset`. @param {number} count @param {number} offset */
function numbers(count, offset) {
  return Float64Array.from({ length: count }, (_, at) => offset - count + 1 + at);
}

/** @param {Samples} samples @param {number} skip @returns {Samples} */
function tail({ times, columns }, skip) {
  return { times: times.subarray(skip), columns: columns.map((column) => column.subarray(skip)) };
}
