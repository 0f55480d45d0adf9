import assert from "node:assert/strict";
import { test } from "node:test";
import { Ring } from "../../static/js/ring.js";
import { Selection } from "../../static/js/selection.js";
import { Units } from "../../static/js/units.js";

const SEEN = { from: 0, to: 9_000 };
const BYTES = new Units({ B: [[1, "B"], [1024, "KiB"], [1024 ** 2, "MiB"]] });
const EVERYTHING = { hidden: new Set(), place: "", earlier: null };

/** Ten seconds of samples, one a second. @param {Record<string, (second: number) => number>} series by mode */
function ringOf(series) {
  const ring = new Ring(100, 1_000);
  ring.setSeries(Object.keys(series).map((mode) => ({ labels: { mode } })));
  const times = Float64Array.from({ length: 10 }, (_, second) => 1_000 * second);
  ring.append({ times, columns: Object.values(series).map((value) => times.map((time) => value(time / 1_000))) }, 10);
  return ring;
}

/** @param {{kind?: object, around?: object, only?: Record<string, string[]>}} [parts] @returns {Selection} */
const selection = ({ kind = {}, around = {}, ...only } = {}) => new Selection(/** @type {any} */ ({
  unit: "B", units: BYTES, kind: { every: false, latest: false, stacked: false, scaled: true, ...kind }, around: { log: false, declared: 0, ...around }, ...only,
}));

test("series that are put away, or not meant, are not drawn, and nothing is measured of them", () => {
  const ring = ringOf({ read: () => 3, write: (second) => 10 * second, idle: () => 5_000 });
  const idle = JSON.stringify([["mode", "idle"]]);
  const all = selection().of(ring, SEEN, EVERYTHING);
  assert.deepEqual([all.shown, all.among, all.max], [[0, 1, 2], null, 5_000]);
  const some = selection().of(ring, SEEN, { ...EVERYTHING, hidden: new Set([idle]) });
  assert.deepEqual([some.shown, some.among, some.min, some.max], [[0, 1], null, 0, 90]);
  const meant = selection({ only: { mode: ["read", "idle"] } }).of(ring, SEEN, { ...EVERYTHING, hidden: new Set([idle]) });
  assert.deepEqual([meant.shown, meant.among, meant.max], [[0], new Set([0, 2]), 3]);
});

test("what is seen is measured, with what was there before it where that is compared", () => {
  const ring = ringOf({ read: (second) => second });
  const seen = { from: 2_000, to: 4_000 };
  const { low, high, min, max } = selection().of(ring, seen, EVERYTHING);
  assert.deepEqual([low, high, min, max], [1, 6, 1, 5]);
  const then = { ring: ringOf({ other: () => 900, read: (second) => -10 * second }), shift: 1_000, word: "before" };
  const both = selection().of(ring, seen, { ...EVERYTHING, earlier: then });
  assert.deepEqual([both.min, both.max], [-40, 5]);
});

test("where the latest values alone are shown, these are measured, from zero on", () => {
  const { min, max } = selection({ kind: { latest: true } }).of(ringOf({ read: (second) => 100 - second, lost: () => NaN }), SEEN, EVERYTHING);
  assert.deepEqual([min, max], [0, 91]);
});

test("a declared range decides about the step of the unit, and a figure that names values has none", () => {
  const ring = ringOf({ read: () => 2_000 });
  const steps = (/** @type {object} */ parts) => {
    const { scale, legendScale } = selection(parts).of(ring, SEEN, EVERYTHING);
    return [scale.symbol, legendScale.symbol];
  };
  assert.deepEqual(steps({}), ["KiB", "KiB"]);
  assert.deepEqual(steps({ around: { declared: 5 * 1024 ** 2 } }), ["MiB", "MiB"]);
  assert.deepEqual(steps({ kind: { scaled: false } }), ["B", "KiB"]);
});

test("a step stays while values are not much below it", () => {
  const chart = selection();
  const symbol = (/** @type {number} */ value) => chart.of(ringOf({ read: () => value }), SEEN, EVERYTHING).scale.symbol;
  assert.deepEqual([symbol(1_100), symbol(900), symbol(200), symbol(900)], ["KiB", "KiB", "B", "B"]);
});
