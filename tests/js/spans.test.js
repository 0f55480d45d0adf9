import assert from "node:assert/strict";
import { test } from "node:test";
import { Spans, spanOf } from "../../static/js/spans.js";
import { bodyOf, settled } from "./fakes.js";

const ASKED = { metric: "a.b", from: 1_000.4, to: 2_000.4, points: 600 };

/** The server's side and the clock, by hand. */
class Line {
  /** @type {{address: string, signal: AbortSignal, answer: (answer: Response) => void, fail: () => void}[]} */
  requests = [];
  /** @type {Map<object, {ms: number, action: () => void}>} */
  timers = new Map();

  world = {
    get: (/** @type {string} */ address, /** @type {{signal: AbortSignal}} */ { signal }) => new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      this.requests.push({ address, signal, answer: resolve, fail: () => reject(new TypeError("Failed to fetch")) });
    }),
    later: (/** @type {number} */ ms, /** @type {() => void} */ action) => {
      const timer = {};
      this.timers.set(timer, { ms, action });
      return () => void this.timers.delete(timer);
    },
  };

  /** The oldest request. */
  take() {
    const request = this.requests.shift();
    assert.ok(request, "nothing was asked");
    return request;
  }

  /** Let the shortest wait end; how long it was. */
  async pass() {
    const [first] = [...this.timers].sort(([, a], [, b]) => a.ms - b.ms);
    assert.ok(first);
    this.timers.delete(first[0]);
    first[1].action();
    await settled();
    return first[1].ms;
  }
}

const refusal = (/** @type {number} */ status) => new Response(JSON.stringify({ ok: false, error: { code: "x", message: `no: ${status}` } }), { status });
const answer = () => new Response(bodyOf([1, 2], [[10, NaN]]));

test("a body is a head, and numbers from a multiple of eight on", () => {
  const found = spanOf(bodyOf([1, 2, 3], [[10, NaN, 30], [4, 5, 6]], { tier: "hour", every: 3_600_000 }));
  assert.deepEqual([...found.times], [1, 2, 3]);
  assert.deepEqual(found.columns.map((column) => [...column]), [[10, NaN, 30], [4, 5, 6]]);
  assert.deepEqual([found.tier, found.every, found.series.length], ["hour", 3_600_000, 2]);
  assert.deepEqual(spanOf(bodyOf([], [[]])).times.length, 0);
});

test("a span is asked for in whole milliseconds, below the server's path", async () => {
  const line = new Line();
  const asking = new Spans("/room", line.world).ask(ASKED, new AbortController().signal);
  await settled();
  const { address, answer: give } = line.take();
  assert.equal(address, "/room/api/v1/query?metric=a.b&start=1000&end=2001&points=600&format=binary");
  give(answer());
  assert.deepEqual([...(await asking).times], [1, 2]);
  assert.equal(line.timers.size, 0);
});

test("a server that is busy, broken or away is asked again, ever later, and then no more", async () => {
  const line = new Line();
  const asking = new Spans("", line.world).ask(ASKED, new AbortController().signal);
  const failed = assert.rejects(asking, /no: 429/);
  /** @type {number[]} */
  const waits = [];
  for (const refuse of [429, 503, 0, 500]) {
    await settled();
    const request = line.take();
    if (refuse) request.answer(refusal(refuse));
    else request.fail();
    await settled();
    waits.push(await line.pass());
  }
  line.take().answer(refusal(429));
  await failed;
  waits.forEach((wait, round) => assert.ok(wait >= 1_000 * 2 ** round && wait <= 1_500 * 2 ** round, `${waits}`));
  assert.deepEqual([line.requests.length, line.timers.size], [0, 0]);
});

test("what the server will refuse again is not asked again", async () => {
  for (const status of [404, 422]) {
    const line = new Line();
    const asking = new Spans("", line.world).ask(ASKED, new AbortController().signal);
    await settled();
    line.take().answer(refusal(status));
    await assert.rejects(asking, new RegExp(`no: ${status}`));
    assert.equal(line.timers.size, 0);
  }
});

test("a request without an answer is given up and made again", async () => {
  const line = new Line();
  const asking = new Spans("", line.world).ask(ASKED, new AbortController().signal);
  await settled();
  const first = line.take();
  assert.equal(await line.pass(), 30_000);
  assert.equal(first.signal.aborted, true);
  await line.pass();
  line.take().answer(answer());
  assert.equal((await asking).columns.length, 1);
});

test("two requests go at once, the others when one of them has ended", async () => {
  const line = new Line();
  const spans = new Spans("", line.world);
  const all = Array.from({ length: 5 }, () => spans.ask(ASKED, new AbortController().signal));
  await settled();
  for (let left = 5; left > 0; left--) {
    assert.equal(line.requests.length, Math.min(2, left));
    line.take().answer(answer());
    await settled();
  }
  await Promise.all(all);
  assert.equal(spans.free, 2);
});

test("what nobody wants any more ends at once, wherever it stands", async () => {
  const line = new Line();
  const spans = new Spans("", line.world);
  const wishes = Array.from({ length: 4 }, () => new AbortController());
  const all = wishes.map(({ signal }) => assert.rejects(spans.ask(ASKED, signal), { name: "AbortError" }));
  await settled();
  const [first, second] = [line.take(), line.take()];
  wishes[2]?.abort(); // waits for its turn
  wishes[0]?.abort(); // is on its way
  await settled();
  assert.equal(first.signal.aborted, true);
  assert.equal(line.requests.length, 1, "the last one has the turn of the first");
  second.answer(refusal(429));
  await settled();
  wishes[1]?.abort(); // waits to be asked again
  wishes[3]?.abort();
  await Promise.all(all);
  assert.deepEqual([spans.free, spans.waiting.size, line.timers.size], [2, 0, 0]);
});
