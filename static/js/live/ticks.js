// The ticks of the axis of time move along with what the canvas shows, until there is one that Plotly has not drawn yet.

/** @typedef {{at: number, text: string, label: Element | null, grid: Element | null, seen: string}} Tick `at` in px */

/** px that ticks may be behind the lines, and how often they are moved at most, ms: each time costs more than all lines. */
const LEAST = 0.5;
const EVERY = 200;

export class Ticks {
  constructor() {
    /** @type {Element[]} groups of Plotly's, moved as a whole */
    this.groups = [];
    /** @type {Tick[]} */
    this.ticks = [];
    this.moved = 0;
    this.movedAt = -Infinity;
  }

  /**
   * Plotly has drawn: take its ticks.
   * @param {any} plotted
   * @param {import("../timeticks.js").Tick[]} wanted
   */
  take(plotted, wanted) {
    this.groups = [...plotted.querySelectorAll("g.xy .xaxislayer-above, g.xy .gridlayer > .x")];
    this.moved = 0;
    /** @type {Map<number, Tick>} */
    const found = new Map();
    const { xaxis } = plotted._fullLayout;
    for (const element of this.groups.flatMap((group) => [...group.querySelectorAll(".xtick, .xgrid")])) {
      const { x } = /** @type {any} */ (element).__data__;
      const tick = found.get(x) ?? { at: xaxis.l2p(x), text: "", label: null, grid: null, seen: "" };
      if (element.matches(".xgrid")) tick.grid = element;
      else Object.assign(tick, { label: element, text: element.textContent?.trim() ?? "" });
      found.set(x, tick);
    }
    this.ticks = [...found.values()];
    this.place(0, wanted, this.movedAt);
  }

  /** Where Plotly has drawn them, and all of them seen: before it draws again. */
  back() {
    if (!this.moved && this.ticks.every(({ seen }) => seen === "")) return;
    for (const group of this.groups) group.removeAttribute("transform");
    for (const tick of this.ticks) see(tick, "");
    this.moved = 0;
  }

  /** Whether it is time to move them. @param {number} by px @param {number} now ms */
  due(by, now) {
    return Math.abs(by - this.moved) >= LEAST && now - this.movedAt >= EVERY;
  }

  /**
   * @param {number} by px to the left of where Plotly has drawn them
   * @param {import("../timeticks.js").Tick[]} wanted ticks
   * @param {number} now ms
   * @returns {boolean} whether all of these are there; else Plotly has to draw them
   */
  place(by, wanted, now) {
    const left = new Set(this.ticks);
    for (const { place, text, near } of wanted) {
      const tick = this.ticks.find(({ at }) => Math.abs(at - by - place) < LEAST);
      if (!tick || (!near && text !== tick.text)) return false;
      left.delete(tick);
      see(tick, near ? "blank" : "");
    }
    for (const tick of left) see(tick, "gone");
    for (const group of this.groups) group.setAttribute("transform", `translate(${-by},0)`);
    this.moved = by;
    this.movedAt = now;
    return true;
  }
}

/** @param {Tick} tick @param {string} seen */
function see(tick, seen) {
  if (tick.seen === seen) return;
  tick.seen = seen;
  tick.label?.setAttribute("visibility", seen ? "hidden" : "visible");
  tick.grid?.setAttribute("visibility", seen === "gone" ? "hidden" : "visible");
}
