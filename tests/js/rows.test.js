import assert from "node:assert/strict";
import { test } from "node:test";
import { Ring } from "../../static/js/ring.js";
import { rowsOf } from "../../static/js/rows.js";

test("the value that is told is within what is told of the window, however long ago that was counted", () => {
  const ring = new Ring(10);
  ring.setSeries(["a", "b"].map((name) => ({ labels: { name } })));
  ring.append({ times: Float64Array.of(1000, 2000), columns: [Float64Array.of(5, 9), Float64Array.of(5, NaN)] }, 2);
  const scale = { factor: 1, symbol: "" };
  const drawn = /** @type {any} */ ({ size: 9, legendScale: scale, scale, colours: new Map(), places: [0, 1] });
  const stats = [{ min: 5, mean: 5, max: 5 }, { min: 5, mean: 5, max: 5 }];
  const rows = rowsOf(ring, drawn, { end: 0, stats, metric: "m", colours: { palette: ["#000"], quiet: "#888" } });
  assert.deepEqual(rows.map(({ value, stats: told }) => [value, ...told]), [["9.00", "5.00", "5.00", "9.00"], ["–", "5.00", "5.00", "5.00"]]);
});
