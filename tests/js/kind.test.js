import assert from "node:assert/strict";
import { test } from "node:test";
import { Kind } from "../../static/js/kind.js";

/** @param {string} unit @param {object} [meta] @returns {any} */
const of = (unit, meta = { scaled: true }) => new Kind(
  /** @type {any} */ ({ name: "a.b", unit, chart: "line", series: [] }),
  { data: [{ type: "scatter" }], layout: { ...(meta && { meta }), xaxis: { type: "date" }, yaxis: { rangemode: "tozero", ticksuffix: "%" } } },
);

test("ticks of a share that is shown in another unit say % no longer, and those of a plugin's own figure stay", () => {
  assert.deepEqual(of("bytes").figure.layout.yaxis, { rangemode: "tozero", ticksuffix: "" });
  assert.equal(of("%").figure.layout.yaxis.ticksuffix, "%");
  assert.deepEqual(of("bytes").figure.layout.xaxis, { type: "date" });
  assert.equal(of("bytes", {}).figure.layout.yaxis.ticksuffix, "%");
});
