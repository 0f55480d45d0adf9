import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { delayOf } from "../../static/js/backoff.js";
import { Desk, FakeSocket, settled } from "./fakes.js";

/** @type {Desk[]} */
const desks = [];
function desk() {
  const made = new Desk();
  desks.push(made);
  return made;
}
afterEach(() => {
  for (const one of desks.splice(0)) one.connection.stop();
});

/** A page that watches metric "m" and holds its samples 1..3. */
async function watching() {
  const page = desk();
  await page.greet();
  page.subscriptions.want("m", 1);
  await settled();
  page.answer({ t: [997_000, 998_000, 999_000], v: [[1, 2, 3]], offset: 3 });
  return page;
}

test("after hello and catalog it is live, and knows the server's clock", async () => {
  const page = desk();
  /** @type {string[]} */
  const phases = [];
  page.connection.on("status", ({ phase }) => phases.push(phase));
  page.socket.say("connect");
  page.socket.say("hello", { version: "v1", epoch: "e1", now: page.time + 5_000, limits: {} });
  assert.equal(page.connection.status.phase, "connecting");
  page.socket.take("catalog").answer({ ok: true, metrics: [], collectors: [] });
  assert.deepEqual(phases, ["live"]);
  assert.equal(page.connection.serverNow(), page.time + 5_000);
});

test("a request's answer corrects the clock by half of its way there and back", async () => {
  const page = desk();
  await page.greet();
  page.subscriptions.want("m", 1);
  await settled();
  page.time += 40;
  const request = page.socket.take("subscribe");
  request.answer({ ok: true, epoch: "e1", now: page.time + 7_000, metrics: [] });
  assert.equal(page.connection.clock.skew, 7_020);
});

test("everything wanted at once is asked for in one request", async () => {
  const page = desk();
  await page.greet();
  for (const name of ["m", "n", "o"]) page.subscriptions.want(name, 1);
  await settled();
  assert.equal(page.socket.count("subscribe"), 1);
  const { payload } = page.socket.take("subscribe");
  assert.deepEqual(payload.metrics.map((/** @type {{name: string}} */ one) => one.name), ["m", "n", "o"]);
  assert.deepEqual(Object.keys(payload.metrics[0]), ["name", "window", "points"]);
});

test("frames that come before the answer are held, and those that it holds already are dropped", async () => {
  const page = desk();
  await page.greet();
  page.subscriptions.want("m", 1);
  await settled();
  page.samples(3, [3000], [3]);
  page.samples(4, [4000], [4]);
  page.answer({ t: [1000, 2000, 3000], v: [[1, 2, 3]], offset: 3 });
  assert.deepEqual(page.held(), [1000, 2000, 3000, 4000]);
  assert.equal(page.socket.count("subscribe"), 0);
});

test("a frame that was had already changes nothing", async () => {
  const page = await watching();
  page.samples(3, [999_000], [3]);
  await settled();
  assert.deepEqual(page.held(), [997_000, 998_000, 999_000]);
  assert.equal(page.socket.count("subscribe"), 0);
});

test("a server that counts anew is asked for a backfill", async () => {
  const page = await watching();
  page.samples(1, [1_000_000], [4]);
  await settled();
  const { payload } = page.socket.take("subscribe");
  assert.equal("since" in payload.metrics[0], false);
});

test("the loss of a last frame is seen by the top", async () => {
  const page = await watching();
  page.socket.say("top", { m: 3, other: 9 });
  await settled();
  assert.equal(page.socket.count("subscribe"), 0);
  page.socket.say("top", { m: 4 });
  await page.pass(2_000);
  assert.equal(page.socket.take("subscribe").payload.metrics[0].since, 3);
});

test("a last frame that comes after the top all the same is not asked for", async () => {
  const page = await watching();
  page.socket.say("top", { m: 4 });
  page.samples(4, [1_000_000], [4]);
  await page.pass(2_000);
  assert.equal(page.socket.count("subscribe"), 0);
});

