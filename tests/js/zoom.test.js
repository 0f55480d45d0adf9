import assert from "node:assert/strict";
import { test } from "node:test";
import { Ring } from "../../static/js/ring.js";
import { spanOf } from "../../static/js/spans.js";
import { Zoom, exact, ringOf } from "../../static/js/zoom.js";
import { bodyOf, settled } from "./fakes.js";

const SECOND = 1_000;
const HOUR = 3_600_000;

/** @param {number} from @param {number} to @param {number} every */
const run = (from, to, every) => Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, at) => from + at * every);

/** @param {number[]} times */
function ringAt(times) {
  const ring = new Ring(times.length + 10, SECOND);
  ring.setSeries([{ labels: { name: "a" } }]);
  ring.backfill({ times: Float64Array.from(times), columns: [Float64Array.from(times)] }, times.length);
  return ring;
}

/** A chart of a day in hours, of which the last hour is at full rate. */
function chart() {
  const live = ringAt([...run(0, 23 * HOUR, HOUR), ...run(23 * HOUR + SECOND, 24 * HOUR, SECOND)]);
  /** @type {{asked: any, signal: AbortSignal, answer: (found: any) => void, fail: (error: Error) => void}[]} */
  const requests = [];
  const ask = (/** @type {any} */ asked, /** @type {AbortSignal} */ signal) => new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
    requests.push({ asked, signal, answer: resolve, fail: reject });
  });
  let changes = 0;
  const zoom = new Zoom({ metric: "m", every: SECOND, spans: { ask }, live: () => live, changed: () => changes++ });
  return { live, requests, zoom, changes: () => changes };
}

/** @param {number[]} times @param {object} [head] */
const found = (times, head) => spanOf(bodyOf(times, [times], head));

test("a span of which the page has every sample is drawn from these", () => {
  const { zoom, requests, live } = chart();
  zoom.to({ from: 23.5 * HOUR, to: 23.6 * HOUR }, 600);
  assert.equal(requests.length, 0);
  assert.equal(zoom.ring, live);
  assert.equal(zoom.step, "");
});

test("while nothing is here of a span that is asked for, it is bare", async () => {
  const { zoom, requests, live } = chart();
  zoom.to({ from: 23.5 * HOUR, to: 23.6 * HOUR }, 600);
  assert.equal(zoom.bare, false);
  zoom.to({ from: 2 * HOUR, to: 3 * HOUR }, 600);
  assert.equal(zoom.bare, false, "a coarse sample");
  zoom.to({ from: 2.2 * HOUR, to: 2.4 * HOUR }, 600);
  assert.equal(zoom.bare, true, "between two samples");
  zoom.to({ from: -2 * HOUR, to: -HOUR }, 600);
  assert.equal(zoom.bare, true);
  requests.at(-1)?.answer(found([]));
  await settled();
  assert.equal(zoom.bare, false, "the server has nothing either");
  // What a ring has let go of counts no more, where its places go on.
  const times = Float64Array.from([...run(24 * HOUR + SECOND, 24 * HOUR + 60 * SECOND, SECOND), 24 * HOUR + 500 * SECOND]);
  live.append({ times, columns: [times] }, live.offset + times.length);
  assert.ok(live.start > 40);
  zoom.to({ from: 24 * HOUR + 50 * SECOND, to: 24 * HOUR + 600 * SECOND }, 600);
  assert.deepEqual([zoom.step, zoom.bare], ["asking", false]);
});

test("any other is asked for at the width of the plot, with the old picture until it is there", async () => {
  const { zoom, requests, live, changes } = chart();
  zoom.to({ from: 2 * HOUR, to: 3 * HOUR }, 600);
  const [request] = requests;
  assert.ok(request && request.asked.from <= 2 * HOUR && request.asked.to >= 3 * HOUR);
  assert.ok(request.asked.from > 1.9 * HOUR && request.asked.to < 3.1 * HOUR && request.asked.points >= 600);
  assert.equal(zoom.ring, live);
  assert.equal(zoom.step, "asking");
  request.answer(found(run(2 * HOUR, 3 * HOUR, SECOND)));
  await settled();
  assert.equal(zoom.ring?.length, 3601);
  assert.deepEqual([zoom.step, zoom.tier, changes()], ["", "full", 1]);
  zoom.end();
  assert.equal(zoom.ring, live);
});

