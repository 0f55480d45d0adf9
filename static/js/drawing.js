// A figure that is drawn as it is given: of its metrics and their series it knows nothing.

import { blank, broken } from "./board/blank.js";
import { following, marginOf } from "./own.js";
import { Plot } from "./plot.js";

/** @typedef {import("./types.js").Figure} Figure */
/** @typedef {import("./types.js").Json} Json */

/** ms after which a figure that could not be drawn is tried again: it may have asked for a file that is not there. */
const AGAIN = 2_000;

export class Drawing {
  /**
   * @param {HTMLElement} element
   * @param {Figure} figure
   * @param {string} base address of the static files
   * @param {(why: import("./board/blank.js").Blank | null) => void} told whenever it was drawn: why nothing is seen, or null
   */
  constructor(element, figure, base, told) {
    this.element = element;
    this.told = told;
    this.figure = figure;
    this.base = base;
    this.plot = new Plot(element);
    /** When it can be drawn again, after it could not. */
    this.again = -Infinity;
  }

  open() {
    return this.plot.open(this.figure, this.base);
  }

  get ready() {
    return this.plot.plotly !== undefined && this.element.clientWidth > 0 && this.element.clientHeight > 0;
  }

  /** @param {Figure} figure filled @param {Json} template */
  draw({ data, layout }, template) {
    if (performance.now() < this.again) return;
    const { plot } = this;
    const { clientWidth: width, clientHeight: height } = this.element;
    const margin = { ...template["layout"].margin, ...marginOf(this.figure), ...layout["margin"] };
    // Plotly writes into what it is given; this one belongs to a dashboard.
    const whole = { uirevision: "kept", ...following(structuredClone(layout), data), template, width, height, margin };
    const failed = (/** @type {unknown} */ error) => {
      if (!plot.plotly) return;
      this.again = performance.now() + AGAIN;
      plot.clear();
      this.told(broken(plot.plotly, data, layout, error));
    };
    try {
      plot.draw(data, whole).catch(failed);
      this.told(blank(plot.plotly, data, layout, plot.drawn._fullData));
    } catch (error) {
      failed(error);
    }
  }

  destroy() {
    this.plot.close();
  }
}
