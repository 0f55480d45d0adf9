import assert from "node:assert/strict";
import { test } from "node:test";
import { Readout } from "../../static/js/readout.js";
import { Ring } from "../../static/js/ring.js";

const COLOURS = { palette: ["#111", "#222"], quiet: "#999" };
const BYTES = { factor: 1024, symbol: "KiB" };
const CHART = /** @type {any} */ ({ kind: { flat: false, spans: true }, legend: "series", seen: { from: 0, to: 10_000 } });
/** @type {any} */
const METRIC = { name: "disk.io", title: "Disk I/O", series: [{ labels: { mode: "read" } }, { labels: { mode: "write" } }] };

/** A chart of the last ten seconds, whose clock the test moves on. @param {{only?: Record<string, string[]>}} [parts] */
function stage({ only } = {}) {
  const ring = new Ring(100, 1_000);
  ring.setSeries(METRIC.series);
  const times = Float64Array.from({ length: 10 }, (_, second) => 1_000 * second);
  ring.append({ times, columns: [times.map(() => 2_048), times.map((time) => 1.024 * time)] }, 10);
  const clock = { now: 0 };
  const readout = new Readout({ metric: () => METRIC, only: () => only, now: () => clock.now });
  const drawn = /** @type {any} */ ({
    scale: BYTES, legendScale: BYTES, size: 9, drawn: 2, places: [0, 1], bounds: [0, 9_216], colours: new Map(), among: null,
  });
  const read = (/** @type {object} */ how = {}, chart = CHART) => readout.of(chart, drawn, ring, /** @type {any} */ ({
    urgent: false, span: chart.seen, end: 0, at: null, earlier: null, hidden: new Set(), colours: COLOURS, ...how,
  }));
  return { ring, clock, readout, read };
}

test("before there is a sample, the legend has the rows that it will have", () => {
  const { readout } = stage();
  const figure = { data: [{ type: "scatter" }], layout: { meta: { scaled: true } } };
  const { rows, lines, all, legend, unit } = readout.ahead("KiB", figure, COLOURS);
  assert.deepEqual([rows.map(({ name }) => name), lines, all, legend, unit], [["read", "write"], 2, 2, "series", "KiB"]);
  const unknown = readout.ahead("KiB", undefined, COLOURS);
  assert.deepEqual([unknown.rows, unknown.legend, unknown.empty], [[], "none", false]);
});

test("values, statistics, ends and the number of series are told in the unit of the chart", () => {
  const { rows, low, high, unit, lines, all } = stage({ only: { mode: ["write"] } }).read();
  assert.deepEqual(rows.map(({ name, value, stats }) => [name, value, stats]), [["read", "2.00", ["2.00", "2.00", "2.00"]], ["write", "9.00", ["0.00", "4.50", "9.00"]]]);
  assert.deepEqual([unit, low, high, lines, all], ["KiB", "0 KiB", "9 KiB", 2, 1]);
});

test("statistics are counted once a second, and words are told every five, unless somebody waits for them", () => {
  const { ring, clock, read } = stage();
  const told = () => {
    const { rows, words } = read();
    return [rows[1]?.stats[1], words];
  };
  const [, before] = told();
  ring.append({ times: Float64Array.of(9_500), columns: [Float64Array.of(2_048), Float64Array.of(20_480)] }, 11);
  clock.now = 999;
  assert.deepEqual(told(), ["4.50", before]);
  clock.now = 1_000;
  assert.deepEqual(told(), ["5.91", before]);
  clock.now = 5_000;
  assert.notEqual(told()[1], before);
  ring.append({ times: Float64Array.of(9_600), columns: [Float64Array.of(2_048), Float64Array.of(30_720)] }, 12);
  assert.equal(read({ urgent: true }).rows[1]?.stats[1], "7.92");
});

test("a span without a sample is empty, but not the chart that has no axis of time", () => {
  const { read } = stage();
  const nothing = { span: { from: 20_000, to: 30_000 }, urgent: true };
  assert.equal(read().empty, false);
  assert.equal(read(nothing).empty, true);
  const flat = read(nothing, { ...CHART, kind: { flat: true, spans: false } });
  assert.deepEqual([flat.empty, flat.newest], [false, true]);
});
