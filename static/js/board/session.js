// One's work on a dashboard until it is saved or given up: what was done, what of it is kept, and who was quicker.

import { shallowReactive } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { later as inTime } from "../later.js";
import { copied, removed, same, tidy } from "./document.js";
import { keepDraft } from "./draft.js";
import { begin, edit, redo, settle, undo } from "./edits.js";
import { packed, sized, stepped, swapped } from "./place.js";
import { movedText, placeText } from "./words.js";

/** @typedef {import("./types.js").Board} Board */
/** @typedef {import("./types.js").Kept} Kept */
/** @typedef {{version: number, by: string, t: number, gone: boolean}} Quicker somebody else's save */
/** @typedef {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, shiftKey: boolean, preventDefault: () => void, stopPropagation: () => void}} Key */

/** ms after the last edit at which it is put away in this browser. */
const REST = 400;
/** Status of HTTP: it is not the version any more that this was made from; without a newer one it was removed. */
const CONFLICT = 409;
/** @type {Record<string, {x?: number, y?: number}>} */
const STEPS = { ArrowLeft: { x: -1 }, ArrowRight: { x: 1 }, ArrowUp: { y: -1 }, ArrowDown: { y: 1 } };
/** @type {Record<string, {w?: number, h?: number}>} */
const SIZES = { ArrowLeft: { w: -1 }, ArrowRight: { w: 1 }, ArrowUp: { h: -1 }, ArrowDown: { h: 1 } };

export class Session {
  /**
   * @param {Board} board
   * @param {number} base the version that it was made from, 0 for a new one
   * @param {Board | null} saved that version
   * @param {(ms: number, action: () => void) => () => void} [later]
   */
  constructor(board, base, saved, later = inTime) {
    this.edits = begin(board);
    this.base = base;
    this.saved = saved;
    this.later = later;
    this.unwait = () => {};
    this.saving = false;
    /** @type {string | null} why it could not be saved; "" when there was no answer */
    this.trouble = null;
    /** @type {Quicker | null} */
    this.quicker = null;
    /** @type {Kept | null} what somebody else has saved, to be compared */
    this.conflict = null;
    /** The panel whose settings are open. */
    this.panel = "";
    /** @type {"" | "add" | "about" | "variables"} */
    this.dialog = "";
    /** @type {(() => void) | null} what leads away, once it is clear what becomes of unsaved work */
    this.going = null;
    /** What is told to who does not see it. */
    this.said = "";
    /** Whether there is one column only, in which panels change places with their neighbours. */
    this.narrow = false;
  }

  get board() {
    return this.edits.now;
  }

  /** Whether there is something to lose. */
  get dirty() {
    return this.saved === null || !same(this.saved, this.edits.now);
  }

  /** @param {(board: Board) => Board} change @param {string} [key] changes of the same one in a row are one step */
  do(change, key) {
    this.take(edit(this.edits, change(this.edits.now), key));
  }

  settle() {
    this.edits = settle(this.edits);
  }

  undo() {
    this.take(undo(this.edits));
  }

  redo() {
    this.take(redo(this.edits));
  }

  /** @param {import("./edits.js").Edits} edits */
  take(edits) {
    this.edits = edits;
    this.unwait();
    this.unwait = this.later(REST, () => this.flush());
  }

  // --- what hands do to a panel

  /** The settings of a panel, in the place of what is open. @param {string} id */
  openPanel(id) {
    this.settle();
    this.dialog = "";
    this.panel = id;
  }

  /** @param {string} id */
  duplicate(id) {
    this.do((now) => copied(now, id));
  }

  /** @param {string} id */
  remove(id) {
    if (this.panel === id) this.panel = "";
    this.do((now) => removed(now, id));
  }

  /** @param {string} id @param {number} step @param {string} name of the panel */
  swap(id, step, name) {
    this.do((now) => ({ ...now, panels: swapped(packed(now.panels), id, step) }));
    this.tell(id, name);
  }

  /** @param {Key} event @param {string} id @param {string} name of the panel */
  keyed(event, id, name) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key, shiftKey } = event;
    const [step, size] = [STEPS[key], SIZES[key]];
    if (shiftKey && size) this.do((now) => ({ ...now, panels: sized(packed(now.panels), id, size) }), `size ${id}`);
    else if (step && this.narrow) this.swap(id, step.y ?? step.x ?? 0, name);
    else if (step) this.do((now) => ({ ...now, panels: stepped(packed(now.panels), id, step) }), `move ${id}`);
    else if (key === "Enter" || key === " ") this.openPanel(id);
    else if (key === "Delete" || key === "Backspace") this.remove(id);
    else if (key === "d" || key === "D") this.duplicate(id);
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (step) this.tell(id, name);
  }

  /** Where a panel is now. @param {string} id @param {string} name */
  tell(id, name) {
    const place = this.board.panels.find((one) => one.id === id);
    if (place) this.said = movedText(name, placeText(place));
  }

  // --- keeping it

  /** @param {Quicker} quicker */
  overtaken(quicker) {
    // The news of one's own save comes, too, perhaps before its answer.
    if (!this.saving && (quicker.gone || quicker.version !== this.base)) this.quicker = quicker;
  }

  /**
   * @param {import("./asking.js").Asking} asking
   * @param {string} by
   * @returns {Promise<Kept | null>} what is kept now; null when it is not
   */
  async save(asking, by) {
    if (this.saving) return null;
    const board = tidy(this.board);
    // What somebody has removed can only be made anew.
    const base = this.quicker?.gone ? 0 : this.base;
    Object.assign(this, { saving: true, trouble: null, conflict: null });
    try {
      const { version } = await asking.put(board, base, by);
      Object.assign(this, { base: version, saved: board, quicker: null });
      this.flush();
      return { dashboard: board, version, by, t: Date.now(), editable: true };
    } catch (error) {
      const { status, current, message } = /** @type {import("./asking.js").Refused} */ (error);
      if (current) this.conflict = current;
      else if (status === CONFLICT) this.quicker = { version: 0, by: "", t: 0, gone: true };
      else this.trouble = message;
      return null;
    } finally {
      this.saving = false;
    }
  }

  /** Put it away in this browser, or take it out when there is nothing to lose: the page may be about to go. */
  flush() {
    this.unwait();
    keepDraft(this.board.slug, this.dirty ? { dashboard: tidy(this.board), base: this.base, t: Date.now() } : null);
  }

  /** Give up what was not saved. */
  forget() {
    this.unwait();
    keepDraft(this.board.slug, null);
  }
}

/** One that the page follows. @param {Board} board @param {number} base @param {Board | null} saved @returns {Session} */
export function begun(board, base, saved) {
  return shallowReactive(new Session(board, base, saved));
}
