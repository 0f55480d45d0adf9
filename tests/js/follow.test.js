import assert from "node:assert/strict";
import { test } from "node:test";
import { Follow } from "../../static/js/people/follow.js";
import { Lead } from "../../static/js/people/lead.js";
import { Refusal } from "../../static/js/people/line.js";
import { settled } from "./fakes.js";

const ADA = { id: "a", name: "Ada", colour: 1 };
const BEN = { id: "b", name: "Ben", colour: 2 };

/** Timers that run when a test says so. */
function clock() {
  /** @type {Set<{at: number, action: () => void}>} */
  const timers = new Set();
  const self = {
    time: 0,
    later: (/** @type {number} */ ms, /** @type {() => void} */ action) => {
      const timer = { at: self.time + ms, action };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    pass: (/** @type {number} */ ms) => {
      self.time += ms;
      for (const timer of [...timers]) if (timer.at <= self.time && timers.delete(timer)) timer.action();
    },
    timers,
  };
  return self;
}

function follower() {
  const time = clock();
  /** @type {(string | null)[]} */
  const asked = [];
  /** @type {object[]} */
  const applied = [];
  /** @type {string[]} */
  const steps = [];
  const page = { refuse: false };
  const follow = new Follow({
    later: time.later,
    ask: async (person) => {
      asked.push(person);
      if (page.refuse) throw new Refusal("unknown_person", "they are not here");
    },
    apply: (view) => applied.push(view),
    changed: (step, who) => steps.push(`${step}:${who?.name ?? ""}`),
  });
  return { follow, asked, applied, steps, time, page };
}

test("the view of who is followed is taken, and of nobody else", () => {
  const { follow, asked, applied } = follower();
  follow.start(ADA);
  follow.view({ from: "a", view: { window: 60 } });
  follow.view({ from: "b", view: { window: 300 } });
  assert.deepEqual([asked, applied], [["a"], [{ window: 60 }]]);
});

test("whoever does something is released, and may follow again", () => {
  const { follow, asked, applied, steps } = follower();
  follow.touched();
  follow.start(ADA);
  follow.touched();
  follow.touched();
  follow.view({ from: "a", view: { window: 60 } });
  assert.deepEqual([asked, applied, steps], [["a", null], [], ["following:Ada", "released:Ada"]]);
  follow.again();
  assert.equal(steps.at(-1), "following:Ada");
  follow.stop();
  assert.equal(steps.at(-1), ":");
  follow.again();
  assert.equal(steps.at(-1), ":");
});

test("who leaves may be back in a moment; otherwise it ends with a word", async () => {
  const { follow, asked, steps, time } = follower();
  follow.start(ADA);
  follow.present([BEN]);
  time.pass(3_000);
  follow.present([BEN, ADA]);
  assert.deepEqual(asked, ["a", "a"]);
  time.pass(60_000);
  assert.equal(follow.step, "following");
  follow.present([BEN]);
  follow.present([]);
  time.pass(7_000);
  await settled();
  assert.equal(steps.at(-1), "gone:Ada");
  assert.equal(asked.at(-1), "a", "there is nobody left of whom the server would have to be told");
});

test("in another room, and on another connection, it is asked for again as soon as they are there", async () => {
  const { follow, asked, page, time } = follower();
  follow.start(ADA);
  follow.reset();
  page.refuse = true;
  follow.present([BEN, ADA]);
  await settled();
  page.refuse = false;
  follow.present([BEN, ADA]);
  assert.deepEqual(asked, ["a", "a", "a"]);
  time.pass(60_000);
  assert.equal(follow.step, "following");
});

test("a page that was loaded anew goes on following", () => {
  const { follow, asked, steps } = follower();
  follow.resume(ADA);
  assert.deepEqual(asked, []);
  follow.present([{ ...ADA, name: "Ada L." }]);
  assert.deepEqual([asked, steps.at(-1)], [["a"], "following:Ada L."]);
});

test("an offer to follow again goes with the person", () => {
  const { follow, steps } = follower();
  follow.start(ADA);
  follow.touched();
  follow.present([BEN, ADA]);
  assert.equal(steps.at(-1), "released:Ada");
  follow.present([BEN]);
  assert.equal(steps.at(-1), ":");
});

function leader() {
  const time = clock();
  /** @type {any[]} */
  const sent = [];
  const page = { view: /** @type {object} */ ({ window: 60 }), alone: false, refuse: false };
  const lead = new Lead({
    later: time.later,
    now: () => time.time,
    look: () => page.view,
    alone: () => page.alone,
    send: async (view) => {
      sent.push(view);
      if (page.refuse) throw new Refusal("rate_limited", "too much");
    },
  });
  return { lead, sent, time, page };
}

test("ten views a second at most, and the newest of them", () => {
  const { lead, sent, time, page } = leader();
  for (let at = 0; at < 100; at++) {
    page.view = { window: 60, crosshair: at };
    lead.changed();
    time.pass(10);
  }
  time.pass(1_000);
  assert.ok(sent.length >= 9 && sent.length <= 12, `${sent.length}`);
  assert.equal(sent.at(-1).crosshair, 99);
});

test("nothing is sent when nothing has changed, or nobody is there to see it", () => {
  const { lead, sent, time, page } = leader();
  lead.changed();
  time.pass(100);
  lead.changed();
  time.pass(100);
  assert.equal(sent.length, 1);
  page.alone = true;
  page.view = { window: 300 };
  lead.changed();
  time.pass(1_000);
  assert.deepEqual([sent.length, time.timers.size], [1, 0]);
  page.alone = false;
  lead.changed();
  time.pass(100);
  assert.deepEqual(sent.at(-1), { window: 300 });
});

test("a server that finds it too much has a pause, and then the newest", async () => {
  const { lead, sent, time, page } = leader();
  page.refuse = true;
  lead.changed();
  time.pass(0);
  await settled();
  page.refuse = false;
  page.view = { window: 900 };
  time.pass(500);
  assert.equal(sent.length, 1);
  time.pass(600);
  assert.deepEqual(sent, [{ window: 60 }, { window: 900 }]);
});

test("who goes to another dashboard takes along who follows", () => {
  const { lead, sent, time, page } = leader();
  lead.went("cpu");
  assert.deepEqual(sent, [{ window: 60, slug: "cpu" }]);
  lead.changed();
  time.pass(100);
  assert.deepEqual(sent.at(-1), { window: 60 });
  page.alone = true;
  lead.went("memory");
  assert.equal(sent.length, 2);
});
