// How long samples take from their tick to the screen: measured on all charts that are drawn as soon as samples come.

/** Delays that are remembered: a page of 48 charts at 1 Hz fills them in ten seconds. */
const MOST = 512;
/** ms; what is older than this was late before it came here, or one of the clocks is wrong. */
const LATE = 10_000;

export class Delays {
  /**
   * @param {() => number} now the server's clock, ms
   * @param {(shown: () => void) => void} [after] calls when what is drawn in this frame is on the screen
   */
  constructor(now, after = painted) {
    this.now = now;
    this.after = after;
    /** @type {number[]} newest times of the charts that are drawn in this frame */
    this.drawn = [];
    this.kept = new Float64Array(MOST);
    this.count = 0;
  }

  /** A chart is drawn whose newest sample is of this time, ms, and has just come. @param {number} time */
  drew(time) {
    if (!this.drawn.length) this.after(() => this.shown());
    this.drawn.push(time);
  }

  shown() {
    const now = this.now();
    for (const time of this.drawn) if (now - time < LATE) this.kept[this.count++ % MOST] = Math.max(0, now - time);
    this.drawn = [];
  }

  /** The delay that a share of them does not exceed, ms; NaN before there is any. @param {number[]} shares */
  within(...shares) {
    const sorted = this.kept.slice(0, Math.min(this.count, MOST)).sort();
    return shares.map((share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN);
  }
}

/** A message to oneself, sent in a frame, comes when the frame has been painted. @param {() => void} shown */
function painted(shown) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    shown();
  };
  port2.postMessage(null);
}
