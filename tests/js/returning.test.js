import assert from "node:assert/strict";
import { test } from "node:test";
import { RETURN_TIME, Returning, shapeOf } from "../../static/js/returning.js";
import { metricOf } from "./fakes.js";

/** A table of what is there, with a clock of its own. @param {string[]} names */
function table(...names) {
  const value = { value: new Map(names.map((name) => [name, { name, turn: 0 }])) };
  /** @type {(() => void)[]} */
  const timers = [];
  const returning = new Returning(value, ({ name }) => name, (action, ms) => {
    assert.equal(ms, RETURN_TIME);
    timers.push(action);
  });
  const named = (/** @type {string[]} */ ...all) => all.map((name) => ({ name, turn: 1 }));
  return { returning, named, timers, names: () => [...value.value.keys()].sort() };
}

test("changes add, replace and take away at once", () => {
  const { returning, named, names, timers } = table("a", "b");
  returning.take(named("c"), ["a"]);
  assert.deepEqual(names(), ["b", "c"]);
  assert.equal(timers.length, 0);
});

test("what a restarted server does not name keeps its place for a while, and then goes", () => {
  const { returning, named, names, timers } = table("a", "b", "c");
  returning.take(named("a"), [], true);
  assert.deepEqual(names(), ["a", "b", "c"]);
  returning.take(named("b"));
  timers[0]?.();
  assert.deepEqual(names(), ["a", "b"], "b has come back in time");
});

test("a second restart gives what is missing the whole time again", () => {
  const { returning, named, names, timers } = table("a", "b");
  returning.take(named("a"), [], true);
  returning.take(named("a"), [], true);
  timers[0]?.();
  assert.deepEqual(names(), ["a", "b"]);
  timers[1]?.();
  assert.deepEqual(names(), ["a"]);
});

test("what went and came back in the meantime stays", () => {
  const { returning, named, names, timers } = table("a", "b");
  returning.take(named("a"), [], true);
  returning.take([], ["b"]);
  assert.deepEqual(names(), ["a"]);
  returning.take(named("b"));
  timers[0]?.();
  assert.deepEqual(names(), ["a", "b"]);
});

test("a server that names all waits for nothing", () => {
  const { returning, named, timers } = table("a");
  returning.take(named("a", "b"), [], true);
  assert.equal(timers.length, 0);
});

test("a metric is another one to draw by its declaration and its figure, not by its series", () => {
  const shape = shapeOf(metricOf());
  assert.equal(shapeOf(metricOf({ series: [{ labels: {} }], refused: 3, collector: "other" })), shape);
  assert.notEqual(shapeOf(metricOf({ unit: "bytes" })), shape);
  assert.notEqual(shapeOf(metricOf({ figure_id: "0a1b" })), shape);
  assert.notEqual(shapeOf(metricOf({ figure_id: "0a1b" })), shapeOf(metricOf({ figure_id: "2c3d" })));
});
