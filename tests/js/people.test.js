import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal } from "../../static/js/people/line.js";
import { initials, merged, pinned, standing, unreadOf, whispered } from "../../static/js/people/messages.js";
import { People } from "../../static/js/people/people.js";
import { makePeopleState, readOf, sentOf, whisperOf, whisperPlace } from "../../static/js/people/state.js";
import { settled } from "./fakes.js";

const ADA = { id: "a".repeat(16), name: "Ada", colour: 1 };
const BEN = { id: "b".repeat(16), name: "Ben", colour: 2 };
const ROOM = "dashboard:overview";

/** @param {number} id @param {number} offset @param {object} [more] @returns {any} */
const message = (id, offset, more = {}) => ({ id, offset, room: ROOM, from: BEN, t: id * 1000, text: `text ${id}`, ...more });

/** A page of Ada's whose requests are noted, and answered by hand. */
function desk(kept = {}) {
  const storage = new Map(Object.entries(kept));
  const saved = { get: (/** @type {string} */ key) => storage.get(key) ?? null, set: (/** @type {string} */ key, /** @type {string} */ value) => void storage.set(key, value) };
  /** @type {{event: string, payload: any, done: (answer: object) => void, fail: (error: Error) => void}[]} */
  const asked = [];
  /** @type {{ms: number, go: () => void}[]} */
  const waits = [];
  const state = makePeopleState(saved);
  const people = new People({
    state, saved,
    later: (ms, action) => {
      const wait = { ms, go: () => (waits.splice(waits.indexOf(wait), 1), action()) };
      waits.push(wait);
      return () => void (waits.includes(wait) && waits.splice(waits.indexOf(wait), 1));
    },
    ask: (event, payload) => new Promise((done, fail) => asked.push({ event, payload, done, fail })),
  });
  /** The oldest request that is not taken yet. @param {string} event */
  const take = (event) => {
    const request = asked.shift();
    assert.equal(request?.event, event);
    return /** @type {NonNullable<typeof request>} */ (request);
  };
  const welcome = (more = {}) => people.told("welcome", { you: ADA, epoch: "e1", rooms: [], ...more });
  return { people, state, asked, waits, take, welcome, storage };
}

/** In the room, with two messages of Ben's. */
async function inside(kept = {}) {
  const page = desk(kept);
  page.people.enter("overview");
  page.welcome({ secret: "s".repeat(32) });
  page.take("join").done({ ok: true, epoch: "e1", offset: 2, recovered: false, you: ADA, people: [ADA, BEN], messages: [message(1, 1), message(2, 2)] });
  await settled();
  return page;
}

test("the secret of a welcome is kept and given the next time", async () => {
  const page = await inside();
  assert.equal(page.storage.get("person"), "s".repeat(32));
  assert.deepEqual(page.people.auth(), { person: "s".repeat(32), whispers: 0 });
  assert.deepEqual(desk({ person: "known" }).people.auth(), { person: "known", whispers: 0 });
  assert.deepEqual(desk().people.auth(), { whispers: 0 });
});

test("who comes, goes and is called otherwise is known, with all that they have said", async () => {
  const { people, state } = await inside();
  const eve = { id: "e".repeat(16), name: "Eve", colour: 3 };
  people.told("people", { room: ROOM, joined: eve });
  people.told("people", { room: ROOM, joined: eve });
  assert.deepEqual(state.present[ROOM]?.map(({ name }) => name), ["Ada", "Ben", "Eve"]);
  people.told("people", { room: ROOM, changed: { ...BEN, name: "Benjamin" } });
  people.told("people", { room: ROOM, left: eve });
  assert.deepEqual(state.present[ROOM]?.map(({ name }) => name), ["Ada", "Benjamin"]);
  assert.equal(state.known[BEN.id]?.name, "Benjamin");
  people.told("people", { room: ROOM, changed: { ...ADA, name: "Lovelace" } });
  assert.equal(state.you?.name, "Lovelace");
});

test("a lost line is resumed from the last change that is known", async () => {
  const { people, state, take, welcome } = await inside();
  people.told("message", { message: message(3, 3) });
  people.told("message", { message: message(1, 4, { text: "changed" }) });
  people.lost();
  assert.equal(state.phase, "away");
  welcome();
  const request = take("join");
  assert.deepEqual(request.payload, { room: ROOM, since: 4, epoch: "e1" });
  people.told("message", { message: message(5, 7) });
  request.done({ ok: true, epoch: "e1", offset: 6, recovered: true, you: ADA, people: [ADA], messages: [message(2, 5, { text: "", deleted: true }), message(4, 6)] });
  await settled();
  assert.deepEqual(standing(state.messages[ROOM] ?? []).map(({ id, text }) => [id, text]), [[1, "changed"], [3, "text 3"], [4, "text 4"], [5, "text 5"]]);
  assert.equal(people.since.get(ROOM), 7);
});

