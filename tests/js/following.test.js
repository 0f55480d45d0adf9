import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Desk, settled } from "./fakes.js";

/** @type {Desk[]} */
const desks = [];
afterEach(() => {
  for (const one of desks.splice(0)) one.connection.stop();
});

/** A page that watches metric "m" and holds its samples 1..3. */
async function watching() {
  const page = new Desk();
  desks.push(page);
  await page.greet();
  page.subscriptions.want("m", 1);
  await settled();
  page.answer({ t: [997_000, 998_000, 999_000], v: [[1, 2, 3]], offset: 3 });
  return page;
}

/** @param {Desk} page */
const values = (page) => {
  const ring = page.store.ring("m");
  return ring ? [...(ring.columns[0] ?? []).subarray(ring.start, ring.end)] : [];
};

test("what comes behind a gap is drawn at once, and what is missing is asked for a moment later", async () => {
  const page = await watching();
  page.samples(5, [1_001_000], [5]);
  assert.deepEqual(values(page), [1, 2, 3, NaN, 5]);
  await page.pass(999);
  assert.equal(page.socket.count("subscribe"), 0);
  page.samples(6, [1_002_000], [6]);
  await page.pass(1_001);
  page.samples(7, [1_003_000], [7]);
  assert.deepEqual(values(page), [1, 2, 3, NaN, 5, 6, 7], "it is drawn while it is asked for, too");
  const asked = page.answer({ t: [1_000_000, 1_001_000, 1_002_000], v: [[4, 5, 6]], offset: 6, recovered: true });
  assert.deepEqual(asked, { metrics: [{ name: "m", window: 300, points: 1200, since: 3 }], epoch: "e1" });
  assert.deepEqual(values(page), [1, 2, 3, 4, 5, 6, 7]);
  await page.pass(60_000);
  assert.equal(page.socket.count("subscribe"), 0);
});

test("further gaps do not put the question off, and it is about all of them", async () => {
  const page = await watching();
  for (let offset = 5; offset <= 23; offset += 2) {
    page.samples(offset, [997_000 + offset * 1000], [offset]);
    await page.pass(200);
  }
  assert.equal(page.socket.count("subscribe"), 1);
  assert.equal(page.socket.take("subscribe").payload.metrics[0].since, 3);
});

test("who is told that it lags asks at once, once", async () => {
  const page = await watching();
  page.samples(5, [1_001_000], [5]);
  page.socket.say("lagged", { metrics: ["m", "unknown"] });
  await settled();
  page.socket.say("lagged", { metrics: ["m"] });
  await page.pass(5_000);
  assert.equal(page.socket.take("subscribe").payload.metrics[0].since, 3);
  assert.equal(page.socket.count("subscribe"), 0);
});

test("a last frame that was left out is asked for, too", async () => {
  const page = await watching();
  page.socket.say("lagged", { metrics: ["m"] });
  await settled();
  assert.equal(page.socket.take("subscribe").payload.metrics[0].since, 3);
});

test("a metric that is torn again and again is mended ever more rarely, until it was whole for a while", async () => {
  const page = await watching();
  let offset = 3;
  /** Tear it; how long until it is asked for. */
  const wait = async () => {
    offset += 2;
    page.samples(offset, [page.time], [offset]);
    let waited = 0;
    for (; !page.socket.count("subscribe"); waited += 100) await page.pass(100);
    page.answer({ t: [page.time - 1, page.time], v: [[offset - 1, offset]], offset, recovered: true });
    return waited;
  };
  /** @type {number[]} */
  const waits = [];
  for (let round = 0; round < 7; round++) waits.push(await wait());
  waits.forEach((waited, round) => {
    const least = Math.min(20_000, 1_000 * 2 ** round);
    assert.ok(waited >= least && waited <= 2 * least + 100, `${waits}`);
  });
  await page.pass(15_000);
  assert.ok((await wait()) <= 2_100);
});

test("an answer that does not come is asked for again, and patience grows", async () => {
  const page = await watching();
  page.samples(5, [1_001_000], [5]);
  /** @type {number[]} */
  const patience = [];
  for (let round = 0; round < 7; round++) {
    await page.pass(2_000);
    const { within, fail } = page.socket.take("subscribe");
    patience.push(within);
    fail();
  }
  assert.deepEqual(patience, [30_000, 60_000, 120_000, 240_000, 480_000, 480_000, 480_000]);
  page.samples(7, [1_003_000], [7]);
  await page.pass(2_000);
  const t = [1_000_000, 1_001_000, 1_002_000, 1_003_000];
  page.answer({ t, v: [[4, 5, 6, 7]], offset: 7, recovered: true });
  assert.deepEqual(values(page), [1, 2, 3, 4, 5, 6, 7]);
});