test("a top below what is there means that the server counts anew", async () => {
  const page = await watching();
  page.socket.say("top", { m: 2 });
  await settled();
  assert.equal("since" in page.socket.take("subscribe").payload.metrics[0], false);
});

test("frames of other series than the page knows wait until the server has told them", async () => {
  const page = await watching();
  page.socket.say("samples", { m: "m", o: 4, t: [1_000_000], v: [[4], [40]] });
  page.socket.say("samples", { m: "m", o: 5, t: [1_001_000], v: [[5], [50]] });
  await settled();
  page.socket.say("samples", { m: "m", o: 6, t: [1_002_000], v: [[6], [60]] });
  const asked = page.answer({
    t: [1_000_000, 1_001_000], v: [[40, 50], [4, 5]], offset: 5, recovered: true, names: ["b", "a"],
  });
  assert.equal(asked.metrics[0].since, 3);
  const ring = page.store.ring("m");
  assert.deepEqual(page.held(), [997_000, 998_000, 999_000, 1_000_000, 1_001_000, 1_002_000]);
  assert.deepEqual(ring?.columns.map((column) => [...column.subarray(0, ring.end)]), [[NaN, NaN, NaN, 40, 50, 6], [1, 2, 3, 4, 5, 60]]);
});

test("new series come before their samples", async () => {
  const page = await watching();
  page.socket.say("series", { m: "m", series: [{ labels: { name: "a" } }, { labels: { name: "b" } }] });
  page.socket.say("samples", { m: "m", o: 4, t: [1_000_000], v: [[4], [40]] });
  const ring = page.store.ring("m");
  assert.deepEqual([ring?.latest(0), ring?.latest(1)], [4, 40]);
});

test("after a reconnect exactly the missing samples are asked for", async () => {
  const page = await watching();
  page.socket.say("disconnect", "transport close");
  assert.equal(page.connection.status.phase, "reconnecting");
  page.time += 4_000;
  await page.greet();
  assert.equal(page.connection.status.phase, "live");
  page.answer({ t: [1_000_000, 1_001_000], v: [[4, 5]], offset: 5, recovered: true });
  assert.deepEqual(page.held(), [997_000, 998_000, 999_000, 1_000_000, 1_001_000]);
});

test("a long absence is filled by a backfill instead of every sample", async () => {
  const page = await watching();
  page.socket.say("disconnect", "transport close");
  page.time += 3_600_000;
  await page.greet();
  assert.equal("since" in page.socket.take("subscribe").payload.metrics[0], false);
});

test("another epoch keeps what is drawn, and counts from the new answer", async () => {
  const page = await watching();
  page.socket.say("disconnect", "transport close");
  page.time += 20_000;
  await page.greet({ epoch: "e2" });
  page.answer({ t: [1_019_000, 1_020_000], v: [[1, 2]], offset: 2, epoch: "e2" });
  page.samples(3, [1_021_000], [3]);
  assert.deepEqual(page.held(), [997_000, 998_000, 999_000, 999_001, 1_018_999, 1_019_000, 1_020_000, 1_021_000]);
  assert.equal(page.store.epoch, "e2");
});

for (const reason of ["io server disconnect", "transport close", "ping timeout", "parse error", "io client disconnect"]) {
  test(`after the end '${reason}' it connects again, once`, async () => {
    const page = await watching();
    page.socket.say("disconnect", reason);
    await page.pass(1_500);
    assert.equal(page.socket.connects, 1);
    await page.pass(60_000);
    assert.equal(page.socket.connects, 1, "the answer to that is waited for");
    page.socket.say("connect_error", new Error("timeout"));
    await page.pass(3_000);
    assert.equal(page.socket.connects, 2);
  });
}

test("who has left connects no more", async () => {
  const page = await watching();
  page.connection.stop();
  page.socket.say("disconnect", "io client disconnect");
  await page.pass(10_000);
  assert.equal(page.socket.connects, 0);
});

