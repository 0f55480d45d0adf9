import assert from "node:assert/strict";
import { test } from "node:test";
import { Frames } from "../../static/js/frame.js";

/** A browser whose frames and timers are run by hand. */
class Browser {
  time = 1000;
  /** @type {(() => void)[]} */
  frames = [];
  /** @type {Map<object, {at: number, callback: () => void}>} */
  timers = new Map();

  clock = {
    now: () => this.time,
    request: (/** @type {() => void} */ callback) => this.frames.push(callback),
    wait: (/** @type {() => void} */ callback, /** @type {number} */ ms) => {
      const timer = {};
      this.timers.set(timer, { at: this.time + ms, callback });
      return timer;
    },
    unwait: (/** @type {object} */ timer) => void this.timers.delete(timer),
  };

  /** Run the next frame, `ms` later. */
  frame(ms = 16) {
    this.time += ms;
    for (const [timer, { at, callback }] of [...this.timers]) {
      if (at > this.time) continue;
      this.timers.delete(timer);
      callback();
    }
    const due = this.frames;
    this.frames = [];
    for (const callback of due) callback();
  }
}

/** @param {Browser} browser @param {string} name @param {string[]} log @param {object} [more] */
const drawing = (browser, name, log, more = {}) => ({
  visible: () => true,
  draw: () => {
    log.push(name);
    browser.time += 5;
  },
  ...more,
});

test("what is marked is drawn once in the next frame, however often it was marked", () => {
  const browser = new Browser();
  const frames = new Frames(browser.clock);
  /** @type {string[]} */
  const log = [];
  const one = drawing(browser, "one", log);
  frames.add(one);
  frames.mark(one);
  frames.mark(one);
  browser.frame();
  assert.deepEqual(log, ["one"]);
  assert.equal(browser.frames.length, 0, "nothing to draw asks for no frame");
});

test("a frame has a budget; the rest is drawn in the following ones, first marked first", () => {
  const browser = new Browser();
  const frames = new Frames(browser.clock);
  /** @type {string[]} */
  const log = [];
  for (const name of ["a", "b", "c", "d", "e"]) frames.add(drawing(browser, name, log));
  browser.frame();
  assert.deepEqual(log, ["a", "b"]);
  browser.frame();
  assert.deepEqual(log, ["a", "b", "c", "d"]);
  browser.frame();
  assert.deepEqual(log, ["a", "b", "c", "d", "e"]);
});

test("the one that somebody is at goes first", () => {
  const browser = new Browser();
  const frames = new Frames(browser.clock);
  /** @type {string[]} */
  const log = [];
  frames.add(drawing(browser, "a", log));
  frames.add(drawing(browser, "b", log));
  frames.add(drawing(browser, "focused", log, { focused: () => true }));
  browser.frame();
  assert.deepEqual(log, ["focused", "a"]);
});

test("what is out of view is not drawn until it is seen", () => {
  const browser = new Browser();
  const frames = new Frames(browser.clock);
  /** @type {string[]} */
  const log = [];
  let seen = false;
  const one = drawing(browser, "one", log, { visible: () => seen });
  frames.add(one);
  browser.frame();
  assert.deepEqual(log, []);
  seen = true;
  frames.mark(one);
  browser.frame();
  assert.deepEqual(log, ["one"]);
});

test("between two drawings lies the pause, and more when drawing is dear", () => {
  const browser = new Browser();
  const frames = new Frames(browser.clock);
  /** @type {string[]} */
  const log = [];
  const one = drawing(browser, "one", log, { pause: () => 100 });
  frames.add(one);
  browser.frame();
  frames.mark(one);
  browser.frame();
  assert.deepEqual(log, ["one"]);
  frames.mark(one);
  assert.deepEqual([browser.timers.size, browser.frames.length], [1, 0], "it waits with one timer, not with frames, however often it is marked");
  browser.frame(100);
  assert.deepEqual(log, ["one", "one"]);

  const dear = drawing(browser, "dear", log, { draw: () => (log.push("dear"), (browser.time += 50)) });
  frames.add(dear);
  browser.frame();
  frames.mark(dear);
  browser.frame(300);
  assert.equal(log.filter((name) => name === "dear").length, 1);
  browser.frame(300);
  assert.equal(log.filter((name) => name === "dear").length, 2);
});

test("what had nothing to draw does not wait for its pause", () => {
  const browser = new Browser();
  const frames = new Frames(browser.clock);
  /** @type {string[]} */
  const log = [];
  const one = drawing(browser, "one", log, { pause: () => 1000, draw: () => (log.push("one"), false) });
  frames.add(one);
  browser.frame();
  frames.mark(one);
  browser.frame();
  assert.deepEqual(log, ["one", "one"]);
});

test("what somebody does is drawn without the pause", () => {
  const browser = new Browser();
  const frames = new Frames(browser.clock);
  /** @type {string[]} */
  const log = [];
  const one = drawing(browser, "one", log, { pause: () => 1000 });
  frames.add(one);
  browser.frame();
  frames.now(one);
  browser.frame();
  assert.deepEqual(log, ["one", "one"]);
});

test("what is not drawn often shares frames with others, however they were marked", () => {
  const browser = new Browser();
  const frames = new Frames(browser.clock);
  /** @type {string[]} */
  const log = [];
  /** @param {string} name @param {number} pause */
  const slow = (name, pause) => ({ visible: () => true, pause: () => pause, draw: () => void log.push(`${name} ${browser.time}`) });
  const [a, b] = [slow("a", 1000), slow("b", 900)];
  frames.add(a);
  browser.frame();
  browser.frame(50);
  frames.add(b);
  browser.frame();
  assert.deepEqual(log.splice(0), ["a 1016", "b 1082"]);
  for (const one of [a, b]) frames.mark(one);
  for (let count = 0; count < 80; count++) browser.frame();
  assert.deepEqual(log, ["a 2010", "b 2010"]);
});

