import assert from "node:assert/strict";
import { test } from "node:test";
import { colourOf, coloursOf } from "../../static/js/colours.js";
import { fill } from "../../static/js/fill.js";
import { escape } from "../../static/js/markup.js";
import { Ring } from "../../static/js/store.js";

const VIEW = { from: 0, to: 4000, axis: (/** @type {number} */ time) => time, width: 400, height: 200, palette: ["#111111", "#222222"], quiet: "#888888", theme: "dark" };

/** @param {Record<string, number[]>} table @param {object} [more] */
function job(table, more = {}) {
  const names = Object.keys(table);
  const ring = new Ring(5000);
  ring.setSeries(names.map((name) => ({ labels: { name } })));
  const columns = names.map((name) => Float64Array.from(table[name] ?? []));
  const length = columns[0]?.length ?? 0;
  ring.append({ times: Float64Array.from({ length }, (_, at) => at * 1000), columns }, length);
  const shown = names.map((_, place) => place);
  return { ring, shown, view: VIEW, scale: { factor: 1, symbol: "V" }, scaled: true, low: ring.start, high: ring.end, ...more };
}

/** @param {ArrayLike<number>} values */
const list = (values) => Array.from(values);

test("trace i takes series i, and the last trace is repeated for more", () => {
  const traces = fill([{ type: "scatter", name: "mine" }, { type: "bar" }], job({ a: [1], b: [2], c: [3] }));
  assert.deepEqual(traces.map(({ type, name }) => [type, name]), [["scatter", "mine"], ["bar", "b"], ["bar", "c"]]);
  assert.deepEqual(traces.map(({ y }) => list(y)), [[1], [2], [3]]);
});

test("traces beyond the series stay as they are", () => {
  const limit = { type: "scatter", x: [0, 1], y: [9, 9] };
  assert.equal(fill([{ type: "scatter" }, limit], job({ a: [1] }))[1], limit);
});

test("values are divided by the step of the unit, but not in a plugin's own figure", () => {
  const scale = { factor: 1024, symbol: "KiB" };
  assert.deepEqual(list(fill([{ type: "scatter" }], job({ a: [2048] }, { scale }))[0]?.["y"]), [2]);
  assert.deepEqual(list(fill([{ type: "scatter" }], job({ a: [2048] }, { scale, scaled: false }))[0]?.["y"]), [2048]);
});

test("times are placed as the axis wants it", () => {
  const traces = fill([{ type: "scatter" }], job({ a: [1, 2] }, { view: { ...VIEW, axis: (/** @type {number} */ time) => time + 3_600_000 } }));
  assert.deepEqual(list(traces[0]?.["x"]), [3_600_000, 3_601_000]);
});

test("what was before stays evenly placed where clocks are put back by as much as it is earlier", () => {
  const { ring } = job({ a: [1, 2, 3, 4, 5] });
  // From its middle on the axis counts as it is; before that it is an hour, here two samples, behind.
  const axis = (/** @type {number} */ time) => (time < 6_000 ? time - 2_000 : time);
  const view = { ...VIEW, from: 2_000, to: 8_000, axis };
  const traces = fill([{ type: "scatter" }], job({ a: [1, 2, 3, 4, 5] }, { view, earlier: { ring, shift: 2_000, word: "before" } }));
  assert.deepEqual(list(traces[1]?.["x"]), [0, 1_000, 2_000, 3_000, 6_000]);
});

test("markup in names is only text", () => {
  assert.equal(fill([{ type: "scatter" }], job({ "<b>x</b>&": [1] }))[0]?.["name"], "&lt;b&gt;x&lt;/b&gt;&amp;");
  assert.equal(escape("<a href='x'>"), "&lt;a href='x'&gt;");
});