test("a thousand pages come back within seconds, and not at the same time", () => {
  for (const failures of [0, 1, 2, 3, 10, 2000]) {
    const delays = Array.from({ length: 1_000 }, () => delayOf(failures));
    assert.ok(Math.min(...delays) >= 200 && Math.max(...delays) <= (failures ? 5_000 : 1_500));
    const tenths = new Map();
    for (const delay of delays) tenths.set(Math.floor(delay / 100), (tenths.get(Math.floor(delay / 100)) ?? 0) + 1);
    assert.ok(Math.max(...tenths.values()) < 150, `${failures} failures: ${[...tenths.values()]}`);
  }
});

test("after a sleep a dead line is left within seconds, and a living one kept", async () => {
  const page = await watching();
  page.connection.start();
  page.time += 600_000;
  await page.pass(0);
  await page.pass(4_000);
  assert.equal(page.socket.disconnects, 0);
  page.dead = true;
  page.time += 600_000;
  await page.pass(0);
  await page.pass(4_000);
  assert.equal(page.socket.disconnects, 1);
});

test("a slow line that brings anything at all is not dead", async () => {
  const page = await watching();
  page.dead = true;
  page.connection.check();
  page.samples(4, [1_000_000], [4]);
  await page.pass(4_000);
  assert.equal(page.socket.disconnects, 0);
});

test("when the network is back the next try does not wait for a long pause to end", async () => {
  const page = await watching();
  page.socket.say("disconnect", "transport close");
  for (let failure = 0; failure < 10; failure++) page.socket.say("connect_error", new Error("websocket error"));
  page.connection.check();
  await page.pass(1_500);
  assert.equal(page.socket.connects, 1);
});

test("a clock that is set, here or there, is noticed by the next answer", async () => {
  for (const step of [3_600_000, -3_600_000]) {
    const page = await watching();
    await page.pass(2_500);
    page.ahead += step;
    page.connection.ping();
    page.pong();
    assert.equal(page.connection.serverNow(), page.time + page.ahead, "there");
    page.time += step;
    page.ahead -= step;
    page.connection.ping();
    page.pong();
    assert.equal(page.connection.serverNow(), page.time + page.ahead, "here");
  }
});

test("a slow answer says less about the clock than a quick one before", async () => {
  const page = await watching();
  await page.pass(2_500);
  page.connection.clock.read(page.time + 400, page.time - 900);
  assert.equal(page.connection.serverNow(), page.time);
});

test("a catalog that does not come is asked for again", async () => {
  const page = desk();
  page.socket.say("connect");
  page.socket.say("hello", { version: "v1", epoch: "e1", now: page.time, limits: {} });
  page.socket.take("catalog").fail();
  await page.pass(2_000);
  page.socket.take("catalog").answer({ ok: true, metrics: [], collectors: [] });
  assert.equal(page.connection.status.phase, "live");
});

test("an answer of an earlier connection is not taken", async () => {
  const page = desk();
  await page.greet();
  page.subscriptions.want("m", 1);
  await settled();
  const early = page.socket.take("subscribe");
  page.socket.say("disconnect", "transport close");
  await page.greet();
  early.answer({ ok: true, epoch: "e1", now: page.time, metrics: [{ name: "m", offset: 9, series: [], t: [1], v: [] }] });
  assert.deepEqual(page.held(), []);
});

test("another window asks again for everything, and only the last answer counts", async () => {
  const page = await watching();
  page.subscriptions.setWindow(900);
  await settled();
  const first = page.socket.take("subscribe");
  page.subscriptions.setWindow(60);
  await settled();
  const series = [{ labels: { name: "a" } }];
  first.answer({ ok: true, epoch: "e1", now: page.time, metrics: [{ name: "m", offset: 3, series, t: [5], v: [[1]] }] });
  assert.equal(page.held().includes(5), false);
  assert.equal(page.answer({ t: [999_000], v: [[3]], offset: 3 }).metrics[0].window, 60);
});

