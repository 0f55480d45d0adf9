import assert from "node:assert/strict";
import { test } from "node:test";
import { Ring } from "../../static/js/ring.js";
import { brushed, centred, keyed, placed, reachFor, stripOf, wheeledOn } from "../../static/js/time/brush.js";
import { Longer } from "../../static/js/time/longer.js";
import { settled } from "./fakes.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const HEAD = 100 * HOUR;
const ALL = { head: HEAD, oldest: 0 };
const live = (/** @type {number} */ length, head = HEAD) => ({ from: head - length, to: head });

test("a strip is several times as long as what is shown, and ends now while that is near now", () => {
  for (const [length, reach] of /** @type {[number, number][]} */ ([[30_000, 15 * MINUTE], [5 * MINUTE, HOUR], [15 * MINUTE, 6 * HOUR], [HOUR, 24 * HOUR]])) {
    assert.deepEqual(reachFor(live(length), ALL, null), { reach, to: null });
  }
  assert.deepEqual(reachFor({ from: HEAD - 50 * MINUTE, to: HEAD - 45 * MINUTE }, ALL, null), { reach: HOUR, to: null });
  const past = reachFor({ from: 50 * HOUR, to: 50 * HOUR + 5 * MINUTE }, ALL, null);
  assert.deepEqual(stripOf(past, HEAD), { from: 49.5 * HOUR + 2.5 * MINUTE, to: 50.5 * HOUR + 2.5 * MINUTE }, "around what was long ago");
});

test("a strip reaches no farther back than there is something", () => {
  const known = { head: HEAD, oldest: HEAD - 20 * MINUTE };
  assert.deepEqual(reachFor(live(5 * MINUTE), known, null), { reach: 20 * MINUTE * 1.02, to: null });
  assert.deepEqual(reachFor(live(25 * MINUTE), known, null), { reach: 25 * MINUTE, to: null }, "a window on everything is all of it");
  const first = reachFor({ from: 0, to: 5 * MINUTE }, ALL, null);
  assert.equal(stripOf(first, HEAD).from, -0.02 * HOUR);
  assert.deepEqual(reachFor(live(5 * MINUTE), { head: HEAD, oldest: NaN }, null), { reach: HOUR, to: null }, "as long as that is not known");
});

test("a strip stays while it will do, and is another one where the window would be lost in it or leaves it", () => {
  const hour = { reach: HOUR, to: null };
  for (const shown of [live(5 * MINUTE), live(2 * MINUTE), live(15 * MINUTE), { from: HEAD - 55 * MINUTE, to: HEAD - 40 * MINUTE }]) {
    assert.equal(reachFor(shown, ALL, hour), hour);
  }
  assert.equal(reachFor(live(30_000), ALL, hour).reach, 15 * MINUTE, "too narrow to be held");
  assert.equal(reachFor(live(25 * MINUTE), ALL, hour).reach, 6 * HOUR, "most of it");
  const left = reachFor({ from: HEAD - HOUR, to: HEAD - 55 * MINUTE }, ALL, hour);
  assert.ok(stripOf(left, HEAD).from < HEAD - 80 * MINUTE, "at its edge there is more beyond");
  const still = { reach: HOUR, to: HEAD - HOUR };
  assert.equal(reachFor({ from: HEAD - 90 * MINUTE, to: HEAD - 85 * MINUTE }, ALL, still), still);
  assert.deepEqual(reachFor({ from: HEAD - 65 * MINUTE, to: HEAD - HOUR }, ALL, still).to, HEAD - HOUR + 27.5 * MINUTE);
  const grown = { head: HEAD, oldest: HEAD - 40 * MINUTE };
  assert.ok(reachFor(live(5 * MINUTE), grown, { reach: 20 * MINUTE, to: null }).reach > 40 * MINUTE, "there is twice as much by now");
});

const STRIP = { from: 0, to: 1_000_000 };

