// The axis of time below a chart: Plotly draws it at one span, and from there its ticks move along with the lines.

import { ticksOf, timeTicks } from "../timeticks.js";
import { Ticks } from "./ticks.js";

/** @typedef {{from: number, to: number}} Span ms */
/** @typedef {import("./geometry.js").Span} Placed one with what Plotly is given for a time */

/** px that ticks are behind at which they can't wait for those of other charts: it has gone to another time at once. */
const FAR = 40;

export class TimeAxis {
  /** @param {import("../plot.js").Plot} plot */
  constructor(plot) {
    this.plot = plot;
    this.ticks = new Ticks();
    /** @type {Span} at which Plotly has drawn it */
    this.at = { from: 0, to: 0 };
    /** Width of the plot area, px. */
    this.width = 0;
    /** @type {Placed | null} at which the live layer draws; null while Plotly draws all */
    this.followed = null;
  }

  /** How far a span is from where Plotly has drawn it, px. @param {Span} span */
  moved({ from, to }) {
    return ((from - this.at.from) * this.width) / (to - from);
  }

  /** How far its ticks are from where a span has them, px. @param {Span} span */
  behind(span) {
    return Math.abs(this.moved(span) - this.ticks.moved);
  }

  /**
   * The live layer draws at this span now.
   * @param {Placed} view
   * @param {{moving: boolean, ticks: boolean}} how `moving`: the ticks must not stay behind; `ticks`: they are to follow at once
   */
  follow(view, { moving, ticks }) {
    this.followed = view;
    const far = moving || this.behind(view) > FAR;
    if (far || ticks) this.tick(far);
  }

  /** Move the ticks to where the lines are, when they are behind by more than can be seen. @param {boolean} [must] without waiting */
  tick(must = false) {
    const view = this.followed;
    if (!view) return;
    const by = this.moved(view);
    const now = performance.now();
    if ((must || this.ticks.due(by, now)) && !this.ticks.place(by, ticksOf(view, this.width), now)) {
      this.place(view, false);
      this.take();
    }
  }

  /** Let Plotly draw it at a span, and nothing else. @param {Placed} view @param {boolean} clear whether no label is near either end */
  place(view, clear) {
    this.back();
    const { tickvals, ticktext } = timeTicks(view, this.width, view.axis, clear);
    const range = [view.axis(view.from), view.axis(view.to)];
    this.plot.change({ "xaxis.range": range, "xaxis.tickvals": tickvals, "xaxis.ticktext": ticktext });
    this.at = { from: view.from, to: view.to };
  }

  /** As Plotly has drawn it: before it draws again. */
  back() {
    this.ticks.back();
  }

  /** Plotly has drawn all of it at a span. @param {Span} span @param {boolean} live whether the live layer goes on from there */
  drawn(span, live) {
    this.at = span;
    if (live) this.take();
    else this.followed = null;
  }

  /** The ticks are those that Plotly has drawn. */
  take() {
    this.ticks.take(this.plot.drawn, ticksOf(this.at, this.width));
  }
}
