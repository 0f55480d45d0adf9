import assert from "node:assert/strict";
import { test } from "node:test";
import { course, spoken } from "../../static/js/spoken.js";
import { Ring } from "../../static/js/ring.js";

test("a course has its latest, least and largest value, and the way that it goes", () => {
  assert.deepEqual(course([1, 2, 3, 4, 5, 6], 0, 6), { last: 6, min: 1, max: 6, way: "rising" });
  assert.deepEqual(course([9, 9, 5, 1, 1, NaN], 0, 6), { last: 1, min: 1, max: 9, way: "falling" });
  assert.equal(course([5, 1, 9, 5, 1, 9, 5, 1, 9], 0, 9).way, "steady");
  assert.equal(course([3, 3, 3], 0, 3).way, "steady");
  assert.deepEqual(course([4], 0, 1), { last: 4, min: 4, max: 4, way: "" });
  assert.ok(Number.isNaN(course([NaN, NaN], 0, 2).last));
  assert.ok(Number.isNaN(course([1, 2], 1, 1).last));
});

/** @param {string[]} names @param {(at: number, which: number) => number} value */
function ringOf(names, value) {
  const ring = new Ring(60);
  ring.setSeries(names.map((mode) => ({ labels: { mode } })));
  const times = Float64Array.from({ length: 30 }, (_, at) => at * 1000);
  ring.backfill({ times, columns: names.map((_, which) => times.map((time) => value(time / 1000, which))) }, 30);
  return ring;
}

test("a chart is told by its largest series, in the unit that it is drawn in, and how many more there are", () => {
  const names = Array.from({ length: 9 }, (_, which) => `s${which}`);
  const ring = ringOf(names, (at, which) => 1024 * (which + 1) * (10 + at));
  const text = spoken({
    title: "Memory", metric: "machine.memory", ring, places: names.map((_, which) => which), span: { from: 0, to: 30_000 },
    scale: { factor: 1024, symbol: "KiB" },
  });
  assert.match(text, /^Memory: s8 351\.0 KiB, from 90\.0 KiB to 351\.0 KiB, rising; s7 /);
  assert.match(text, /; and 3 more series$/);
  assert.equal(spoken({
    title: "Nothing", metric: "a.b", ring: ringOf(["x"], () => NaN), places: [0], span: { from: 0, to: 30_000 }, scale: { factor: 1, symbol: "" },
  }), "Nothing: no values");
});
