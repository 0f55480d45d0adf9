import assert from "node:assert/strict";
import { test } from "node:test";
import { extent, roundUp, valueRange, valueTicks } from "../../static/js/axes.js";
import { Ring } from "../../static/js/store.js";

/** @type {[null, null]} */
const OPEN = [null, null];

test("a round number is never below its value", () => {
  for (let value = 0.0013; value < 1e9; value *= 1.17) {
    const round = roundUp(value);
    assert.ok(round >= value * 0.99999 && round <= value * 1.7, `${value} -> ${round}`);
  }
  assert.equal(roundUp(0), 0);
});

test("an axis with zero begins there and ends at a round number above the data", () => {
  assert.deepEqual(valueRange({ min: 3, max: 37 }, { limits: OPEN, zero: true }, null), [0, 40]);
});

test("declared limits hold, as long as the data do not go well beyond them", () => {
  assert.deepEqual(valueRange({ min: 0, max: 3 }, { limits: [0, 100], zero: true }, null), [0, 100]);
  assert.deepEqual(valueRange({ min: 0, max: 103 }, { limits: [0, 100], zero: true }, null), [0, 100]);
  assert.deepEqual(valueRange({ min: 0, max: 180 }, { limits: [0, 100], zero: true }, null), [0, 200]);
  assert.deepEqual(valueRange({ min: 17, max: 23 }, { limits: [15, 25], zero: false }, null), [15, 25]);
});

test("an axis without zero has its data well inside", () => {
  const [from, to] = valueRange({ min: 21.2, max: 23.8 }, { limits: OPEN, zero: false }, null);
  assert.ok(from > 20 && from < 21.2 && to > 23.8 && to < 25, `${from}..${to}`);
});

test("a range stays while the data fill most of it, and shrinks when they don't", () => {
  const rule = { limits: OPEN, zero: true };
  assert.deepEqual(valueRange({ min: 0, max: 25 }, rule, [0, 40]), [0, 40]);
  assert.deepEqual(valueRange({ min: 0, max: 9 }, rule, [0, 40]), [0, 10]);
  assert.deepEqual(valueRange({ min: 0, max: 45 }, rule, [0, 40]), [0, 50]);
});

test("negative values are shown although zero belongs to the axis", () => {
  const [from, to] = valueRange({ min: -5, max: 5 }, { limits: OPEN, zero: true }, null);
  assert.ok(from <= -5 && to >= 5);
});

test("no data keep the range there was, or give a plain one", () => {
  const none = { min: Infinity, max: -Infinity };
  assert.deepEqual(valueRange(none, { limits: OPEN, zero: true }, [0, 7]), [0, 7]);
  assert.deepEqual(valueRange(none, { limits: [0, 100], zero: true }, null), [0, 100]);
  assert.deepEqual(valueRange(none, { limits: OPEN, zero: true }, null), [0, 1]);
});

test("one constant value gets an axis around it", () => {
  const [from, to] = valueRange({ min: 5, max: 5 }, { limits: OPEN, zero: false }, null);
  assert.ok(from < 5 && to > 5);
});

test("a value axis has few ticks, at round numbers", () => {
  assert.equal(valueTicks([0, 100], 160).dtick, 50);
  assert.equal(valueTicks([0, 8], 160).dtick, 2);
  assert.equal(valueTicks([-1.2, 1.2], 160).dtick, 1);
});

test("the extent is that of the drawn series, and of their sum when they are stacked", () => {
  const ring = new Ring(10);
  ring.setSeries(["a", "b", "c"].map((name) => ({ labels: { name } })));
  ring.append({ times: Float64Array.of(1, 2), columns: [Float64Array.of(1, NaN), Float64Array.of(2, 5), Float64Array.of(99, 99)] }, 2);
  assert.deepEqual(extent(ring, [0, 1], 0, 2, false), { min: 1, max: 5 });
  assert.deepEqual(extent(ring, [0, 1], 0, 2, true), { min: 0, max: 5 });
  assert.deepEqual(extent(ring, [0, 1, 2], 0, 1, true), { min: 0, max: 102 });
});

test("a chart of zeros has an axis with a length", () => {
  assert.deepEqual(valueRange({ min: 0, max: 0 }, { limits: [0, null], zero: true }, null), [0, 1]);
});
