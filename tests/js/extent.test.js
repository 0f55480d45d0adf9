import assert from "node:assert/strict";
import { test } from "node:test";
import { capacityOf, crowded, sinceOf, timesOf } from "../../static/js/extent.js";
import { Ring } from "../../static/js/ring.js";
import { Want } from "../../static/js/want.js";

const DAY = 86_400;

/** @param {number} window seconds */
const span = (window) => ({ window, points: timesOf(window) });

/** @param {number} from ms @param {number} count @param {number} every ms @returns {any} */
const run = (from, count, every) => {
  const times = Float64Array.from({ length: count }, (_, at) => from + at * every);
  return { times, columns: [times] };
};

/** A ring as an answer for a month leaves it: an hour between its samples, then live ones. @param {number} live how many */
function month(live) {
  const want = new Want(1);
  const ring = new Ring(capacityOf(span(30 * DAY), want), want.every);
  ring.setSeries([{ labels: {} }]);
  ring.backfill(run(3_600_000, 720, 3_600_000), 1_000_000);
  for (let from = 0; from < live; from += 10) ring.follow(run(720 * 3_600_000 + 1000 + from * 1000, 10, 1000), 1_000_010 + from);
  return { want, ring };
}

test("a chart of a day can tell all of its minutes apart", () => {
  assert.ok(timesOf(DAY) >= 1_440);
  assert.equal(timesOf(300), 1_200);
});

test("rows suffice for the window at full rate, up to a bound", () => {
  const want = new Want(1);
  assert.ok(capacityOf(span(3_600), want) >= 4_320);
  assert.equal(capacityOf(span(30 * DAY), want), 20_000);
  assert.ok(capacityOf(span(30 * DAY), new Want(3_600)) < 20_000);
});

test("a ring of a long window asks for a backfill before it loses the far past", () => {
  const { want, ring } = month(17_000);
  assert.equal(crowded(span(30 * DAY), want, ring), false);
  let offset = ring.offset;
  for (; !crowded(span(30 * DAY), want, ring); offset += 10) ring.follow(run(ring.last + 1000, 10, 1000), offset + 10);
  assert.equal(ring.first, 3_600_000, "nothing is lost yet");
  assert.ok(ring.length > 18_000);
});

test("a full ring whose oldest rows have left the window is not crowded", () => {
  const want = new Want(0.1);
  const ring = new Ring(capacityOf(span(900), want), want.every);
  ring.setSeries([{ labels: {} }]);
  ring.append(run(0, 12_000, 100), 12_000);
  assert.equal(ring.capacity < 20_000, true);
  assert.equal(crowded(span(900), want, ring), false);
  const fast = new Want(0.01);
  const full = new Ring(capacityOf(span(900), fast), fast.every);
  full.append(run(0, 20_000, 10), 20_000);
  assert.equal(crowded(span(900), fast, full), true);
});

test("a backfill that was refused or lost is asked for again, not only what is missing since", () => {
  const { want, ring } = month(10);
  const now = ring.last + 1000;
  want.again(true);
  assert.equal(sinceOf(span(30 * DAY), want, ring, now), null);
  want.asked(1, null);
  want.again();
  assert.equal(sinceOf(span(30 * DAY), want, ring, now), null);
  want.asked(2, null);
  want.step = "live";
  want.again();
  assert.equal(sinceOf(span(30 * DAY), want, ring, now), ring.whole);
});
