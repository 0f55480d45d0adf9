import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf } from "../../clients/js/address.js";
import { Listeners } from "../../clients/js/listeners.js";
import { Place } from "../../clients/js/place.js";
import { savedFor } from "../../clients/js/saved.js";
import { Spans } from "../../clients/js/spans.js";
import { Talk } from "../../clients/js/talk.js";
import { Timers } from "../../clients/js/timers.js";
import { Desk, settled } from "./fakes.js";

/** @param {string} name @param {number} [offset] @returns {any} */
const message = (name, offset = 1) => ({ id: offset, offset, room: "dashboard:a", from: person(name), t: 1, text: name });
/** @param {string} name */
const person = (name) => ({ id: name.padEnd(16, "0"), name, colour: 0 });

/** A room of which the test is the server. */
function place() {
  /** @type {{event: string, payload: any, answer: (answer: object) => void, refuse: (code: string) => void}[]} */
  const asked = [];
  /** @type {(() => void)[]} */
  const waits = [];
  const talk = /** @type {any} */ ({
    here: true, you: person("me"), epoch: "e1",
    line: {
      ask: (/** @type {string} */ event, /** @type {any} */ payload) => new Promise((resolve, reject) => {
        asked.push({ event, payload, answer: resolve, refuse: (code) => reject(Object.assign(new Error(), { code })) });
      }),
    },
    later: (/** @type {number} */ _, /** @type {() => void} */ action) => {
      waits.push(action);
      return () => void waits.splice(waits.indexOf(action), 1);
    },
    leave: () => {},
  });
  return { one: new Place(talk, "dashboard:a"), talk, asked, waits };
}

/** @param {object} [more] */
const joined = (more = {}) => ({ ok: true, epoch: "e1", you: person("me"), people: [person("me")], messages: [], offset: 0, recovered: false, ...more });

test("who comes before the answer to joining is there after it", async () => {
  const { one, asked } = place();
  one.enter();
  one.came(person("bob"), false);
  assert.deepEqual(one.circle().people, []);
  asked[0]?.answer(joined());
  await settled();
  assert.deepEqual(one.circle().people.map(({ name }) => name), ["me", "bob"]);
  one.came(person("bob"), true);
  assert.deepEqual(one.circle().people.map(({ name }) => name), ["me"]);
});

test("after a break it asks for what was said meanwhile, and tells of that alone", async () => {
  const { one, asked } = place();
  /** @type {string[]} */
  const heard = [];
  one.said.add(({ text }) => heard.push(text));
  one.enter("Ada");
  assert.deepEqual(asked[0]?.payload, { room: "dashboard:a", name: "Ada" });
  asked[0]?.answer(joined({ messages: [message("before", 1)], offset: 1 }));
  await settled();
  one.told(message("live", 2));
  one.lost();
  assert.equal(one.circle().here, false);
  one.join();
  assert.deepEqual(asked[1]?.payload, { room: "dashboard:a", since: 2, epoch: "e1" });
  asked[1]?.answer(joined({ messages: [message("missed", 3)], offset: 3, recovered: true }));
  await settled();
  assert.deepEqual(heard, ["live", "missed"]);
  assert.deepEqual(one.circle().messages.map(({ text }) => text), ["before", "live", "missed"]);
});

test("a server that has no time now is asked again, one that refuses is not", async () => {
  const { one, asked, waits } = place();
  one.enter();
  asked[0]?.refuse("rate_limited");
  await settled();
  waits.splice(0).forEach((again) => again());
  asked[1]?.refuse("forbidden");
  await settled();
  assert.deepEqual([asked.length, waits.length], [2, 0]);
});

test("a metric is asked for as far back as whoever wants it furthest", async () => {
  const page = new Desk();
  const spans = new Spans(page.subscriptions);
  await page.greet();
  const ends = [spans.want("m", 1, 60), spans.want("n", 1, 600)];
  await settled();
  const windows = () => page.socket.take("subscribe").payload.metrics.map((/** @type {any} */ one) => [one.name, one.window]);
  assert.deepEqual(windows(), [["m", 60], ["n", 600]]);
  ends.push(spans.want("m", 1, 3_600), spans.want("n", 1, 60));
  await settled();
  assert.deepEqual(windows(), [["m", 3_600]]);
  for (const end of ends) end();
  page.connection.stop();
});

test("a listener is told what is known, but not before its undo is there, and its error harms no other", async () => {
  /** @type {Listeners<number>} */
  const listeners = new Listeners();
  /** @type {number[]} */
  const heard = [];
  const end = listeners.add((value) => heard.push(value), () => 1);
  listeners.add((value) => heard.push(10 * value), () => 1)();
  assert.deepEqual(heard, []);
  await settled();
  /** @type {Error[]} */
  const errors = [];
  const before = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException").once("uncaughtException", (error) => errors.push(error));
  const bad = listeners.add(() => {
    throw new Error("mine");
  });
  listeners.tell(2);
  await settled();
  for (const one of before) process.on("uncaughtException", one);
  bad();
  end();
  listeners.tell(3);
  assert.deepEqual(heard, [1, 2]);
  assert.deepEqual(errors.map(({ message: text }) => text), ["mine"]);
});

test("an address is that which the server prints, and the token goes on in no address", () => {
  assert.deepEqual(addressOf("http://localhost:8420"), { origin: "http://localhost:8420", base: "", token: "" });
  assert.deepEqual(addressOf("https://a.example/plots/?token=abc"), { origin: "https://a.example", base: "/plots", token: "abc" });
  assert.equal(addressOf("http://a.example/?token=abc", "xyz").token, "xyz");
  for (const wrong of ["localhost:8420", "ftp://a.example", ""]) assert.throws(() => addressOf(wrong), /no address of a Plotroom/);
  assert.throws(() => addressOf("http://a.example", "two words"), /that is no token/);
});

test("who one is on one server is not told to another", () => {
  const kept = new Map();
  const storage = { getItem: (/** @type {string} */ key) => kept.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value) };
  savedFor("http://a", storage).set("person", "secret");
  assert.equal(savedFor("http://a", storage).get("person"), "secret");
  assert.equal(savedFor("http://b", storage).get("person"), null);
  const memory = savedFor("http://a", undefined);
  memory.set("person", "other");
  assert.equal(memory.get("person"), "other");
});

test("the number of the last whisper is kept with the epoch that it belongs to, and given up with it", () => {
  const saved = savedFor("http://a", undefined);
  const talk = () => new Talk(/** @type {any} */ ({ share: () => ({ on: () => {} }) }), saved, () => () => {});
  const first = talk();
  first.welcome(/** @type {any} */ ({ you: person("me"), epoch: "e1" }));
  first.heard(/** @type {any} */ ({ id: 7, from: person("bob"), to: person("me").id, t: 1, text: "psst" }));
  const same = talk();
  same.welcome(/** @type {any} */ ({ you: person("me"), epoch: "e1" }));
  assert.equal(same.auth().whispers, 7);
  same.welcome(/** @type {any} */ ({ you: person("me"), epoch: "e2" }));
  assert.deepEqual([same.auth().whispers, talk().auth().whispers], [0, 0]);
  same.heard(/** @type {any} */ ({ id: 1, from: person("bob"), to: person("me").id, t: 1, text: "psst" }));
  assert.equal(talk().auth().whispers, 1);
});

test("timers end together, and none begins after that", async () => {
  const timers = new Timers();
  let fired = 0;
  timers.later(0, () => fired++);
  timers.later(5, () => fired++)();
  timers.later(5, () => fired++);
  timers.end();
  timers.later(0, () => fired++);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(fired, 0);
});
