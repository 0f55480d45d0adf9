// What a chart showed some time before: asked for ahead of where it is looked at, since that moves on.

import { comparedText } from "../text.js";
import { Zoom } from "../zoom.js";

/** @typedef {import("./gestures.js").Span} Span */

export class Past {
  /**
   * @param {object} parts
   * @param {string} parts.metric
   * @param {number} parts.every ms between samples at full rate
   * @param {import("../spans.js").Spans} parts.spans
   * @param {() => import("../ring.js").Ring | undefined} parts.live what the page holds: its series come first, so that colours are the same
   * @param {() => void} parts.changed
   */
  constructor({ metric, every, spans, live, changed }) {
    this.zoom = new Zoom({ metric, every, spans, live: () => undefined, order: live, changed });
  }

  /**
   * What was so long before a span, as far as it is there; what is missing is asked for.
   * @param {Span} span @param {number} seconds 0 for nothing @param {number} width px
   * @returns {import("../earlier.js").Earlier | null}
   */
  before({ from, to }, seconds, width) {
    const shift = seconds * 1000;
    if (!shift) this.end();
    else this.zoom.glide({ from: from - shift, to: to - shift }, width);
    const { found } = this.zoom;
    return found && { ring: found, shift, word: comparedText(seconds) };
  }

  /** Whether the server has answered, and has nothing of what was so long before. */
  get none() {
    const { span, found, step } = this.zoom;
    if (!span || step) return false;
    const next = found?.search(span.from) ?? 0;
    return !found || next >= found.end || !(/** @type {number} */ (found.times[next]) <= span.to);
  }

  end() {
    if (this.zoom.span) this.zoom.end();
  }
}
