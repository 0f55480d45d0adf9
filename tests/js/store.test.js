import assert from "node:assert/strict";
import { test } from "node:test";
import { Ring, Store, keyOf, nameOf } from "../../static/js/store.js";

/** @param {...string} names */
const series = (...names) => names.map((name) => ({ labels: { name } }));

/** @param {number[]} times @param {...number[]} columns */
const samples = (times, ...columns) => ({ times: Float64Array.from(times), columns: columns.map((one) => Float64Array.from(one)) });

/** @param {Ring} ring @param {number} [place] */
const held = (ring, place = 0) => [
  [...ring.times.subarray(ring.start, ring.end)],
  [...(ring.columns[place] ?? []).subarray(ring.start, ring.end)],
];

/** @param {number} capacity @param {...string} names */
function ringOf(capacity, ...names) {
  const ring = new Ring(capacity);
  ring.setSeries(series(...names));
  return ring;
}

test("a ring holds its capacity and forgets the oldest", () => {
  const ring = ringOf(3, "a");
  for (let at = 1; at <= 20; at++) {
    ring.append(samples([at], [at * 10]), at);
    const times = [at - 2, at - 1, at].filter((time) => time > 0);
    assert.deepEqual(held(ring), [times, times.map((time) => time * 10)]);
  }
  assert.equal(ring.offset, 20);
  assert.equal(ring.times.length, 6, "its arrays never grow");
});

test("a batch larger than the ring leaves its newest samples", () => {
  const ring = ringOf(3, "a");
  ring.append(samples([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]), 5);
  assert.deepEqual(held(ring)[0], [3, 4, 5]);
});

test("appending in pieces of any size gives the same as naively keeping the last ones", () => {
  const ring = ringOf(7, "a");
  /** @type {number[]} */
  let naive = [];
  let time = 0;
  for (let round = 0; round < 200; round++) {
    const batch = Array.from({ length: (round * 7) % 10 }, () => ++time);
    ring.append(samples(batch, batch), time);
    naive = [...naive, ...batch].slice(-7);
    assert.deepEqual(held(ring), [naive, naive]);
  }
});

test("a later write wins: a clock that stepped back replaces what it passes again", () => {
  const ring = ringOf(10, "a");
  ring.append(samples([10, 20, 30], [1, 2, 3]), 3);
  ring.append(samples([20, 25], [8, 9]), 5);
  assert.deepEqual(held(ring), [[10, 20, 25], [1, 8, 9]]);
});

test("series that come, go and change places keep their values by their labels", () => {
  const ring = ringOf(10, "a", "b");
  ring.append(samples([1], [10], [20]), 1);
  ring.setSeries(series("b", "c"));
  ring.append(samples([2], [21], [31]), 2);
  assert.deepEqual(held(ring, 0)[1], [20, 21]);
  assert.deepEqual(held(ring, 1)[1], [NaN, 31]);
});

test("the same list of series is no change", () => {
  const ring = ringOf(10, "a");
  const { version, shape } = ring;
  ring.setSeries(series("a"));
  assert.deepEqual([ring.version, ring.shape], [version, shape]);
});

test("a span has one sample more on either side, so that lines reach the edges", () => {
  const ring = ringOf(10, "a");
  ring.append(samples([10, 20, 30, 40, 50], [1, 2, 3, 4, 5]), 5);
  const [low, high] = ring.span(25, 40);
  assert.deepEqual([...ring.times.subarray(low, high)], [20, 30, 40, 50]);
  assert.deepEqual(ring.span(100, 200).map((at) => at - ring.start), [4, 5]);
});

test("an empty ring has no first, last or latest", () => {
  const ring = ringOf(4, "a");
  assert.deepEqual([ring.first, ring.last, ring.latest(0), ring.length], [NaN, NaN, NaN, 0]);
  assert.deepEqual(ring.span(0, 10), [0, 0]);
});

