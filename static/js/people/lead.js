// What those who follow are shown: the newest view, some times a second, and only when there is somebody to see it.

import { Code } from "../wire.js";

/** @typedef {import("./follow.js").View} View */

/** ms between two views. */
const EVERY = 100;
/** ms of silence that a server gets which found it too much. */
const PAUSE = 1_000;

export class Lead {
  /**
   * @param {object} parts
   * @param {() => View} parts.look what one looks at now
   * @param {() => boolean} parts.alone
   * @param {(view: View) => Promise<unknown>} parts.send
   * @param {(ms: number, action: () => void) => () => void} parts.later
   * @param {() => number} parts.now ms
   */
  constructor({ look, alone, send, later, now }) {
    this.look = look;
    this.alone = alone;
    this.send = send;
    this.later = later;
    this.now = now;
    this.sent = "";
    this.free = -Infinity;
    this.waiting = false;
  }

  /** Something of the view may have changed. */
  changed() {
    if (this.waiting || this.alone()) return;
    this.waiting = true;
    this.later(Math.max(0, this.free - this.now()), () => {
      this.waiting = false;
      this.flush();
    });
  }

  flush() {
    if (this.alone()) return;
    const view = this.look();
    const text = JSON.stringify(view);
    if (text === this.sent) return;
    this.sent = text;
    this.free = this.now() + EVERY;
    this.send(view).catch((/** @type {import("./line.js").Refusal} */ { code }) => {
      if (code !== Code.RATE_LIMITED) return;
      this.sent = "";
      this.free = this.now() + PAUSE;
      this.changed();
    });
  }

  /** One goes to another dashboard: those who follow come along. @param {string} slug */
  went(slug) {
    if (!this.alone()) this.send({ ...this.look(), slug }).catch(() => {});
    this.reset();
  }

  /** Another room, or another connection: nobody has seen anything yet. */
  reset() {
    this.sent = "";
  }
}
