// The moment below the pointer, and what is being selected: all charts of the page show both.

/** @typedef {{from: number, to: number}} Span ms */

export class Cross {
  constructor() {
    /** @type {number | null} ms */
    this.at = null;
    /** @type {Span | null} */
    this.selection = null;
    /** @type {Set<() => void>} */
    this.listeners = new Set();
  }

  /** @param {() => void} listener @returns {() => void} ends it */
  listen(listener) {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** @param {number | null} at ms */
  show(at) {
    if (at === this.at) return;
    this.at = at;
    this.tell();
  }

  /** @param {Span | null} selection */
  mark(selection) {
    if (selection === this.selection) return;
    this.selection = selection;
    this.tell();
  }

  tell() {
    for (const listener of this.listeners) listener();
  }
}
