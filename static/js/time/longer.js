// The number that stands for a metric over a longer past: asked for once, and carried on by what comes in.

import { placesOf } from "../only.js";
import { Ring } from "../ring.js";
import { headline } from "../spark.js";
import { means } from "../thin.js";
import { ringOf } from "../zoom.js";

/** @typedef {import("./gestures.js").Span} Span */
/** @typedef {import("../types.js").Metric} Metric */

/** px of a stretch of time of which the mean is drawn. */
const STRETCH = 2;
/** Stretches at least, for a strip that has no width yet, and at most. */
const FEWEST = 100;
const MOST = 800;
/** Times that are asked for per stretch: of a full rate the server picks the least and the largest. */
const DENSITY = 2;
/** What was found is drawn until a stretch is so many times as long or as short. */
const OTHER = 2;
/** Stretches that may be missing between what was found and what the page holds. */
const LATE = 2;
/** Kinds of charts whose series add up. */
const SUMS = new Set(["stacked", "area"]);

export class Longer {
  /**
   * @param {object} parts
   * @param {Metric} parts.metric
   * @param {Record<string, string[]>} [parts.only] of which series
   * @param {{ask: (asked: import("../spans.js").Asked, signal: AbortSignal) => Promise<import("../spans.js").Found>}} parts.spans
   * @param {() => import("../ring.js").Ring | undefined} parts.live what the page holds
   * @param {() => void} parts.changed
   */
  constructor({ metric, only, spans, live, changed }) {
    // Without a number of its own its lines are told as one.
    this.metric = metric.headline ? metric : { ...metric, headline: SUMS.has(metric.chart) ? "sum" : "mean" };
    this.only = only;
    this.spans = spans;
    this.live = live;
    this.changed = changed;
    /** @type {Ring | null} one series: means of stretches of time */
    this.ring = null;
    /** ms of a stretch. */
    this.step = 0;
    /** @type {Span | null} that was asked for last, whether or not there was something */
    this.asked = null;
    /** ms of its stretches. */
    this.askedStep = 0;
    /** @type {AbortController | null} */
    this.asking = null;
    this.failed = false;
  }

  /** A strip is drawn: what is missing of it is asked for. @param {Span} strip @param {number} width px */
  show(strip, width) {
    const step = (strip.to - strip.from) / Math.max(FEWEST, Math.min(MOST, Math.round(width / STRETCH)));
    this.follow();
    if (!this.covers(strip, step)) this.ask(strip, step);
  }

  /** @param {Span} strip @param {number} step ms */
  covers({ from, to }, step) {
    const { asked, askedStep } = this;
    if (!asked || from < asked.from - askedStep || askedStep > OTHER * step || askedStep < step / OTHER) return false;
    if (to <= asked.to + LATE * askedStep || this.asking || this.failed) return true;
    // What has come in since then goes on from there.
    const live = this.live();
    return !live?.length || !this.lost(live);
  }

  /** @param {Span} strip @param {number} step ms */
  async ask(strip, step) {
    this.asking?.abort();
    const asking = new AbortController();
    const points = Math.round((DENSITY * (strip.to - strip.from)) / step);
    Object.assign(this, { asking, asked: strip, askedStep: step, failed: false });
    try {
      const found = await this.spans.ask({ metric: this.metric.name, from: Math.max(0, strip.from), to: strip.to, points }, asking.signal);
      if (asking !== this.asking) return;
      this.step = step;
      this.ring = new Ring(2 * MOST);
      this.ring.setSeries([{ labels: {} }]);
      this.add(ringOf(found, this.live(), 1000 * this.metric.every), -Infinity, Infinity);
      this.follow();
    } catch {
      if (asking !== this.asking) return;
      // The charts tell why; the strip is drawn with what there is.
      this.failed = true;
    }
    this.asking = null;
    this.changed();
  }

  /** Whether the page does not hold what followed on what was found: it was asleep. @param {Ring} live */
  lost({ first }) {
    const last = this.ring?.length ? this.ring.last : this.asked?.to ?? Infinity;
    return first > last + LATE * this.askedStep;
  }

  /** Take what has come in, as far as its stretches are over. */
  follow() {
    const live = this.live();
    if (!this.ring || !live?.length || this.lost(live)) return;
    const { step } = this;
    const begin = this.ring.length ? (Math.floor(this.ring.last / step) + 1) * step : -Infinity;
    const end = Math.floor(live.last / step) * step;
    if (end > begin) this.add(live, begin, end);
  }

  /** @param {Ring} ring @param {number} from ms @param {number} to ms, not with it */
  add(ring, from, to) {
    const [low, high] = [ring.search(from), ring.search(to)];
    if (high <= low) return;
    const value = headline(this.metric, ring, placesOf(ring.series, this.only));
    const column = new Float64Array(high - low);
    for (let at = low; at < high; at++) column[at - low] = value(at);
    const found = means(ring.times.subarray(low, high), [column], 0, high - low, this.step);
    this.ring?.append({ times: Float64Array.from(found.times), columns: found.columns.map((one) => Float64Array.from(one)) }, 0);
  }

  /** Ask anew: what was found may be another past by now. */
  forget() {
    this.asked = null;
  }

  end() {
    this.asking?.abort();
    Object.assign(this, { asking: null, asked: null, ring: null });
  }
}
