import assert from "node:assert/strict";
import { test } from "node:test";
import { following, legendOf, marginOf, scalable } from "../../static/js/own.js";

/** @param {object} trace @param {object} [layout] @param {object[]} more */
const figure = (trace, layout = {}, ...more) => ({ data: [trace, ...more], layout });
const LINE = { type: "scatter", mode: "lines" };
const GAUGE = { type: "indicator", mode: "gauge+number" };

test("a figure that leaves its numbers open is scaled", () => {
  for (const open of [
    figure(LINE), figure(LINE, { yaxis: { title: { text: "Traffic" }, gridcolor: "red" } }), figure({ type: "pie" }), figure(GAUGE),
    figure(LINE, { xaxis: { tickformat: "%H:%M" } }), figure({ ...LINE, hovertemplate: "%{y}{unit}" }), figure({ ...LINE, y: [1, 2] }),
    figure(LINE, {}, { ...LINE, yaxis: "y2", y: [] }), figure(LINE, { shapes: [{ yref: "paper", y0: 0, y1: 1 }] }),
  ]) assert.equal(scalable(open, "bytes"), true, JSON.stringify(open));
});

test("one that names formats or values of its own keeps the unit as it was declared", () => {
  for (const said of [
    figure(LINE, { yaxis: { tickformat: ".3s" } }), figure(LINE, { yaxis2: { ticksuffix: " B" } }), figure(LINE, { yaxis: { range: [0, 1e9] } }),
    figure(LINE, { yaxis: { title: "Traffic (bytes)" } }), figure({ ...LINE, hovertemplate: "%{y} bytes" }),
    figure(LINE, {}, { ...LINE, y: [5e8, 5e8] }), figure(LINE, { shapes: [{ y0: 5e8, y1: 5e8 }] }),
    figure({ type: "bar", orientation: "h" }, { xaxis: { tickformat: "s" } }), figure({ type: "histogram" }, { xaxis: { dtick: 1e6 } }),
    figure({ ...GAUGE, gauge: { axis: { range: [0, 100] } } }), figure({ ...GAUGE, gauge: { threshold: { value: 5 } } }),
    figure({ ...GAUGE, number: { valueformat: ".2s" } }), figure({ ...GAUGE, delta: { reference: 3 } }),
    figure({ type: "barpolar" }, { polar: { radialaxis: { range: [0, 9] } } }), figure({ type: "heatmap", colorbar: { ticksuffix: "B" } }),
  ]) assert.equal(scalable(said, "bytes"), false, JSON.stringify(said));
});

test("axes get room for their labels, on the side where they are, and for their titles", () => {
  assert.deepEqual(marginOf(figure(LINE)), {});
  assert.equal(marginOf(figure(LINE, { yaxis2: { side: "right", overlaying: "y" } }))["r"], 44);
  const titled = marginOf(figure(LINE, { yaxis: { title: { text: "a" } }, yaxis2: { side: "right", title: "b" }, xaxis: { title: "c" }, title: "d" }));
  assert.deepEqual(titled, { l: 62, r: 62, b: 42, t: 32 });
  const { l, r } = marginOf(figure(GAUGE));
  assert.ok(l === r && r >= 32, "the labels of a gauge stand outside of it, on both sides");
});

test("a ramp explains only colours of ours", () => {
  assert.equal(legendOf(figure(LINE), false), "series");
  assert.equal(legendOf(figure({ type: "heatmap" }), false), "ramp");
  assert.equal(legendOf(figure({ type: "heatmap", showscale: false }), true), "ramp");
  for (const own of [{ colorscale: "Viridis" }, { showscale: true }, { coloraxis: "coloraxis" }]) {
    assert.equal(legendOf(figure({ type: "heatmap", ...own }), false), "none");
  }
  assert.equal(legendOf(figure({ type: "bar", orientation: "h" }), false), "none");
});

test("axes of what is round follow their values, unless the figure says how far they go", () => {
  const data = [{ type: "barpolar" }, { type: "scatterpolar", subplot: "polar2" }, { type: "scatter" }];
  const given = { polar2: { hole: 0.2, radialaxis: { nticks: 3 } }, xaxis: {} };
  assert.deepEqual(following(given, data), {
    polar: { radialaxis: { autorange: true } }, polar2: { hole: 0.2, radialaxis: { nticks: 3, autorange: true } }, xaxis: {},
  });
  assert.deepEqual(given, { polar2: { hole: 0.2, radialaxis: { nticks: 3 } }, xaxis: {} });
  for (const radialaxis of [{ range: [0, 5] }, { autorange: "reversed" }]) {
    assert.deepEqual(following({ polar: { radialaxis } }, [{ type: "barpolar" }]), { polar: { radialaxis } });
  }
});