test("a colour goes with the place of its series, and a figure's own colour before it", () => {
  const shown = fill([{ type: "scatter" }], job({ a: [1], b: [2], c: [3] }, { shown: [1, 2] }));
  assert.deepEqual(shown.map(({ line }) => line.color), ["#222222", "#111111"]);
  assert.equal(fill([{ type: "scatter", line: { color: "red" } }], job({ a: [1] }))[0]?.["line"].color, "red");
});

test("more samples than pixels are thinned, and the last one stays", () => {
  const many = Array.from({ length: 4000 }, (_, at) => Math.sin(at));
  const view = { ...VIEW, to: 4_000_000 };
  const y = fill([{ type: "scatter" }], job({ a: many }, { view }))[0]?.["y"];
  assert.ok(y.length <= 1000 && y.length > 200);
  assert.equal(y.at(-1), many.at(-1));
});

test("an area ends where its line has a gap: it is a trace of its own below the lines, along zero there", () => {
  const area = { type: "scatter", mode: "lines", fill: "tozeroy" };
  const [line, whole, ...more] = fill([area], job({ a: [NaN, 1, 2, NaN, NaN, 5, NaN], b: [NaN, 1, 2, 3, 4, 5, NaN] }));
  assert.deepEqual([line?.["fill"], list(line?.["y"]), whole?.["fill"]], ["none", [NaN, 1, 2, NaN, NaN, 5, NaN], "tozeroy"]);
  const [below] = more.filter(({ mode }) => mode === "lines");
  assert.deepEqual([below?.["x"], below?.["y"]], [[1000, 2000, 2000, 5000, 5000], [1, 2, 0, 0, 5]]);
  assert.deepEqual([below?.["fill"], below?.["fillcolor"], below?.["line"].width, below?.["zorder"], below?.["hoverinfo"]], ["tozeroy", line?.["fillcolor"], 0, -1, "skip"]);
  const ours = fill([area], job({ a: [1, NaN, 3] }, { view: { ...VIEW, hair: 1.5 } })).find(({ zorder }) => zorder === -1);
  assert.ok(ours?.["y"][1] > 0 && ours?.["y"][1] < 1e-200, "on a logarithmic axis there is no zero");
});

test("an area stays one trace where the line goes on, and where another area lies on it", () => {
  const area = { type: "scatter", mode: "lines", fill: "tozeroy" };
  for (const [figure, table] of /** @type {[object[], Record<string, number[]>][]} */ ([
    [[area], { a: [NaN, 1, 2, NaN] }], [[{ ...area, connectgaps: true }], { a: [1, NaN, 3] }], [[area, { ...area, fill: "tonexty" }], { a: [1, 2, NaN, 3, 4], b: [1, 2, NaN, 3, 4] }],
  ])) assert.deepEqual(fill(figure, job(table)).filter(({ zorder }) => zorder), []);
});

test("a stack has the same times in all layers, and behind a gap there is another one", () => {
  const table = { a: [1, 2, NaN, 3, 4], b: [4, 5, NaN, NaN, 6] };
  const traces = fill([{ type: "scatter", stackgroup: "all" }], job(table));
  assert.deepEqual(traces.map(({ name, stackgroup }) => `${name} ${stackgroup}`), ["a all", "b all", "a all 1", "b all 1"]);
  assert.deepEqual(traces.map(({ x }) => list(x)), [[0, 1000], [0, 1000], [3000, 4000], [3000, 4000]]);
  assert.deepEqual(traces.map(({ y }) => list(y)), [[1, 2], [4, 5], [3, 4], [0, 6]]);
  assert.deepEqual(traces.map(({ line }) => line.color), ["#111111", "#222222", "#111111", "#222222"]);
});

test("of many gaps in a stack the widest stay, and the others are crossed at zero", () => {
  const holes = Array.from({ length: 60 }, (_, at) => (at % 6 === 5 || (at > 30 && at < 40) ? NaN : 1));
  const traces = fill([{ type: "scatter", stackgroup: "all" }], job({ a: holes }));
  assert.ok(traces.length > 1 && traces.length <= 6, `${traces.length}`);
  const widest = traces.find(({ x }) => x[0] === 40_000);
  assert.ok(widest, "nothing crosses the widest");
  assert.ok(traces.some(({ y }) => list(y).includes(0)));
});

