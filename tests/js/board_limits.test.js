import assert from "node:assert/strict";
import { test } from "node:test";
import { nextThreshold, seenIn } from "../../static/js/board/limits.js";
import { Ring } from "../../static/js/ring.js";

const FREE = /** @type {[null, null]} */ ([null, null]);
/** @param {number} mean @param {number} max */
const seen = (mean, max) => ({ mean, max });
const NOTHING = seen(NaN, NaN);

test("the first threshold is a round number between the mean and the largest value", () => {
  for (const [mean, max, value] of [[10, 40, 30], [12, 95, 50], [0.0021, 0.0083, 0.005], [-30, -10, -20], [0, 1e9, 5e8], [99.2, 99.9, 99.6], [1.2e6, 3.4e6, 2e6]]) {
    assert.equal(nextThreshold([], seen(/** @type {number} */ (mean), /** @type {number} */ (max)), FREE), value);
  }
});

test("of what stands still it is above, and within the range where there is one", () => {
  assert.equal(nextThreshold([], seen(20, 20), FREE), 25);
  assert.equal(nextThreshold([], seen(20, 20), [0, 100]), 80);
  assert.equal(nextThreshold([], seen(0, 0), FREE), 1);
  assert.equal(nextThreshold([], seen(-4, -4), FREE), -2);
  assert.equal(nextThreshold([], NOTHING, [0, 100]), 80);
  assert.equal(nextThreshold([], NOTHING, FREE), 1);
});

test("each other one is above the last, within what is seen while there is room", () => {
  assert.equal(nextThreshold([80], seen(12, 95), [0, 100]), 90);
  assert.equal(nextThreshold([30], seen(10, 40), FREE), 35);
  assert.equal(nextThreshold([40], seen(10, 40), FREE), 44);
  assert.equal(nextThreshold([0], NOTHING, FREE), 1);
  assert.equal(nextThreshold([-5], seen(-9, -6), FREE), -4.5);
  let values = [50];
  for (let at = 0; at < 19; at++) values = [...values, nextThreshold(values, seen(20, 60), [0, 100])];
  assert.ok(values.every((value, at) => at === 0 || value > /** @type {number} */ (values[at - 1])), `${values}`);
});

test("what is seen are the series that are meant, in the span; of a stack their sums", () => {
  const ring = new Ring(10);
  ring.setSeries(["a", "b", "c"].map((host) => ({ labels: { host } })));
  ring.append({ times: Float64Array.of(1000, 2000, 3000), columns: [[1, NaN, 9], [10, 20, 30], [700, 800, 900]].map((one) => Float64Array.from(one)) }, 3);
  const held = /** @type {any} */ ({ ring: () => ring, span: () => ({ from: 0, to: 2000 }), places: () => [0, 1] });
  assert.deepEqual(seenIn(held, false), { mean: (1 + 15) / 2, max: 20 });
  assert.deepEqual(seenIn(held, true), { mean: 16, max: 20 });
  assert.deepEqual(seenIn({ ...held, ring: () => undefined }, false), NOTHING);
});
