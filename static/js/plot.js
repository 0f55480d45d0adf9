// Plotly's picture in one element: the only file that calls Plotly.

import { plotlyFor } from "./bundle.js";

/** @typedef {import("./types.js").Json} Json */

const CONFIG = {
  displayModeBar: false,
  displaylogo: false,
  showSendToCloud: false,
  responsive: false,
  scrollZoom: false,
  doubleClick: false,
  showTips: false,
};

export class Plot {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    /** @type {any} the Plotly that draws it; undefined until it is loaded, and when it is closed */
    this.plotly = undefined;
    /** @type {any} the element, once Plotly has drawn in it */
    this.drawn = undefined;
  }

  /** Load what draws a figure. @param {import("./types.js").Figure} figure @param {string} base address of the static files */
  async open(figure, base) {
    this.plotly = await plotlyFor(figure, base);
  }

  /** @param {Json[]} data @param {Json} layout @returns {Promise<unknown>} some kinds say only later that they can't be drawn */
  draw(data, layout) {
    if (this.drawn) return this.plotly.react(this.drawn, data, layout, CONFIG);
    const drawing = this.plotly.newPlot(this.element, data, layout, CONFIG);
    // The element is told in words; Plotly's drawings would be heard as images without a name.
    this.element.firstElementChild?.setAttribute("aria-hidden", "true");
    document.getElementById("js-plotly-tester")?.setAttribute("aria-hidden", "true");
    this.drawn = this.element;
    return drawing;
  }

  /** Change some of the layout: what else is drawn stays. @param {Json} changes by their paths, such as "xaxis.range" */
  change(changes) {
    this.plotly.relayout(this.drawn, changes);
  }

  /** The next drawing begins anew. */
  clear() {
    this.plotly?.purge(this.element);
    this.element.replaceChildren();
    this.drawn = undefined;
  }

  close() {
    this.clear();
    this.plotly = undefined;
  }
}
