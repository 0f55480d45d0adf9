import assert from "node:assert/strict";
import { test } from "node:test";
import { ends } from "../../static/js/board/dial.js";

test("a free scale of a gauge has zero, ends at round numbers, and reaches below zero where values do", () => {
  assert.deepEqual(ends([20, NaN, 8], null), [0, 25]);
  assert.deepEqual(ends([-40, -10], null), [-50, 0]);
  assert.deepEqual(ends([-14, 19], null), [-20, 25]);
  assert.deepEqual(ends([0], null), [0, 1]);
  assert.deepEqual(ends([NaN], null), [0, 1]);
  assert.deepEqual(ends([3.2 * 2 ** 20], null, 2 ** 20), [0, 4 * 2 ** 20], "in the step of the unit that is told");
});

test("it stays while values are near, and follows them when they leave it or fill little of it", () => {
  const before = ends([20], null);
  assert.equal(ends([11], before), before);
  assert.deepEqual(ends([26], before), [0, 40]);
  assert.deepEqual(ends([2], before), [0, 2.5]);
  assert.deepEqual(ends([20, -1], before), [-1.2, 25]);
});
