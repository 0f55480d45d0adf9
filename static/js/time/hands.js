// The hands on a chart: mouse, wheel, one finger or two. What they do is told as spans of time; see gestures.js for the sums.
//
// The browser keeps vertical swipes, by `touch-action: pan-y`, and the plain wheel: these scroll the page.

import { momentAt } from "../marks.js";
import { SLACK, isSecond, panned, pinched, selected, stretched, wheeled } from "./gestures.js";

/** @typedef {import("./gestures.js").Span} Span */
/** @typedef {import("../marks.js").Area} Area */

/**
 * @typedef {object} Grip what hands can do to a chart
 * @property {() => Area | null} area where its plot is and what it shows; null without an axis of time
 * @property {() => boolean} free whether hands may have it now
 * @property {(span: Span) => Span} move it is to look there; gives where it can
 * @property {() => void} rest the hand has let go
 * @property {(span: Span | null) => void} mark so much is selected until now
 * @property {(span: Span) => void} select it is to look at that
 * @property {(at: number | null) => void} tap a finger points at that moment
 * @property {() => void} back it is to be as it was
 */

/** ms of silence after which a wheel has come to rest. */
const RESTS = 160;

/**
 * @param {HTMLElement} element around the chart
 * @param {Grip} grip
 * @returns {() => void} takes them off again
 */
export function handsOn(element, grip) {
  /** @type {Map<number, PointerEvent>} fingers and the mouse, where they are, in the order of their coming */
  const held = new Map();
  /** @type {"" | "select" | "pan" | "pinch"} */
  let doing = "";
  /** @type {{area: Area, x: number, xs: [number, number]} | null} as it was when that began */
  let begun = null;
  /** @type {import("./gestures.js").Tap | null} */
  let tapped = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting;
  /** @type {Span | null} where the wheel has come to */
  let turned = null;

  /** Where the chart is: asked once a movement, since that makes the browser lay out the page. */
  let edge = NaN;
  const left = () => (Number.isNaN(edge) ? element.getBoundingClientRect().left : edge);
  const inside = (/** @type {Area} */ area, /** @type {number} */ x) => x >= area.left && x <= area.left + area.width;
  /** @param {PointerEvent} event */
  const x = (event) => event.clientX - left();
  const two = () => /** @type {[number, number]} */ ([...held.values()].slice(0, 2).map(x));

  /** @param {"select" | "pan" | "pinch"} what */
  function begin(what) {
    const area = grip.area();
    const first = held.values().next().value;
    if (!area || !first) return;
    doing = what;
    begun = { area, x: x(first), xs: two() };
    edge = element.getBoundingClientRect().left;
    for (const id of held.keys()) element.setPointerCapture?.(id);
    element.classList.add("held");
  }

  function end() {
    if (doing === "pan" || doing === "pinch") grip.rest();
    if (doing === "select") grip.mark(null);
    element.classList.remove("held");
    doing = "";
    begun = null;
    edge = NaN;
  }

  /** @param {PointerEvent} event */
  function down(event) {
    const area = grip.area();
    const touch = event.pointerType === "touch";
    if (!area || !grip.free() || event.button || !inside(area, x(event))) return;
    if (/** @type {Element} */ (event.target).closest?.("button, a")) return;
    if (!touch) held.clear();
    held.set(event.pointerId, event);
    if (touch) {
      if (held.size === 2) {
        if (doing) end();
        begin("pinch");
      }
      return;
    }
    // Plotly would begin a drag of its own, and the browser one of text.
    event.preventDefault();
    /** @type {HTMLElement | null} */ (document.activeElement)?.blur?.();
    begun = { area, x: x(event), xs: [0, 0] };
  }

  /** @param {PointerEvent} event */
  function moved(event) {
    const before = held.get(event.pointerId);
    if (!before) return;
    const start = begun;
    if (!doing) {
      const [across, up] = [Math.abs(event.clientX - before.clientX), Math.abs(event.clientY - before.clientY)];
      if (across < SLACK || (event.pointerType === "touch" && across < up)) return;
      begin(event.pointerType === "touch" || event.shiftKey ? "pan" : "select");
      if (start && begun) begun = start;
    }
    held.set(event.pointerId, event);
    if (!begun) return;
    const { area, x: from, xs } = begun;
    if (doing === "pan") grip.move(panned(area, x(event) - from, area.width));
    else if (doing === "pinch" && held.size > 1) grip.move(pinched(area, xs, two()));
    else if (doing === "select") grip.mark(selected(area, from, x(event)));
  }

  /** @param {PointerEvent} event */
  function up(event) {
    const before = held.get(event.pointerId);
    if (!before) return;
    held.delete(event.pointerId);
    if (doing === "select" && begun) {
      const span = selected(begun.area, begun.x, x(event));
      end();
      if (span) grip.select(span);
    } else if (doing === "pinch" && held.size === 1) {
      // The other finger goes on alone.
      end();
      begin("pan");
    } else if (doing) end();
    else if (event.pointerType === "touch") tap(event);
    else begun = null;
  }

  /** @param {PointerEvent} event */
  function tap(event) {
    const area = grip.area();
    if (!area) return;
    const now = { at: event.timeStamp, x: x(event) };
    const twice = isSecond(now, tapped);
    tapped = twice ? null : now;
    if (twice) grip.back();
    else grip.tap(momentAt(area, x(event)));
  }

  /** @param {PointerEvent} event */
  function cancelled(event) {
    // The browser has taken the finger: it scrolls the page.
    if (held.delete(event.pointerId) && doing) end();
  }

  /** @param {WheelEvent} event */
  function wheel(event) {
    const area = grip.area();
    const said = wheeled(event);
    if (!said || !area || !grip.free() || doing) return;
    const place = event.clientX - left();
    if (!inside(area, place)) return;
    event.preventDefault();
    const seen = { ...area, ...(turned ?? { from: area.from, to: area.to }) };
    turned = grip.move(said.factor ? stretched(seen, said.factor, momentAt(seen, place)) : panned(seen, said.px ?? 0, area.width));
    clearTimeout(resting);
    resting = setTimeout(rested, RESTS);
  }

  function rested() {
    turned = null;
    grip.rest();
  }

  /** @param {MouseEvent} event */
  function doubled(event) {
    const area = grip.area();
    if (!area || !grip.free() || !inside(area, event.clientX - left())) return;
    if (/** @type {PointerEvent} */ (event).pointerType !== "touch") grip.back();
  }

  /** @type {[string, (event: any) => void, AddEventListenerOptions][]} */
  const listeners = [
    ["pointerdown", down, { capture: true }], ["pointermove", moved, {}], ["pointerup", up, {}], ["pointercancel", cancelled, {}],
    ["wheel", wheel, { passive: false }], ["dblclick", doubled, {}],
  ];
  for (const [name, listener, options] of listeners) element.addEventListener(name, listener, options);
  return () => {
    for (const [name, listener, options] of listeners) element.removeEventListener(name, listener, options);
    clearTimeout(resting);
    if (doing) end();
  };
}