test("labels in another order are the same series", () => {
  assert.equal(keyOf({ labels: { a: "1", b: "2" } }), keyOf({ labels: { b: "2", a: "1" } }));
  assert.notEqual(keyOf({ labels: { a: "1" } }), keyOf({ labels: { a: "2" } }));
  assert.equal(nameOf({ labels: { disk: "vda", direction: "read" } }), "vda read");
});

const HOW = { since: null, capacity: 100, every: 1000 };

test("a backfill goes behind what was there before it, with a break where samples are missing", () => {
  const store = new Store();
  store.accept("m", series("a"), samples([1000, 2000], [1, 2]), { ...HOW, offset: 2 });
  store.accept("m", series("a"), samples([9000, 10_000], [9, 10]), { ...HOW, offset: 2 });
  assert.deepEqual(held(/** @type {Ring} */ (store.ring("m"))), [[1000, 2000, 2001, 8999, 9000, 10_000], [1, 2, NaN, NaN, 9, 10]]);
});

test("a backfill that overlaps replaces what it covers", () => {
  const store = new Store();
  store.accept("m", series("a"), samples([1000, 2000, 3000], [1, 2, 3]), { ...HOW, offset: 3 });
  store.accept("m", series("a"), samples([2000, 3000, 4000], [7, 8, 9]), { ...HOW, offset: 4 });
  assert.deepEqual(held(/** @type {Ring} */ (store.ring("m"))), [[1000, 2000, 3000, 4000], [1, 7, 8, 9]]);
});

test("recovered samples are appended, with a break in the time in which there were none", () => {
  const store = new Store();
  store.accept("m", series("a"), samples([1000], [1]), { ...HOW, offset: 1 });
  store.accept("m", series("a"), samples([60_000], [2]), { ...HOW, offset: 2, since: 1 });
  assert.deepEqual(held(/** @type {Ring} */ (store.ring("m"))), [[1000, 1001, 59_999, 60_000], [1, NaN, NaN, 2]]);
});

test("a ring of another size takes over what fits", () => {
  const store = new Store();
  store.accept("m", series("a"), samples([1000, 2000, 3000], [1, 2, 3]), { ...HOW, offset: 3 });
  store.accept("m", series("a"), samples([4000], [4]), { ...HOW, offset: 4, capacity: 2 });
  assert.deepEqual(held(/** @type {Ring} */ (store.ring("m"))), [[3000, 4000], [3, 4]]);
});

test("listeners are told until they undo it", () => {
  const store = new Store();
  let told = 0;
  let past = 0;
  const undo = store.listen("m", (filled) => {
    told++;
    past += Number(filled);
  });
  store.accept("m", series("a"), samples([1], [1]), { ...HOW, offset: 1 });
  store.append("m", samples([2], [2]), 2);
  store.setSeries("m", series("a", "b"));
  assert.deepEqual([told, past], [3, 1], "only an answer changes the past");
  undo();
  store.forget("m");
  assert.equal(told, 3);
  assert.equal(store.listeners.size, 0);
});

test("the head is the newest time of all metrics", () => {
  const store = new Store();
  assert.equal(store.head(), NaN);
  store.accept("empty", series("a"), samples([], []), { ...HOW, offset: 0 });
  store.accept("m", series("a"), samples([5000], [1]), { ...HOW, offset: 1 });
  store.accept("n", series("a"), samples([4000], [1]), { ...HOW, offset: 1 });
  assert.equal(store.head(), 5000);
});

test("a server that has just started knows no series, and takes none from what is drawn", () => {
  const store = new Store();
  store.setEpoch("e1");
  store.accept("m", series("a"), samples([1000, 2000], [1, 2]), { ...HOW, offset: 2 });
  store.setEpoch("e2");
  store.accept("m", [], samples([]), { ...HOW, offset: 0 });
  store.setSeries("m", series("a"));
  store.append("m", samples([3000], [3]), 1);
  assert.deepEqual(held(/** @type {Ring} */ (store.ring("m"))), [[1000, 2000, 3000], [1, 2, 3]]);
});
