import assert from "node:assert/strict";
import { test } from "node:test";
import { brushHands } from "../../static/js/time/brushhands.js";

const MINUTE = 60_000;
const STRIP = { from: 0, to: 60 * MINUTE };

/** A strip of an hour, a px a minute and 10 px off the left edge, that shows from minute 50 to 60. */
function stage() {
  /** @type {Map<string, (event: any) => void>} */
  const listeners = new Map();
  /** @type {[string, ...unknown[]][]} */
  const done = [];
  /** @type {(() => void) | null} */
  let timer = null;
  const state = { shown: { from: 50 * MINUTE, to: 60 * MINUTE }, live: true, free: true };
  const element = /** @type {any} */ ({
    clientWidth: 60,
    getBoundingClientRect: () => ({ left: 10 }),
    addEventListener: (/** @type {string} */ name, /** @type {(event: any) => void} */ listener) => listeners.set(name, listener),
    removeEventListener: (/** @type {string} */ name) => listeners.delete(name),
  });
  const hands = brushHands(element, {
    strip: () => STRIP,
    shown: () => state.shown,
    live: () => state.live,
    free: () => state.free,
    touched: () => void done.push(["touched"]),
    look(span) {
      Object.assign(state, { shown: span, live: false });
      done.push(["look", span.from / MINUTE, span.to / MINUTE]);
    },
    rest: (part, live) => void done.push(["rest", part, live]),
    back: () => void done.push(["back"]),
  }, (_, action) => {
    timer = action;
    return () => (timer = null);
  });
  /** What an event lets happen. @param {string} name @param {number} minute @param {Record<string, unknown>} [more] */
  const act = (name, minute, { part, ...more } = {}) => {
    done.length = 0;
    listeners.get(name)?.({
      type: name, clientX: 10 + minute, pointerId: 1, pointerType: "mouse", button: 0, timeStamp: 0, deltaX: 0, deltaY: 0, deltaMode: 0,
      target: { dataset: { part }, focus: (/** @type {any} */ { focusVisible = true }) => void done.push(focusVisible ? ["focus"] : ["focus", "unseen"]) }, preventDefault() {}, ...more,
    });
    return [...done];
  };
  const silence = () => {
    done.length = 0;
    timer?.();
    return [...done];
  };
  return { act, silence, hands, state, listeners };
}

test("a handle is dragged, and the strip stands still for as long", () => {
  const { act, hands } = stage();
  assert.deepEqual(act("pointerdown", 50, { part: "begin" }), [["focus"]]);
  assert.equal(hands.strip, STRIP);
  assert.deepEqual(act("pointermove", 48, { part: "begin" }), [], "that may still be a click");
  assert.deepEqual(act("pointermove", 30, { part: "begin", pointerId: 2 }), [], "another finger");
  assert.deepEqual(act("pointermove", 30, { part: "begin" }), [["look", 30, 60]]);
  assert.deepEqual(act("pointerup", 30, { part: "begin" }), [["rest", "begin", true]]);
  assert.equal(hands.strip, null);
});

test("beside the window another one is drawn, or a click takes it there", () => {
  const { act } = stage();
  act("pointerdown", 10);
  assert.deepEqual(act("pointermove", 20), [["look", 10, 20]]);
  assert.deepEqual(act("pointerup", 20), [["rest", "new", true]]);
  act("pointerdown", 40);
  assert.deepEqual(act("pointerup", 40), [["look", 35, 45], ["rest", "new", false]]);
  act("pointerdown", 5);
  assert.deepEqual(act("pointercancel", 5), [], "the browser scrolls");
});

test("two taps or clicks take it back", () => {
  const { act } = stage();
  const tap = (/** @type {number} */ timeStamp) => {
    const more = { part: "move", pointerType: "touch", timeStamp };
    return [...act("pointerdown", 55, more).slice(1), ...act("pointerup", 55, more)];
  };
  assert.deepEqual([tap(1_000), tap(1_150)], [[], [["back"]]]);
  assert.deepEqual(act("dblclick", 55), [["back"]]);
  assert.deepEqual(act("dblclick", 55, { pointerType: "touch" }), [], "that was two taps");
});

test("a wheel and keys move it, and it rests when they are silent", () => {
  const { act, silence, hands } = stage();
  assert.deepEqual(act("keydown", 0, { part: "move", key: "ArrowLeft" }), [["touched"], ["look", 47.5, 57.5]]);
  assert.equal(hands.moving, true);
  assert.deepEqual(act("wheel", 52, { deltaX: 1 }), [["touched"], ["look", 48.5, 58.5]]);
  assert.deepEqual(act("wheel", 52, { deltaY: -1e3, ctrlKey: true })[0], ["touched"]);
  assert.deepEqual(silence(), [["rest", "move", true]]);
  assert.equal(hands.moving, false);
  assert.deepEqual(act("keydown", 0, { part: "move", key: "x" }), []);
  assert.deepEqual(act("keydown", 0, { key: "ArrowLeft" }), [], "nothing of it has the focus");
});

test("what a wheel has moved rests before a hand takes it, and when the strip goes", () => {
  const { act, hands, listeners } = stage();
  act("keydown", 0, { part: "end", key: "ArrowLeft" });
  assert.deepEqual(act("pointerdown", 50, { part: "begin" }), [["rest", "end", true], ["focus"]]);
  assert.deepEqual(act("wheel", 50, { deltaX: 6 }), [], "a hand has it");
  act("pointerup", 50, { part: "begin" });
  act("keydown", 0, { part: "end", key: "ArrowLeft" });
  hands.end();
  assert.deepEqual([listeners.size, hands.moving], [0, false]);
});

test("while it is not free, nothing takes it", () => {
  const { act, state, hands } = stage();
  state.free = false;
  assert.deepEqual(act("pointerdown", 50, { part: "begin" }), []);
  assert.equal(hands.strip, null);
});

test("what a finger holds has the focus, without a ring around it", () => {
  const { act } = stage();
  assert.deepEqual(act("pointerdown", 50, { part: "begin", pointerType: "touch" }), [["focus", "unseen"]]);
});