test("what is patient comes after what moves, all of it in a frame of its own, at the same beat", () => {
  const browser = new Browser();
  const frames = new Frames(browser.clock);
  /** @type {string[]} */
  const log = [];
  /** @param {string} name */
  const read = (name) => ({ visible: () => true, patient: true, pause: () => 250, draw: () => void log.push(`${name} ${browser.time}`) });
  const [a, b] = [read("a"), read("b")];
  frames.add(a);
  frames.add(drawing(browser, "moves", log));
  browser.frame();
  assert.deepEqual(log, ["moves"]);
  browser.frame();
  assert.deepEqual(log.splice(0), ["moves", "a 1037"]);

  browser.time = 1100;
  frames.add(b);
  browser.frame();
  assert.deepEqual(log.splice(0), ["b 1116"]);
  for (const one of [a, b]) frames.mark(one);
  browser.frame(100);
  assert.deepEqual(log, [], "its beat has not come");
  for (let ms = 1232; ms < 1264; ms += 16) browser.frame();
  assert.deepEqual(log, ["a 1248", "b 1248"], "though one of them was drawn later than the other");
});

test("what is patient gets its frame when what moves leaves it none", () => {
  const browser = new Browser();
  const frames = new Frames(browser.clock);
  /** @type {string[]} */
  const log = [];
  const moves = drawing(browser, "moves", log, { draw: () => void log.push("moves") });
  frames.add(moves);
  frames.add({ visible: () => true, patient: true, pause: () => 250, draw: () => void log.push("read") });
  for (let count = 0; count < 6; count++) {
    frames.mark(moves);
    browser.frame();
  }
  assert.equal(log.filter((one) => one === "read").length, 1);
  assert.equal(log.length, 6, "one of the six frames was its own");
});

test("of very many that are patient a frame has only some, and each comes less often", () => {
  const browser = new Browser();
  const frames = new Frames(browser.clock);
  /** @type {number[]} */
  let times = [];
  const all = Array.from({ length: 48 }, () => ({ visible: () => true, patient: true, pause: () => 250, draw: () => void times.push(browser.time) }));
  for (const one of all) frames.add(one);
  for (let frame = 0; frame < 3; frame++) browser.frame();
  const perFrame = () => [...new Set(times)].map((time) => times.filter((one) => one === time).length);
  assert.deepEqual(perFrame(), [16, 16, 16]);

  times = [];
  for (const one of all) frames.mark(one);
  for (let ms = browser.time; ms < 2250; ms += 16) browser.frame();
  assert.deepEqual(perFrame(), [16, 16, 16]);
  assert.deepEqual(times.map((time) => time > 1490), Array(48).fill(true), "three times the pause, at its beat");
});

test("a hidden tab draws nothing; on return everything is drawn once", () => {
  const browser = new Browser();
  const frames = new Frames(browser.clock);
  /** @type {string[]} */
  const log = [];
  const one = drawing(browser, "one", log);
  frames.add(one);
  browser.frame();
  frames.halt();
  for (let round = 0; round < 5; round++) {
    frames.mark(one);
    browser.frame();
  }
  assert.deepEqual(log, ["one"]);
  frames.resume(true);
  browser.frame();
  browser.frame();
  assert.deepEqual(log, ["one", "one"]);
});

test("one that can't be drawn is reported and does not stop the others", () => {
  const browser = new Browser();
  /** @type {unknown[]} */
  const errors = [];
  const frames = new Frames({ ...browser.clock, report: (error) => errors.push(error) });
  /** @type {string[]} */
  const log = [];
  frames.add({ visible: () => true, draw: () => { throw new Error("no"); } });
  frames.add(drawing(browser, "other", log));
  browser.frame();
  assert.deepEqual(log, ["other"]);
  assert.equal(String(errors[0]), "Error: no");
});

test("what was taken out is not drawn any more", () => {
  const browser = new Browser();
  const frames = new Frames(browser.clock);
  /** @type {string[]} */
  const log = [];
  const one = drawing(browser, "one", log);
  frames.add(one)();
  frames.mark(one);
  browser.frame();
  assert.deepEqual(log, []);
});

test("whoever waits for the next drawing gets one that was begun after that, or the end of what is drawn", async () => {
  const browser = new Browser();
  const frames = new Frames({ ...browser.clock, report: () => {} });
  let ready = false;
  let told = 0;
  const one = { visible: () => true, pause: () => 10_000, draw: () => ready };
  const end = frames.add(one);
  browser.frame();
  const waits = (/** @type {object} */ drawable) => void frames.next(/** @type {any} */ (drawable)).then(() => told++);
  waits(one);
  browser.frame();
  await null;
  assert.equal(told, 0, "it was not drawn yet");
  ready = true;
  frames.mark(one);
  browser.frame();
  await null;
  assert.equal(told, 1);
  waits(one);
  browser.frame();
  await null;
  assert.equal(told, 2, "its pause is not waited for");
  waits(one);
  end();
  waits(one);
  const broken = { visible: () => true, draw: () => { throw new Error("no"); } };
  frames.add(broken);
  waits(broken);
  browser.frame();
  await null;
  assert.equal(told, 5);
});
