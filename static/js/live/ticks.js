// The ticks of the axis of time move along with what the canvas shows: Plotly's own elements, so that it need not draw them.

/** @typedef {import("../timeticks.js").Tick} Wanted */

/**
 * @typedef {object} Tick
 * @property {Element} label
 * @property {Element | null} grid null where the axis has no lines
 * @property {number} home px at which the text of the label was drawn
 * @property {string} text that was drawn
 * @property {number} at px at which it is now, before all are moved: it may stand for a later tick when it has left
 * @property {string} says
 * @property {"" | "gone"} seen
 */

/** px that ticks may be behind the lines, and how often they are moved at most, ms: each time costs more than all lines. */
const LEAST = 0.5;
const EVERY = 200;

export class Ticks {
  constructor() {
    /** @type {Element[]} groups of Plotly's, moved as a whole */
    this.groups = [];
    /** @type {Tick[]} */
    this.ticks = [];
    /** @type {Element[]} of ours among Plotly's, which must not know of them */
    this.made = [];
    /** Left edge of the plot area, px. */
    this.left = 0;
    this.moved = 0;
    this.movedAt = -Infinity;
  }

  /**
   * Plotly has drawn: take its ticks.
   * @param {any} plotted
   * @param {Wanted[]} wanted
   */
  take(plotted, wanted) {
    const { xaxis } = plotted._fullLayout;
    this.left = xaxis._offset;
    this.moved = 0;
    this.groups = [...plotted.querySelectorAll("g.xy .xaxislayer-above, g.xy .gridlayer > .x")];
    const all = (/** @type {string} */ name) => this.groups.flatMap((group) => [...group.querySelectorAll(name)]);
    const [labels, grids] = [all(".xtick"), all(".xgrid")];
    const placeOf = (/** @type {Element} */ element) => xaxis.l2p(/** @type {any} */ (element).__data__.x);
    const lines = new Map(grids.map((grid) => [placeOf(grid), grid]));
    this.ticks = labels.map((label) => {
      const [home, text] = [placeOf(label), label.textContent ?? ""];
      // Where a line would lie on another axis Plotly draws none: it is needed when the tick has moved away from there.
      const grid = lines.get(home) ?? (grids[0] ? this.copy(grids[0]) : null);
      grid?.setAttribute("transform", `translate(${this.left + home},0)`);
      return { label, grid, home, text, at: home, says: text, seen: "" };
    });
    this.place(0, wanted, this.movedAt);
  }

  /** As Plotly has drawn them: before it draws again. */
  back() {
    for (const element of this.made) element.remove();
    for (const group of this.groups) group.removeAttribute("transform");
    for (const tick of this.ticks) {
      see(tick, "");
      this.stand(tick, tick.home, tick.text);
    }
    Object.assign(this, { made: [], ticks: [], groups: [], moved: 0 });
  }

  /** Whether it is time to move them. @param {number} by px @param {number} now ms */
  due(by, now) {
    return Math.abs(by - this.moved) >= LEAST && now - this.movedAt >= EVERY;
  }

  /**
   * @param {number} by px to the left of where Plotly has drawn them
   * @param {Wanted[]} wanted ticks
   * @param {number} now ms
   * @returns {boolean} whether that could be done; else Plotly has to draw them
   */
  place(by, wanted, now) {
    const free = new Set(this.ticks);
    const coming = [];
    for (const one of wanted) {
      const tick = this.ticks.find(({ at, says }) => Math.abs(at - by - one.place) < LEAST && says === one.text);
      if (tick) {
        free.delete(tick);
        see(tick, one.near ? "gone" : "");
      } else coming.push(one);
    }
    for (const one of coming) {
      // What has left on one side comes again on the other.
      const tick = free.values().next().value ?? this.another();
      if (!tick) return false;
      free.delete(tick);
      this.stand(tick, one.place + by, one.text);
      see(tick, one.near ? "gone" : "");
    }
    for (const tick of free) see(tick, "gone");
    for (const group of this.groups) group.setAttribute("transform", `translate(${-by},0)`);
    this.moved = by;
    this.movedAt = now;
    return true;
  }

  /** Let it stand for a tick at another place. @param {Tick} tick @param {number} at px @param {string} text */
  stand(tick, at, text) {
    tick.label.setAttribute("transform", `translate(${at - tick.home},0)`);
    tick.grid?.setAttribute("transform", `translate(${this.left + at},0)`);
    const words = tick.label.querySelector("text");
    if (words && tick.says !== text) words.textContent = text;
    Object.assign(tick, { at, says: text });
  }

  /** One more than Plotly has drawn. */
  another() {
    const [model] = this.ticks;
    if (!model) return null;
    /** @type {Tick} */
    const tick = { ...model, label: this.copy(model.label), grid: model.grid && this.copy(model.grid) };
    this.ticks.push(tick);
    return tick;
  }

  /** @param {Element} model @returns {Element} */
  copy(model) {
    const made = /** @type {Element} */ (model.cloneNode(true));
    model.after(made);
    this.made.push(made);
    return made;
  }
}

/** @param {Tick} tick @param {Tick["seen"]} seen */
function see(tick, seen) {
  if (tick.seen === seen) return;
  tick.seen = seen;
  tick.label.setAttribute("visibility", seen ? "hidden" : "visible");
  tick.grid?.setAttribute("visibility", seen ? "hidden" : "visible");
}
