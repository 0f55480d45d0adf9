import assert from "node:assert/strict";
import { test } from "node:test";
import { around } from "../../static/js/ranked.js";

const ROOM = { margin: { l: 44, r: 8, t: 8, b: 24 }, width: 400, limit: null, built: true, quiet: "#333333" };
const bars = () => [{ type: "bar", orientation: "h", names: ["/", "/<boot>"], x: [80, 20], y: [0, 1], text: ["80%", "20%"] }];

test("bars of a bounded value lie on tracks, with their values behind these", () => {
  const data = /** @type {any[]} */ (bars());
  const layout = around({ xaxis: { visible: false } }, data, { ...ROOM, limit: 100 });
  assert.deepEqual(layout["shapes"].map((/** @type {any} */ { x0, x1, fillcolor, layer }) => [x0, x1, fillcolor, layer]), [
    [0, 100, "#333333", "below"], [0, 100, "#333333", "below"],
  ]);
  assert.equal(data[0].textposition, "none");
  assert.deepEqual([data[1].text, data[1].x], [["80%", "20%"], [102, 102]]);
});

test("bars without a bound have neither", () => {
  const data = bars();
  assert.equal(around({ xaxis: { visible: false } }, data, ROOM)["shapes"], undefined);
  assert.equal(data.length, 1);
});

test("names are text, whatever is in them", () => {
  assert.deepEqual(around({}, bars(), ROOM)["yaxis"].ticktext, ["/", "/&lt;boot&gt;"]);
});

test("only the server's own bars hide their axis; a plugin's keep the room for it, and its range", () => {
  const hidden = around({ xaxis: { visible: false } }, bars(), ROOM);
  assert.equal(hidden["margin"].b, 6);
  const own = around({ xaxis: { range: [0, 500] } }, bars(), { ...ROOM, limit: 100, built: false });
  assert.deepEqual([own["margin"].b, own["margin"].t, own["xaxis"].range], [24, 8, [0, 500]]);
  assert.equal(own["shapes"], undefined);
});
