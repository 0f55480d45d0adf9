import assert from "node:assert/strict";
import { test } from "node:test";
import { holes } from "../../static/js/holes.js";
import { Ring } from "../../static/js/ring.js";

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

/** @param {number} from @param {number} count @param {number} every */
const run = (from, count, every) => Array.from({ length: count }, (_, at) => from + at * every);

/** @param {number[]} times the times before which there is a hole @param {number} [every] */
const found = (times, every = SECOND) => holes(times, 0, every).map((at) => times[at]);

test("samples at their usual distance have no holes, however they jitter", () => {
  assert.deepEqual(found(run(0, 100, SECOND)), []);
  assert.deepEqual(found(run(0, 100, SECOND).map((time, at) => time + (at % 3) * 700)), []);
  assert.deepEqual(found([0, 50, 100, 1_900, 1_950], 50), [], "a tick that is late is no hole");
  assert.deepEqual(found([]), []);
  assert.deepEqual(found([5]), []);
});

test("a time without samples is a hole, and two that are near each other are two", () => {
  assert.deepEqual(found([...run(0, 20, SECOND), ...run(60_000, 20, SECOND)]), [60_000]);
  assert.deepEqual(found([...run(0, 20, SECOND), ...run(60_000, 3, SECOND), ...run(120_000, 20, SECOND)]), [60_000, 120_000]);
});

test("where means end and samples begin there is none, but one in either is seen", () => {
  const coarse = run(0, 20, HOUR);
  const fine = run(20 * HOUR - 12 * MINUTE, 30, SECOND);
  assert.deepEqual(found([...coarse, ...fine]), []);
  const later = run(20 * HOUR, 30, SECOND);
  assert.deepEqual(found([...coarse, ...fine, ...later]), [20 * HOUR]);
  assert.deepEqual(found([...coarse, ...fine.slice(0, 12), ...later]), [20 * HOUR], "also soon after that");
  const day = run(48 * HOUR, 20, HOUR);
  assert.deepEqual(found([...coarse, ...day]), [48 * HOUR]);
});

test("samples that were chosen for their peaks lie unevenly and have no holes", () => {
  // Two of every ten seconds, mostly side by side.
  const pairs = Array.from({ length: 100 }, (_, at) => [at * 10_000 + ((at * 7) % 9) * SECOND, at * 10_000 + ((at * 7) % 9 + 1) * SECOND]).flat();
  assert.deepEqual(found(pairs), []);
  const down = pairs.filter((time) => time < 300_000 || time >= 400_000);
  assert.equal(found(down).length, 1);
});

test("samples that lie as at random have no holes, and an hour without any is one", () => {
  let seed = 7;
  // Numbers that are the same each time (mulberry32).
  const random = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  let wrong = 0;
  let missed = 0;
  for (let day = 0; day < 30; day++) {
    const times = Array.from({ length: 1600 }, () => Math.floor(random() * 86_400) * SECOND).sort((a, b) => a - b);
    wrong += found(times).length;
    missed += Number(found(times.filter((time) => time < 10 * HOUR || time > 11 * HOUR)).length !== 1);
  }
  assert.ok(wrong <= 2, `${wrong} of 48,000`);
  assert.ok(missed <= 2, `${missed} of 30`);
});

/** @param {Ring} ring */
const held = (ring) => [...ring.times.subarray(ring.start, ring.end)].map((time, at) => [time, ring.columns[0]?.[ring.start + at]]);

/** @param {number[]} times */
const samples = (times) => ({ times: Float64Array.from(times), columns: [Float64Array.from(times)] });

test("a ring breaks its line at the edges of a hole, within what comes and before it", () => {
  const ring = new Ring(100, SECOND);
  ring.setSeries([{ labels: {} }]);
  ring.backfill(samples([...run(1_000, 3, SECOND), ...run(60_000, 3, SECOND)]), 6);
  const first = [[1_000, 1_000], [2_000, 2_000], [3_000, 3_000], [3_001, NaN], [59_999, NaN], [60_000, 60_000], [61_000, 61_000], [62_000, 62_000]];
  assert.deepEqual(held(ring), first);
  ring.follow(samples([90_000]), 7);
  assert.deepEqual(held(ring), [...first, [62_001, NaN], [89_999, NaN], [90_000, 90_000]]);
  assert.equal(ring.torn, false);
});

test("what was missing in a hole takes the place of its edges", () => {
  const ring = new Ring(100, SECOND);
  ring.setSeries([{ labels: {} }]);
  ring.append(samples(run(1_000, 3, SECOND)), 3);
  ring.follow(samples([10_000]), 10);
  ring.mend(samples(run(4_000, 7, SECOND)), 3, 10);
  assert.deepEqual(held(ring).map(([time]) => time), run(1_000, 10, SECOND));
  ring.follow(samples([30_000]), 11);
  ring.mend(samples([28_000, 29_000, 30_000]), 10, 13);
  assert.deepEqual(held(ring).slice(10).map(([time]) => time), [10_001, 27_999, 28_000, 29_000, 30_000]);
});

test("a hole that is marked is not marked again, in a ring of another size neither", () => {
  const ring = new Ring(100, SECOND);
  ring.setSeries([{ labels: {} }]);
  ring.append(samples([...run(1_000, 5, SECOND), ...run(60_000, 5, SECOND)]), 10);
  const other = new Ring(200, SECOND);
  other.adopt(ring);
  assert.deepEqual(held(other), held(ring));
  other.mend(samples([65_000]), 10, 11);
  assert.equal(other.length, ring.length + 1);
});
