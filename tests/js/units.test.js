import assert from "node:assert/strict";
import { test } from "node:test";
import { Units, decimals, duration, fullDuration, joined, legendDecimals, number, short } from "../../static/js/units.js";

const units = new Units({
  bytes: [[1, "B"], [1024, "KiB"], [1024 ** 2, "MiB"], [1024 ** 3, "GiB"]],
  "%": [[1, "%"]],
  s: [[1e-9, "ns"], [1e-6, "µs"], [1e-3, "ms"], [1, "s"], [60, "min"]],
});

test("a value is shown in the largest step that is not above it", () => {
  assert.equal(units.text("bytes", 11.6 * 1024 ** 3), "11.6 GiB");
  assert.equal(units.text("bytes", 1023), "1023 B");
  assert.equal(units.text("bytes", 1024), "1.00 KiB");
  assert.equal(units.text("s", 0.0021), "2.10 ms");
  assert.equal(units.text("%", 38.2), "38.2%");
});

test("zero and what is no number have the unit itself", () => {
  assert.equal(units.text("s", 0), "0 s");
  assert.deepEqual(units.scale("s", NaN), { factor: 1, symbol: "s" });
  assert.deepEqual(units.scale("bytes", -Infinity), { factor: 1, symbol: "B" });
});

test("what is smaller than every step has the smallest", () => {
  assert.equal(units.scale("s", 1e-12).symbol, "ns");
});

test("a unit that the table lacks counts things of its name", () => {
  assert.deepEqual(units.scale("messages", 2500), { factor: 1000, symbol: "k messages" });
});

test("a step stays while the size is not much below it", () => {
  const before = units.scale("bytes", 1024 ** 2);
  assert.equal(units.scale("bytes", 0.9 * 1024 ** 2, before).symbol, "MiB");
  assert.equal(units.scale("bytes", 0.5 * 1024 ** 2, before).symbol, "KiB");
  assert.equal(units.scale("bytes", 1024 ** 3, before).symbol, "GiB");
});

test("three digits or so are shown", () => {
  assert.deepEqual([1234, 123.4, 12.34, 1.234, 0.1234, 0.01234, 0].map((value) => number(value)),
    ["1234", "123", "12.3", "1.23", "0.12", "0.012", "0"]);
  assert.equal(number(1234567), "1,234,567");
  assert.equal(number(-2.5), "\u22122.50");
  assert.equal(number(-0.001, 1), "0.0");
  assert.equal(number(NaN), "–");
});

test("numbers of a legend keep a digit that large ones drop", () => {
  assert.equal(decimals(150), 0);
  assert.equal(legendDecimals(150), 1);
  assert.equal(legendDecimals(1500), 0);
  assert.equal(legendDecimals(0), 0);
});

test("a number that somebody has written keeps no empty digits", () => {
  assert.deepEqual([1, 0.5, 10, 2.25, 100].map(short), ["1", "0.5", "10", "2.25", "100"]);
});

test("a symbol stands apart from its number, but for percent and degrees", () => {
  assert.deepEqual(["%", "°", "GiB", ""].map(joined), ["%", "°", " GiB", ""]);
});

test("a duration is said as one would say it", () => {
  assert.deepEqual([0.4, 4, 99, 200, 7200, 300_000].map(duration), ["0 s", "4 s", "99 s", "3 min", "2 h", "3 d"]);
});

test("a length is told in one unit, or to the minute where that would be another one", () => {
  assert.deepEqual([90, 3_600, 5_400, 9_000, 172_800].map(duration), ["90 s", "60 min", "2 h", "3 h", "2 d"]);
  assert.deepEqual([90, 3_600, 5_400, 9_000, 90_000, 172_800, 216_000].map(fullDuration), ["90 s", "60 min", "1 h 30 min", "2 h 30 min", "25 h", "2 d", "2 d 12 h"]);
});