test("a handle is dragged up to the other one and to the edge, the window as it is", () => {
  const begun = { from: 400_000, to: 500_000 };
  assert.deepEqual(brushed("begin", begun, -50_000, STRIP, 1_000), { from: 350_000, to: 500_000 });
  assert.deepEqual(brushed("begin", begun, 200_000, STRIP, 1_000), { from: 499_000, to: 500_000 });
  assert.deepEqual(brushed("begin", begun, -900_000, STRIP, 1_000), { from: 0, to: 500_000 });
  assert.deepEqual(brushed("end", begun, 900_000, STRIP, 1_000), { from: 400_000, to: 1_000_000 });
  assert.deepEqual(brushed("end", begun, -900_000, STRIP, 1_000), { from: 400_000, to: 401_000 });
  assert.deepEqual(brushed("move", begun, 30_000, STRIP, 1_000), { from: 430_000, to: 530_000 });
  assert.deepEqual(brushed("move", begun, 900_000, STRIP, 1_000), { from: 900_000, to: 1_000_000 });
  assert.deepEqual(brushed("move", begun, -900_000, STRIP, 1_000), { from: 0, to: 100_000 });
});

test("beside the window a drag shows what it goes over, either way, and a click as much as before around it", () => {
  const at = { from: 200_000, to: 200_000 };
  assert.deepEqual(brushed("new", at, 50_000, STRIP, 1_000), { from: 200_000, to: 250_000 });
  assert.deepEqual(brushed("new", at, -300_000, STRIP, 1_000), { from: 0, to: 200_000 });
  assert.deepEqual(brushed("new", at, 10, STRIP, 1_000), { from: 200_000, to: 201_000 });
  assert.deepEqual(centred({ from: 0, to: 100_000 }, 300_000, STRIP), { from: 250_000, to: 350_000 });
  assert.deepEqual(centred({ from: 0, to: 100_000 }, 990_000, STRIP), { from: 900_000, to: 1_000_000 });
});

test("keys move handles by a hundredth of the strip, the window by its quarter, and to either end", () => {
  const shown = { from: 400_000, to: 500_000 };
  assert.deepEqual(keyed("begin", "ArrowLeft", shown, STRIP, 1_000), { from: 390_000, to: 500_000 });
  assert.deepEqual(keyed("end", "ArrowUp", shown, STRIP, 1_000), { from: 400_000, to: 510_000 });
  assert.deepEqual(keyed("end", "PageDown", shown, STRIP, 1_000), { from: 400_000, to: 401_000 });
  assert.deepEqual(keyed("move", "ArrowRight", shown, STRIP, 1_000), { from: 425_000, to: 525_000 });
  assert.deepEqual(keyed("move", "PageDown", shown, STRIP, 1_000), { from: 300_000, to: 400_000 });
  assert.deepEqual(keyed("move", "Home", shown, STRIP, 1_000), { from: 0, to: 100_000 });
  assert.deepEqual(keyed("move", "End", shown, STRIP, 1_000), { from: 900_000, to: 1_000_000 });
  assert.equal(keyed("move", "b", shown, STRIP, 1_000), null);
});

test("a wheel moves the window with the strip below the pointer", () => {
  assert.deepEqual(wheeledOn({ from: 400_000, to: 500_000 }, -10, 500, STRIP), { from: 420_000, to: 520_000 });
});

test("a window of a moment is wide enough to be seen, and within the strip", () => {
  assert.deepEqual(placed({ from: 400_000, to: 500_000 }, STRIP, 500), [200, 250]);
  const [begin, end] = placed({ from: 500_000, to: 500_001 }, STRIP, 500);
  assert.ok(end - begin >= 4 && begin <= 250 && end >= 250, `${begin} ${end}`);
  assert.deepEqual(placed({ from: 999_999, to: 1_000_000 }, STRIP, 500), [496, 500]);
  assert.deepEqual(placed({ from: -5e6, to: 2e6 }, STRIP, 500), [0, 500]);
});

// --- what the strip tells

const METRIC = /** @type {import("../../static/js/types.js").Metric} */ (/** @type {unknown} */ ({ name: "m", every: 1, headline: "sum", chart: "line" }));
const SERIES = [{ labels: { side: "in" } }, { labels: { side: "out" } }];

/** Seconds, each with its own number in both series. @param {number} from s @param {number} to s */
function seconds(from, to) {
  const times = Float64Array.from({ length: to - from }, (_, at) => 1_000 * (from + at));
  return { times, columns: [times.map((time) => time / 1_000), times.map(() => 1)] };
}

