import assert from "node:assert/strict";
import { test } from "node:test";
import { folded, greeted, told } from "../../static/js/notices.js";
import { Desk } from "./fakes.js";

/** @param {string} topic @param {string} text @param {string} [level] @param {number} [t] */
const notice = (topic, text, level = "warning", t = 1) => ({ topic, level, text, t });

const DISK = notice("disk", "The disk is full.", "error", 5);
const SLOW = notice("slow", "The disk is slow.");

/** @param {{topic: string, text: string, folded: boolean}[]} standing */
const seen = (standing) => standing.filter((one) => !one.folded).map(({ text }) => text);

test("several topics stand at once, the worst first, each until it is solved", () => {
  let standing = told(told([], SLOW), DISK);
  assert.deepEqual(seen(standing), ["The disk is full.", "The disk is slow."]);
  standing = told(standing, notice("disk", "The disk is still full.", "error"));
  assert.deepEqual(seen(standing), ["The disk is still full.", "The disk is slow."]);
  standing = told(standing, notice("disk", ""));
  assert.deepEqual(seen(standing), ["The disk is slow."]);
  assert.deepEqual(told(standing, notice("unknown", "")).length, 1);
});

test("a greeting tells all that stands", () => {
  const standing = greeted([], [SLOW, DISK, notice("none", ""), notice("", "no topic")]);
  assert.deepEqual(seen(standing), ["The disk is full.", "The disk is slow."]);
  assert.deepEqual(greeted(standing, [SLOW]).map(({ topic }) => topic), ["slow"]);
  assert.deepEqual(greeted(standing), []);
});

test("what is folded away stays so until its text is another one", () => {
  let standing = folded(greeted([], [SLOW, DISK]), "disk");
  assert.deepEqual(seen(standing), ["The disk is slow."]);
  standing = greeted(standing, [SLOW, { ...DISK, t: 9 }]);
  assert.deepEqual(seen(told(standing, DISK)), ["The disk is slow."]);
  assert.deepEqual(seen(told(standing, notice("disk", "It is nearly full."))).length, 2);
  assert.deepEqual(seen(told(told(standing, notice("disk", "")), DISK)).length, 2, "it was solved in between");
  assert.deepEqual(seen(folded(folded(standing, "slow"))).length, 2, "all are taken back");
});

test("a connection tells what stands with each greeting, also that nothing does", async () => {
  const page = new Desk();
  /** @type {unknown[]} */
  const all = [];
  page.connection.on("notices", (notices) => all.push(notices));
  page.socket.say("connect");
  page.socket.say("hello", { version: "v1", epoch: "e1", now: page.time, notices: [DISK] });
  page.socket.say("hello", { version: "v1", epoch: "e1", now: page.time });
  assert.deepEqual(all, [[DISK], []]);
  page.connection.stop();
});
