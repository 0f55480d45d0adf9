import assert from "node:assert/strict";
import { test } from "node:test";
import { plotlyFor, tiled } from "../../static/js/bundle.js";

test("maps of tiles are not drawn, since no other server is asked; what is drawn over outlines is named", async () => {
  for (const box of ["", "box"]) {
    assert.match(tiled({ type: `scattermap${box}` }), /another server.*“scattergeo”/);
    assert.match(tiled({ type: `choroplethmap${box}` }), /another server.*“choropleth”/);
    assert.match(tiled({ type: `densitymap${box}` }), /another server.*“scattergeo”/);
  }
  for (const type of ["scattergeo", "choropleth", "scatter", "heatmap", "treemap", undefined]) assert.equal(tiled({ type }), "");
  await assert.rejects(plotlyFor({ data: [{}, { type: "densitymap" }], layout: {} }, "/"), /densitymap/);
});
