import assert from "node:assert/strict";
import { test } from "node:test";
import { Ring } from "../../static/js/ring.js";
import { nearest, statsOf } from "../../static/js/time/stats.js";

function ringOf(/** @type {number[]} */ times, /** @type {number[][]} */ columns) {
  const ring = new Ring(100);
  ring.setSeries(columns.map((_, name) => ({ labels: { name: `${name}` } })));
  ring.append({ times: Float64Array.from(times), columns: columns.map((one) => Float64Array.from(one)) }, times.length);
  return ring;
}

test("the stats are of what is within the span, edges included, and gaps are left out", () => {
  const ring = ringOf([10, 20, 30, 40, 50], [[9, 1, NaN, 4, 90], [NaN, NaN, NaN, NaN, 1]]);
  assert.deepEqual(statsOf(ring, { from: 20, to: 40 }), [{ min: 1, max: 4, mean: 2.5 }, { min: NaN, max: NaN, mean: NaN }]);
  assert.deepEqual(statsOf(ring, { from: 100, to: 200 })[0], { min: NaN, max: NaN, mean: NaN });
});

test("the nearest sample is told, whichever side it is on", () => {
  const ring = ringOf([10, 20, 40], [[1, 2, 3]]);
  assert.deepEqual([0, 10, 14, 16, 29, 31, 40, 99].map((time) => nearest(ring, time)), [0, 0, 0, 1, 1, 2, 2, 2]);
  ring.every = 10;
  assert.deepEqual([-15, -5, 31, 55, 65].map((time) => nearest(ring, time)), [-1, 0, 2, 2, -1], "but not from far outside");
  assert.equal(nearest(new Ring(2), 5), -1);
});
