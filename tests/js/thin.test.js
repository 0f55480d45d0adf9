import assert from "node:assert/strict";
import { test } from "node:test";
import { extremes, means } from "../../static/js/thin.js";

const times = Float64Array.from({ length: 1000 }, (_, at) => at * 100);
const values = Float64Array.from(times, (time) => Math.sin(time / 700) * 10);
const value = (/** @type {number} */ at) => /** @type {number} */ (values[at]);

test("the smallest, the largest and the last sample of every bucket are kept, in order", () => {
  const chosen = extremes(times, value, 0, 1000, 1000);
  assert.ok(chosen.length <= 2 * 100 + 1);
  assert.deepEqual(chosen, [...chosen].sort((a, b) => a - b));
  assert.equal(chosen.at(-1), 999);
  for (let bucket = 0; bucket < 100; bucket++) {
    const all = Array.from({ length: 10 }, (_, at) => value(bucket * 10 + at));
    const kept = chosen.filter((at) => Math.floor(at / 10) === bucket).map(value);
    assert.equal(Math.min(...kept), Math.min(...all));
    assert.equal(Math.max(...kept), Math.max(...all));
  }
});

test("a sliding window keeps what it had chosen inside", () => {
  const first = new Set(extremes(times, value, 0, 800, 1000));
  const later = new Set(extremes(times, value, 100, 900, 1000));
  for (let at = 110; at < 790; at++) assert.equal(first.has(at), later.has(at));
});

test("gaps stay gaps", () => {
  const broken = Float64Array.from(values);
  broken.fill(NaN, 300, 340);
  const chosen = extremes(times, (at) => /** @type {number} */ (broken[at]), 0, 1000, 1000);
  assert.ok(chosen.some((at) => at >= 300 && at < 340));
});

test("nothing in gives nothing out", () => {
  assert.deepEqual(extremes(times, value, 5, 5, 1000), []);
  assert.deepEqual(means(times, [values], 5, 5, 1000), { times: [], columns: [[]] });
});

test("means are taken per bucket, leaving gaps out", () => {
  const result = means(Float64Array.of(0, 1, 10, 11, 20), [Float64Array.of(1, 3, 5, NaN, NaN)], 0, 5, 10);
  assert.deepEqual(result, { times: [5, 15, 25], columns: [[2, 5, NaN]] });
});

test("buckets in which samples lie too far apart are left out, and those at the edges of a hole are empty", () => {
  const result = means(Float64Array.of(5, 35, 36, 74, 75), [Float64Array.of(1, 2, NaN, NaN, 3)], 0, 5, 10);
  assert.deepEqual(result, { times: [5, 35, 45, 65, 75], columns: [[1, 2, NaN, NaN, 3]] });
});
