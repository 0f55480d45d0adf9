// Hands on the strip of a longer past: mouse, fingers, wheel and keys move the window in it, whatever that shows.

import { later as inTime } from "../later.js";
import { brushed, centred, keyed, wheeledOn } from "./brush.js";
import { SLACK, isSecond, lengthOf, stretched, wheeled } from "./gestures.js";

/** @typedef {import("./gestures.js").Span} Span */
/** @typedef {import("./brush.js").Part} Part */

/**
 * @typedef {object} Grip what hands have hold of
 * @property {() => Span} strip
 * @property {() => Span} shown the window in it
 * @property {() => boolean} live whether that goes on with what comes in
 * @property {() => boolean} free whether a hand may have it now
 * @property {() => void} touched a wheel or a key is about to move it
 * @property {(span: Span) => void} look it is to show that
 * @property {(part: Part, live: boolean) => void} rest the hand has let go; `live` as it was when that began
 * @property {() => void} back it is to be as it was
 */

/** ms of silence after which a wheel or a key has come to rest. */
const RESTS = 400;
/** ms that are shown at least. */
const LEAST = 1_000;

/**
 * @param {HTMLElement} element the strip; what is a part of the window in it says so by `data-part`
 * @param {Grip} grip
 * @param {(ms: number, action: () => void) => () => void} [later] runs an action later; gives what ends that
 */
export function brushHands(element, grip, later = inTime) {
  /** @type {{part: Part, id: number, x: number, width: number, begun: Span, strip: Span, live: boolean, moved: boolean} | null} what a hand does */
  let held = null;
  /** @type {import("./gestures.js").Tap | null} */
  let tapped = null;
  /** @type {{part: Part, live: boolean} | null} what a wheel or a key has moved, while it has not come to rest */
  let moving = null;
  let unrest = () => {};

  /** The moment below the mouse. @param {MouseEvent} event @param {Span} there */
  const momentOf = (event, there) => there.from + ((event.clientX - element.getBoundingClientRect().left) / element.clientWidth) * lengthOf(there);

  /** Move on for a moment. @param {Part} part @param {Span} there */
  function nudge(part, there) {
    moving ??= { part, live: grip.live() };
    moving.part = part;
    grip.look(there);
    unrest();
    unrest = later(RESTS, settle);
  }

  function settle() {
    if (!moving) return;
    const { part, live } = moving;
    moving = null;
    grip.rest(part, live);
  }

  /** @param {PointerEvent} event */
  function down(event) {
    if (held || event.button || !grip.free()) return;
    unrest();
    settle();
    const at = /** @type {HTMLElement} */ (event.target);
    const part = /** @type {Part} */ (at.dataset["part"] ?? "new");
    const there = grip.strip();
    const { from, to } = grip.shown();
    const moment = momentOf(event, there);
    held = {
      part, x: event.clientX, width: element.clientWidth, id: event.pointerId, strip: there, live: grip.live(), moved: false,
      begun: part === "new" ? { from: moment, to: moment } : { from, to },
    };
    element.setPointerCapture?.(event.pointerId);
    event.preventDefault();
    // A ring around whom keys would move says nothing to a finger; browsers that do not know the word draw it.
    const ring = event.pointerType === "touch" ? { focusVisible: false } : {};
    if (part !== "new") at.focus(/** @type {FocusOptions} */ ({ preventScroll: true, ...ring }));
  }

  /** @param {PointerEvent} event */
  function moved(event) {
    if (!held || event.pointerId !== held.id) return;
    const { part, begun, x, width, strip } = held;
    if (!held.moved && Math.abs(event.clientX - x) < SLACK) return;
    held.moved = true;
    grip.look(brushed(part, begun, ((event.clientX - x) / width) * lengthOf(strip), strip, LEAST));
  }

  /** @param {PointerEvent} event */
  function up(event) {
    if (!held || event.pointerId !== held.id) return;
    const { part, begun, moved: far, live, strip } = held;
    const now = { at: event.timeStamp, x: event.clientX };
    const twice = event.pointerType === "touch" && !far && isSecond(now, tapped);
    tapped = far || twice ? null : now;
    const beside = !far && !twice && part === "new" && event.type === "pointerup";
    if (beside) grip.look(centred(grip.shown(), begun.from, strip));
    held = null;
    if (twice) grip.back();
    else if (far || beside) grip.rest(part, live);
  }

  /** @param {PointerEvent} event */
  function doubled(event) {
    if (event.pointerType !== "touch") grip.back();
  }

  /** @param {WheelEvent} event */
  function wheel(event) {
    const said = wheeled(event);
    if (!said || held) return;
    event.preventDefault();
    grip.touched();
    const there = grip.strip();
    const seen = grip.shown();
    if (!said.factor) nudge("move", wheeledOn(seen, said.px ?? 0, element.clientWidth, there));
    else nudge("move", stretched(seen, said.factor, Math.max(seen.from, Math.min(seen.to, momentOf(event, there)))));
  }

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const part = /** @type {Exclude<Part, "new"> | undefined} */ (/** @type {HTMLElement} */ (event.target).dataset["part"]);
    if (!part || held || event.ctrlKey || event.metaKey || event.altKey) return;
    const there = keyed(part, event.key, grip.shown(), grip.strip(), LEAST);
    if (!there) return;
    event.preventDefault();
    grip.touched();
    nudge(part, there);
  }

  /** @type {[string, (event: any) => void, AddEventListenerOptions][]} */
  const listeners = [
    ["pointerdown", down, {}], ["pointermove", moved, {}], ["pointerup", up, {}], ["pointercancel", up, {}], ["dblclick", doubled, {}],
    ["keydown", pressed, {}], ["wheel", wheel, { passive: false }],
  ];
  for (const [name, listener, options] of listeners) element.addEventListener(name, listener, options);
  return {
    /** The strip that a hand holds something in: it stands still; null while none does. */
    get strip() {
      return held?.strip ?? null;
    },
    /** Whether a wheel or a key has moved it and has not come to rest. */
    get moving() {
      return moving !== null;
    },
    end() {
      for (const [name, listener, options] of listeners) element.removeEventListener(name, listener, options);
      unrest();
      settle();
    },
  };
}
