import assert from "node:assert/strict";
import { test } from "node:test";
import { bondsOf, bound, metricsOf } from "../../static/js/board/bound.js";
import { bandsOf, levelOf } from "../../static/js/board/levels.js";
import { Seen, statesOf, stretchesOf } from "../../static/js/board/stretches.js";
import { momentAt, roomFor, rowAt, strips } from "../../static/js/board/strips.js";
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
  const levelled = statesOf({ thresholds: LEVELS }, [Float64Array.of(1)], 0, 1, text);
  assert.deepEqual([10, 50, 99].map(levelled.of), [0, 1, 2]);
  assert.deepEqual(levelled.names, ["< 50", "≥ 50", "≥ 80"]);
  assert.deepEqual(levelled.levels, ["", "warn", "bad"]);
  const few = statesOf({ thresholds: [] }, [Float64Array.of(2, 0, NaN, 2)], 0, 4, text);
  assert.deepEqual([few.names, few.of(2), few.levels], [["0", "2"], 1, null]);
  const many = statesOf({ thresholds: [], range: [0, 100] }, [Float64Array.from({ length: 101 }, (_, at) => at)], 0, 101, text);
  assert.deepEqual(many.names, ["0 – 20", "20 – 40", "40 – 60", "60 – 80", "80 – 100"]);
  assert.deepEqual([-1, 0, 19, 20, 100, 101].map(many.of), [0, 0, 0, 1, 4, 4]);
  assert.deepEqual([levelled.hues, many.hues], [null, null]);
});

test("a state keeps its colour and its meaning whatever else is in the window", () => {
  const text = String;
  const seen = new Seen();
  const column = Float64Array.of(0, 1, 2, 1, -1, 2, 0.5, 11, 3);
  const hueOf = (/** @type {number} */ low, /** @type {number} */ high, /** @type {number} */ value) => {
    const { hues, of } = statesOf({ thresholds: [] }, [column], low, high, text, seen);
    return hues?.[of(value)];
  };
  assert.deepEqual([0, 1, 2].map((value) => hueOf(0, 3, value)), [0, 1, 2]);
  assert.deepEqual([hueOf(1, 3, 1), hueOf(1, 3, 2), hueOf(2, 3, 2)], [1, 2, 2], "one that has left the window changes nothing");
  assert.equal(new Set([0, 1, 2, 0.5, -1].map((value) => hueOf(0, 7, value))).size, 5, "no two have the same");
  assert.equal(hueOf(5, 6, 2), 2);
  const before = hueOf(4, 5, -1);
  hueOf(0, 9, 11);
  assert.equal(hueOf(4, 5, -1), before);

  // Too many to be told apart: parts of a range from then on, which stays for as long as it is filled.
  const wide = Float64Array.from({ length: 200 }, (_, at) => at);
  const { names } = statesOf({ thresholds: [] }, [wide], 0, 200, text, seen);
  assert.deepEqual([names.length, names[0]], [5, "0 – 40"], "parts are round");
  assert.deepEqual(statesOf({ thresholds: [] }, [wide], 20, 190, text, seen).names, names);
  assert.deepEqual(statesOf({ thresholds: [] }, [wide], 100, 102, text, seen).hues, null);
});

test("the lane below the pointer is the one that is drawn there, however many there is no room for", () => {
  const canvas = { clientWidth: 416, clientHeight: 200 };
  const fits = roomFor(canvas);
  const lanes = Array.from({ length: fits }, (_, at) => ({ name: `s${at}`, stretches: [{ from: 0, to: 60, state: at }, { from: 60, to: 100, state: 99 }] }));
  /** @type {{name: string, y: number}[]} */
  const drawn = [];
  const pen = { setTransform() {}, clearRect() {}, fillRect() {}, fillText: (/** @type {string} */ name, /** @type {number} */ _, /** @type {number} */ y) => drawn.push({ name, y }) };
  globalThis.devicePixelRatio = 1;
  const look = {
    span: { from: 0, to: 100 }, colour: () => "", name: (/** @type {number} */ state) => `state ${state}`, ticks: () => ({ tickvals: [], ticktext: [] }),
    text: "", muted: "", grid: "", font: "",
  };
  const made = /** @type {any} */ ({ ...canvas, width: 0, height: 0, getContext: () => pen });
  for (const some of [lanes, lanes.slice(0, 2)]) {
    drawn.length = 0;
    strips(made, some, { ...look, at: null });
    assert.equal(drawn.length, some.length);
    assert.ok(drawn.every(({ y }) => y < canvas.clientHeight));
    // Letters stand at the top of their lane.
    for (const { name, y } of drawn) assert.equal(rowAt(canvas, some, { from: 0, to: 100 }, 208, y)?.lane.name, name);
  }
  assert.deepEqual(rowAt(canvas, lanes, { from: 0, to: 100 }, 208, 5), { lane: lanes[0], at: 50, state: 0 });
  assert.equal(rowAt(canvas, lanes.slice(0, 2), { from: 0, to: 100 }, 208, 190), null);

  // At the moment that somebody points at, here or in another chart, each lane tells its state.
  drawn.length = 0;
  strips(made, lanes.slice(0, 2), { ...look, at: 20 });
  assert.deepEqual(drawn.map(({ name }) => name), ["s0: state 0", "s1: state 1"]);
  drawn.length = 0;
  strips(made, lanes.slice(0, 2), { ...look, at: 120 });
  assert.deepEqual(drawn.map(({ name }) => name), ["s0", "s1"]);
  assert.deepEqual([0, 8, 208, 408, 416].map((x) => momentAt(canvas, { from: 0, to: 100 }, x)), [null, 0, 50, 100, null]);
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

test("an indicator, which has no arrays, has the newest value", () => {
  const rings = new Map([["speed", ring([{}], [1000, 2000, 3000], [[1, 2, 3]])]]);
  const figure = { data: [{ type: "indicator", mode: "number+delta" }], layout: {} };
  const bonds = bondsOf({ value: "speed", "delta.reference": "speed" });
  const [trace] = bound(figure, bonds, (name) => rings.get(name), { from: 0, to: 3000 });
  assert.deepEqual(trace, { type: "indicator", mode: "number+delta", value: 3, delta: { reference: 3 } });
  const [waiting] = bound(figure, bonds, () => undefined, { from: 0, to: 3000 });
  assert.equal(waiting?.["value"], undefined);
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
