import assert from "node:assert/strict";
import { test } from "node:test";
import { samplesOf } from "../../static/js/decode.js";

/** @param {import("../../static/js/types.js").Samples} samples */
const plain = ({ times, columns }) => [[...times], columns.map((column) => [...column])];

test("JSON samples become typed arrays, null a gap", () => {
  assert.deepEqual(plain(samplesOf({ t: [1, 2], v: [[1, null], [3, 4]] }, undefined)), [[1, 2], [[1, NaN], [3, 4]]]);
});

test("samples in an attachment are the times, then each series", () => {
  const flat = Float64Array.of(1, 2, 10, 11, 20, 21);
  assert.deepEqual(plain(samplesOf({ n: 2, at: 0 }, flat.buffer)), [[1, 2], [[10, 11], [20, 21]]]);
});

test("several metrics share an attachment, each from its place on", () => {
  const flat = Float64Array.of(1, 10, 2, 3, 20, 30);
  assert.deepEqual(plain(samplesOf({ n: 1, at: 0 }, flat.buffer, 1)), [[1], [[10]]]);
  assert.deepEqual(plain(samplesOf({ n: 2, at: 16 }, flat.buffer, 1)), [[2, 3], [[20, 30]]]);
});

test("an attachment may begin anywhere in memory", () => {
  const bytes = new Uint8Array(8 * 2 + 3);
  new Uint8Array(bytes.buffer, 3).set(new Uint8Array(Float64Array.of(7, 8).buffer));
  assert.deepEqual(plain(samplesOf({ n: 1, at: 0 }, bytes.subarray(3))), [[7], [[8]]]);
});

test("no samples are no samples", () => {
  assert.deepEqual(plain(samplesOf({ n: 0, at: 0 }, new ArrayBuffer(0), 3)), [[], [[], [], []].slice(0, 0)]);
  assert.deepEqual(plain(samplesOf({ t: [], v: [[], []] }, undefined)), [[], [[], []]]);
});