test("within what was found at full resolution nothing more is asked for", async () => {
  const { zoom, requests } = chart();
  zoom.to({ from: 2 * HOUR, to: 3 * HOUR }, 600);
  requests[0]?.answer(found(run(2 * HOUR, 3 * HOUR, SECOND)));
  await settled();
  const { ring } = zoom;
  zoom.to({ from: 2.2 * HOUR, to: 2.5 * HOUR }, 600);
  assert.equal(requests.length, 1);
  assert.equal(zoom.ring, ring);
});

test("means are asked for again, finer, and drawn until that is there", async () => {
  const { zoom, requests } = chart();
  zoom.to({ from: 2 * HOUR, to: 9 * HOUR }, 600);
  requests[0]?.answer(found(run(2 * HOUR, 9 * HOUR, 60_000), { tier: "minute", every: 60_000 }));
  await settled();
  const { ring } = zoom;
  assert.equal(zoom.tier, "minute");
  zoom.to({ from: 3 * HOUR, to: 3.1 * HOUR }, 600);
  assert.equal(requests.length, 2);
  assert.equal(zoom.ring, ring);
});

test("a request that is outdated is aborted, and its answer is not taken", async () => {
  const { zoom, requests, live, changes } = chart();
  zoom.to({ from: 2 * HOUR, to: 9 * HOUR }, 600);
  zoom.to({ from: 3 * HOUR, to: 4 * HOUR }, 600);
  assert.deepEqual(requests.map(({ signal }) => signal.aborted), [true, false]);
  zoom.end();
  assert.deepEqual(requests.map(({ signal }) => signal.aborted), [true, true]);
  await settled();
  assert.deepEqual([zoom.ring, zoom.step, changes()], [live, "", 0]);
});

test("a failure leaves what there is, with its reason, and the next zoom tries again", async () => {
  const { zoom, requests, live, changes } = chart();
  zoom.to({ from: 2 * HOUR, to: 9 * HOUR }, 600);
  requests[0]?.fail(new Error("the server is busy"));
  await settled();
  assert.deepEqual([zoom.ring, zoom.step, zoom.reason, changes()], [live, "failed", "the server is busy", 1]);
  zoom.to({ from: 3 * HOUR, to: 4 * HOUR }, 600);
  assert.deepEqual([requests.length, zoom.step, zoom.reason], [2, "asking", ""]);
});

test("an answer without samples takes nothing from the picture", async () => {
  const { zoom, requests, live } = chart();
  zoom.to({ from: 2 * HOUR, to: 3 * HOUR }, 600);
  requests[0]?.answer(found([]));
  await settled();
  assert.deepEqual([zoom.ring, zoom.step], [live, ""]);
});

test("a ring is exact where no sample is missing", () => {
  const ring = ringAt([...run(100_000, 200_000, SECOND), ...run(260_000, 300_000, SECOND)]);
  assert.equal(exact(ring, { from: 110_000, to: 150_000 }, SECOND), true);
  assert.equal(exact(ring, { from: 270_000, to: 400_000 }, SECOND), true, "the newest there is");
  assert.equal(exact(ring, { from: 90_000, to: 150_000 }, SECOND), false, "it begins later");
  assert.equal(exact(ring, { from: 150_000, to: 280_000 }, SECOND), false, "there is a hole");
  assert.equal(exact(undefined, { from: 1, to: 2 }, SECOND), false);
  ring.follow({ times: Float64Array.of(303_000), columns: [Float64Array.of(1)] }, ring.offset + 3);
  assert.equal(exact(ring, { from: 270_000, to: 280_000 }, SECOND), false, "some are on their way");
});

test("series keep the places and so the colours that they have live", () => {
  const live = new Ring(10);
  live.setSeries(["a", "b", "c"].map((name) => ({ labels: { name } })));
  const series = ["z", "c", "a"].map((name) => ({ labels: { name } }));
  const ring = ringOf(spanOf(bodyOf([1, 2], [[26, 26], [3, 3], [1, 1]], { series })), live, SECOND);
  assert.deepEqual(ring.series.map(({ labels }) => labels["name"]), ["a", "b", "c", "z"]);
  assert.deepEqual(ring.columns.map((column) => column[0]), [1, NaN, 3, 26]);
  assert.notEqual(ring.shape, live.shape, "a chart can tell them apart");
});