test("a layer of nothing has no line", () => {
  const traces = fill([{ type: "scatter", stackgroup: "all", line: { width: 1 } }], job({ a: [1], b: [0] }));
  assert.deepEqual(traces.map(({ line }) => line.width), [1, 0]);
});

test("horizontal bars are the latest values, the largest first", () => {
  const [trace] = fill([{ type: "bar", orientation: "h" }], job({ a: [9, 1], b: [0, 3], c: [0, NaN], d: [0, 2] }));
  assert.deepEqual(trace?.["names"], ["b", "d", "a"]);
  assert.deepEqual(trace?.["x"], [3, 2, 1]);
  assert.deepEqual(trace?.["text"], ["3.00 V", "2.00 V", "1.00 V"]);
});

test("a heat map takes all series, under different names", () => {
  const table = job({ a: [1, 2], b: [3, 4] });
  table.ring.series = [{ labels: { x: "same" } }, { labels: { y: "same" } }];
  const [trace] = fill([{ type: "heatmap", hovertemplate: "%{z}{unit}" }], table);
  assert.deepEqual(trace?.["y"], ["same", "same (2)"]);
  assert.deepEqual(trace?.["z"].map(list), [[1, 2], [3, 4]]);
  assert.equal(trace?.["hovertemplate"], "%{z} V");
});

test("other charts get what they show", () => {
  const table = job({ a: [1, 2], b: [3, 4] });
  assert.deepEqual(fill([{ type: "pie" }], table)[0]?.["values"], [2, 4]);
  assert.equal(fill([{ type: "indicator" }], table)[0]?.["value"], 2);
  assert.deepEqual(list(fill([{ type: "histogram" }], table)[0]?.["x"]), [1, 2]);
  assert.deepEqual(list(fill([{ type: "box" }], table)[1]?.["y"]), [3, 4]);
  assert.deepEqual(list(fill([{ type: "scatterpolar" }, { type: "scatterpolar" }], table)[0]?.["r"]), [1, 2]);
});

test("one polar trace takes the latest value of every series", () => {
  const [trace, ...more] = fill([{ type: "barpolar" }], job({ north: [1, 2], "<east>": [3, 4] }));
  assert.deepEqual(more, []);
  assert.deepEqual(trace?.["r"], [2, 4]);
  assert.deepEqual(trace?.["theta"], ["north", "&lt;east&gt;"]);
  assert.deepEqual(fill([{ type: "barpolar", theta: [0, 90] }], job({ a: [1], b: [2] }))[0]?.["theta"], [0, 90]);
});

test("bars around a circle have the colours of the legend, unless the figure has its own", () => {
  const table = job({ north: [1], east: [2] });
  const filled = fill([{ type: "barpolar" }], table);
  assert.deepEqual([...coloursOf(filled, [0, 1], true)], [[0, "#111111"], [1, "#222222"]]);
  assert.deepEqual([...coloursOf(fill([{ type: "barpolar", marker: { color: "red" } }], table), [0, 1], true)], [[0, "red"], [1, "red"]]);
  const lines = fill([{ type: "scatterpolar", mode: "lines" }], table);
  assert.deepEqual([...coloursOf(lines, [0, 1], true)], [[0, "#111111"], [1, "#111111"]]);
});

test("the legend has the colours that a figure chose itself", () => {
  const filled = fill([{ type: "scatter", mode: "lines", line: { color: "red" } }, { type: "bar" }], job({ a: [1], b: [2] }));
  assert.deepEqual([...coloursOf(filled, [0, 1], false)], [[0, "red"], [1, "#222222"]]);
});

