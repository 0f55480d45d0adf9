// How far back each metric is wanted: as far as whoever wants it furthest.

import { timesOf } from "../../static/js/extent.js";

export class Spans {
  /** @param {import("../../static/js/subscriptions.js").Subscriptions} subscriptions */
  constructor(subscriptions) {
    this.subscriptions = subscriptions;
  }

  /**
   * @param {string} name
   * @param {number} every seconds between its samples
   * @param {number} window seconds
   * @returns {() => void} ends that
   */
  want(name, every, window) {
    const end = this.subscriptions.want(name, every);
    const want = this.subscriptions.wants.get(name);
    if (want && !(want.span && want.span.window >= window)) {
      want.span = { window, points: timesOf(window) };
      if (want.step !== "new") {
        want.again(true);
        this.subscriptions.plan();
      }
    }
    return end;
  }

  /** Metrics may have another pace than was thought. @param {import("./catalog.js").Change} change */
  paced({ metrics = [] }) {
    for (const { name, every } of metrics) {
      const want = this.subscriptions.wants.get(name);
      if (want) want.every = every * 1000;
    }
  }
}