test("no line crosses a hole in what was found", () => {
  const ring = ringOf(found([...run(0, 10 * HOUR, HOUR), ...run(20 * HOUR, 30 * HOUR, HOUR)], { tier: "hour", every: HOUR }), undefined, SECOND);
  assert.equal(ring.length, 24);
});

test("while it moves, what is asked for is let come, and reaches so far that a short way asks for no more", async () => {
  const { zoom, requests, changes } = chart();
  zoom.glide({ from: 2 * HOUR, to: 3 * HOUR }, 600);
  zoom.glide({ from: 2.1 * HOUR, to: 3.1 * HOUR }, 600);
  zoom.glide({ from: 2.2 * HOUR, to: 3.2 * HOUR }, 600);
  assert.equal(requests.length, 1);
  assert.equal(requests[0]?.signal.aborted, false);
  assert.ok(requests[0] && requests[0].asked.from <= 1.5 * HOUR && requests[0].asked.to >= 3.5 * HOUR);
  requests[0]?.answer(found(run(1.4 * HOUR, 3.6 * HOUR, SECOND)));
  await settled();
  assert.deepEqual([zoom.ring?.length, changes()], [7921, 1]);
  zoom.glide({ from: 2.4 * HOUR, to: 3.4 * HOUR }, 600);
  assert.equal(requests.length, 1);
});

test("what it has moved on to meanwhile is asked for after that, once, and where it rests exactly", async () => {
  const { zoom, requests } = chart();
  zoom.glide({ from: 2 * HOUR, to: 3 * HOUR }, 600);
  for (const hour of [7, 8, 9]) zoom.glide({ from: hour * HOUR, to: (hour + 1) * HOUR }, 600);
  requests[0]?.answer(found(run(1.4 * HOUR, 3.6 * HOUR, SECOND)));
  await settled();
  assert.equal(requests.length, 2);
  assert.ok(requests[1] && requests[1].asked.from <= 9 * HOUR && requests[1].asked.to >= 10 * HOUR);
  zoom.to({ from: 12 * HOUR, to: 13 * HOUR }, 600);
  assert.deepEqual(requests.map(({ signal }) => signal.aborted), [false, true, false]);
});

test("of a span that has gone on since it was asked for, what came later is asked for", async () => {
  const { zoom, requests, live } = chart();
  zoom.live = () => undefined;
  zoom.glide({ from: 22 * HOUR, to: 24 * HOUR - 5 * SECOND }, 600);
  requests[0]?.answer(found(run(22 * HOUR, 24 * HOUR, SECOND)));
  await settled();
  zoom.glide({ from: 22 * HOUR + 4 * SECOND, to: 24 * HOUR - SECOND }, 600);
  assert.equal(requests.length, 1, "there is no more");
  live.append({ times: Float64Array.from(run(24 * HOUR + SECOND, 24 * HOUR + 20 * SECOND, SECOND)), columns: [new Float64Array(20)] }, live.offset + 20);
  zoom.glide({ from: 22 * HOUR + 20 * SECOND, to: 24 * HOUR + 15 * SECOND }, 600);
  assert.equal(requests.length, 2);
});

test("a span of which the server has nothing, or that it does not answer, is asked for once while one stays near", async () => {
  const { zoom, requests } = chart();
  const span = { from: 2 * HOUR, to: 3 * HOUR };
  zoom.glide(span, 600);
  requests[0]?.answer(found([]));
  await settled();
  zoom.glide({ from: span.from + SECOND, to: span.to + SECOND }, 600);
  assert.equal(requests.length, 1);
  zoom.glide({ from: 8 * HOUR, to: 9 * HOUR }, 600);
  requests[1]?.fail(new Error("away"));
  await settled();
  zoom.glide({ from: 8 * HOUR, to: 9 * HOUR }, 600);
  assert.deepEqual([requests.length, zoom.step], [2, "failed"]);
  zoom.end();
  zoom.glide({ from: 8 * HOUR, to: 9 * HOUR }, 600);
  assert.equal(requests.length, 3);
});
