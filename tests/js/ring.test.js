import assert from "node:assert/strict";
import { test } from "node:test";
import { Ring } from "../../static/js/ring.js";

/** @param {number} first @param {number} last numbers of samples; each has its number as value, and ten times that as time */
const run = (first, last) => {
  const times = Float64Array.from({ length: last - first + 1 }, (_, at) => (first + at) * 10);
  return { times, columns: [times.map((time) => time / 10)] };
};

/** @param {Ring} ring its values; the numbers of the samples, and NaN for a hole */
const held = (ring) => [...(ring.columns[0] ?? []).subarray(ring.start, ring.end)];

/** A ring that holds samples 1 to `last`. @param {number} last @param {number} [capacity] */
function filled(last, capacity = 100) {
  const ring = new Ring(capacity);
  ring.setSeries([{ labels: {} }]);
  ring.append(run(1, last), last);
  return ring;
}

test("a frame before which samples are missing is there at once, behind a hole", () => {
  const ring = filled(3);
  ring.follow(run(6, 7), 7);
  assert.deepEqual(held(ring), [1, 2, 3, NaN, 6, 7]);
  assert.deepEqual([ring.whole, ring.offset, ring.torn], [3, 7, true]);
  ring.follow(run(8, 8), 8);
  assert.equal(ring.whole, 3, "what follows does not mend it");
});

test("of a frame that is known in part only the rest is taken", () => {
  const ring = filled(3);
  ring.follow(run(2, 5), 5);
  assert.deepEqual(held(ring), [1, 2, 3, 4, 5]);
  assert.equal(ring.torn, false);
});

test("samples one millisecond apart leave room for a hole", () => {
  const ring = filled(1);
  ring.follow({ times: Float64Array.of(11), columns: [Float64Array.of(3)] }, 3);
  assert.deepEqual(held(ring), [1, NaN, 3]);
});

test("what was missing is put in its place, and what came after it stays, once", () => {
  const ring = filled(3);
  ring.follow(run(6, 7), 7);
  ring.follow(run(8, 8), 8);
  ring.mend(run(4, 6), 3, 6);
  assert.deepEqual(held(ring), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual([ring.whole, ring.offset, ring.torn], [8, 8, false]);
});

test("an answer that is newer than the last frame replaces it", () => {
  const ring = filled(3);
  ring.follow(run(6, 7), 7);
  ring.mend(run(4, 9), 3, 9);
  assert.deepEqual(held(ring), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(ring.whole, 9);
});

test("a hole behind the answer stays, and is asked for from the answer's end on", () => {
  const ring = filled(3);
  ring.follow(run(5, 5), 5);
  ring.follow(run(8, 9), 9);
  ring.mend(run(4, 6), 3, 6);
  assert.deepEqual(held(ring), [1, 2, 3, 4, 5, 6, NaN, 8, 9]);
  assert.deepEqual([ring.whole, ring.torn], [6, true]);
  ring.mend(run(7, 9), 6, 9);
  assert.deepEqual(held(ring), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(ring.torn, false);
});

test("a hole that ends where the answer does is mended", () => {
  const ring = filled(3);
  ring.follow(run(6, 6), 6);
  ring.mend(run(4, 5), 3, 5);
  assert.deepEqual(held(ring), [1, 2, 3, 4, 5, 6]);
  assert.equal(ring.torn, false);
});

test("a clock that stepped back behind the answer takes from the answer, too", () => {
  const ring = filled(3);
  ring.follow({ times: Float64Array.of(45, 46), columns: [Float64Array.of(8, 9)] }, 9);
  ring.mend(run(4, 6), 3, 6);
  assert.deepEqual(held(ring), [1, 2, 3, 4, NaN, 8, 9]);
});

test("a backfill leaves what is older than it, and what is newer", () => {
  const ring = filled(5);
  ring.follow(run(9, 10), 10);
  ring.backfill({ times: Float64Array.of(40, 80), columns: [Float64Array.of(4, 8)] }, 8);
  assert.deepEqual(held(ring), [1, 2, 3, 4, 8, 9, 10]);
  assert.deepEqual([ring.whole, ring.offset], [10, 10]);
});

test("holes without end take no more room than the ring has", () => {
  const ring = filled(3, 8);
  for (let last = 5; last < 1000; last += 2) ring.follow(run(last, last), last);
  assert.equal(ring.length, 8);
  assert.equal(ring.times.length, 16);
  assert.equal(ring.whole, 3);
  ring.mend(run(4, 1001), 3, 1001);
  assert.deepEqual(held(ring), [994, 995, 996, 997, 998, 999, 1000, 1001]);
  assert.equal(ring.torn, false);
});

test("when the server counts anew all that is there is older than whatever comes", () => {
  const ring = filled(3);
  ring.lose();
  ring.backfill(run(5, 6), 2);
  assert.deepEqual(held(ring), [1, 2, 3, 5, 6]);
  assert.deepEqual([ring.whole, ring.offset], [2, 2]);
});

test("a ring of another size goes on where the one before was", () => {
  const ring = filled(3);
  ring.follow(run(6, 7), 7);
  const other = new Ring(50);
  other.adopt(ring);
  other.mend(run(4, 7), 3, 7);
  assert.deepEqual(held(other), [1, 2, 3, 4, 5, 6, 7]);
});
