// What somebody has zoomed to in one chart, in a ring of its own: finer than what the page holds of a long window.

import { Ring, keyOf } from "./ring.js";

/** @typedef {import("./ring.js").Series} Series */
/** @typedef {{from: number, to: number}} Span ms */
/** @typedef {import("./spans.js").Found} Found */
/** @typedef {"" | "asking" | "failed"} Step */

/** Times that are asked for per px: a chart draws two, and chooses by other buckets than the server. */
const DENSITY = 3;
/** Bounds of what is asked for. */
const LEAST = 600;
const MOST = 10_000;
/** Part of the span that is asked for beyond either end, so that lines reach the edges. */
const BEYOND = 0.02;
/** The same while it moves: so far it can go on before more is asked for. */
const AHEAD = 0.6;
/** What was found for a span so many times as long is still fine enough while it moves. */
const COARSE = 2;
/** Samples at full rate may be so many times their distance apart. */
const LATE = 3;

export class Zoom {
  /**
   * @param {object} parts
   * @param {string} parts.metric
   * @param {number} parts.every ms between samples at full rate
   * @param {{ask: (asked: import("./spans.js").Asked, signal: AbortSignal) => Promise<Found>}} parts.spans
   * @param {() => Ring | undefined} parts.live what the page holds
   * @param {() => Ring | undefined} [parts.order] whose series come first; by default those of what the page holds
   * @param {() => void} parts.changed there is something else to draw or to say
   */
  constructor({ metric, every, spans, live, order = live, changed }) {
    this.metric = metric;
    this.every = every;
    this.spans = spans;
    this.live = live;
    this.order = order;
    this.changed = changed;
    /** @type {Span | null} */
    this.span = null;
    /** @type {Ring | null} what was asked for, once it is there; of an earlier span until then */
    this.found = null;
    /** @type {Step} */
    this.step = "";
    /** Why it failed. */
    this.reason = "";
    this.tier = "full";
    /** @type {AbortController | null} */
    this.asking = null;
    /** @type {Span | null} for which was asked last */
    this.reach = null;
    /** @type {Span | null} of which the server has nothing, or did not answer: it is not asked again until one has left that */
    this.barren = null;
    /** @type {{span: Span, width: number} | null} where it has moved while that was asked for */
    this.next = null;
  }

  /** What is to be drawn. */
  get ring() {
    return this.found ?? this.live();
  }

  /** Somebody has zoomed, perhaps once more. @param {Span} span @param {number} width of the plot, px */
  to(span, width) {
    this.asking?.abort();
    Object.assign(this, { span, asking: null, next: null, step: "", reason: "" });
    if (this.has(span)) return;
    if (exact(this.live(), span, this.every)) Object.assign(this, { found: null, tier: "full" });
    else this.ask(span, width, BEYOND);
  }

  /**
   * It moves: what is asked for is let come, and only when it has left that, more is asked for. `to` says where it rests.
   * @param {Span} span @param {number} width
   */
  glide(span, width) {
    this.span = span;
    const { reach } = this;
    const covered = reach && reach.from <= span.from && reach.to >= Math.min(span.to, this.newest) && reach.to - reach.from <= COARSE * (1 + 2 * AHEAD) * (span.to - span.from);
    if (covered && (this.found || this.asking || reach === this.barren)) return;
    if (this.has(span) || exact(this.live(), span, this.every)) return;
    if (this.asking) this.next = { span, width };
    else this.ask(span, width, AHEAD);
  }

  /** ms; up to when there is something to ask for, as far as it is known here. */
  get newest() {
    return this.order()?.last || Infinity;
  }

  /** Whether what was found is all there is of a span. @param {Span} span */
  has(span) {
    const { found, tier, every } = this;
    return found !== null && tier === "full" && exact(found, span, every) && found.last >= Math.min(span.to, this.newest) - LATE * every;
  }

  /** Whether nothing of the span is here while it is asked for. */
  get bare() {
    const { span, step, ring } = this;
    if (!span || step !== "asking" || !ring) return false;
    const next = ring.search(span.from);
    return next >= ring.end || !(/** @type {number} */ (ring.times[next]) <= span.to);
  }

  /** Back to live, or gone. */
  end() {
    this.asking?.abort();
    Object.assign(this, { span: null, found: null, asking: null, reach: null, barren: null, next: null, step: "", reason: "", tier: "full" });
  }

  /** @param {Span} span @param {number} width @param {number} more part of the span, at either end */
  async ask(span, width, more) {
    const asking = new AbortController();
    const beyond = Math.max(this.every, more * (span.to - span.from));
    const points = Math.max(LEAST, Math.min(MOST, Math.round(DENSITY * width * (more === BEYOND ? 1 : 1 + 2 * more))));
    Object.assign(this, { asking, step: "asking", reason: "", next: null, reach: { from: span.from - beyond, to: Math.min(span.to + beyond, this.newest) } });
    try {
      const found = await this.spans.ask({ metric: this.metric, from: Math.max(0, span.from - beyond), to: span.to + beyond, points }, asking.signal);
      if (asking !== this.asking) return;
      // A server that has nothing of that time, or not any more, takes nothing from the picture.
      if (found.times.length) Object.assign(this, { found: ringOf(found, this.order(), this.every), tier: found.tier });
      else this.barren = this.reach;
      this.step = "";
    } catch (error) {
      if (asking !== this.asking) return;
      this.barren = this.reach;
      Object.assign(this, { step: "failed", reason: String(/** @type {Error} */ (error).message) });
    }
    this.asking = null;
    const { next } = this;
    if (next) this.glide(next.span, next.width);
    this.changed();
  }
}

/**
 * Whether a ring has all samples of a span: none of them farther apart than they are sampled. A hole may be one in what is
 * held here, so that it is asked for.
 * @param {Ring | undefined} ring
 * @param {Span} span
 * @param {number} every ms
 */
export function exact(ring, { from, to }, every) {
  if (!ring || !(ring.first <= from) || ring.torn) return false;
  const [low, high] = ring.span(from, Math.min(to, ring.last));
  for (let at = low + 1; at < high; at++) {
    if (/** @type {number} */ (ring.times[at]) - /** @type {number} */ (ring.times[at - 1]) > LATE * every) return false;
  }
  return high - low > 1;
}

/**
 * A ring of what was found. The series of the live one come first, also those that were not there then: a colour goes
 * with its place.
 * @param {Found} found
 * @param {Ring | undefined} live
 * @param {number} every ms
 */
export function ringOf({ times, columns, series, every: step }, live, every) {
  const places = new Map(series.map((one, place) => [keyOf(one), place]));
  const order = [...(live?.series ?? []), ...series.filter((one) => !live?.keys.includes(keyOf(one)))];
  // Holes get two rows each, and are at most every other time.
  const ring = new Ring(2 * times.length + 2, step || every);
  ring.setSeries(order);
  ring.append({ times, columns: order.map((one) => columns[places.get(keyOf(one)) ?? -1] ?? new Float64Array(times.length).fill(NaN)) }, times.length);
  return ring;
}
