import assert from "node:assert/strict";
import { test } from "node:test";
import { around, partsOf, shownSpan } from "../../static/js/people/moments.js";
import { Marks, momentAt, onPixels, placeOf } from "../../static/js/marks.js";
import { excerpt, letters, momentText, refusalText, spanText } from "../../static/js/text.js";
import { inkOn } from "../../static/js/colours.js";

const SAID = new Date(2026, 10, 26, 12, 0, 0).getTime();
const known = (/** @type {string} */ name) => name === "system.cpu";
/** What is no plain text in it. @param {string} text @param {number} [said] */
const found = (text, said = SAID) => partsOf(text, said, known).filter(({ kind }) => kind !== "text").map((part) => ("at" in part ? [part.text, new Date(part.at).toString().slice(0, 24)] : [part.text]));

test("a time is the last one before it was said, to the minute or the second", () => {
  assert.deepEqual(found("look at 10:32 and 10:32:05."), [["10:32", "Thu Nov 26 2026 10:32:00"], ["10:32:05", "Thu Nov 26 2026 10:32:05"]]);
  assert.deepEqual(found("at 23:59"), [["23:59", "Wed Nov 25 2026 23:59:00"]], "it is noon: that was yesterday");
  assert.deepEqual(found("now, 12:01"), [["12:01", "Thu Nov 26 2026 12:01:00"]], "clocks differ a little");
  assert.deepEqual(found("(9:05)"), [["9:05", "Thu Nov 26 2026 09:05:00"]]);
});

test("a time with its day is that one", () => {
  assert.deepEqual(found("2026-11-24 10:32"), [["2026-11-24 10:32", "Tue Nov 24 2026 10:32:00"]]);
  assert.deepEqual(found("2026-11-24T10:32:07"), [["2026-11-24T10:32:07", "Tue Nov 24 2026 10:32:07"]]);
  assert.deepEqual(found("2026-02-31 10:32"), []);
});

test("what only looks like a time is none", () => {
  for (const text of ["24:00", "10:60", "1:2", "110:32", "10:32:99x", "10:32:05:07", "host:8420", "::1", "a10:32", "10:32.5", "3:1 odds", "fe80::12:34"]) assert.deepEqual(found(text), [], text);
});

test("a metric is known by its name", () => {
  assert.deepEqual(found("see #system.cpu, not #system.nope or a#system.cpu or ##system.cpu"), [["#system.cpu"]]);
  assert.deepEqual(partsOf("#system.cpu at 10:32", SAID, known).map(({ kind }) => kind), ["metric", "text", "moment"]);
  assert.deepEqual(partsOf("", SAID, known), []);
});

test("all of the text is there, in its order", () => {
  const text = "a 10:32 b #system.cpu c #x.y 99:99 d 10:33";
  assert.equal(partsOf(text, SAID, known).map((part) => part.text).join(""), text);
});

test("a moment is looked at with something around it", () => {
  const minute = around({ at: SAID, exact: false });
  assert.ok(minute.from < SAID && minute.to > SAID + 60_000 && minute.at === SAID);
  const second = around({ at: SAID, exact: true });
  assert.equal((second.from + second.to) / 2, SAID);
  assert.ok(second.to - second.from < minute.to - minute.from);
});

test("moments have places on a chart, and places moments", () => {
  const area = { from: 1_000, to: 2_000, left: 40, width: 500, top: 8, height: 100 };
  assert.deepEqual([999, 1_000, 1_500, 2_000, 2_001].map((at) => placeOf(area, at)), [null, 40, 290, 540, null]);
  assert.deepEqual([0, 40, 290, 540, 900].map((x) => momentAt(area, x)), [1_000, 1_000, 1_500, 2_000, 2_000]);
  assert.equal(typeof Marks, "function");
});

test("sentences about moments, spans and failures", () => {
  assert.equal(momentText(SAID, SAID), "12:00:00");
  assert.equal(momentText(SAID, SAID + 86_400_000), "Nov 26, 12:00:00");
  assert.equal(momentText(SAID, SAID + 365 * 86_400_000), "Nov 26, 2026, 12:00:00");
  assert.equal(spanText(SAID, SAID + 600_000, SAID + 365 * 86_400_000), "Nov 26, 2026, 12:00–12:10");
  assert.equal(spanText(SAID, SAID + 600_000, SAID), "12:00–12:10");
  assert.equal(spanText(SAID, SAID + 5_000, SAID), "12:00:00–12:00:05");
  const day = (/** @type {number} */ year, /** @type {number} */ of) => new Date(year, 10, of).getTime();
  assert.equal(spanText(day(2025, 20), day(2026, 23), SAID), "Nov 20 2025 – Nov 22 2026");
  assert.equal(spanText(day(2026, 20), day(2026, 23), SAID), "Nov 20 – Nov 22");
  assert.equal(excerpt("**a** [b](http://x) `c`\n> d <b>e</b> my_disk"), "a b c d <b>e</b> my_disk");
  assert.equal([...excerpt("x".repeat(500))].length, 90);
  assert.equal(letters(3), "3 letters left");
  for (const code of ["rate_limited", "unavailable", "forbidden", ""]) assert.match(refusalText(code, "m"), /kept/);
  assert.equal(refusalText("bad_request", "name: it is empty"), "name: it is empty");
});

test("letters can be read on every colour", () => {
  assert.equal(inkOn("#bbdcff"), "#0e1116");
  assert.equal(inkOn("#0a522e"), "#ffffff");
});

test("a span of others is shown when it is two moments of these millennia, not too far apart", () => {
  const now = Date.UTC(2026);
  const year = 366 * 86_400_000;
  assert.deepEqual(shownSpan([now, now + 1]), [now, now + 1]);
  assert.deepEqual(shownSpan([0, 100 * year]), [0, 100 * year]);
  for (const wrong of [
    undefined, [], [now], ["1", "2"], [now, now], [now + 1, now], [NaN, now], [now, NaN], [now, Infinity], [-Infinity, now], [-1, now],
    [0, 8.64e15], [0, 100 * year + 1], [Date.UTC(9999), Date.UTC(10_000)],
  ]) assert.equal(shownSpan(wrong), null, String(wrong));
});

test("a line of one pixel begins on a pixel of the device, around where it is", () => {
  assert.deepEqual([10, 10.2, 10.6, 10.99].map((x) => onPixels(x, 1)), [10, 10, 10, 10]);
  for (const density of [1, 1.5, 2, 3]) {
    for (let x = 0; x < 3; x += 0.07) {
      const begin = onPixels(x, density) * density;
      assert.ok(Math.abs(begin - Math.round(begin)) < 1e-9, `${x} at ${density}`);
      assert.ok(Math.abs(onPixels(x, density) + 0.5 - x) <= 0.5 / density + 1e-9, `${x} at ${density}`);
    }
  }
});
