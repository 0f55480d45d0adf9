// Where charts look: at what comes in, or, moved by hand, at a span that stays; all of them together while they are linked.

import { isLive, lengthOf, panned, stretched, within } from "./gestures.js";

/** @typedef {import("./gestures.js").Span} Span */

/**
 * @typedef {object} Looker a chart with an axis of time
 * @property {string} metric
 * @property {() => Span} span that it shows
 * @property {(span: Span | null, moving: boolean) => void} look is to show a span, or what comes in
 * @property {() => boolean} away whether it shows a span of its own
 */

/** ms; shorter spans have one sample or none. */
const SHORTEST = 1_000;
/** Beyond the oldest that is known spans may reach so many times their length: the server may have more. */
const BEYOND = 100 * 366 * 86_400_000;
/** Part of a span that an arrow moves it on, and how many times shorter `+` makes it. */
const STEP = 0.25;
const CLOSER = 2;

export class Looking {
  /**
   * @param {object} parts
   * @param {import("../state.js").State} parts.state
   * @param {import("../address.js").Address} parts.address
   * @param {() => number} parts.head ms, the newest time that there is
   * @param {() => Span} parts.live the span that charts show otherwise
   */
  constructor({ state, address, head, live }) {
    this.state = state;
    this.address = address;
    this.head = head;
    this.live = live;
    /** @type {Map<string, Looker>} by panel */
    this.charts = new Map();
    /** The panel that the mouse is on, or that has the focus; "" for none. */
    this.at = "";
  }

  /** @param {string} id of the panel @param {Looker} looker @returns {() => void} ends it */
  add(id, looker) {
    this.charts.set(id, looker);
    return () => {
      if (this.charts.get(id) === looker) this.charts.delete(id);
    };
  }

  /** The nearest span that there may be. @param {Span} span */
  bounded(span) {
    const { from, to } = this.live();
    const last = Math.max(to, this.head() || to);
    const there = within(span, { shortest: SHORTEST, longest: BEYOND, first: 0, last: Math.max(last, from + SHORTEST) });
    // Of whole milliseconds: a span that is only moved stays exactly as long.
    const begin = Math.round(there.from);
    return { from: begin, to: begin + Math.round(lengthOf(there)) };
  }

  /**
   * A hand moves a chart, and with it all that are linked.
   * @param {string} id @param {Span} span
   * @returns {Span} where it could be moved
   */
  move(id, span) {
    const there = this.bounded(span);
    this.address.moves();
    this.show(id, there, true);
    return there;
  }

  /** The hand has let go. @param {string} id */
  rest(id) {
    const { state } = this;
    const span = state.linked || !this.charts.has(id) ? state.look : this.charts.get(id)?.span();
    if (!span) return;
    if (!state.pausedAt && isLive(span, state.window * 1000, this.head())) this.back(id);
    else this.show(id, { from: span.from, to: span.to }, false);
  }

  /** Look at a span that was chosen. @param {string} id @param {Span} span */
  choose(id, span) {
    this.show(id, this.bounded(span), false);
  }

  /** @param {string} id @param {Span} span @param {boolean} moving */
  show(id, span, moving) {
    const { state } = this;
    const chart = this.charts.get(id);
    if (state.linked || !chart) Object.assign(state, { look: { ...span, hand: true, moving }, zoomed: null });
    else {
      chart.look(span, moving);
      state.zoomed = { ...span, metric: chart.metric, panel: id };
    }
  }

  /** Show what comes in. @param {string} [id] of the panel that is to; without it all are */
  back(id) {
    const { state } = this;
    const alone = id !== undefined && !(state.look && !state.look.metric);
    if (!alone) state.look = null;
    for (const [one, chart] of this.charts) {
      if (alone && one !== id) continue;
      if (state.look?.metric === chart.metric) state.look = null;
      else if (chart.away()) chart.look(null, false);
      if (state.zoomed?.panel === one) state.zoomed = null;
    }
    if (!alone) state.zoomed = null;
  }

  /** Whether anything is looked at that is not what comes in. */
  get away() {
    return this.state.look !== null || [...this.charts.values()].some((chart) => chart.away());
  }

  // --- by keys

  /** Move on by a part of what is shown. @param {-1 | 1} direction */
  step(direction) {
    this.each((span) => panned(span, -direction * STEP, 1));
  }

  /** Look closer, or see more. @param {boolean} closer */
  stretch(closer) {
    this.each((span) => stretched(span, closer ? 1 / CLOSER : CLOSER, (span.from + span.to) / 2));
  }

  /** Change what the charts show that are meant: all that are linked, the one that somebody is at, or all. @param {(span: Span) => Span} change */
  each(change) {
    const { state, charts } = this;
    if (state.linked) {
      this.move(this.at, change(state.look ?? this.live()));
      this.rest(this.at);
      return;
    }
    for (const [id, chart] of this.at && charts.has(this.at) ? [/** @type {[string, Looker]} */ ([this.at, charts.get(this.at)])] : charts) {
      this.move(id, change(chart.span()));
      this.rest(id);
    }
  }

  /** ms of what is shown now. */
  get length() {
    return lengthOf(this.state.look ?? this.live());
  }
}
