// The little line beside a number: pointing at it points at that moment in all charts, and a hair shows which one is meant.

import { onBeforeUnmount, shallowRef } from "../../vendor/vue.runtime.esm-browser.prod.js";
import { useApp } from "../app.js";
import { html } from "./html.js";

/**
 * @param {{value: HTMLCanvasElement | null}} canvas that the line is drawn on
 * @param {ReturnType<typeof import("./watched.js").useSamples>} samples
 */
export function useSpark(canvas, samples) {
  const { cross } = useApp();
  /** Where the hair is, as a part of the width; NaN for nowhere. */
  const part = shallowRef(NaN);
  /** Where the mouse is, px; null while it is elsewhere. @type {number | null} */
  let mouse = null;

  function point() {
    const width = canvas.value?.clientWidth ?? 0;
    if (mouse === null || !width) return;
    const { from, to } = samples.span();
    cross.show(Math.round(from + (to - from) * Math.max(0, Math.min(1, mouse / width))));
  }

  /** @param {PointerEvent} event */
  const moved = (event) => {
    // A finger is about to follow the link, or to scroll.
    if (event.pointerType !== "mouse") return;
    mouse = event.offsetX;
    point();
  };

  const left = () => {
    if (mouse === null) return;
    mouse = null;
    cross.show(null);
  };

  onBeforeUnmount(left);

  return {
    /** The line has been drawn: it may have moved on below the mouse. */
    drawn: point,
    /** Somebody points at another moment, or the line at another span. */
    place() {
      const at = samples.pointed();
      if (at === null) part.value = NaN;
      else {
        const { from, to } = samples.span();
        const there = (at - from) / (to - from);
        part.value = there >= 0 && there <= 1 ? there : NaN;
      }
    },
    view: () => html`
      <span class="spark" aria-hidden="true" onPointermove=${moved} onPointerleave=${left}>
        <canvas ref=${canvas} />
        ${part.value >= 0 && html`<i class="hair" style=${{ left: `${100 * part.value}%` }} />`}
      </span>`,
  };
}