/** @param {Partial<import("../../static/js/types.js").Metric>} [metric] @param {Record<string, string[]>} [only] */
function telling(metric = {}, only) {
  const ring = new Ring(1_000, 1_000);
  ring.setSeries(SERIES);
  /** @type {{asked: any, signal: AbortSignal, answer: (found: any) => void, fail: (error: Error) => void}[]} */
  const requests = [];
  const ask = (/** @type {any} */ asked, /** @type {AbortSignal} */ signal) => new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
    requests.push({ asked, signal, answer: (found) => resolve({ ...found, series: SERIES, tier: "full", every: 0 }), fail: reject });
  });
  const longer = new Longer({ metric: { ...METRIC, ...metric }, spans: { ask }, live: () => ring, changed: () => {}, ...(only ? { only } : {}) });
  return { ring, requests, longer };
}

/** @param {Ring | null} ring */
const values = (ring) => (ring ? [...ring.times.subarray(ring.start, ring.end)].map((time, at) => [time, ring.columns[0]?.[ring.start + at]]) : []);

test("of a longer past the means of even stretches are drawn, and what comes in goes on from there", async () => {
  const { ring, requests, longer } = telling();
  ring.append(seconds(500, 1_000), 500);
  longer.show({ from: 0, to: 1_000_000 }, 200);
  assert.deepEqual(requests.map(({ asked }) => asked), [{ metric: "m", from: 0, to: 1_000_000, points: 200 }]);
  requests[0]?.answer(seconds(0, 1_000));
  await settled();
  assert.equal(longer.ring?.length, 100);
  assert.deepEqual(values(longer.ring)[7], [75_000, 75.5], "of 70 to 79, and one of the other series");
  ring.append(seconds(1_000, 1_025), 525);
  longer.show({ from: 25_000, to: 1_025_000 }, 200);
  assert.deepEqual(values(longer.ring).slice(-2), [[1_005_000, 1_005.5], [1_015_000, 1_015.5]], "a stretch is told once it is over");
  assert.equal(requests.length, 1);
});

test("another strip is asked for, and what was asked before is given up; the old line stays until then", async () => {
  const { ring, requests, longer } = telling();
  ring.append(seconds(900, 1_000), 100);
  longer.show({ from: 0, to: 1_000_000 }, 200);
  requests[0]?.answer(seconds(0, 1_000));
  await settled();
  longer.show({ from: -4_000_000, to: 1_000_000 }, 200);
  longer.show({ from: -9_000_000, to: 1_000_000 }, 200);
  assert.deepEqual(requests.map(({ signal }) => signal.aborted), [false, true, false]);
  assert.equal(longer.ring?.length, 100);
  await settled();
  requests[2]?.fail(new Error("no"));
  await settled();
  assert.equal(longer.ring?.length, 100, "a failure takes nothing away");
  longer.show({ from: -9_000_000, to: 1_000_000 }, 200);
  assert.equal(requests.length, 3, "and is not asked again and again");
});

test("what the page has lost meanwhile is asked for", async () => {
  const { ring, requests, longer } = telling();
  longer.show({ from: 0, to: 1_000_000 }, 200);
  requests[0]?.answer(seconds(0, 1_000));
  await settled();
  ring.append(seconds(1_500, 1_600), 100);
  longer.show({ from: 600_000, to: 1_600_000 }, 200);
  assert.equal(requests.length, 2);
  longer.forget();
  longer.show({ from: 600_000, to: 1_600_000 }, 200);
  assert.equal(requests.length, 3, "another past");
});

test("the line is the headline of the metric, of the series that are meant; of one without the mean of lines and the sum of layers", async () => {
  for (const [metric, only, wanted] of /** @type {[object, any, number][]} */ ([
    [{ headline: "in" }, undefined, 4.5], [{ headline: "max" }, undefined, 4.6], [{}, { side: ["out"] }, 1], [{ headline: "" }, undefined, 2.75],
    [{ headline: "", chart: "stacked" }, undefined, 5.5],
  ])) {
    const { requests, longer } = telling(metric, only);
    longer.show({ from: 0, to: 1_000_000 }, 200);
    requests[0]?.answer(seconds(0, 1_000));
    await settled();
    assert.equal(values(longer.ring)[0]?.[1], wanted, JSON.stringify(metric));
  }
});
