import assert from "node:assert/strict";
import { test } from "node:test";
import { Head } from "../../static/js/head.js";
import { Store } from "../../static/js/store.js";

const START = 1_000_000;
const EVERY = 1_000;

/** A store with one metric, and a clock that is told how late it is. */
function scene() {
  const store = new Store();
  const source = { connected: true, turns: 0, clock: 0 };
  const head = new Head(store, { ready: () => source.connected, turn: () => source.turns, now: () => START + source.clock }, () => source.clock);
  const series = [{ labels: { name: "a" } }];
  const samples = (/** @type {number} */ time) => ({ times: Float64Array.of(time), columns: [Float64Array.of(1)] });
  let offset = 0;
  return {
    source,
    store,
    head,
    /** @param {number} time @param {string} [name] @param {number} [every] */
    put(time, name = "a", every = EVERY) {
      store.accept(name, series, samples(time), { offset: ++offset, since: null, capacity: 10, every });
    },
    /** @param {number} at */
    after(at) {
      source.clock = at;
      return head.at() - START;
    },
  };
}

test("charts end at the newest sample of all metrics", () => {
  const { put, after } = scene();
  assert.equal(after(700), 700, "there is none: charts end now");
  put(START);
  put(START - 500, "b");
  assert.equal(after(3_900), 0);
});

test("time goes on without samples, and never back when they come again", () => {
  const { put, after } = scene();
  put(START);
  assert.equal(after(0), 0);
  assert.equal(after(4_000), 0, "three periods and a second may be a late one");
  assert.equal(after(4_250), 250);
  assert.equal(after(60_000), 56_000);
  put(START + 60_000);
  assert.equal(after(60_000), 60_000);
  assert.equal(after(63_000), 60_000);
});

test("another metric that is asked for, and has nothing newer, moves nothing back", () => {
  const { put, after } = scene();
  put(START);
  after(0);
  put(START - 9_000, "b");
  assert.equal(after(10_000), 6_000);
});

test("the most frequent metric tells how long one waits", () => {
  const { put, after } = scene();
  put(START, "a", 60_000);
  put(START, "b", 200);
  after(0);
  assert.equal(after(2_600), 1_000);
});

test("a source whose samples are of long ago is followed as any other", () => {
  const { put, after } = scene();
  for (let at = 0; at < 5; at++) {
    put(START - 600_000 + at * EVERY);
    assert.equal(after(at * EVERY), -600_000 + at * EVERY);
  }
});

test("charts stand still while the connection is away, and until what was missed has been asked for", () => {
  const { source, put, after } = scene();
  put(START);
  after(0);
  source.connected = false;
  assert.equal(after(90_000), 0);
  source.connected = true;
  assert.equal(after(90_100), 0);
  source.turns++;
  assert.equal(after(600_000), 0, "a tab that nobody saw has asked for everything anew");
});

test("samples that are far ahead of the server's clock do not lead", () => {
  const { put, after } = scene();
  put(START + 90_000);
  assert.equal(after(50), 50);
});
