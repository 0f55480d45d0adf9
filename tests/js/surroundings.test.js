import assert from "node:assert/strict";
import { test } from "node:test";
import { Surroundings } from "../../static/js/surroundings.js";

const template = { layout: { margin: { l: 44, r: 8, t: 8, b: 24 } } };
/** @param {string} type @returns {any} */
const kind = (type) => ({ built: true, flat: false, top: false, figure: { data: [{ type }], layout: { xaxis: {}, yaxis: {} } } });
const series = (/** @type {string[]} */ ...names) => names.map((host) => ({ labels: { host } }));
const around = (/** @type {string} */ type) => new Surroundings(kind(type), [null, null], /** @type {any} */ ({}));

test("a heat map leaves room for the names of its rows, though never most of its width", () => {
  const map = around("heatmap");
  assert.equal(map.margin(template, series("ash"), 400).l, 44);
  assert.ok(map.margin(template, series("ash", "cedar-of-lebanon"), 400).l > 100);
  assert.equal(map.margin(template, series("x".repeat(200)), 400).l, 140);
  assert.equal(around("scatter").margin(template, series("x".repeat(200)), 400).l, 44);
});

test("names of rows that are too long are cut with an ellipsis, and where rows are many some have none", () => {
  const names = ["<b>", "y".repeat(200), "c", "d"].map((name) => name.replaceAll("<", "&lt;").replaceAll(">", "&gt;"));
  const layout = (/** @type {number} */ height) => around("heatmap").layout(
    /** @type {any} */ ({ data: [{ type: "heatmap", y: names }], template, factor: 1, margin: { l: 100 },
      view: { from: 0, to: 60_000, width: 300, height, axis: (/** @type {number} */ at) => at } }),
    { width: 400, height, revision: "", clear: false },
  )["yaxis"];
  const { tickvals, ticktext, range } = layout(200);
  assert.deepEqual(tickvals, names);
  assert.equal(ticktext[0], "&lt;b&gt;");
  assert.match(ticktext[1], /^y{2,20}…$/);
  assert.deepEqual(range, [-0.5, 3.5]);
  assert.deepEqual(layout(40).tickvals, [names[0], names[2]]);
});