test("a refused metric says why, and is asked for again when it is declared", async () => {
  const page = desk();
  await page.greet();
  page.subscriptions.want("m", 1);
  await settled();
  const error = { code: "unknown_metric", message: "there is no metric 'm'" };
  page.socket.take("subscribe").answer({ ok: true, epoch: "e1", now: page.time, metrics: [{ name: "m", error }] });
  assert.equal(page.subscriptions.refusal("m"), "unknown_metric");
  page.socket.say("catalog", { metrics: [{ name: "m" }], gone: [], collectors: [], gone_collectors: [] });
  await settled();
  assert.equal(page.socket.count("subscribe"), 1);
  assert.equal(page.subscriptions.refusal("m"), "");
});

/** Answer a subscription: this one was full. @param {Desk} page */
function full(page) {
  const { payload, answer } = page.socket.take("subscribe");
  const error = { code: "rate_limited", message: "an answer has at most 1,000,000 values" };
  answer({ ok: true, epoch: "e1", now: page.time, metrics: payload.metrics.map((/** @type {any} */ { name }) => ({ name, error })) });
  return payload;
}

test("metrics for which an answer has no room are asked for a moment later, each alone and with fewer points", async () => {
  const page = desk();
  await page.greet();
  for (const name of ["m", "n"]) page.subscriptions.want(name, 1);
  await settled();
  full(page);
  assert.equal(page.subscriptions.refusal("m"), "", "it is not gone");
  assert.equal(page.socket.count("subscribe"), 0);
  await page.pass(800);
  assert.equal(page.socket.count("subscribe"), 2);
  assert.deepEqual(full(page).metrics, [{ name: "m", window: 300, points: 600 }]);
  page.answer({ t: [999_000], v: [[3]], offset: 3 });
  await page.pass(1_600);
  page.answer({ t: [999_000], v: [[3]], offset: 3 });
  assert.deepEqual(page.held(), [999_000]);
  assert.equal(page.subscriptions.wants.get("m")?.limited, 0);
  await page.pass(60_000);
  assert.equal(page.socket.count("subscribe"), 0);
});

test("tries for a full answer become rare, and their points few, but not too few", async () => {
  const page = desk();
  await page.greet();
  page.subscriptions.want("m", 1);
  await settled();
  const points = [];
  for (let round = 0; round < 8; round++) {
    points.push(full(page).metrics[0].points);
    await page.pass(400 * 2 ** round > 15_000 ? 14_000 : 400 * 2 ** round);
    assert.equal(page.socket.count("subscribe"), 0, `try ${round} comes too early`);
    await page.pass(15_000);
  }
  assert.deepEqual(points, [1200, 600, 300, 150, 150, 150, 150, 150]);
});

test("a lost connection ends the wait for a full answer", async () => {
  const page = desk();
  await page.greet();
  page.subscriptions.want("m", 1);
  await settled();
  full(page);
  page.socket.say("disconnect", "transport close");
  await page.greet();
  assert.equal(page.socket.count("subscribe"), 1);
  await page.pass(5_000);
  assert.equal(page.socket.count("subscribe"), 1);
});

test("a metric that goes is told as gone", async () => {
  const page = await watching();
  page.socket.say("catalog", { metrics: [], gone: ["m"], collectors: [], gone_collectors: [] });
  assert.equal(page.subscriptions.refusal("m"), "unknown_metric");
});

test("what nobody wants any more is left, after a while", async () => {
  const page = desk();
  await page.greet();
  const first = page.subscriptions.want("m", 1);
  const second = page.subscriptions.want("m", 1);
  await settled();
  page.answer({ t: [997_000, 998_000, 999_000], v: [[1, 2, 3]], offset: 3 });
  second();
  second();
  await page.pass(3_000);
  assert.equal(page.socket.count("unsubscribe"), 0, "the first one still wants it");
  first();
  await page.pass(2_900);
  assert.equal(page.socket.count("unsubscribe"), 0);
  await page.pass(100);
  assert.deepEqual(page.socket.take("unsubscribe").payload, { metrics: ["m"] });
  page.samples(4, [1_000_000], [4]);
  assert.equal(page.held().length, 3);
  await page.pass(300_000);
  assert.equal(page.store.ring("m"), undefined, "and after some minutes its samples are given up");
});