test("a server with another database tells all anew", async () => {
  const { people, state, take, welcome, storage } = await inside();
  assert.equal(state.read[ROOM], 2, "what was there before one came is not unread");
  welcome({ epoch: "e2" });
  const request = take("join");
  assert.deepEqual(request.payload, { room: ROOM });
  request.done({ ok: true, epoch: "e2", offset: 1, recovered: false, you: ADA, people: [ADA], messages: [message(1, 1, { text: "new" })] });
  await settled();
  assert.deepEqual(state.messages[ROOM]?.map(({ text }) => text), ["new"]);
  people.told("message", { message: message(2, 2) });
  assert.equal(people.unread(ROOM), 1);
  assert.equal(JSON.parse(storage.get("read") ?? "")[ROOM], 1);
});

test("another dashboard is another room, and what was said in the first is kept for the way back", async () => {
  const { people, state, take } = await inside();
  state.place = ROOM;
  people.enter("cpu");
  assert.deepEqual([take("leave").payload, take("join").payload, state.place], [{ room: ROOM }, { room: "dashboard:cpu" }, "dashboard:cpu"]);
  people.enter("overview");
  take("leave");
  assert.deepEqual(take("join").payload, { room: ROOM, since: 2, epoch: "e1" });
});

test("who comes while one joins is there, though the answer does not know of it", async () => {
  const { people, state, take } = await inside();
  people.enter("cpu");
  take("leave");
  const request = take("join");
  people.told("people", { room: "dashboard:cpu", joined: BEN });
  request.done({ ok: true, epoch: "e1", offset: 0, recovered: false, you: ADA, people: [ADA], messages: [] });
  await settled();
  assert.deepEqual(state.present["dashboard:cpu"]?.map(({ name }) => name), ["Ada", "Ben"]);
  people.told("people", { room: "dashboard:cpu", left: BEN });
  assert.equal(state.present["dashboard:cpu"]?.length, 1);
});

test("what is said comes back in the answer, and a refusal reaches who said it", async () => {
  const { people, state, take } = await inside();
  const said = people.say(ROOM, { text: "hello", span: [1, 2], metric: null, pin: 5 });
  const request = take("say");
  assert.deepEqual(request.payload, { room: ROOM, text: "hello", span: [1, 2], pin: 5 });
  request.done({ ok: true, message: message(3, 3, { from: ADA, pin: 5 }) });
  await said;
  assert.equal(people.unread(ROOM), 0, "one's own is not unread");
  assert.deepEqual(pinned(state.messages[ROOM] ?? []).map(({ id }) => id), [3]);
  const refused = people.say(ROOM, { text: "again" });
  take("say").fail(new Refusal("rate_limited", "wait"));
  await assert.rejects(refused, { code: "rate_limited" });
});

test("whispers are kept by who the other one is, and asked for after the last", async () => {
  const page = await inside();
  const { people, state, take } = page;
  people.told("whisper", { message: { id: 7, from: BEN, to: ADA.id, t: 1, text: "psst" } });
  people.told("whisper", { message: { id: 7, from: BEN, to: ADA.id, t: 1, text: "psst" } });
  const place = whisperPlace(BEN.id);
  assert.equal(people.unread(place), 1);
  const said = people.say(place, { text: "yes?" });
  const request = take("whisper");
  assert.deepEqual(request.payload, { to: BEN.id, text: "yes?" });
  request.done({ ok: true, message: { id: 8, from: ADA, to: BEN.id, t: 2, text: "yes?" } });
  await said;
  assert.deepEqual(state.whispers[BEN.id]?.map(({ id }) => id), [7, 8]);
  assert.equal(people.auth().whispers, 7);
  people.seen(place);
  assert.equal(people.unread(place), 0);
  const again = desk(Object.fromEntries(page.storage));
  assert.deepEqual(again.state.whispers[BEN.id]?.map(({ text }) => text), ["yes?"], "a browser keeps its own half");
  assert.deepEqual([sentOf("[{}]"), sentOf("{"), sentOf("null")], [{}, {}, {}]);
  assert.deepEqual(people.places(), [ROOM, place]);
});

test("an invitation stands until one comes or declines", async () => {
  const { people, state, take } = await inside();
  const room = { room: "private:abcdefgh", title: "Plan B" };
  people.told("invited", { room, from: BEN });
  people.told("invited", { room, from: BEN });
  assert.equal(state.invites.length, 1);
  const coming = people.settle(room);
  take("join").done({ ok: true, epoch: "e1", offset: 1, recovered: false, you: ADA, people: [BEN, ADA], messages: [{ ...message(1, 1), room: room.room }] });
  await coming;
  assert.deepEqual([state.invites.length, state.rooms, people.unread(room.room)], [0, [room], 1]);
  const leaving = people.quit(room.room);
  take("quit").done({ ok: true });
  await leaving;
  assert.deepEqual([state.rooms, people.of(room.room)], [[], []]);
});