test("a heat map brings its own bar of colours only with colours of its own", () => {
  const table = job({ a: [1], b: [2] });
  assert.equal(fill([{ type: "heatmap" }], table)[0]?.["showscale"], false);
  assert.equal(fill([{ type: "heatmap", colorscale: "Viridis" }], table)[0]?.["showscale"], undefined);
});

test("samples that stand alone are dots, all of them in one trace", () => {
  const traces = fill([{ type: "scatter", mode: "lines" }], job({ a: [1, NaN, 3, NaN, 5, 6], b: [NaN, 2, 2, NaN, NaN, 9] }));
  const dots = traces[2];
  assert.deepEqual([dots?.["x"], dots?.["y"]], [[0, 2000, 5000], [1, 3, 9]]);
  assert.deepEqual(dots?.["marker"].color, ["#111111", "#111111", "#222222"]);
  assert.equal(dots?.["hoverinfo"], "skip");
});

test("lines without lone samples, marks and stacks get no dots", () => {
  assert.equal(fill([{ type: "scatter", mode: "lines" }], job({ a: [1, 2, NaN, 4, 5] })).length, 1);
  assert.equal(fill([{ type: "scatter", mode: "lines" }], job({ a: [] })).length, 1);
  assert.equal(fill([{ type: "scatter", mode: "lines+markers" }], job({ a: [1] })).length, 1);
  assert.equal(fill([{ type: "scatter", mode: "lines", connectgaps: true }], job({ a: [1, NaN, 3] })).length, 1);
});

test("the first sample of a stack has an edge on either side", () => {
  const [trace, ...more] = fill([{ type: "scatter", mode: "lines", stackgroup: "all" }], job({ a: [3] }));
  assert.deepEqual([list(trace?.["x"]), list(trace?.["y"]), more], [[-1, 0, 1], [0, 3, 0], []]);
});

test("the slices of a pie have the colours of the legend, in its order", () => {
  const [trace] = fill([{ type: "pie" }], job({ a: [1], b: [3] }));
  assert.equal(trace?.["sort"], false);
  assert.deepEqual(trace?.["marker"].colors, VIEW.palette.slice(0, 2));
});

test("bars of a long span are means of buckets", () => {
  const view = { ...VIEW, to: 1_000_000 };
  const [trace] = fill([{ type: "bar" }], job({ a: Array.from({ length: 1000 }, () => 5) }, { view }));
  assert.ok(trace?.["y"].length <= 121);
  assert.ok(list(trace?.["y"]).every((value) => value === 5));
});

test("what is unused recedes, and a layer of nearly nothing has no line", () => {
  assert.equal(colourOf({ labels: { kind: "free" } }, 0, VIEW), VIEW.quiet);
  assert.equal(colourOf({ labels: { kind: "used" } }, 3, VIEW), "#222222");
  const traces = fill([{ type: "scatter", stackgroup: "all", line: { width: 1 } }], job({ used: [99, 50], rest: [1, 1] }));
  assert.deepEqual(traces.map(({ line }) => line.width), [1, 0]);
});

test("bars are as wide as their samples allow: rows without values are no bars, and near ones are taken together", () => {
  const [gap] = fill([{ type: "bar" }], job({ a: [1, NaN, 3] }));
  assert.deepEqual([list(gap?.["x"]), list(gap?.["y"])], [[0, 2000], [1, 3]]);
  const mixed = job({ a: [] }, { view: { ...VIEW, to: 86_400_000 } });
  const times = [...Array.from({ length: 20 }, (_, at) => at * 3_600_000), ...Array.from({ length: 60 }, (_, at) => 80_000_000 + at * 1000)];
  mixed.ring.append({ times: Float64Array.from(times), columns: [Float64Array.from(times, () => 5)] }, 80);
  const [trace] = fill([{ type: "bar" }], { ...mixed, high: mixed.ring.end });
  assert.equal(trace?.["y"].length, 21);
});
