import assert from "node:assert/strict";
import { test } from "node:test";
import { bondsOf, bound, metricsOf } from "../../static/js/board/bound.js";
import { bandsOf, levelOf } from "../../static/js/board/levels.js";
import { statesOf, stretchesOf } from "../../static/js/board/stretches.js";
import { summaryOf } from "../../static/js/board/summary.js";
import { Ring } from "../../static/js/ring.js";

/** @type {import("../../static/js/board/types.js").Threshold[]} */
const LEVELS = [{ value: 80, level: "bad" }, { value: 50, level: "warn" }];

/** @param {Record<string, string>[]} labels @param {number[]} times @param {number[][]} columns @param {number} [every] */
function ring(labels, times, columns, every = 1000) {
  const made = new Ring(100, every);
  made.setSeries(labels.map((one) => ({ labels: one })));
  made.append({ times: Float64Array.from(times), columns: columns.map((one) => Float64Array.from(one)) }, times.length);
  return made;
}

test("a level begins at its value; below all of them, and in a gap, there is none", () => {
  assert.deepEqual([49.9, 50, 79, 80, 1e9, NaN].map((value) => levelOf(value, LEVELS)), ["", "warn", "warn", "bad", "bad", ""]);
  assert.deepEqual(bandsOf(LEVELS, [0, 100]), [{ from: 50, to: 80, level: "warn" }, { from: 80, to: 100, level: "bad" }]);
  assert.deepEqual(bandsOf(LEVELS, [60, 70]), [{ from: 60, to: 70, level: "warn" }]);
  assert.deepEqual(bandsOf(LEVELS, [0, 10]), []);
});

test("a summary leaves out gaps, and of nothing but gaps there is none", () => {
  const column = Float64Array.of(9, 1, NaN, 3, 5, 9);
  assert.deepEqual(summaryOf(column, 1, 5), { now: 5, min: 1, mean: 3, max: 5 });
  assert.deepEqual(summaryOf(Float64Array.of(NaN, NaN), 0, 2), { now: NaN, min: NaN, mean: NaN, max: NaN });
  assert.deepEqual(summaryOf(column, 3, 3), { now: NaN, min: NaN, mean: NaN, max: NaN });
});

test("states are levels when there are thresholds, few values when there are few, else parts of the range", () => {
  const text = (/** @type {number} */ value) => `${value}`;
  const levelled = statesOf(LEVELS, [Float64Array.of(1)], 0, 1, text);
  assert.deepEqual([10, 50, 99].map(levelled.of), [0, 1, 2]);
  assert.deepEqual(levelled.names, ["< 50", "≥ 50", "≥ 80"]);
  assert.deepEqual(levelled.levels, ["", "warn", "bad"]);
  const few = statesOf([], [Float64Array.of(2, 0, NaN, 2)], 0, 4, text);
  assert.deepEqual([few.names, few.of(2), few.levels], [["0", "2"], 1, null]);
  const many = statesOf([], [Float64Array.from({ length: 101 }, (_, at) => at)], 0, 101, text);
  assert.equal(many.names.length, 5);
  assert.deepEqual([0, 19, 20, 100].map(many.of), [0, 0, 1, 4]);
});

test("a state lasts until another begins; a gap ends it, and so does silence", () => {
  const times = Float64Array.of(0, 10, 20, 30, 40, 200, 210);
  const column = Float64Array.of(1, 1, 2, NaN, 2, 2, 1);
  assert.deepEqual(stretchesOf(times, column, 0, 7, (value) => value, 30), [
    { from: 0, to: 20, state: 1 }, { from: 20, to: 30, state: 2 }, { from: 40, to: 70, state: 2 }, { from: 200, to: 210, state: 2 }, { from: 210, to: 210, state: 1 },
  ]);
});

test("what a figure is bound to is read as it is written, and what is no selector is left out", () => {
  assert.deepEqual(bondsOf({ r: "wind.speed", "1.marker.size": 'wind.gust{mast="a"}', x: "wind.speed@time", text: "wind.speed@mast", "y": "{" }), [
    { trace: 0, path: ["r"], part: "", metric: "wind.speed", only: {} },
    { trace: 1, path: ["marker", "size"], part: "", metric: "wind.gust", only: { mast: ["a"] } },
    { trace: 0, path: ["x"], part: "time", metric: "wind.speed", only: {} },
    { trace: 0, path: ["text"], part: "mast", metric: "wind.speed", only: {} },
  ]);
  assert.deepEqual(metricsOf(bondsOf({ r: "a", theta: "b", x: "a@time" })), ["a", "b"]);
});

test("series that stand alone fill a trace with the samples of the window, those of another metric as they were at that time", () => {
  const speed = ring([{}], [1000, 2000, 3000, 4000], [[1, 2, NaN, 4]]);
  const bearing = ring([{}], [900, 1900, 3900], [[10, 20, 40]]);
  const rings = new Map([["wind.speed", speed], ["wind.bearing", bearing]]);
  const figure = { data: [{ type: "barpolar", name: "kept" }, { type: "scatter", y: [7] }], layout: {} };
  const traces = bound(figure, bondsOf({ r: "wind.speed", theta: "wind.bearing", x: "wind.speed@time" }), (name) => rings.get(name), { from: 2000, to: 9000 });
  assert.deepEqual(traces, [
    { type: "barpolar", name: "kept", r: [2, null, 4], theta: [20, 20, 40], x: [2000, 3000, 4000] }, { type: "scatter", y: [7] },
  ]);
  assert.deepEqual(figure.data[0], { type: "barpolar", name: "kept" });
});

test("several series fill a trace with the newest value of each, and their labels are harmless", () => {
  const speed = ring([{ mast: "<a>" }, { mast: "b" }], [1000, 2000], [[1, 2], [3, NaN]]);
  const [trace] = bound({ data: [{ type: "bar", marker: { line: 1 } }], layout: {} }, bondsOf({ y: "w", x: "w@mast", "marker.color": "w" }), () => speed, { from: 0, to: 1 });
  assert.deepEqual(trace, { type: "bar", y: [2, null], x: ["&lt;a&gt;", "b"], marker: { line: 1, color: [2, null] } });
  const only = bound({ data: [{}], layout: {} }, bondsOf({ y: 'w{mast="b"}' }), () => speed, { from: 0, to: 5000 });
  assert.deepEqual(only, [{ y: [3, null] }]);
});

test("a figure waits for its samples as it is, keeps its shape with very many, and is no way into other objects", () => {
  const figure = { data: [{ type: "bar", y: [1] }], layout: {} };
  assert.deepEqual(bound(figure, bondsOf({ y: "w" }), () => undefined, { from: 0, to: 1 }), figure.data);
  const long = new Ring(10_000, 1000);
  long.setSeries([{ labels: {} }]);
  const times = Float64Array.from({ length: 9_000 }, (_, at) => at * 1000);
  long.append({ times, columns: [times] }, 9_000);
  const [trace] = bound(figure, bondsOf({ y: "w" }), () => long, { from: 0, to: 9_000_000 });
  assert.ok(trace?.["y"].length <= 2_000);
  assert.equal(trace?.["y"].at(-1), 8_999_000);
  bound(figure, [{ trace: 0, path: ["__proto__", "bad"], part: "", metric: "w", only: {} }], () => long, { from: 0, to: 1 });
  assert.equal(/** @type {any} */ ({}).bad, undefined);
});
