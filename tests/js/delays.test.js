import assert from "node:assert/strict";
import { test } from "node:test";
import { Delays } from "../../static/js/live/delays.js";

test("delays count from the sample's tick to the screen, once a frame, and what is old is left out", () => {
  let now = 1000;
  /** @type {(() => void)[]} */
  const frames = [];
  const delays = new Delays(() => now, (shown) => void frames.push(shown));
  assert.ok(Number.isNaN(delays.within(0.5)[0]));
  delays.drew(980);
  delays.drew(960);
  delays.drew(-60_000);
  assert.equal(frames.length, 1);
  now = 1010;
  frames[0]?.();
  assert.deepEqual(delays.within(0, 0.99), [30, 50]);
  delays.drew(1005);
  assert.equal(frames.length, 2);
});

test("only the newest delays count", () => {
  let now = 0;
  const delays = new Delays(() => now, (shown) => shown());
  // Each is shown before the next is drawn.
  for (let at = 0; at < 2000; at++) {
    now = at * 100 + 7;
    delays.drawn = [at * 100];
    delays.shown();
  }
  assert.deepEqual(delays.within(0.5, 0.99), [7, 7]);
});