test("a private room that one was put out of is forgotten", async () => {
  const { state, take, welcome } = await inside();
  welcome({ rooms: [{ room: "private:abcdefgh", title: "Plan B" }] });
  take("join");
  take("join").fail(new Refusal("forbidden", "no"));
  await settled();
  assert.deepEqual(state.rooms, []);
});

test("a room that the server had no time for is asked for again, later each time, while one wants to be there", async () => {
  const { people, state, asked, waits, take, welcome } = await inside();
  people.lost();
  welcome();
  const longest = [];
  for (const code of ["", "unavailable", "rate_limited"]) {
    const request = take("join");
    assert.deepEqual(request.payload, { room: ROOM, since: 2, epoch: "e1" }, "what came before one is in hides nothing before it");
    people.told("message", { message: message(5, 5) });
    request.fail(new Refusal(code, ""));
    await settled();
    assert.equal(waits.length, 1);
    longest.push(people.again.get(ROOM)?.failures);
    waits[0]?.go();
  }
  assert.deepEqual(longest, [1, 2, 3]);
  take("join").done({ ok: true, epoch: "e1", offset: 5, recovered: true, you: ADA, people: [ADA], messages: [message(4, 4), message(5, 5)] });
  await settled();
  assert.deepEqual([state.messages[ROOM]?.map(({ id }) => id), people.since.get(ROOM), people.again.size], [[1, 2, 4, 5], 5, 0]);

  people.enter("cpu");
  take("leave");
  take("join").fail(new Refusal("unavailable", ""));
  await settled();
  people.enter("overview");
  take("leave");
  take("join").fail(new Refusal("forbidden", ""));
  await settled();
  assert.equal(waits.length, 1, "who refuses for good is not asked again");
  waits[0]?.go();
  assert.deepEqual([asked.length, people.again.size], [0, 0], "nor is a room that one has left");

  people.enter("disks");
  take("leave");
  take("join").fail(new Refusal("", ""));
  await settled();
  people.lost();
  assert.equal(waits.length, 0, "who comes back joins anyway");
});

test("the number of the last whisper is none in another database", async () => {
  const { people, state, welcome } = await inside();
  people.told("whisper", { message: { id: 7, from: BEN, to: ADA.id, t: 1, text: "psst" } });
  people.seen(whisperPlace(BEN.id));
  welcome();
  assert.equal(people.auth().whispers, 7);
  welcome({ epoch: "e2" });
  assert.equal(people.auth().whispers, 0);
  people.told("whisper", { message: { id: 7, from: BEN, to: ADA.id, t: 2, text: "again" } });
  assert.deepEqual([state.whispers[BEN.id]?.map(({ text }) => text), people.unread(whisperPlace(BEN.id))], [["again"], 1]);
});

test("changes take their place by their offset, whatever order they come in", () => {
  const held = merged([], [message(2, 2), message(1, 1)]);
  assert.deepEqual(held.map(({ id }) => id), [1, 2]);
  const gone = merged(held, [message(1, 4, { deleted: true, text: "" })]);
  assert.deepEqual(standing(merged(gone, [message(1, 3, { text: "late" })])).map(({ id }) => id), [2]);
  assert.equal(merged(held, []), held);
});

test("five hundred messages are held, and the pinned ones beyond", () => {
  const many = Array.from({ length: 600 }, (_, at) => message(at + 1, at + 1, at === 3 ? { pin: 9 } : at === 4 ? { pin: 8, deleted: true } : {}));
  const held = merged([], many);
  assert.deepEqual([held.length, held[0]?.id], [501, 4]);
});

test("small things: unread counts, initials, storage that holds nonsense", () => {
  assert.equal(unreadOf([message(1, 1), message(2, 2, { deleted: true }), message(3, 3, { from: ADA })], 0, ADA.id), 1);
  assert.equal(whispered([], { id: 1, from: BEN, to: ADA.id, t: 1, text: "" }).length, 1);
  assert.deepEqual(["Ada Lovelace", "ben", "", "Jo-Ann van Dam", "\u{1F600} x"].map(initials), ["AL", "B", "", "JA", "\u{1F600}X"]);
  assert.deepEqual([readOf("{"), readOf(null), readOf('{"a":1,"b":"x"}'), readOf("null")], [{}, {}, { a: 1 }, {}]);
  assert.deepEqual([whisperOf("whisper:x"), whisperOf(ROOM)], ["x", ""]);
});

test("how many others look at a dashboard is what the server says, less oneself where one is", async () => {
  const { people, welcome, state } = await inside();
  welcome({ crowd: { [state.room]: 3, "dashboard:elsewhere": 2 } });
  const slug = state.room.replace("dashboard:", "");
  assert.equal(people.others(slug), 2);
  assert.equal(people.others("elsewhere"), 2);
  assert.equal(people.others("nowhere"), 0);
  people.told("crowd", { rooms: { [state.room]: 1 } });
  assert.equal(people.others(slug), 0);
  assert.equal(people.others("elsewhere"), 0);
  people.lost();
  assert.equal(people.others(slug), 0);
});
