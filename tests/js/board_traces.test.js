import assert from "node:assert/strict";
import { test } from "node:test";
import { near, wrongTrace } from "../../static/js/board/traces.js";

const NAMES = ["scatter", "scattergl", "scattergeo", "bar", "barpolar", "pie", "treemap", "heatmap", "icicle"];
let loads = 0;
const load = async () => {
  loads++;
  return { PlotSchema: { get: () => ({ traces: Object.fromEntries(NAMES.map((name) => [name, {}])) }) } };
};

test("a type that Plotly does not know is told, with the nearest one; all types are loaded for a rare one only", async () => {
  assert.equal(await wrongTrace([{ y: [1] }, { type: "bar" }, { type: "heatmap" }], load), "");
  assert.match(await wrongTrace([{}, { type: "densitymap" }], load), /another server/);
  assert.equal(loads, 0);
  assert.equal(await wrongTrace([{ type: "treemap" }, {}], load), "");
  assert.equal(await wrongTrace([{ type: "treemap" }, { type: "scater" }], load), "Plotly has no trace of type “scater”; did you mean “scatter”?");
  assert.equal(await wrongTrace([{ type: 5 }], load), "Plotly has no trace of type “5”");
});

test("what is meant is what takes the fewest letters, if it is like it at all", () => {
  for (const [word, meant] of [["pei", "pie"], ["Bar", "bar"], ["barpolr", "barpolar"], ["tree", ""], ["", ""], ["scatergeo", "scattergeo"], ["zzzz", ""]]) {
    assert.equal(near(/** @type {string} */ (word), NAMES), meant, word);
  }
});