test("a hidden tab leaves its rooms and resyncs once on return", async () => {
  const page = await watching();
  page.connection.setHidden(true);
  await page.pass(5_000);
  assert.deepEqual(page.socket.take("unsubscribe").payload, { metrics: ["m"] });
  page.samples(4, [1_000_000], [4]);
  await settled();
  assert.equal(page.socket.count("subscribe"), 0);
  page.connection.setHidden(false);
  await settled();
  assert.equal(page.socket.take("subscribe").payload.metrics[0].since, 3);
  assert.equal(page.socket.count("subscribe"), 0);
});

test("a server of another version makes the page reload", async () => {
  const page = desk();
  await page.greet({ version: "v2" });
  assert.equal(page.reloads, 1);
  assert.equal(page.connection.status.phase, "other_version");
});

test("a refused handshake is told from a server that is away", async () => {
  const page = desk();
  page.status = 401;
  for (let attempt = 0; attempt < 3; attempt++) page.socket.say("connect_error", new Error("websocket error"));
  assert.equal(page.connection.status.phase, "reconnecting");
  await settled();
  assert.equal(page.connection.status.phase, "signed_out");
});

test("the way there and back is measured every few seconds", async () => {
  const page = desk();
  await page.greet();
  assert.equal(page.connection.status.latency, NaN);
  await page.pass(2_500);
  assert.equal(page.connection.status.latency, 20);
});

test("a long list is asked for in several requests, so that none is too long", async () => {
  const page = desk();
  await page.greet();
  for (let at = 0; at < 150; at++) page.subscriptions.want(`some.rather.long.name.of.a.metric.number.${at}`, 1);
  await settled();
  assert.equal(page.socket.count("subscribe"), 3);
  for (const { payload } of page.socket.requests) assert.ok(JSON.stringify(payload).length < 16_000);
});

test("a metric may be shown over a span of its own", async () => {
  const page = desk();
  await page.greet();
  for (const name of ["m", "n"]) page.subscriptions.want(name, 1);
  Object.assign(page.subscriptions.wants.get("n") ?? {}, { span: { window: 60, points: 100 } });
  await settled();
  const { payload } = page.socket.take("subscribe");
  assert.deepEqual(payload.metrics, [{ name: "m", window: 300, points: 1_200 }, { name: "n", window: 60, points: 100 }]);
});

test("another namespace shares the line: joined after each greeting, and let go with it", async () => {
  const page = desk();
  const other = new FakeSocket();
  /** @type {any} */ (page.socket).io = { socket: (/** @type {string} */ name) => Object.assign(other, { name }) };
  assert.equal(page.connection.share("/rooms", () => {}).name, "/rooms");
  assert.equal(other.connects, 0, "the first chart does not wait for it");
  await page.greet();
  assert.equal(other.connects, 1);
  page.socket.say("disconnect");
  assert.equal(other.disconnects, 1);
  await page.greet();
  assert.equal(other.connects, 2);
  page.dead = true;
  page.connection.check();
  await page.pass(5_000);
  assert.deepEqual([other.disconnects, page.socket.disconnects], [2, 1], "socket.io ends no line on which another namespace is left");
  page.connection.share("/third", () => {});
  assert.equal(other.connects, 3, "the server has greeted already");
});

test("samples are filled once the answer is there, or none will come", async () => {
  const page = desk();
  await page.greet();
  /** @type {string[]} */
  const filled = [];
  const waits = (/** @type {string} */ name) => void page.subscriptions.filled(name).then(() => filled.push(name));
  page.subscriptions.want("m", 1);
  waits("m");
  waits("unwanted");
  await settled();
  assert.deepEqual(filled, ["unwanted"]);
  page.answer({ t: [999_000], v: [[1]], offset: 1 });
  await settled();
  waits("m");
  await settled();
  assert.deepEqual(filled, ["unwanted", "m", "m"]);
  page.subscriptions.want("n", 1);
  waits("n");
  await settled();
  page.subscriptions.wants.get("n")?.refused("unknown_metric");
  page.subscriptions.store.tell("n");
  await settled();
  assert.deepEqual(filled.at(-1), "n");
});
