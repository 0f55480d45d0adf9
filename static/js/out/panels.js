// The panels that the page shows now, for whoever takes something out of them, and what can be done with one.

/**
 * @typedef {object} Held a panel, as others see it
 * @property {string} id of the panel in its dashboard; a metric's own panel has the metric's name
 * @property {import("../types.js").Metric | null} metric null for one that shows none, or several
 * @property {HTMLElement} element
 * @property {() => string} title
 * @property {() => string} unit what its chart is drawn in
 * @property {() => import("../chart.js").Chart | null} chart null while it has none
 * @property {() => import("../ring.js").Ring | undefined} ring the samples that it shows
 * @property {() => import("../chart.js").Span} span that it shows
 * @property {() => number[]} places of the series that it shows
 * @property {() => Promise<() => void>} settle what it shows has been drawn, though it may be out of sight; gives what lets it
 *   rest again
 *
 * @typedef {object} Action something that can be done with a panel; `app.panelActions` holds them in the menu's order
 * @property {string} id
 * @property {(panel: Held) => string} text
 * @property {string} [icon] path in a box of 16
 * @property {string} [key] of the keyboard, as it is shown
 * @property {boolean} [apart] whether a line goes before it
 * @property {(panel: Held) => boolean} [when] whether it can be done now; without it, always
 * @property {(panel: Held) => unknown} run may give a promise, of a word that says it is done
 */

export class Panels {
  constructor() {
    /** @type {Set<Held>} in the order in which they came */
    this.all = new Set();
  }

  /** @param {Held} panel @returns {() => void} it is there no more */
  add(panel) {
    this.all.add(panel);
    return () => void this.all.delete(panel);
  }

  /** @param {string} id */
  get(id) {
    return [...this.all].find((panel) => panel.id === id);
  }

  /** The one that has the focus, else the one below the mouse. */
  pointed() {
    const all = [...this.all];
    return all.find(({ element }) => element.contains(document.activeElement)) ?? all.find(({ element }) => element.matches(":hover"));
  }

  /** As one reads them. */
  inOrder() {
    return [...this.all].sort((a, b) => (a.element.compareDocumentPosition(b.element) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  }
}