test("a server that has no time for a request is asked again, ever later", async () => {
  const page = new Desk();
  desks.push(page);
  await page.greet();
  page.subscriptions.want("m", 1);
  await settled();
  for (let round = 0; round < 7; round++) {
    const { answer } = page.socket.take("subscribe");
    answer({ ok: false, error: { code: "rate_limited", message: "20 requests a second" } });
    page.subscriptions.want(`another.${round}`, 1);
    const least = Math.min(15_000, 500 * 2 ** round);
    await page.pass(least - 1);
    assert.equal(page.socket.count("subscribe"), 0, "nor is anything else");
    await page.pass(least + 1);
  }
  assert.equal(page.subscriptions.refusal("m"), "");
  page.answer({ t: [999_000], v: [[3]], offset: 3 });
  assert.deepEqual(values(page), [3]);
});

test("however much is wanted and left, the server is asked twenty times in two seconds", async () => {
  const page = new Desk();
  desks.push(page);
  await page.greet();
  for (let at = 0; at < 30; at++) {
    const leave = page.subscriptions.want(`passed.${at}`, 1);
    await settled();
    leave();
  }
  assert.equal(page.socket.count("subscribe"), 20);
  await page.pass(2_000);
  assert.equal(page.socket.count("subscribe"), 21, "the rest goes together");
  await page.pass(3_000);
  const left = page.socket.requests.filter(({ event }) => event === "unsubscribe");
  assert.equal(left.flatMap(({ payload }) => payload.metrics).length, 30);
  assert.ok(left.length <= 20);
});

test("rooms that could not be left are left later", async () => {
  const page = await watching();
  page.subscriptions.want("n", 1)();
  await page.pass(3_000);
  page.socket.take("unsubscribe").fail();
  page.subscriptions.plan();
  await settled();
  assert.deepEqual(page.socket.take("unsubscribe").payload, { metrics: ["n"] });
});

test("series that come while the answer is on its way are newer than the answer's", async () => {
  const page = await watching();
  page.socket.say("lagged", { metrics: ["m"] });
  await settled();
  page.socket.say("series", { m: "m", series: [{ labels: { name: "b" } }, { labels: { name: "a" } }] });
  page.socket.say("samples", { m: "m", o: 5, t: [1_001_000], v: [[50], [5]] });
  page.answer({ t: [1_000_000], v: [[4]], offset: 4, recovered: true });
  page.socket.say("samples", { m: "m", o: 6, t: [1_002_000], v: [[60], [6]] });
  const ring = page.store.ring("m");
  assert.deepEqual(ring?.keys.length, 2);
  assert.deepEqual(ring?.columns.map((column) => [...column.subarray(0, ring.end)]), [
    [NaN, NaN, NaN, NaN, 50, 60], [1, 2, 3, 4, 5, 6],
  ]);
});

test("more frames than are held for an answer leave a hole, and no more than that", async () => {
  const page = new Desk();
  desks.push(page);
  await page.greet();
  page.subscriptions.want("m", 1);
  await settled();
  page.socket.say("series", { m: "m", series: [{ labels: { name: "b" } }] });
  for (let offset = 4; offset <= 900; offset++) page.samples(offset, [990_000 + offset], [offset]);
  assert.ok((page.subscriptions.wants.get("m")?.held.length ?? 0) <= 400);
  page.answer({ t: [990_001, 990_002, 990_003], v: [[1, 2, 3]], offset: 3 });
  const ring = page.store.ring("m");
  assert.deepEqual([ring?.whole, ring?.offset, ring?.series[0]?.labels["name"]], [3, 900, "b"]);
  await page.pass(2_000);
  assert.equal(page.socket.take("subscribe").payload.metrics[0].since, 3);
});

test("an exact answer is asked for as long as it is small, and a backfill when much is missing", async () => {
  const page = await watching();
  page.samples(1_200, [2_000_000], [1]);
  page.time = 2_000_000;
  await page.pass(2_000);
  assert.equal(page.socket.take("subscribe").payload.metrics[0].since, 3);
  const other = await watching();
  other.samples(5_000, [2_000_000], [1]);
  other.time = 2_000_000;
  await other.pass(2_000);
  assert.equal("since" in other.socket.take("subscribe").payload.metrics[0], false);
});
